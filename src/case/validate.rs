//! Typed values -> settings: every key of `case.toml` with its kind, its default and its consistency checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::MigrationEnd;
use super::file::TomlNode;
use super::kinds::{
    amount, count, currency, date, identifier, one_of, share, text, texts, time, timezone, unit_price, word,
};
use super::section::{CaseField, Section, nearest};
use super::settings::{
    Case, Contract, CorpSettings, FailOn, Invoice, Migration, OwnHeaders, Payment, PaymentCovers, Policy,
    SnapshotSettings, SurchargeBasis, Waiver,
};
use crate::error::{Error, Result};
use crate::regular::parent_of;
use crate::rules::catalogue;
use crate::rules::thresholds::{CUSTOMER_CAP, MIN_GROUP_OVERLAP, MIN_UNIONID_OVERLAP};
use crate::schema::lists::LIST_TABLES;
use crate::schema::tables::{OF_INGEST, SNAPSHOT_TABLES};
use crate::schema::vocabulary::Role;
use crate::schema::{Table, fields};
use crate::text::{Lang, Message, errors as say};

const SECTIONS: &[&str] =
    &["case", "source", "target", "migration", "snapshots", "lists", "contract", "policy", "waivers"];
const CASE: &[&str] = &["id", "title", "timezone", "language", "as_of"];
const CORP: &[&str] = &["corp_id", "name"];
const MIGRATION: &[&str] = &["started_at", "finished_at"];
const SNAPSHOT: &[&str] = &["path", "taken_at", "coverage", "columns"];
const LISTS: &[&str] = &["columns"];
const CONTRACT: &[&str] = &[
    "signed_on", "party", "relations", "unit_price", "currency", "surcharge_unit_price", "surcharge_basis", "payments",
    "invoices",
];
const PAYMENT: &[&str] = &["id", "paid_on", "amount", "currency", "covers"];
const INVOICE: &[&str] = &["id", "issued_on", "amount", "payment"];
const POLICY: &[&str] = &["fail_on", "customer_cap", "min_unionid_overlap", "min_group_overlap"];
const WAIVER: &[&str] = &["code", "keys", "reason", "by", "until"];

const LANGUAGES: [(&str, Lang); 2] = [("zh", Lang::Zh), ("en", Lang::En)];
const TIMEZONE: &str = "Asia/Shanghai";
const CURRENCY: &str = "CNY";

pub(super) fn case(file: &Path, typed: &TomlNode, end: MigrationEnd) -> Result<Case> {
    let root = Section::root(file, typed, SECTIONS)?;
    let case = root.section("case", CASE)?;
    let id = case.need("id", identifier, "\"acme-2026\"")?;
    let timezone = zone(&case)?;
    let migration = migration(&root, &timezone, end)?;
    let snapshots = snapshots(&root, &timezone)?;
    Ok(Case {
        root: parent_of(file).to_path_buf(),
        file: file.to_path_buf(),
        title: case.read("title", text)?.unwrap_or_else(|| id.clone()),
        id,
        language: case.read("language", |field| word(field, &LANGUAGES))?.unwrap_or(Lang::Zh),
        source: corp(&root, "source")?,
        target: corp(&root, "target")?,
        as_of: as_of(&case, migration, &snapshots, &timezone)?,
        migration,
        snapshots,
        list_headers: own_headers(&root.section("lists", LISTS)?, LIST_TABLES)?,
        contract: contract(&root)?,
        policy: policy(&root)?,
        waivers: waivers(&root)?,
        pseudonyms: None,
        timezone,
        file_sha256: String::new(),
        overrides: Vec::new(),
    })
}

fn zone(case: &Section<'_>) -> Result<TimeZone> {
    match case.read("timezone", timezone)? {
        Some(zone) => Ok(zone),
        None => TimeZone::get(TIMEZONE)
            .map_err(|error| Error::Bug(format!("the time zone database has no {TIMEZONE}: {error}"))),
    }
}

fn as_of(
    case: &Section<'_>,
    migration: Migration,
    snapshots: &BTreeMap<Role, SnapshotSettings>,
    zone: &TimeZone,
) -> Result<Date> {
    if let Some(day) = case.read("as_of", date)? {
        return Ok(day);
    }
    let newest = snapshots.values().filter_map(|snapshot| snapshot.taken_at).fold(migration.finished_at, i64::max);
    let moment = jiff::Timestamp::from_microsecond(newest)
        .map_err(|error| Error::Bug(format!("a checked time is invalid: {error}")))?;
    Ok(moment.to_zoned(zone.clone()).date())
}

