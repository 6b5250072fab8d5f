//! The language of the tests: a case of two corps in a few lines, audited by the real program, and its reports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use qianhe::findings::Finding;
use qianhe::progress::Silent;
use qianhe::run::AuditSummary;
use tempfile::TempDir;

/// A row of a report, by column name; null is absent.
pub type Row = BTreeMap<String, String>;

/// A case in lines. Relations are `member: customer date key=value ...`, for example
/// `ann: wei 2025-01-01 id=w1 unionid=u1`; `-` is no name, no date is no time, and the id is the name unless given.
pub struct Story {
    folder: Arc<TempDir>,
    toml: Vec<String>,
}

/// Start and end of every story: 1 and 7 May 2026, Shanghai.
const CASE: &str = r#"[case]
id = "story"
[migration]
started_at = 2026-05-01T00:00:00+08:00
finished_at = 2026-05-07T00:00:00+08:00
"#;

const RELATION_COLUMNS: &[&str] = &["id", "unionid", "is_customer", "remark", "tags", "add_way"];
const RELATION_HEADER: &str = "userid,customer_name,created_at,external_userid,unionid,is_customer,remark,tags,add_way";

impl Story {
    /// What the source held before, and the target after. Every member `x` of the source is enrolled as `x2`.
    pub fn new(before: &str, after: &str) -> Self {
        let story = Self { folder: Arc::new(tempfile::tempdir().unwrap()), toml: vec![CASE.to_owned()] };
        story.relations("source-before", before);
        story.relations("target-after", after);
        let members: BTreeSet<&str> = lines(before).map(|line| line.split(':').next().unwrap().trim()).collect();
        let accounts: String = members.iter().map(|member| format!("{member},{member}2\n")).collect();
        let accounts = if accounts.is_empty() { "nobody,nobody2\n".to_owned() } else { accounts };
        story.file("lists/accounts.csv", &format!("source_userid,target_userid\n{accounts}"))
    }

    /// One customer, who arrived.
    pub fn arrived() -> Self {
        Self::new("ann: wei 2025-01-01", "ann2: wei 2026-05-02")
    }

    /// One customer, who did not.
    pub fn lost() -> Self {
        Self::new("ann: wei 2025-01-01", "")
    }

    /// Replaces the accounts list: `source target assessment` per line.
    pub fn accounts(self, text: &str) -> Self {
        self.list("accounts", &["source_userid", "target_userid", "assessment"], text)
    }

    /// The customer map: `source target` ids per line.
    pub fn customer_map(self, text: &str) -> Self {
        self.list("customer_map", &["source_external_userid", "target_external_userid"], text)
    }

    /// The group map: `source target` ids per line.
    pub fn group_map(self, text: &str) -> Self {
        self.list("group_map", &["source_chat_id", "target_chat_id"], text)
    }

    /// The groups of an export: `id: owner name date members=unionid,unionid`, for example
    /// `g1: ann vip 2025-01-01 members=u1,u2`; `-` is no id, owner, name, or member's unionid.
    pub fn groups(self, role: &str, text: &str) -> Self {
        let groups: String = lines(text).map(|line| group(line) + "\n").collect();
        let members: String = lines(text).flat_map(group_members).map(|row| row + "\n").collect();
        let story =
            self.file(&format!("{role}/groups.csv"), &format!("chat_id,owner_userid,name,created_at\n{groups}"));
        match members.as_str() {
            "" => story,
            members => {
                story.file(&format!("{role}/group_members.csv"), &format!("chat_id,userid,kind,unionid\n{members}"))
            }
        }
    }

    /// The join codes of an export: `id: group group`, or `id: deleted`.
    pub fn codes(self, role: &str, text: &str) -> Self {
        let row = |line: &str| {
            let (id, groups) = line.split_once(':').unwrap();
            let deleted = groups.trim() == "deleted";
            let groups = if deleted { String::new() } else { groups.split_whitespace().collect::<Vec<_>>().join("|") };
            format!("{},{groups},{deleted}\n", id.trim())
        };
        let rows: String = lines(text).map(row).collect();
        self.file(&format!("{role}/join_codes.csv"), &format!("config_id,chat_ids,deleted\n{rows}"))
    }

