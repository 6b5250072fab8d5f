//! `summary.json` against the tables that it sums up, and the tables against the manifest.

use serde_json::{Value, json};

use super::RecomputedAudit;
use super::values::RecomputedValues;
use crate::error::Result;
use crate::published::{ReportRow, Reports, footer};
use crate::schema::tables::{CONTROL_TOTALS_REPORT, INPUTS_REPORT, REPORTS};
use crate::schema::{Column, fields};

/// Parts of the summary whose counts are compared as control totals; their keys are compared here.
const COUNTED: [&str; 4] = ["relations", "target_relations", "groups", "join_codes"];

/// # Errors
/// [`crate::Error::Input`] if a report cannot be read.
pub(super) fn compare(audit: &RecomputedAudit<'_>, values: &mut RecomputedValues) -> Result<()> {
    let RecomputedAudit { reports, relations, findings, bill } = audit;
    let manifest = &reports.manifest;
    let published = reports.summary()?;
    let mut recomputed = json!({
        "schema_version": manifest.schema_version,
        "tool": { "name": manifest.tool.name, "version": manifest.tool.version },
        "case": { "id": manifest.case, "title": audit.setting("case.title") },
        "policy": { "fail_on": audit.setting("policy.fail_on") },
        "verdict": findings.verdict(relations),
        "billing": bill.as_ref().map(|bill| bill.summary.clone()),
        "findings": findings.rows.iter().map(finding).collect::<Vec<_>>(),
        "control_totals": reports.rows(&CONTROL_TOTALS_REPORT)?.iter().map(control_total).collect::<Vec<_>>(),
        "inputs": reports.rows(&INPUTS_REPORT)?.iter().map(input).collect::<Vec<_>>(),
    });
    for part in COUNTED {
        recomputed[part] = published.get(part).cloned().unwrap_or_default();
    }
    values.compare_json("summary.json", &published, &recomputed);
    values.compare("manifest: case", &manifest.case, audit.setting("case.id").unwrap_or_default());
    manifest_inputs(reports, values)?;
    footers(reports, values)
}

fn object(row: &ReportRow, columns: &[&Column]) -> Value {
    columns
        .iter()
        .map(|column| (column.name.to_owned(), row.value(column).clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn finding(row: &ReportRow) -> Value {
    object(row, &[&fields::CODE, &fields::SEVERITY, &fields::CLAUSE, &fields::COUNT, &fields::WAIVED_COUNT])
}

/// Whether it holds is not taken from the report.
fn control_total(row: &ReportRow) -> Value {
    let mut total = object(row, &[&fields::CONTROL_NAME, &fields::CONTROL_LEFT, &fields::CONTROL_RIGHT]);
    total[fields::HOLDS.name] = (row.value(&fields::CONTROL_LEFT) == row.value(&fields::CONTROL_RIGHT)
        && row.value(&fields::HOLDS) == &json!(true))
        .into();
    total
}

fn input(row: &ReportRow) -> Value {
    let columns = [
        &fields::PATH,
        &fields::SHA256,
        &fields::BYTES,
        &fields::INPUT_KIND,
        &fields::ENCODING,
        &fields::RECORDS_READ,
        &fields::ACCEPTED,
        &fields::DUPLICATE,
        &fields::REJECTED,
        &fields::PASSED_OVER,
        &fields::UNREADABLE_VALUES,
        &fields::UNUSED_COLUMNS,
    ];
    object(row, &columns)
}

/// `inputs.parquet` has the digests of the manifest, and each input adds up.
fn manifest_inputs(reports: &Reports, values: &mut RecomputedValues) -> Result<()> {
    let rows = reports.rows(&INPUTS_REPORT)?;
    let digests = rows.iter().map(|row| (row.text(&fields::PATH), row.value(&fields::SHA256).clone()));
    let digests: serde_json::Map<String, Value> = digests.collect();
    values.compare_json("inputs.parquet", &digests.into(), &json!(reports.manifest.inputs));
    for row in &rows {
        let parts = [&fields::ACCEPTED, &fields::DUPLICATE, &fields::REJECTED, &fields::PASSED_OVER];
        let sum = parts.iter().fold(0_u64, |sum, column| sum.saturating_add(row.count(column)));
        values.compare(format!("input {}: records", row.text(&fields::PATH)), row.count(&fields::RECORDS_READ), sum);
    }
    Ok(())
}

/// Each Parquet report states the version, case and inputs of the manifest.
fn footers(reports: &Reports, values: &mut RecomputedValues) -> Result<()> {
    let manifest = &reports.manifest;
    let inputs = serde_json::to_string(&manifest.inputs).unwrap_or_default();
    for table in REPORTS {
        let entries = footer(&reports.path(table)?)?;
        for (key, expected) in [
            ("tool_version", &manifest.tool.version),
            ("case_id", &manifest.case),
            ("schema_version", &manifest.schema_version.to_string()),
            ("inputs", &inputs),
        ] {
            let published = entries.get(&format!("qianhe.{key}")).cloned().unwrap_or_default();
            values.compare(format!("{}.parquet: footer {key}", table.name), published, expected);
        }
    }
    Ok(())
}
