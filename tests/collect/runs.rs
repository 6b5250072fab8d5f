//! The demo's corps served by the fake, collected, and audited: equal to the truth in every row.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use qianhe::progress::Silent;
use tempfile::TempDir;

use super::corp::Corp;
use super::service::{CORP_ID, Faults, SECRET, Service, TOKEN, mixed};
use super::truth;

pub const ROLES: [&str; 4] = ["source-before", "source-after", "target-before", "target-after"];
/// The target corp of the demo.
const TARGET: &str = "wwbbbbbbbbbbbbbbbb";

/// A case to be collected, beside the one that `demo` wrote.
pub struct Scene {
    folder: TempDir,
}

impl Scene {
    /// The demo of a seed; a seed of which the rest by three is one has all exports, and as API answers.
    pub fn new(seed: u64, relations: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scene = Self { folder };
        qianhe::demo::write(&scene.demo(), relations, seed, &Silent).unwrap();
        fs::create_dir_all(scene.case().join("lists")).unwrap();
        // The fake has one corp id, that of the source.
        let text = fs::read_to_string(scene.demo().join("case.toml")).unwrap().replace(TARGET, CORP_ID);
        fs::write(scene.case().join("case.toml"), text).unwrap();
        for entry in fs::read_dir(scene.demo().join("lists")).unwrap().map(Result::unwrap) {
            fs::copy(entry.path(), scene.case().join("lists").join(entry.file_name())).unwrap();
        }
        // Answers about single customers, as another script keeps them.
        copy(&scene.demo().join("target-after/customers"), &scene.case().join("target-after/customers"));
        scene
    }

    pub fn demo(&self) -> PathBuf {
        self.folder.path().join("demo")
    }

    pub fn case(&self) -> PathBuf {
        self.folder.path().join("case")
    }

    pub fn corp(&self, role: &str) -> Corp {
        Corp::load(&self.demo().join(role))
    }

    /// The command that collects a role of a service; users and codes are written to lists.
    pub fn collect(&self, role: &str, service: &Service, corp: &Corp, concurrency: usize) -> Command {
        self.collect_with(role, service, corp, &["--retries", "12", "--concurrency", &concurrency.to_string()])
    }

    pub fn collect_with(&self, role: &str, service: &Service, corp: &Corp, args: &[&str]) -> Command {
        let (users, codes) = (self.folder.path().join("users.csv"), self.folder.path().join("codes.csv"));
        let mut userids = corp.userids();
        userids.sort();
        fs::write(&users, "userid\n".to_owned() + &userids.join("\n")).unwrap();
        let ids: Vec<&str> = corp.codes.keys().map(String::as_str).collect();
        fs::write(&codes, "config_id\n".to_owned() + &ids.join("\n")).unwrap();
        let mut command = program(self.folder.path());
        command.args(["all", "--case", "case", "--role", role, "--base-url", &service.url(), "--rate", "0"]);
        command.args(["--pause", "1"]).args(args);
        // In source-before some members have no permission, but relations; elsewhere the list of members is the
        // service's.
        if role == "source-before" {
            command.args(["--users", "users.csv"]);
        }
        if !ids.is_empty() {
            command.args(["--codes", "codes.csv"]);
        }
        command
    }

    /// Audits the collected case; returns its reports.
    pub fn audit(&self) -> PathBuf {
        let reports = self.folder.path().join("reports");
        let mut command = Command::new(env!("CARGO_BIN_EXE_qianhe"));
        let command = command.current_dir(self.folder.path()).env("LC_ALL", "C");
        let output = command.args(["audit", "case", "--out", "reports", "--quiet"]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{errors}");
        reports
    }

    pub fn differences(&self) -> Vec<String> {
        truth::differences(&self.demo().join("truth"), &self.audit())
    }

    /// Fails where a secret or a token is in any file of the case.
    pub fn assert_no_secret(&self) {
        for entry in walkdir::WalkDir::new(self.case()).into_iter().map(Result::unwrap) {
            if !entry.file_type().is_file() {
                continue;
            }
            let bytes = fs::read(entry.path()).unwrap();
            let bytes =
                if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) { zstd::decode_all(&*bytes).unwrap() } else { bytes };
            assert!(!has_secret(&String::from_utf8_lossy(&bytes)), "{}", entry.path().display());
        }
    }
}

