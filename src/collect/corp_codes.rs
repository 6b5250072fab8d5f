//! The check that ids are of the corp of the folder. Ids carry a code of their corp (DOMAIN.md section 3). That is an
//! inference; but the wrong credentials would spoil a whole case.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::error::{Error, Result};
use crate::ingest::is_hidden;
use crate::schema::vocabulary::Role;
use crate::snapshot::corp;
use crate::text::collect as say;

/// Length of an id with a code.
const ID: usize = 32;
/// The place of the code in it.
const CODE: std::ops::Range<usize> = 2..10;
/// Bytes and files that are looked at.
const HEAD: u64 = 256 << 10;
const FILES: usize = 20;

pub fn code_of_id(id: &str) -> Option<&str> {
    let has_kind = ["wm", "wo", "wr"].iter().any(|kind| id.starts_with(kind));
    if id.len() == ID && has_kind && id.is_ascii() { id.get(CODE) } else { None }
}

/// The code that an export has to have, or must not have.
#[derive(Debug, Clone)]
struct KnownCode {
    role: Role,
    code: String,
    is_same_corp: bool,
}

/// The corp codes of the exports of a case.
#[derive(Debug, Clone, Default)]
pub struct CorpCheck {
    known: Vec<KnownCode>,
    role: Option<Role>,
}

impl CorpCheck {
    /// Looks at the exports in the folders of all roles, for an export of `role`.
    pub fn new<'f>(role: Role, folders: impl IntoIterator<Item = (Role, &'f Path)>) -> Self {
        let known = folders.into_iter().filter_map(|(other, folder)| {
            let code = code_of_folder(folder)?;
            Some(KnownCode { role: other, code, is_same_corp: corp(other) == corp(role) })
        });
        Self { known: known.collect(), role: Some(role) }
    }

    /// Fails where a code of the service is not that of the folder's corp.
    pub fn accepts(&self, code: &str) -> Result<()> {
        let Some(role) = self.role else { return Ok(()) };
        match self.known.iter().find(|known| (known.code == code) != known.is_same_corp) {
            None => Ok(()),
            Some(known) => Err(Error::Usage {
                problem: say::other_corp(code, known.role, &known.code),
                remedy: say::other_corp_remedy(role, known.role),
            }),
        }
    }
}

/// Returns the most frequent code in the beginnings of the files of a folder. What cannot be read has none.
fn code_of_folder(folder: &Path) -> Option<String> {
    let mut counts = BTreeMap::new();
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let visible = entries.filter_entry(|entry| !is_hidden(entry));
    for entry in visible.flatten().filter(|entry| entry.file_type().is_file()).take(FILES) {
        count(&head(entry.path()).unwrap_or_default(), &mut counts);
    }
    let most = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
    most.map(|(code, _)| code)
}

/// Reads the beginning of a file, unpacked.
fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut magic = [0; 4];
    let length = File::open(path)?.read(&mut magic)?;
    let file = File::open(path)?;
    let mut head = Vec::new();
    // Half a frame at the end of the head is no matter.
    let _ = match magic.get(..length) {
        Some([0x1f, 0x8b, ..]) => MultiGzDecoder::new(file).take(HEAD).read_to_end(&mut head),
        Some([0x28, 0xb5, 0x2f, 0xfd]) => zstd::Decoder::new(file)?.take(HEAD).read_to_end(&mut head),
        _ => file.take(HEAD).read_to_end(&mut head),
    };
    Ok(head)
}

fn count(text: &[u8], counts: &mut BTreeMap<String, u64>) {
    let is_id = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    for word in text.split(|byte| !is_id(byte)).filter(|word| word.len() == ID) {
        if let Some(code) = std::str::from_utf8(word).ok().and_then(code_of_id) {
            *counts.entry(code.to_owned()).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const OURS: &str = "wmAcmeCorp1AAAAAAAAAAAAAAAAAAAAAA";
    const OTHER: &str = "wrOtherCrpAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn the_code_of_an_id() {
        let padded = |head: &str| format!("{head:A<32}");
        assert_eq!(code_of_id(&padded("wmAcmeCorp")), Some("AcmeCorp"));
        assert_eq!(code_of_id(&padded("etAcmeCorp")), None);
        assert_eq!(code_of_id("wmAcmeCorp"), None);
    }

    #[test]
    fn dumps_of_another_corp_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let [ours, other] = [OURS, OTHER].map(|id| id[..32].to_owned());
        let (source, target) = (folder.path().join("s"), folder.path().join("t"));
        for (place, id) in [(&source, &ours), (&target, &other)] {
            fs::create_dir_all(place).unwrap();
            let line = format!("{{\"external_userid\":[\"{id}\"]}}");
            fs::write(place.join("a.zst"), zstd::bulk::compress(line.as_bytes(), 1).unwrap()).unwrap();
        }
        let roles = [(Role::SourceBefore, source.as_path()), (Role::TargetAfter, target.as_path())];
        let check = |role, id: &str| CorpCheck::new(role, roles).accepts(code_of_id(id).unwrap()).is_ok();
        assert!(check(Role::SourceAfter, &ours) && check(Role::TargetBefore, &other));
        assert!(!check(Role::SourceAfter, &other) && !check(Role::TargetBefore, &ours));
    }
}
