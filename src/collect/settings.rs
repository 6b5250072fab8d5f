//! Command line and case file -> settings: the case, the role and its folder, the credentials.

use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item};

use super::corp_codes::CorpCheck;
use super::credentials::Credentials;
use super::store::{ExportPart, FOLDER, PartState};
use crate::case::{self, FILE_NAME};
use crate::error::{Error, Result};
use crate::schema::vocabulary::Role;
use crate::snapshot::{CorpRole, corp};
use crate::text::{collect as say, errors};

#[derive(Debug)]
pub struct RoleFolder {
    /// The folder of the case, as typed.
    pub case: PathBuf,
    pub case_file: PathBuf,
    pub role: Role,
    /// The folder of the export.
    pub path: PathBuf,
    /// `corp_id` of the case file for the corp of the role, if given.
    corp_id: Option<String>,
    /// `case.timezone`, if given.
    pub timezone: Option<String>,
    /// The text of the case file.
    pub text: String,
}

impl RoleFolder {
    /// Reads the case file as far as needed here: a case that is not filled in yet will do.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no case, or the export of the role is not a folder.
    pub fn read(folder: &Path, role: Role) -> Result<Self> {
        let case_file = if folder.is_dir() { folder.join(FILE_NAME) } else { folder.to_path_buf() };
        let text = case::read(&case_file)?;
        let document: DocumentMut =
            text.trim_start_matches('\u{feff}').parse().map_err(|error: toml_edit::TomlError| {
                Error::input(&case_file, errors::CASE_FILE, errors::not_toml(error.message()), errors::NOT_TOML_REMEDY)
            })?;
        let text_of = |section: Option<&Item>, key: &str| section?.get(key)?.as_str().map(str::to_owned);
        let section = match corp(role) {
            CorpRole::Source => "source",
            CorpRole::Target => "target",
        };
        let corp_id = text_of(document.get(section), "corp_id");
        let snapshot = document.get("snapshots").and_then(|snapshots| snapshots.get(role.word()));
        let named = text_of(snapshot, "path").unwrap_or_else(|| role.word().to_owned());
        let root = case_file.parent().unwrap_or(Path::new("")).to_path_buf();
        let path = root.join(&named);
        if named.contains(['*', '?', '[', '{']) || path.exists() && !path.is_dir() {
            return Err(Error::input(case_file, errors::CASE_FILE, say::not_a_folder(role), say::NOT_A_FOLDER_REMEDY));
        }
        let timezone = text_of(document.get("case"), "timezone");
        Ok(Self { case: folder.to_path_buf(), case_file, role, path, corp_id, timezone, text })
    }

    /// Creates the folder of the export, and the hidden one in it, for the owner alone.
    pub fn create(&self) -> Result<()> {
        fs::create_dir_all(&self.path).map_err(Error::io(&self.path, errors::CANNOT_CREATE))?;
        let hidden = self.path.join(FOLDER);
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&hidden) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(Error::io(&hidden, errors::CANNOT_CREATE)(error))
            }
            _ => Ok(()),
        }
    }

    /// Sets aside everything that was collected for the role, so that it is collected anew.
    pub fn restart(&self) -> Result<()> {
        let hidden = self.path.join(FOLDER);
        if !hidden.exists() {
            return Ok(());
        }
        for part in ExportPart::ALL {
            for name in PartState::read(&self.path, part).unwrap_or_default().files {
                let (from, to) = (self.path.join(&name), hidden.join(&name));
                if from.exists() {
                    fs::rename(&from, &to).map_err(Error::io(&from, errors::CANNOT_REPLACE))?;
                }
            }
        }
        let mut names = (1..=u32::MAX).map(|number| self.path.join(format!("{FOLDER}-{number}")));
        let free = names.find(|path| !path.exists());
        free.map_or(Ok(()), |aside| fs::rename(&hidden, &aside).map_err(Error::io(&hidden, errors::CANNOT_REPLACE)))
    }

    /// Fails where the credentials are of another corp than the case, or than what was collected before.
    pub fn check_corp(&self, credentials: &Credentials) -> Result<()> {
        let collected = ExportPart::ALL.iter().map(|part| Ok(PartState::read(&self.path, *part)?.corp_id));
        let collected: Vec<Option<String>> = collected.collect::<Result<_>>()?;
        let known = [self.corp_id.clone()].into_iter().chain(collected).flatten();
        match known.into_iter().find(|known| *known != credentials.corp_id) {
            None => Ok(()),
            Some(known) => Err(Error::usage(
                say::wrong_corp(&credentials.corp_id, self.role, known),
                say::wrong_corp_remedy(self.case_file.display()),
            )),
        }
    }

    /// Returns the check of corp codes, by the exports that the case holds.
    pub fn corp_check(&self) -> CorpCheck {
        let root = self.case_file.parent().unwrap_or(Path::new(""));
        let folders: Vec<(Role, PathBuf)> = Role::ALL
            .iter()
            .map(|role| (*role, if *role == self.role { self.path.clone() } else { root.join(role.word()) }))
            .collect();
        CorpCheck::new(self.role, folders.iter().map(|(role, path)| (*role, path.as_path())))
    }
}
