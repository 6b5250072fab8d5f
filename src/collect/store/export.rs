//! The end of a run: its files, put in order, into the export.
//!
//! Answers are kept as they come, which with several workers differs from run to run. In order, chain by chain, an
//! export depends neither on the workers nor on where a run was continued.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::state::PartState;
use super::{FOLDER, working};
use crate::collect::journal::private;
use crate::error::{Error, Result};
use crate::text::{collect as say, errors};

/// Puts the files of ended runs in order and into the export. Killed between any two steps, it does the rest again.
pub fn move_files(role: &Path, state: &PartState) -> Result<()> {
    for name in &state.files {
        let [came, from, written] = [name, &format!("{name}.ordered"), "ordering"].map(|name| working(role, name));
        let to = role.join(name);
        if came.exists() {
            copy_frames(&came, &written, &state.frames_in_order(name))?;
            fs::rename(&written, &from).map_err(Error::io(&from, errors::CANNOT_CREATE))?;
            sync_folder(&role.join(FOLDER))?;
            fs::remove_file(&came).map_err(Error::io(&came, errors::CANNOT_WRITE))?;
        }
        if !from.exists() {
            continue;
        }
        if to.exists() {
            return Err(Error::output(to, say::ALREADY_THERE, say::ALREADY_THERE_REMEDY));
        }
        fs::rename(&from, &to).map_err(Error::io(&to, errors::CANNOT_CREATE))?;
    }
    sync_folder(role)
}

/// Copies parts of a file, from begin to end, in their order, and syncs them.
fn copy_frames(from: &Path, to: &Path, frames: &[(u64, u64)]) -> Result<()> {
    let unreadable = || Error::io(from, errors::CANNOT_READ);
    let unwritable = || Error::io(to, say::CANNOT_KEEP);
    let mut source = File::open(from).map_err(unreadable())?;
    let target = private(OpenOptions::new().write(true).create(true).truncate(true)).open(to).map_err(unwritable())?;
    let mut target = BufWriter::new(target);
    let mut frame = Vec::new();
    for (begin, end) in frames {
        source.seek(SeekFrom::Start(*begin)).map_err(unreadable())?;
        frame.resize(usize::try_from(end - begin).unwrap_or(usize::MAX), 0);
        source.read_exact(&mut frame).map_err(unreadable())?;
        target.write_all(&frame).map_err(unwritable())?;
    }
    let target = target.into_inner().map_err(|error| unwritable()(error.into_error()))?;
    target.sync_all().map_err(unwritable())
}

/// Writes names of a folder to the disk.
fn sync_folder(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io(folder, errors::CANNOT_WRITE))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::calls::CallRequest;
    use crate::collect::store::tests::{reply, store};

    /// Two chains whose pages came in turns, the second first; the end of the run is killed after each of its steps.
    #[test]
    fn an_export_is_in_the_order_of_its_chains_whenever_its_end_is_killed() {
        let order = |folder: &Path| {
            let file = folder.join("externalcontact-list-1.jsonl.zst");
            let lines = String::from_utf8(zstd::decode_all(&*fs::read(file).unwrap()).unwrap()).unwrap();
            let id = |line: &str| line.split("external_userid\":[\"").nth(1).unwrap()[..2].to_owned();
            lines.lines().map(id).collect::<Vec<_>>()
        };
        for killed_after in ["journal", "copy", "rename", "nothing"] {
            let folder = tempfile::tempdir().unwrap();
            let role = folder.path();
            let kept = store(role);
            for (chain, is_first, id) in [("b", true, "b1"), ("a", true, "a1"), ("b", false, "b2"), ("a", false, "a2")]
            {
                let body = format!(r#"{{"errcode":0,"external_userid":["{id}"]}}"#);
                kept.keep(chain, &CallRequest::list("zhang"), is_first, &reply(&body)).unwrap();
            }
            let [came, ordered] =
                ["", ".ordered"].map(|end| working(role, &format!("externalcontact-list-1.jsonl.zst{end}")));
            kept.flush().unwrap();
            let bytes = fs::read(&came).unwrap();
            kept.finish("externalcontact-list").unwrap();
            let exported = role.join("externalcontact-list-1.jsonl.zst");
            let whole = fs::read(&exported).unwrap();
            match killed_after {
                "journal" => fs::rename(&exported, &came).and_then(|()| fs::write(&came, &bytes)).unwrap(),
                "copy" => {
                    fs::remove_file(&exported).unwrap();
                    fs::write(&came, &bytes).unwrap();
                    fs::write(&ordered, &whole[..5]).unwrap();
                }
                "rename" => fs::rename(&exported, &ordered).unwrap(),
                _ => {}
            }
            drop(kept);
            store(role);
            assert_eq!(order(role), ["a1", "a2", "b1", "b2"], "{killed_after}");
            assert!(!came.exists() && !ordered.exists(), "{killed_after}");
        }
    }
}