    /// The refusals: `external_userid unionid customer_name userid` per line, `-` for what is not given.
    pub fn refusals(self, text: &str) -> Self {
        self.list("refusals", &["external_userid", "unionid", "customer_name", "userid"], text)
    }

    /// The unassigned list of source-before: `member customer-id` per line.
    pub fn unassigned(self, text: &str) -> Self {
        let rows = rows(text, 2);
        self.file("source-before/unassigned.csv", &format!("handover_userid,external_userid\n{rows}"))
    }

    /// The members of source-before with customer-contact permission.
    pub fn follow_users(self, members: &str) -> Self {
        let rows: String = members.split_whitespace().map(|member| format!("{member},true\n")).collect();
        self.file("source-before/members.csv", &format!("userid,has_customer_contact\n{rows}"))
    }

    /// What another export held.
    pub fn role(self, role: &str, text: &str) -> Self {
        self.relations(role, text);
        self
    }

    /// Replaces the whole case.toml.
    pub fn case(mut self, text: &str) -> Self {
        self.toml = vec![text.to_owned()];
        self
    }

    /// Lines of case.toml.
    pub fn toml(mut self, text: &str) -> Self {
        self.toml.push(text.to_owned());
        self
    }

    /// A key of `[case]`.
    pub fn with_case_key(mut self, line: &str) -> Self {
        self.toml[0] = self.toml[0].replace("[case]\n", &format!("[case]\n{line}\n"));
        self
    }

    /// A file of the case, as it is.
    pub fn file(self, path: &str, content: &str) -> Self {
        self.bytes(path, content.as_bytes())
    }

    /// A file of the case, as it is.
    pub fn bytes(self, path: &str, content: &[u8]) -> Self {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Takes a file or folder out of the case.
    pub fn without(self, path: &str) -> Self {
        let path = self.folder.path().join(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
        self
    }

    /// The folder of the case, with its case.toml written.
    pub fn write(&self) -> &Path {
        let mut toml = self.toml.join("\n");
        // A table without a row proves nothing: the story trusts what it leaves empty, unless it sets the coverage
        // itself.
        for role in ["source-after", "target-before", "target-after"] {
            let is_told = toml.contains(&format!("[snapshots.{role}]"));
            if !is_told && has_empty_table(&self.folder.path().join(role)) {
                toml.extend(["\n[snapshots.", role, "]\ncoverage = \"trusted\"\n"]);
            }
        }
        fs::write(self.folder.path().join("case.toml"), toml).unwrap();
        self.folder.path()
    }

    /// Audits the case, which must succeed.
    pub fn audit(&self) -> Audit {
        let audit = audit(self.write()).unwrap_or_else(|error| panic!("{error}"));
        Audit { folder: Some(self.folder.clone()), ..audit }
    }

    /// Audits the case, which must fail by the user's fault and leave nothing behind; the error as the user reads it.
    pub fn error(&self) -> String {
        self.failure().to_string()
    }

    /// The same error, for either language.
    pub fn failure(&self) -> qianhe::Error {
        let before = names_in(self.write());
        let error = audit(self.folder.path()).map(|audit| audit.summary.verdict).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        assert_eq!(names_in(self.folder.path()), before, "something was published, or left lying about");
        error
    }

    fn relations(&self, role: &str, text: &str) {
        let rows: String = lines(text).map(|line| relation(line) + "\n").collect();
        let path = self.folder.path().join(role).join("relations.csv");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{RELATION_HEADER}\n{rows}")).unwrap();
    }

    fn list(self, name: &str, columns: &[&str], text: &str) -> Self {
        let rows = rows(text, columns.len());
        self.file(&format!("lists/{name}.csv"), &format!("{}\n{rows}", columns.join(",")))
    }
}

fn has_empty_table(folder: &Path) -> bool {
    let files = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "csv"))
        .any(|path| fs::read(path).unwrap().split(|&b| b == b'\n').count() == 2)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '\n']).map(str::trim).filter(|line| !line.is_empty())
}