fn corp(root: &Section<'_>, side: &str) -> Result<CorpSettings> {
    let corp = root.section(side, CORP)?;
    Ok(CorpSettings {
        corp_id: corp.read("corp_id", text)?,
        name: corp.read("name", text)?.unwrap_or_else(|| side.to_owned()),
    })
}

fn migration(root: &Section<'_>, zone: &TimeZone, end: MigrationEnd) -> Result<Migration> {
    let migration = root.section("migration", MIGRATION)?;
    let started_at = migration.need("started_at", |field| time(field, zone), "2026-05-01T00:00:00+08:00")?;
    let ends_after_start = |field: &_| match time(field, zone)? {
        end if end > started_at => Ok(end),
        _ => Err(field.fault(say::END_BEFORE_START, say::END_BEFORE_START_REMEDY)),
    };
    let finished_at = match end {
        MigrationEnd::Required => migration.need("finished_at", ends_after_start, "2026-05-07T00:00:00+08:00")?,
        MigrationEnd::Optional => migration.read("finished_at", ends_after_start)?.unwrap_or(started_at),
    };
    Ok(Migration { started_at, finished_at })
}

fn snapshots(root: &Section<'_>, zone: &TimeZone) -> Result<BTreeMap<Role, SnapshotSettings>> {
    let all = root.section("snapshots", Role::WORDS)?;
    Role::ALL.iter().map(|role| Ok((*role, snapshot(&all, *role, zone)?))).collect()
}

fn snapshot(all: &Section<'_>, role: Role, zone: &TimeZone) -> Result<SnapshotSettings> {
    let snapshot = all.section(role.word(), SNAPSHOT)?;
    let path = snapshot.read("path", text)?;
    Ok(SnapshotSettings {
        named: path.is_some(),
        path: path.unwrap_or_else(|| role.word().to_owned()),
        taken_at: snapshot.read("taken_at", |field| time(field, zone))?,
        trusted: snapshot
            .read("coverage", |field| word(field, &[("proven", false), ("trusted", true)]))?
            .unwrap_or(false),
        headers: own_headers(&snapshot, SNAPSHOT_TABLES)?,
    })
}

/// Reads the table `columns` of a section: the user's own headers by canonical column.
fn own_headers(section: &Section<'_>, tables: &[&Table]) -> Result<OwnHeaders> {
    let known = mappable(tables);
    let columns = section.section("columns", &known)?;
    let header = |name| Ok(columns.read(name, text)?.map(|header| (name, header)));
    known.into_iter().filter_map(|name| header(name).transpose()).collect()
}

/// Returns the columns that can be mapped: all but those that `qianhe ingest` writes for itself.
fn mappable(tables: &[&Table]) -> Vec<&'static str> {
    let foreign = tables.iter().filter(|table| !OF_INGEST.contains(table));
    let own = [&fields::SOURCE_FILE, &fields::SOURCE_RECORD, &fields::UNREADABLE];
    let mut names = Vec::new();
    for slot in foreign.flat_map(|table| table.columns).filter(|slot| !own.contains(&slot.column)) {
        if !names.contains(&slot.column.name) {
            names.push(slot.column.name);
        }
    }
    names
}

fn contract(root: &Section<'_>) -> Result<Option<Contract>> {
    let contract = root.section("contract", CONTRACT)?;
    if !contract.is_present() {
        return Ok(None);
    }
    let unit = contract.need("unit_price", unit_price, "\"0.80\"")?;
    let currency = contract.read("currency", currency)?.unwrap_or_else(|| CURRENCY.to_owned());
    let payments = payments(&contract, &currency)?;
    Ok(Some(Contract {
        signed_on: contract.read("signed_on", date)?,
        party: contract.read("party", text)?,
        relations: contract.need("relations", |field| count(field, 0), "250000")?,
        unit_price: unit,
        currency,
        surcharge_unit_price: contract.read("surcharge_unit_price", unit_price)?.unwrap_or(unit),
        surcharge_basis: contract
            .read("surcharge_basis", |field| one_of(field, SurchargeBasis::ALL))?
            .unwrap_or(SurchargeBasis::AboveTolerance),
        invoices: invoices(&contract, &payments)?,
        payments,
    }))
}

