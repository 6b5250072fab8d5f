//! The command line of `qianhe-collect`, and the order of the parts.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::client::{Client, Patience};
use super::credentials::Credentials;
use super::journal::SubjectKind;
use super::relations::Collecting;
use super::settings::RoleFolder;
use super::store::{ExportPart, FOLDER, Store};
use super::transport::{PUBLIC, Transport};
use super::{case_file, groups, lists, members, relations, screen, transport};
use crate::cli::help;
use crate::cli::out::Out;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::schema::fields::{CONFIG_ID, SOURCE_USERID, TARGET_USERID, USERID};
use crate::schema::vocabulary::{Role, Word};
use crate::snapshot::{CorpRole, corp};
use crate::text::{Lang, collect as say, errors};

/// Exit code where something could not be collected, and is told.
const INCOMPLETE: u8 = 1;

/// End of the help texts.
macro_rules! ends {
    () => {
        "Exit codes:
  0    everything was collected
  1    collected, but some requests were answered by errors: see the summary
  2    not collected, or not to its end: run the same command again
  3    bug in qianhe
  130  interrupted; the same command goes on

Environment:
  QIANHE_CORP_ID, QIANHE_SECRET  credentials of the app, unless --credentials is given
  HTTPS_PROXY                    proxy
  NO_COLOR                       no colours"
    };
}

/// Fetches the exports of a corp from the WeCom API (企业微信), for `qianhe audit`: complete, provable and resumable.
///
/// Writes every answer beside its request into the folder of the role. A run that was ended at any moment goes on where
/// it was; what was answered is never requested again.
#[derive(Debug, Parser)]
#[command(name = "qianhe-collect", version, after_help = concat!("Example:
  qianhe-collect all --case acme --role source-before --credentials acme-app
  qianhe-collect status --case acme --role source-before

", ends!()))]
pub struct Collect {
    /// Print errors only
    #[arg(long, short, global = true, display_order = 900)]
    quiet: bool,
    /// Language of the output [default: that of the locale]
    #[arg(long, global = true, value_name = "LANG", display_order = 901)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: CollectCommand,
}

#[derive(Debug, Subcommand)]
enum CollectCommand {
    /// Collect who has customer-contact permission, and the members of the departments
    #[command(after_help = concat!("Example:\n  qianhe-collect members --case acme --role source-before\n\n", ends!()))]
    Members(ServiceArgs),
    /// Collect the relations of all members with customer-contact permission, and the customers of left members
    #[command(after_help = concat!(
        "Example:\n  qianhe-collect relations --case acme --role target-after --users acme/lists/accounts.csv\n\n",
        ends!()
    ))]
    Relations {
        #[command(flatten)]
        service: ServiceArgs,
        #[command(flatten)]
        users: UsersArg,
    },
    /// Collect the groups, and join codes by their ids, which no call of the API lists
    #[command(after_help = concat!(
        "Example:\n  qianhe-collect groups --case acme --role source-before --codes acme/lists/codes.csv\n\n",
        ends!()
    ))]
    Groups {
        #[command(flatten)]
        service: ServiceArgs,
        #[command(flatten)]
        codes: CodesArg,
    },
    /// Collect members, relations and groups
    #[command(after_help = concat!("Example:\n  qianhe-collect all --case acme --role source-before\n\n", ends!()))]
    All {
        #[command(flatten)]
        service: ServiceArgs,
        #[command(flatten)]
        users: UsersArg,
        #[command(flatten)]
        codes: CodesArg,
    },
    /// Show what is complete, what is missing, and what failed and why; connects to nothing
    #[command(after_help = concat!("Example:\n  qianhe-collect status --case acme --role source-before\n\n", ends!()))]
    Status(RoleArgs),
}

/// A role of a case.
#[derive(Debug, clap::Args)]
struct RoleArgs {
    /// The folder of the case, or its case.toml
    #[arg(long, value_name = "CASE")]
    case: PathBuf,
    /// The export to collect
    #[arg(long, value_name = "ROLE", value_parser = PossibleValuesParser::new(Role::WORDS)
        .map(|word| Role::from_word(&word).unwrap_or(Role::SourceBefore)))]
    role: Role,
}

