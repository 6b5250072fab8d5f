//! The memory limit of the control group that the process is in, as containers set it: version 1 or 2, wherever it is
//! mounted.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Returns the smallest limit of the group and those above it, in bytes, if there is one.
pub(super) fn memory_limit() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    limit_of(&groups, &mounts, &|file| fs::read_to_string(file).ok())
}

fn limit_of(groups: &str, mounts: &str, read: &dyn Fn(&Path) -> Option<String>) -> Option<u64> {
    let limits = mounts.lines().filter_map(MemoryMount::parse).filter_map(|mount| {
        let group = group_of(groups, mount.is_v2)?;
        // As long as a file is there: the root of all groups has none.
        let limit = |folder: &Path| mount.files().iter().filter_map(|file| number(&read(&folder.join(file))?)).min();
        let below = below(Path::new(group), &mount.root);
        below.ancestors().filter_map(|group| limit(&mount.point.join(group))).min()
    });
    limits.min()
}

/// A mount of the groups that limit memory.
struct MemoryMount {
    /// The group that is mounted.
    root: PathBuf,
    point: PathBuf,
    is_v2: bool,
}

impl MemoryMount {
    /// Parses a line of mountinfo: `31 23 0:28 ROOT POINT OPTIONS... - TYPE SOURCE SUPEROPTIONS`.
    fn parse(line: &str) -> Option<Self> {
        let (mount, system) = line.split_once(" - ")?;
        let mut system = system.split(' ');
        let is_v2 = match system.next()? {
            "cgroup2" => true,
            "cgroup" if system.nth(1)?.split(',').any(|option| option == "memory") => false,
            _ => return None,
        };
        let mut mount = mount.split(' ').skip(3);
        let (root, point) = (mount_path(mount.next()?), mount_path(mount.next()?));
        Some(Self { root: root.into(), point: point.into(), is_v2 })
    }

    /// Returns the files with limits. Beyond `high`, the process is slowed down until it hardly runs.
    fn files(&self) -> &'static [&'static str] {
        if self.is_v2 { &["memory.max", "memory.high"] } else { &["memory.limit_in_bytes"] }
    }
}

/// Returns the group of the process: `0::/a/b`, or `4:memory,cpu:/a/b` of version 1.
fn group_of(groups: &str, is_v2: bool) -> Option<&str> {
    groups.lines().find_map(|line| {
        let (number, rest) = line.split_once(':')?;
        let (controllers, group) = rest.split_once(':')?;
        let is_meant = if is_v2 {
            number == "0" && controllers.is_empty()
        } else {
            controllers.split(',').any(|one| one == "memory")
        };
        is_meant.then_some(group)
    })
}

/// Returns the path of a group below the root of a mount. In a container, the root may be the group, or the group may
/// be told from where the container is not: then it is the root itself.
fn below(group: &Path, root: &Path) -> PathBuf {
    let below = group.strip_prefix(root).unwrap_or(Path::new(""));
    below.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

/// Returns a number of bytes; `max` is none.
fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// A path of the table of mounts, where spaces and the like are octal numbers: `\040`.
fn mount_path(path: &str) -> String {
    [(r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")]
        .iter()
        .fold(path.to_owned(), |path, (escaped, letter)| path.replace(escaped, letter))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// The limit, where these files are there.
    #[track_caller]
    fn check(groups: &str, mounts: &str, files: &[(&str, &str)], expected: Option<u64>) {
        let files: HashMap<&Path, &str> = files.iter().map(|(file, text)| (Path::new(*file), *text)).collect();
        let read = |file: &Path| files.get(file).map(|text| (*text).to_owned());
        assert_eq!(limit_of(groups, mounts, &read), expected);
    }

    const V2: &str = "24 18 0:22 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

    #[test]
    fn the_smallest_limit_up_to_the_root_holds() {
        let files = [("/sys/fs/cgroup/a/memory.max", "1000\n"), ("/sys/fs/cgroup/a/b/memory.max", "max\n")];
        check("0::/a/b\n", V2, &files, Some(1000));
        let files = [("/sys/fs/cgroup/a/memory.max", "1000\n"), ("/sys/fs/cgroup/a/b/memory.high", "800\n")];
        check("0::/a/b\n", V2, &files, Some(800));
        check("0::/a/b\n", V2, &[("/sys/fs/cgroup/a/b/memory.max", "max\n")], None);
        check("", V2, &[], None);
    }

    #[test]
    fn version_1_is_found_by_its_controller() {
        let groups = "9:name=systemd:/\n4:cpu,memory:/docker/x\n0::/\n";
        let mounts = "35 31 0:32 / /cg/memory rw,relatime - cgroup cgroup rw,memory\n\
                      32 31 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu\n";
        let files = [("/cg/memory/docker/x/memory.limit_in_bytes", "500\n"), ("/cg/cpu/memory.limit_in_bytes", "1\n")];
        check(groups, mounts, &files, Some(500));
        // The group of the container is mounted as the root, under another name too.
        for root in ["/docker/x", "/other"] {
            let mounts = format!("35 31 0:32 {root} /my\\040groups rw - cgroup cgroup rw,memory\n");
            check(groups, &mounts, &[("/my groups/memory.limit_in_bytes", "700\n")], Some(700));
        }
    }

    #[test]
    fn both_versions_at_once_count() {
        let mounts = format!("{V2}35 31 0:32 / /cg rw,relatime - cgroup cgroup rw,memory\n");
        let files = [("/cg/a/memory.limit_in_bytes", "9000\n"), ("/sys/fs/cgroup/a/memory.max", "8000\n")];
        check("4:memory:/a\n0::/a\n", &mounts, &files, Some(8000));
    }
}
