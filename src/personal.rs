//! Pseudonyms of personal data, for `--pseudonymise`: keyed digests in place of names, remarks, unionids and customer
//! ids in everything that is written or printed. Equal values have equal pseudonyms in all reports of one key, so that
//! tables join and audits compare; without the key the pseudonym of a suspected name cannot be computed.
//!
//! Matching needs the originals, so values are replaced where rows are handed to writers: the columns that hold them
//! are named in [`fields::PERSONAL`].

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::DataType;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::digest::hex;
use crate::error::{Error, Result};
use crate::regular;
use crate::schema::{Column, Personal, Table, fields};
use crate::text::errors as say;

/// Bytes of a key at least, so that it cannot be guessed.
const KEY_BYTES: usize = 16;
/// Bytes of a key file at most.
const MAX_KEY_BYTES: u64 = 4096;
/// Bytes of a digest that are kept: among 100 million values, no two have the same.
const KEPT: usize = 16;
/// The footer entry of Parquet reports with pseudonyms: the fingerprint of the key.
pub const FOOTER_ENTRY: &str = "qianhe.pseudonyms";

/// Makes pseudonyms with a key: HMAC-SHA256, cloned for each text once the key is hashed.
#[derive(Clone)]
pub struct Pseudonyms(Hmac<Sha256>);

/// Without the key.
impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms")
    }
}

impl Pseudonyms {
    /// Reads the key, the whole content of a file without white space at its end.
    ///
    /// # Errors
    /// [`Error::Input`] if it is no key; [`Error::Io`] if it cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        let key = regular::read(path, MAX_KEY_BYTES).map_err(|error| match error.kind() {
            std::io::ErrorKind::FileTooLarge => {
                Error::input(path, say::KEY_FILE, say::key_too_long(MAX_KEY_BYTES), say::KEY_REMEDY)
            }
            std::io::ErrorKind::NotFound => Error::input(path, say::KEY_FILE, say::NO_KEY_FILE, say::KEY_REMEDY),
            _ => Error::io(path, say::CANNOT_READ)(error),
        })?;
        let key = key.trim_ascii_end();
        if key.len() < KEY_BYTES {
            return Err(Error::input(path, say::KEY_FILE, say::key_too_short(KEY_BYTES), say::KEY_REMEDY));
        }
        Self::new(key)
    }

    /// With a key of any length.
    fn new(key: &[u8]) -> Result<Self> {
        Hmac::new_from_slice(key).map(Self).map_err(|error| Error::Bug(error.to_string()))
    }

    fn digest(&self, text: &[&[u8]]) -> [u8; 32] {
        text.iter().fold(self.0.clone(), Mac::chain_update).finalize().into_bytes().into()
    }

    /// Returns a text that distinguishes keys without revealing them.
    pub fn fingerprint(&self) -> String {
        hex(&self.digest(&[b"qianhe key"])[..8])
    }

    /// Returns the pseudonym of a value, such as `name-0f3a…`. Equal texts of different kinds have different ones.
    pub fn of(&self, kind: Personal, text: &str) -> String {
        let digest = self.digest(&[kind.prefix().as_bytes(), b"\0", text.as_bytes()]);
        format!("{}-{}", kind.prefix(), hex(&digest[..KEPT]))
    }

    /// Replaces the values of personal columns in rows of a table, or in some of its columns.
    ///
    /// # Errors
    /// [`Error::Bug`] if a column is not of text.
    pub fn rows(&self, table: &Table, rows: &RecordBatch) -> Result<RecordBatch> {
        let mut columns = rows.columns().to_vec();
        for (field, column) in rows.schema_ref().fields().iter().zip(&mut columns) {
            let slot = table.columns.iter().find(|slot| slot.column.name == field.name());
            if let Some(kind) = slot.and_then(|slot| kind_of(slot.column)) {
                *column = self.column(kind, column)?;
            }
        }
        Ok(RecordBatch::try_new(rows.schema(), columns)?)
    }

    fn column(&self, kind: Personal, values: &ArrayRef) -> Result<ArrayRef> {
        if *values.data_type() != DataType::Utf8View {
            return Err(Error::Bug(format!("personal data in a column of {}", values.data_type())));
        }
        let texts = values.as_string_view().iter().map(|text| text.map(|text| self.of(kind, text)));
        Ok(Arc::new(texts.collect::<StringViewArray>()))
    }
}

/// Returns a value as it is shown: its pseudonym, if it is personal and pseudonyms are wanted.
pub fn shown(pseudonyms: Option<&Pseudonyms>, column: &Column, text: &str) -> String {
    match (pseudonyms, kind_of(column)) {
        (Some(pseudonyms), Some(kind)) => pseudonyms.of(kind, text),
        _ => text.to_owned(),
    }
}

/// Returns rows as they are written.
///
/// # Errors
/// As [`Pseudonyms::rows`].
pub fn written(pseudonyms: Option<&Pseudonyms>, table: &Table, rows: RecordBatch) -> Result<RecordBatch> {
    match pseudonyms {
        Some(pseudonyms) => pseudonyms.rows(table, &rows),
        None => Ok(rows),
    }
}

/// Returns what the values of a column stand for, if they are personal.
pub fn kind_of(column: &Column) -> Option<Personal> {
    fields::PERSONAL.iter().find(|(personal, _)| *personal == column).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_pseudonyms_under_one_key() {
        let (one, other) = (Pseudonyms::new(b"one").unwrap(), Pseudonyms::new(b"other").unwrap());
        assert_eq!(one.of(Personal::Name, "王芳"), one.of(Personal::Name, "王芳"));
        assert_ne!(one.of(Personal::Name, "王芳"), other.of(Personal::Name, "王芳"));
        assert_ne!(one.of(Personal::Name, "王芳")[5..], one.of(Personal::Remark, "王芳")[7..]);
        assert_ne!(one.fingerprint(), other.fingerprint());
        let pseudonym = one.of(Personal::Unionid, "o1");
        assert!(pseudonym.starts_with("unionid-") && pseudonym.len() == "unionid-".len() + 32, "{pseudonym}");
    }

    #[test]
    fn a_key_is_long_enough() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "fifteen letters\n").unwrap();
        assert!(Pseudonyms::read(file.path()).unwrap_err().to_string().contains("shorter than 16 bytes"));
        std::fs::write(file.path(), "sixteen letters!\n").unwrap();
        let read = Pseudonyms::read(file.path()).unwrap();
        assert_eq!(read.fingerprint(), Pseudonyms::new(b"sixteen letters!").unwrap().fingerprint());
    }
}