/// The service, and how to treat it.
#[derive(Debug, clap::Args)]
struct ServiceArgs {
    #[command(flatten)]
    role: RoleArgs,
    /// File with `corp_id = "..."` and `secret = "..."`, which only its owner may read (mode 0600)
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// Base URL of the service, for a proxy or a private deployment
    #[arg(long, value_name = "URL", default_value = PUBLIC)]
    base_url: String,
    /// Certificates (PEM) of the authorities to trust, in place of the public ones: those of a proxy that reads TLS
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Requests under way at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: u16,
    /// Most requests per second; 0 for no limit. Fewer while the service limits them
    #[arg(long, value_name = "N", default_value_t = 20)]
    rate: u32,
    /// Times that a request is tried again where the service is busy or cannot be reached
    #[arg(long, value_name = "N", default_value_t = 8)]
    retries: u32,
    /// Milliseconds before a request is tried again; each pause is twice as long as the one before, up to a minute
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    pause: u64,
    /// Seconds that a request may take
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Go on where an earlier run was; the default
    #[arg(long, conflicts_with = "restart")]
    resume: bool,
    /// Set aside what was collected for the role, and collect it anew
    #[arg(long)]
    restart: bool,
}

/// Members to request.
#[derive(Debug, clap::Args)]
struct UsersArg {
    /// List of the members to request (`source_userid`, `target_userid` or `userid`) instead of all with the permission
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
}

/// Join codes to request.
#[derive(Debug, clap::Args)]
struct CodesArg {
    /// List of the join codes to request (`config_id`), as the app or script that created them keeps it
    #[arg(long, value_name = "FILE")]
    codes: Option<PathBuf>,
}

impl Collect {
    /// Parses the command line, with help texts in the language of the user.
    ///
    /// # Errors
    /// The answer of clap: help, version, or what is wrong with the command line.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> std::result::Result<Self, clap::Error> {
        let args: Vec<OsString> = args.into_iter().collect();
        let mut command = help::localized(Self::command(), help::lang_of(&args));
        let matches = command.try_get_matches_from_mut(args)?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }

    /// Returns the language of the output: `--lang`, else that of the locale.
    pub fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(Lang::from_locale)
    }

    /// Runs the command, and returns its exit code.
    ///
    /// # Errors
    /// Any [`crate::Error`]; it has an exit code of its own.
    pub fn run(&self) -> Result<u8> {
        let out = Out::new(self.quiet, self.lang());
        match &self.command {
            CollectCommand::Members(service) => {
                CollectSession::open(service)?.run(out, CollectPlan { members: true, ..CollectPlan::NONE })
            }
            CollectCommand::Relations { service, users } => {
                let users = users.read(service.role.role)?;
                CollectSession::open(service)?.run(out, CollectPlan { relations: true, users, ..CollectPlan::NONE })
            }
            CollectCommand::Groups { service, codes } => {
                let codes = codes.read()?;
                CollectSession::open(service)?.run(out, CollectPlan { groups: true, codes, ..CollectPlan::NONE })
            }
            CollectCommand::All { service, users, codes } => {
                let (users, codes) = (users.read(service.role.role)?, codes.read()?);
                CollectSession::open(service)?
                    .run(out, CollectPlan { members: true, relations: true, groups: true, users, codes })
            }
            CollectCommand::Status(role) => report(&RoleFolder::read(&role.case, role.role)?, out, None),
        }
    }
}

impl UsersArg {
    fn read(&self, role: Role) -> Result<Option<Vec<String>>> {
        let own = match corp(role) {
            CorpRole::Source => &SOURCE_USERID,
            CorpRole::Target => &TARGET_USERID,
        };
        self.users.as_ref().map(|path| lists::read_ids(path, &[own, &USERID])).transpose()
    }
}

impl CodesArg {
    fn read(&self) -> Result<Vec<String>> {
        self.codes.as_ref().map_or_else(|| Ok(Vec::new()), |path| lists::read_ids(path, &[&CONFIG_ID]))
    }
}

/// The parts to collect.
struct CollectPlan {
    members: bool,
    relations: bool,
    groups: bool,
    /// Members to request, if not all with the permission.
    users: Option<Vec<String>>,
    codes: Vec<String>,
}

impl CollectPlan {
    const NONE: Self = Self { members: false, relations: false, groups: false, users: None, codes: Vec::new() };
}

/// A role that is being collected, by this process alone.
struct CollectSession<'s> {
    folder: RoleFolder,
    corp_id: String,
    client: Client,
    workers: usize,
    /// Released at the end of the process, however it ends.
    _lock: File,
    service: &'s ServiceArgs,
}