/// The collector in a folder, with the credentials of the fake.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qianhe-collect"));
    command.current_dir(folder).env("LC_ALL", "C").env("NO_COLOR", "1");
    command.env("QIANHE_CORP_ID", CORP_ID).env("QIANHE_SECRET", SECRET).env_remove("HTTPS_PROXY");
    command
}

pub fn has_secret(text: &str) -> bool {
    text.contains(SECRET) || text.contains(TOKEN)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Exit code, stdout and stderr; none of it shows a secret.
pub fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(!has_secret(&out) && !has_secret(&err), "{out}{err}");
    (output.status.code().unwrap_or(-1), out, err)
}

/// Faults that pass: every request succeeds in the end.
fn passing(seed: u64) -> Faults {
    let share = |number| mixed(seed, number) % 500;
    Faults {
        seed,
        limited: share(1),
        busy: share(2),
        reset: share(3),
        half: share(4),
        slow: share(5) / 10,
        unavailable: share(6),
        token_life: 5 + mixed(seed, 7) % 60,
        ..Faults::default()
    }
}

#[test]
fn an_audit_of_what_was_collected_is_the_truth_in_every_row() {
    let seeds: Vec<u64> = (0..20).collect();
    let check = |seed: &u64| {
        let scene = Scene::new([1, 4, 7, 10][*seed as usize % 4], 300);
        let faults = if *seed == 0 { Faults::default() } else { passing(*seed) };
        for role in ROLES {
            let corp = scene.corp(role);
            let service = Service::start(corp.clone(), faults);
            let (code, out, err) = run(&mut scene.collect(role, &service, &corp, 1 + *seed as usize % 5));
            // Target-after has members without licence, and some that the service knows no more.
            let failures = !corp.broken.is_empty() || !corp.unlicensed.is_empty() || out.contains("not collected");
            assert_eq!(code, i32::from(failures), "seed {seed}, {role}: {out}{err}");
        }
        scene.assert_no_secret();
        let differences = scene.differences();
        assert!(
            differences.is_empty(),
            "seed {seed}: {}\n{}",
            differences.len(),
            differences[..differences.len().min(9)].join("\n")
        );
        coverage_is_complete(&scene, *seed);
    };
    std::thread::scope(|scope| {
        let (some, others) = seeds.split_at(seeds.len() / 2);
        let half = scope.spawn(|| some.iter().for_each(check));
        others.iter().for_each(check);
        half.join().unwrap();
    });
}

/// Every account that the service answered for is covered, and no other.
fn coverage_is_complete(scene: &Scene, seed: u64) {
    let reports = scene.audit();
    let rows = truth::rows(&reports.join("coverage.parquet"));
    for role in ["source-before", "target-after"] {
        let corp = scene.corp(role);
        let of_role = rows.iter().filter(|row| row["role"] == role && row["dataset"] == "relations");
        let covered: BTreeSet<String> =
            of_role.filter(|row| row["status"] == "complete").filter_map(|row| row.get("userid").cloned()).collect();
        let asked = corp.userids().into_iter();
        let expected: BTreeSet<String> =
            asked.filter(|userid| !corp.unlicensed.contains(userid) && !corp.broken.contains(userid)).collect();
        assert_eq!(covered, expected, "seed {seed}, {role}");
    }
}

