//! `report.html`: the document of this version around data that follow from the tables. Of the data it leaves out what
//! the tables do not hold: the excerpt of the relations and the series of arrivals.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::RecomputedAudit;
use super::bill::RowsByFlow;
use super::findings::PublishedFindings;
use super::values::RecomputedValues;
use crate::error::{Error, Result};
use crate::limits::MAX_BOOK_BYTES;
use crate::published::{ReportRow, row_count};
use crate::regular;
use crate::report::{local, page};
use crate::rules::{FindingRule, catalogue};
use crate::schema::tables::TARGET_RELATIONS_REPORT;
use crate::schema::vocabulary::Role;
use crate::schema::{Column, fields};
use crate::text::errors as say;

const PAGE: &str = "report.html";
/// Figures that the page has from `summary.json`.
const FIGURES: [&str; 6] = ["verdict", "relations", "target_relations", "groups", "join_codes", "billing"];

/// # Errors
/// [`Error::Io`] if the page, [`Error::Input`] if another report cannot be read.
pub(super) fn compare(audit: &RecomputedAudit<'_>, values: &mut RecomputedValues) -> Result<()> {
    let RecomputedAudit { reports, relations, findings, bill } = audit;
    let path = reports.folder.join(PAGE);
    let bytes = regular::read(&path, MAX_BOOK_BYTES).map_err(Error::io(&path, say::CANNOT_READ))?;
    let data = std::str::from_utf8(&bytes).ok().and_then(page::data_of);
    values.compare("report.html: document of this version", data.is_some(), true);
    let Some(published) = data else { return Ok(()) };
    let zone = audit.setting("case.timezone").and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let arrived = row_count(&reports.path(&TARGET_RELATIONS_REPORT)?)?;
    let mut recomputed = published.clone();
    for (key, value) in page::constants() {
        recomputed[key] = value;
    }
    let summary = reports.summary()?;
    for key in FIGURES {
        recomputed[key] = summary[key].clone();
    }
    recomputed["case"] = case(audit, &zone);
    recomputed["billing_balance"] = json!(bill.as_ref().map(|bill| &bill.balance));
    recomputed["flow"] = flow(&published["flow"], relations);
    recomputed["exports"] = exports(&published["exports"], audit, arrived, &zone);
    recomputed["findings"] =
        findings.rows.iter().map(|row| finding(row, PublishedFindings::counts(row, relations))).collect();
    let mut tables = [0, 1].map(|at| published["tables"][at].clone()).to_vec();
    for (table, total) in tables.iter_mut().zip([relations.total(), arrived]) {
        if let Some(table) = table.as_object_mut() {
            table.insert("total".to_owned(), total.into());
        }
    }
    tables.extend(page::small_tables(|table| reports.batch(table), &zone)?);
    recomputed["tables"] = tables.into();
    values.compare_json(PAGE, &published, &recomputed);
    Ok(())
}

fn case(audit: &RecomputedAudit<'_>, zone: &TimeZone) -> Value {
    json!({
        "id": audit.setting("case.id"),
        "title": audit.setting("case.title"),
        "source": audit.setting("source.name"),
        "target": audit.setting("target.name"),
        "timezone": audit.setting("case.timezone"),
        "started_at": moment(audit, "migration.started_at", zone),
        "finished_at": moment(audit, "migration.finished_at", zone),
    })
}

/// Returns a time among the settings, as the page has it.
fn moment(audit: &RecomputedAudit<'_>, key: &str, zone: &TimeZone) -> Option<i64> {
    local(audit.setting(key)?.parse::<Timestamp>().ok()?.as_microsecond(), zone)
}

fn exports(published: &Value, audit: &RecomputedAudit<'_>, arrived: u64, zone: &TimeZone) -> Value {
    let export = |(number, role): (usize, &Role)| {
        let relations = match role {
            Role::SourceBefore => audit.relations.total().into(),
            Role::TargetAfter => arrived.into(),
            // No table holds the relations of the others.
            _ => published[number]["relations"].clone(),
        };
        let taken_at = moment(audit, &format!("snapshots.{role}.taken_at"), zone);
        json!({ "role": role.word(), "relations": relations, "taken_at": taken_at })
    };
    Role::ALL.iter().enumerate().map(export).collect()
}

/// Relations by scope and outcome, in the order of the page.
fn flow(published: &Value, relations: &RowsByFlow) -> Value {
    let rows = |part: &Value| {
        let [scope, outcome] = [0, 1].map(|at| part[at].as_str().unwrap_or_default().to_owned());
        relations.flow.get(&(scope, outcome)).copied().unwrap_or(0)
    };
    let parts = published.as_array().cloned().unwrap_or_default();
    let complete = parts.len() == relations.flow.len();
    let parts = parts.iter().map(|part| json!([part[0], part[1], rows(part)]));
    if complete { parts.collect() } else { json!(relations.flow.len()) }
}

fn finding(row: &ReportRow, counts: bool) -> Value {
    let value = |column: &Column| row.value(column).clone();
    let rule = catalogue().find(|rule| rule.code == row.text(&fields::CODE));
    json!({
        "code": value(&fields::CODE),
        "severity": value(&fields::SEVERITY),
        "clause": value(&fields::CLAUSE),
        "count": value(&fields::COUNT),
        "counts": counts,
        "message": [value(&fields::MESSAGE_ZH), value(&fields::MESSAGE_EN)],
        "next_step": rule.map(FindingRule::next_step),
        "examples": value(&fields::EXAMPLES),
        "report": value(&fields::REPORT),
        "filter": value(&fields::FILTER),
        "waived": value(&fields::WAIVED_COUNT),
        "waived_by": value(&fields::WAIVED_BY),
        "waived_reason": value(&fields::WAIVED_REASON),
        "waived_until": value(&fields::WAIVED_UNTIL),
    })
}