impl<'s> CollectSession<'s> {
    fn open(service: &'s ServiceArgs) -> Result<Self> {
        let folder = RoleFolder::read(&service.role.case, service.role.role)?;
        let credentials = Credentials::read(service.credentials.as_deref())?;
        let transport = Transport::new(
            &service.base_url,
            Duration::from_secs(service.timeout),
            service.ca_file.as_deref().map(transport::authorities).transpose()?,
        )?;
        folder.create()?;
        let mut lock = lock(&folder)?;
        if service.restart {
            folder.restart()?;
            folder.create()?;
            lock = self::lock(&folder)?;
        }
        folder.check_corp(&credentials)?;
        let corp_id = credentials.corp_id.clone();
        let patience = Patience { retries: service.retries, pause: Duration::from_millis(service.pause) };
        let client = Client::new(transport, credentials, service.rate, patience);
        Ok(Self { folder, corp_id, client, workers: usize::from(service.concurrency), _lock: lock, service })
    }

    fn run(self, out: Out, plan: CollectPlan) -> Result<u8> {
        let progress = out.progress();
        if plan.members || plan.relations && plan.users.is_none() {
            self.part(ExportPart::Members, (SubjectKind::Member, &[]), progress.as_ref(), members::collect)?;
        }
        if plan.relations {
            let users = match plan.users {
                Some(users) => users,
                None => self.follow_users()?,
            };
            self.part(ExportPart::Relations, (SubjectKind::Member, &users), progress.as_ref(), |collecting| {
                // Members of earlier runs that failed are requested again, too.
                let retried = collecting.store.with(|state| state.retried(SubjectKind::Member));
                let known: BTreeSet<&String> = users.iter().collect();
                let retried = retried.iter().filter(|user| !known.contains(user));
                relations::collect(collecting, &users.iter().chain(retried).cloned().collect::<Vec<_>>())
            })?;
        }
        if plan.groups {
            let codes = plan.codes;
            self.part(ExportPart::Groups, (SubjectKind::Code, &codes), progress.as_ref(), |collecting| {
                groups::collect(collecting, &codes)
            })?;
        }
        drop(progress);
        let taken_at = case_file::taken_at(&self.folder)?;
        let taken_at = taken_at.map(|at| case_file::write_taken_at(&self.folder, at)).transpose()?;
        report(&self.folder, out, taken_at)
    }

    fn store(&self, part: ExportPart) -> Result<Store> {
        Store::open(&self.folder.path, part, self.folder.corp_check())
    }

    /// Collects a part, unless it is complete, and with it all of these subjects.
    fn part(
        &self,
        part: ExportPart,
        (subject, ids): (SubjectKind, &[String]),
        progress: &dyn Progress,
        collect: impl FnOnce(&Collecting<'_>) -> Result<()>,
    ) -> Result<()> {
        let store = self.store(part)?;
        if store.with(|state| {
            let has_all = ids.iter().all(|id| state.is_complete(subject, id));
            state.is_finished && state.failures().is_empty() && has_all
        }) {
            return Ok(());
        }
        store.begin(&self.corp_id)?;
        collect(&Collecting::new(&self.client, &store, progress, self.workers))
    }

    /// Returns the members with customer-contact permission.
    fn follow_users(&self) -> Result<Vec<String>> {
        let users = self.store(ExportPart::Members)?.with(|state| state.follow_users.clone());
        users
            .filter(|users| !users.is_empty())
            .ok_or_else(|| Error::usage(say::NO_FOLLOW_USERS, say::no_follow_users_remedy(self.service.role.role)))
    }
}

/// Locks the folder, so that no other process writes to it.
fn lock(folder: &RoleFolder) -> Result<File> {
    let path = folder.path.join(FOLDER).join("lock");
    let file = super::journal::private(OpenOptions::new().write(true).create(true).truncate(false)).open(&path);
    let file = file.map_err(Error::io(&path, errors::CANNOT_CREATE))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::output(&folder.path, say::LOCKED, say::LOCKED_REMEDY)),
        Err(TryLockError::Error(error)) => Err(Error::io(path, errors::CANNOT_WRITE)(error)),
    }
}

/// Prints what was collected of a role.
fn report(folder: &RoleFolder, out: Out, taken_at: Option<(String, bool)>) -> Result<u8> {
    let screen = screen::Collected::read(folder)?;
    out.text(&screen.text(folder, taken_at, out.lang))?;
    Ok(if screen.is_complete() { 0 } else { INCOMPLETE })
}