/// Where the service fails for good, nothing is missing that is not missing in truth.
#[test]
fn what_could_not_be_collected_is_never_missing() {
    let key = |row: &truth::Row| {
        let field = |name: &str| row.get(name).cloned().unwrap_or_default();
        format!("{} {} {}", field("source_userid"), field("source_external_userid"), field("customer_name"))
    };
    for seed in 0..20 {
        let scene = Scene::new([1, 4][seed as usize % 2], 300);
        let mut lost = BTreeSet::new();
        for role in ROLES {
            let mut corp = scene.corp(role);
            if role == "target-after" {
                let hit = |number: u64| mixed(seed, number).is_multiple_of(3);
                let some: Vec<String> =
                    corp.userids().into_iter().zip(0..).filter(|(_, n)| hit(*n)).map(|(id, _)| id).collect();
                lost.extend(some.iter().cloned());
                let (left_out, failing) = some.split_at(some.len() / 2);
                corp.unlicensed.extend(left_out.iter().cloned());
                corp.broken.extend(failing.iter().cloned());
                corp.has_broken_groups = seed % 2 == 1;
            }
            let forbidden =
                [None, Some("externalcontact/contact_list"), Some("externalcontact/list")][seed as usize % 3];
            let service = Service::start(corp.clone(), Faults { forbidden, ..passing(seed) });
            let (code, out, err) = run(&mut scene.collect(role, &service, &corp, 3));
            assert!(matches!(code, 0 | 1), "seed {seed}, {role}: {out}{err}");
        }
        assert!(!lost.is_empty());
        let reports = scene.audit();
        let missing = |row: &truth::Row| row["outcome"] == "missing";
        // Where a customer stands under another account, that may be one that cannot be seen.
        let elsewhere = |row: &truth::Row| row["outcome"] == "misplaced" || row["plan"].starts_with("contested");
        let rows = truth::rows(&reports.join("relations.parquet"));
        let audited: BTreeSet<String> = rows.iter().filter(|row| missing(row)).map(key).collect();
        let planted = truth::rows(&scene.demo().join("truth/relations.parquet"));
        let planted: BTreeSet<String> = planted.iter().filter(|row| missing(row) || elsewhere(row)).map(key).collect();
        if let Some(wrong) = audited.difference(&planted).next() {
            let row = rows.iter().find(|row| key(row) == *wrong).unwrap();
            let coverage = truth::rows(&reports.join("coverage.parquet"));
            let of_account = coverage.iter().filter(|line| line.get("userid") == row.get("target_userid"));
            panic!("seed {seed}: {row:?}\n{:?}", of_account.collect::<Vec<_>>());
        }
        for row in rows.iter().filter(|row| missing(row)) {
            let userid = &row["target_userid"];
            assert!(!lost.contains(userid), "seed {seed}: {userid} was not collected: {row:?}");
        }
        let groups = |path: &Path| {
            let rows = truth::rows(path).into_iter().filter(|row| row["outcome"] == "missing");
            rows.map(|row| row["source_chat_id"].clone()).collect::<BTreeSet<String>>()
        };
        let audited = groups(&scene.audit().join("groups.parquet"));
        assert!(audited.is_subset(&groups(&scene.demo().join("truth/groups.parquet"))), "seed {seed}");
    }
}

#[test]
fn what_was_answered_is_not_requested_again() {
    let scene = Scene::new(1, 300);
    let corp = scene.corp("target-before");
    let service = Service::start(corp.clone(), Faults::default());
    let (code, out, _) = run(&mut scene.collect("target-before", &service, &corp, 4));
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("next: qianhe precheck case"), "{out}");
    let (requests, answered) = (service.requests(), service.answered());
    let twice: Vec<_> = answered.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let (code, again, _) = run(&mut scene.collect("target-before", &service, &corp, 4));
    assert_eq!((code, again), (0, out));
    assert_eq!(service.requests(), requests, "the second run requested something");
    let (code, status, _) =
        run(program(scene.folder.path()).args(["status", "--case", "case", "--role", "target-before", "--lang", "zh"]));
    assert_eq!(code, 0);
    assert!(status.contains("relations（已完成）") && status.contains("下一步"), "{status}");
    let text = fs::read_to_string(scene.case().join("case.toml")).unwrap();
    assert!(text.starts_with("# A synthetic case"), "comments are kept");
    assert!(!text.contains("[snapshots.target-before]\npath = \"target-before\"\ntaken_at = 2026-04-30"), "{text}");
}

#[test]
fn what_failed_is_requested_again_and_nothing_else() {
    let scene = Scene::new(1, 300);
    let mut corp = scene.corp("target-before");
    let failing = corp.userids()[3].clone();
    corp.broken.insert(failing.clone());
    let service = Service::start(corp.clone(), Faults::default());
    let (code, out, _) = run(&mut scene.collect("target-before", &service, &corp, 1));
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("errcode 60111") && out.contains(&failing) && out.contains("visible"), "{out}");
    corp.broken.clear();
    let mended = Service::start(corp.clone(), Faults::default());
    let (code, out, err) = run(&mut scene.collect("target-before", &mended, &corp, 1));
    assert_eq!(code, 0, "{out}{err}");
    let relations = mended.answered().into_keys().filter(|asked| asked.starts_with("externalcontact/"));
    let others: Vec<String> = relations.filter(|asked| !asked.contains(&failing)).collect();
    assert!(others.is_empty(), "{others:?}");
}