/// `ann: wei 2025-01-01 id=w1` as a row of CSV.
fn relation(line: &str) -> String {
    let (member, rest) = line.split_once(':').unwrap();
    let mut words = rest.split_whitespace();
    let name = words.next().unwrap();
    let words: Vec<&str> = words.collect();
    let date = words.iter().find(|word| !word.contains('=')).copied().unwrap_or_default();
    let value = |key: &str| words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default();
    let name_cell = if name == "-" { "" } else { name };
    // `id=` says that there is none.
    let id = if words.iter().any(|word| word.starts_with("id=")) { value("id") } else { name };
    let mut cells = vec![member.trim(), name_cell, date, id];
    cells.extend(RELATION_COLUMNS[1..].iter().map(|key| value(key)));
    cells.join(",")
}

/// `g1: ann vip 2025-01-01 members=u1,u2` as a row of CSV.
fn group(line: &str) -> String {
    let (id, rest) = line.split_once(':').unwrap();
    let words = rest.split_whitespace().filter(|word| !word.contains('='));
    let mut cells: Vec<&str> =
        std::iter::once(id.trim()).chain(words).map(|word| if word == "-" { "" } else { word }).collect();
    cells.resize(4, "");
    cells.join(",")
}

/// The external members of such a group as rows of CSV.
fn group_members(line: &str) -> Vec<String> {
    let (id, rest) = line.split_once(':').unwrap();
    let members = rest.split_whitespace().find_map(|word| word.strip_prefix("members=")).unwrap_or_default();
    let unionids = members.split(',').filter(|unionid| !unionid.is_empty());
    unionids
        .enumerate()
        .map(|(n, unionid)| format!("{},m{n},external,{}", id.trim(), if unionid == "-" { "" } else { unionid }))
        .collect()
}

/// Words as rows of CSV; `-` is an empty cell.
fn rows(text: &str, width: usize) -> String {
    let row = |line: &str| {
        let mut cells: Vec<&str> = line.split_whitespace().map(|word| if word == "-" { "" } else { word }).collect();
        cells.resize(width, "");
        cells.join(",") + "\n"
    };
    lines(text).map(row).collect()
}

/// What lies in a folder, hidden things too.
pub fn names_in(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Every file below a folder, by its path there.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// The files that only one of two folders has, or that are not the same.
pub fn differing(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

/// Audits the case in a folder into its `reports`.
pub fn audit(folder: &Path) -> qianhe::Result<Audit> {
    audit_into(folder, &folder.join("reports"), &[])
}

/// Audits a case with overrides into another folder.
pub fn audit_into(folder: &Path, out: &Path, set: &[String]) -> qianhe::Result<Audit> {
    let case = qianhe::case::load(folder, set)?;
    let summary = qianhe::run::audit(&case, out, qianhe::memory::Resources::default(), &Silent)?;
    Ok(Audit { folder: None, reports: out.to_path_buf(), summary })
}

/// What an audit answered.
pub struct Audit {
    /// The folder of a story, which has to live as long.
    #[expect(dead_code, reason = "it is there to be dropped")]
    folder: Option<Arc<TempDir>>,
    /// Where its reports are.
    pub reports: PathBuf,
    /// Its summary.
    pub summary: AuditSummary,
}

impl Audit {
    /// The rows of a report.
    pub fn report(&self, name: &str) -> Vec<Row> {
        read_parquet(&self.reports.join(format!("{name}.parquet")))
    }

    /// `member/customer` -> `scope outcome/reason`.
    pub fn outcomes(&self) -> BTreeMap<String, String> {
        self.report("relations")
            .iter()
            .map(|row| (key(row, "source_userid", "source_external_userid"), verdict_of(row)))
            .collect()
    }

    /// `member/customer` of the target -> origin.
    pub fn origins(&self) -> BTreeMap<String, String> {
        let rows = self.report("target_relations");
        rows.iter().map(|row| (key(row, "target_userid", "target_external_userid"), row["origin"].clone())).collect()
    }

    /// The one row of `relations` about a customer of a member.
    pub fn relation(&self, key_wanted: &str) -> Row {
        let rows = self.report("relations");
        let mut found =
            rows.into_iter().filter(|row| key(row, "source_userid", "source_external_userid") == key_wanted);
        let row = found.next().unwrap_or_else(|| panic!("no relation {key_wanted}"));
        assert!(found.next().is_none(), "two relations {key_wanted}");
        row
    }

    /// Group id or name -> `scope outcome/reason`, then `method target` where matched.
    pub fn groups(&self) -> BTreeMap<String, String> {
        let told = |row: &Row| match row.get("match_method") {
            Some(method) => {
                format!("{} {method} {}", verdict_of(row), row.get("target_chat_id").map_or("-", String::as_str))
            }
            None => verdict_of(row),
        };
        self.report("groups")
            .iter()
            .map(|row| (row.get("source_chat_id").unwrap_or_else(|| &row["name"]).clone(), told(row)))
            .collect()
    }

    /// Code -> `predicted observed verdict`.
    pub fn codes(&self) -> BTreeMap<String, String> {
        let told = |row: &Row| {
            format!("{} {} {}", row.get("predicted").map_or("-", String::as_str), row["observed"], row["verdict"])
        };
        self.report("join_codes").iter().map(|row| (row["config_id"].clone(), told(row))).collect()
    }

    /// `summary.json`.
    pub fn summary_json(&self) -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(self.reports.join("summary.json")).unwrap()).unwrap()
    }

    /// The finding of a code, which must be there.
    pub fn finding(&self, code: &str) -> &Finding {
        let found = self.summary.findings.iter().find(|finding| finding.rule.code == code);
        found.unwrap_or_else(|| panic!("no {code} among {:?}", self.findings()))
    }

    /// The codes of the findings with their counts.
    pub fn findings(&self) -> BTreeMap<&'static str, u64> {
        self.summary.findings.iter().map(|finding| (finding.rule.code, finding.count)).collect()
    }
}

