//! The credentials of an app: from the environment or a file that only its owner can read, never from arguments.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::text::collect as say;

/// Environment variables.
pub const CORP_ID: &str = "QIANHE_CORP_ID";
pub const SECRET: &str = "QIANHE_SECRET";
/// Most bytes of a file of credentials.
const LARGEST: u64 = 64 << 10;

/// A text that is never printed or written.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text, for a request only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A corp, and the secret of an app of it.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub corp_id: String,
    pub secret: Secret,
}

impl Credentials {
    /// Reads them from `file`, else from the environment.
    pub fn read(file: Option<&Path>) -> Result<Self> {
        match file {
            Some(file) => Self::from_file(file),
            None => Self::new(std::env::var(CORP_ID).ok(), std::env::var(SECRET).ok()),
        }
    }

    fn new(corp_id: Option<String>, secret: Option<String>) -> Result<Self> {
        let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        match (given(corp_id), given(secret)) {
            (Some(corp_id), Some(secret)) => Ok(Self { corp_id, secret: Secret::new(secret) }),
            (corp_id, _) => {
                let missing = if corp_id.is_none() { CORP_ID } else { SECRET };
                Err(Error::usage(say::no_credentials(missing), say::credentials_remedy(CORP_ID, SECRET)))
            }
        }
    }

    /// Reads a file of lines `corp_id = "..."` and `secret = "..."`. No error shows a line of it.
    fn from_file(path: &Path) -> Result<Self> {
        let failed = |error| Error::io(path, crate::text::errors::CANNOT_READ)(error);
        let metadata = std::fs::metadata(path).map_err(failed)?;
        if !metadata.is_file() {
            return Err(Error::input(path, say::CREDENTIALS, say::NOT_A_PLAIN_FILE, say::CREDENTIALS_FILE_REMEDY));
        }
        check_mode(path, &metadata)?;
        let mut text = String::new();
        let file = File::open(path).map_err(failed)?;
        file.take(LARGEST).read_to_string(&mut text).map_err(failed)?;
        let value = |wanted: &str| {
            let pair = |line: &str| line.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.to_owned()));
            let found = text.lines().filter_map(pair).find(|(key, _)| key == wanted);
            found.map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
        };
        match (value("corp_id"), value("secret")) {
            (Some(corp_id), Some(secret)) if !corp_id.is_empty() && !secret.is_empty() => {
                Ok(Self { corp_id, secret: Secret::new(secret) })
            }
            _ => Err(Error::input(path, say::CREDENTIALS, say::NO_KEYS, say::CREDENTIALS_FILE_REMEDY)),
        }
    }
}

/// Refuses a file that others can read or write.
#[cfg(unix)]
fn check_mode(path: &Path, metadata: &std::fs::Metadata) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    let of_others = mode & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    let problem = say::open_to_others(format!("{mode:04o}"));
    Err(Error::input(path, say::CREDENTIALS, problem, say::chmod(path.display())))
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &std::fs::Metadata) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show() {
        let credentials = Credentials::new(Some("ww1".to_owned()), Some("top-secret".to_owned())).unwrap();
        assert!(!format!("{credentials:?}").contains("top-secret"));
        assert!(Credentials::new(Some("ww1".to_owned()), Some("  ".to_owned())).is_err());
        assert!(Credentials::new(None, Some("s".to_owned())).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app");
        std::fs::write(&path, "# the app\ncorp_id = \"ww1\"\nsecret = 's=1'\n").unwrap();
        for (mode, is_read) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let read = Credentials::read(Some(&path));
            assert_eq!(read.is_ok(), is_read, "{mode:o}");
            match read {
                Ok(read) => assert_eq!((read.corp_id.as_str(), read.secret.reveal()), ("ww1", "s=1")),
                Err(error) => assert!(!error.to_string().contains("s=1") && error.to_string().contains("chmod 600")),
            }
        }
    }
}
