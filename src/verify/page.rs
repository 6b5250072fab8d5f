//! `report.html`: the document of this version around data that follow from the tables. Of the data it leaves out what
//! the tables do not hold: the excerpt of the relations and the series of arrivals.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::bill::{RecomputedBill, RowsByFlow};
use super::findings::PublishedFindings;
use super::values::RecomputedValues;
use crate::error::{Error, Result};
use crate::limits::MAX_BOOK_BYTES;
use crate::published::{ReportRow, Reports, row_count};
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

/// Compares the page.
///
/// # Errors
/// [`Error::Io`] if the page, [`Error::Input`] if another report cannot be read.
pub fn compare(
    reports: &Reports,
    relations: &RowsByFlow,
    findings: &PublishedFindings,
    bill: Option<&RecomputedBill>,
    comparison: &mut RecomputedValues,
) -> Result<()> {
    let path = reports.folder.join(PAGE);
    let bytes = regular::read(&path, MAX_BOOK_BYTES).map_err(Error::io(&path, say::CANNOT_READ))?;
    let data = std::str::from_utf8(&bytes).ok().and_then(page::data_of);
    comparison.compare("report.html: document of this version", data.is_some(), true);
    let Some(published) = data else { return Ok(()) };
    let settings = &reports.manifest.settings;
    let setting = |key: &str| settings.get(key).map(String::as_str);
    let zone = setting("case.timezone").and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let moment = |key: &str| {
        setting(key)
            .and_then(|time| time.parse::<Timestamp>().ok())
            .and_then(|time| local(time.as_microsecond(), &zone))
    };
    let mut recomputed = published.clone();
    for (key, value) in page::constants() {
        recomputed[key] = value;
    }
    let summary = reports.summary()?;
    for key in FIGURES {
        recomputed[key] = summary[key].clone();
    }
    recomputed["case"] = json!({
        "id": setting("case.id"),
        "title": setting("case.title"),
        "source": setting("source.name"),
        "target": setting("target.name"),
        "timezone": setting("case.timezone"),
        "started_at": moment("migration.started_at"),
        "finished_at": moment("migration.finished_at"),
    });
    recomputed["billing_balance"] = json!(bill.map(|bill| &bill.balance));
    recomputed["flow"] = flow(&published["flow"], relations);
    let arrived = row_count(&reports.path(&TARGET_RELATIONS_REPORT)?)?;
    let part = |pointer: String| published.pointer(&pointer).cloned().unwrap_or_default();
    let export = |(number, role): (usize, &Role)| {
        let held = match role {
            Role::SourceBefore => relations.total().into(),
            Role::TargetAfter => arrived.into(),
            // No table holds the relations of the others.
            _ => part(format!("/exports/{number}/relations")),
        };
        let taken_at = moment(&format!("snapshots.{role}.taken_at"));
        json!({ "role": role.word(), "relations": held, "taken_at": taken_at })
    };
    recomputed["exports"] = Role::ALL.iter().enumerate().map(export).collect();
    recomputed["findings"] =
        findings.rows().iter().map(|row| finding(row, PublishedFindings::counts(row, relations))).collect();
    let mut tables = vec![part("/tables/0".to_owned()), part("/tables/1".to_owned())];
    for (table, total) in tables.iter_mut().zip([relations.total(), arrived]) {
        if let Some(table) = table.as_object_mut() {
            table.insert("total".to_owned(), total.into());
        }
    }
    tables.extend(page::small_tables(|table| reports.batch(table), &zone)?);
    recomputed["tables"] = tables.into();
    comparison.compare_json(PAGE, &published, &recomputed);
    Ok(())
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