/// The member and the customer's id, or its name where there is none.
fn key(row: &Row, member: &str, id: &str) -> String {
    let customer = row.get(id).or_else(|| row.get("customer_name"));
    format!("{}/{}", row[member], customer.map_or("-", String::as_str))
}

fn verdict_of(row: &Row) -> String {
    let reason = row.get("reason").map(|reason| format!("/{reason}")).unwrap_or_default();
    format!("{} {}{reason}", row["scope"], row["outcome"])
}

/// Every row of a Parquet file, as text.
pub fn read_parquet(path: &Path) -> Vec<Row> {
    let file = fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let mut rows = Vec::new();
    for batch in reader.map(Result::unwrap) {
        let options = FormatOptions::default();
        let columns: Vec<ArrayRef> = batch.columns().iter().map(without_zone).collect();
        let texts: Vec<(String, &ArrayRef, ArrayFormatter<'_>)> = batch
            .schema_ref()
            .fields()
            .iter()
            .zip(&columns)
            .map(|(field, array)| (field.name().clone(), array, ArrayFormatter::try_new(array, &options).unwrap()))
            .collect();
        for i in 0..batch.num_rows() {
            let filled = texts.iter().filter(|(_, array, _)| array.is_valid(i));
            rows.push(filled.map(|(name, _, text)| (name.clone(), text.value(i).to_string())).collect());
        }
    }
    rows
}

/// Times in UTC without saying so, for the display of zones needs a zone database.
pub fn without_zone(array: &ArrayRef) -> ArrayRef {
    match array.as_primitive_opt::<TimestampMicrosecondType>() {
        Some(times) => Arc::new(times.clone().with_timezone_opt(None::<String>)),
        None => array.clone(),
    }
}

/// Runs the real program: exit code, stdout, stderr. Its language is English, unless the arguments set it.
pub fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_qianhe"));
    let output = command.env("NO_COLOR", "1").env("LC_ALL", "C").current_dir(folder).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The reports of the sample, to be done with as a test likes.
pub fn sample() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let reports = folder.path().join("reports");
    audit_into(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample"), &reports, &[]).unwrap();
    (folder, reports)
}

/// What an audit shows on the terminal, in English and without colours.
pub fn screen(summary: &AuditSummary) -> String {
    use qianhe::report::terminal::{Look, summary as told};
    told(summary, Look { lang: qianhe::text::Lang::En, colour: false })
}