fn payments(contract: &Section<'_>, agreed: &str) -> Result<Vec<Payment>> {
    let mut seen = BTreeSet::new();
    let payment = |payment: Section<'_>| {
        payment.read("currency", |field| is_agreed(field, agreed))?;
        Ok(Payment {
            id: unique_id(&payment, &mut seen, "\"P1\"")?,
            paid_on: payment.need("paid_on", date, "2026-03-10")?,
            amount: payment.need("amount", amount, "\"200000.00\"")?,
            covers: payment
                .read("covers", |field| one_of(field, PaymentCovers::ALL))?
                .unwrap_or(PaymentCovers::Contract),
        })
    };
    contract.sections("payments", PAYMENT)?.into_iter().map(payment).collect()
}

/// Amounts of different currencies cannot be added, and there is no agreed exchange rate.
fn is_agreed(field: &CaseField<'_>, agreed: &str) -> Result<()> {
    match currency(field)? {
        paid_in if paid_in == agreed => Ok(()),
        paid_in => Err(field.fault(say::paid_otherwise(paid_in, agreed), say::paid_otherwise_remedy(agreed))),
    }
}

fn invoices(contract: &Section<'_>, payments: &[Payment]) -> Result<Vec<Invoice>> {
    let mut seen = BTreeSet::new();
    let invoice = |invoice: Section<'_>| {
        Ok(Invoice {
            id: unique_id(&invoice, &mut seen, "\"I1\"")?,
            issued_on: invoice.need("issued_on", date, "2026-03-12")?,
            amount: invoice.need("amount", amount, "\"200000.00\"")?,
            payment: paid_by(&invoice, payments)?,
        })
    };
    contract.sections("invoices", INVOICE)?.into_iter().map(invoice).collect()
}

fn unique_id(entry: &Section<'_>, seen: &mut BTreeSet<String>, example: &str) -> Result<String> {
    let unseen = |field: &_| match text(field)? {
        id if seen.insert(id.clone()) => Ok(id),
        id => Err(field.fault(say::id_twice(id), say::ID_TWICE_REMEDY)),
    };
    entry.need("id", unseen, example)
}

fn paid_by(invoice: &Section<'_>, payments: &[Payment]) -> Result<Option<String>> {
    invoice.read("payment", |field| {
        let id = text(field)?;
        if payments.iter().any(|payment| payment.id == id) {
            return Ok(id);
        }
        let known = if payments.is_empty() {
            say::NONE.into()
        } else {
            Message::list(payments.iter().map(|payment| &payment.id))
        };
        Err(field.fault(say::no_payment(id), say::no_payment_remedy(known)))
    })
}

fn policy(root: &Section<'_>) -> Result<Policy> {
    let policy = root.section("policy", POLICY)?;
    Ok(Policy {
        fail_on: policy.read("fail_on", |field| one_of(field, FailOn::ALL))?.unwrap_or(FailOn::Defect),
        customer_cap: policy.read("customer_cap", |field| count(field, 1))?.unwrap_or(CUSTOMER_CAP),
        min_unionid_overlap: policy.read("min_unionid_overlap", share)?.unwrap_or(MIN_UNIONID_OVERLAP),
        min_group_overlap: policy.read("min_group_overlap", share)?.unwrap_or(MIN_GROUP_OVERLAP),
    })
}

fn waivers(root: &Section<'_>) -> Result<Vec<Waiver>> {
    let waiver = |waiver: Section<'_>| {
        Ok(Waiver {
            code: waiver.need("code", finding_code, "\"A3-refused-arrived\"")?,
            keys: waiver.read("keys", texts)?.unwrap_or_default(),
            reason: waiver.need("reason", text, "\"agreed with Tencent on 2026-05-12\"")?,
            by: waiver.need("by", text, "\"Li Na\"")?,
            until: waiver.read("until", date)?,
        })
    };
    root.sections("waivers", WAIVER)?.into_iter().map(waiver).collect()
}

fn finding_code(field: &CaseField<'_>) -> Result<String> {
    let code = text(field)?;
    let codes = || catalogue().map(|rule| rule.code);
    if codes().any(|known| known == code) {
        return Ok(code);
    }
    let near = nearest(&code, codes());
    Err(field.fault(say::no_finding(&code), say::perhaps(near, say::NO_FINDING_REMEDY)))
}
