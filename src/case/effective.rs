//! The settings in effect as texts, by their key in `case.toml`, defaults and `--set` included: what the manifest
//! states, and what `verify` calculates with.

use std::collections::BTreeMap;

use super::settings::{Case, Contract, OwnHeaders};
use crate::text::Lang;

/// Settings by key: `policy.customer_cap`, `contract.payments[0].amount`.
pub type EffectiveSettings = BTreeMap<String, String>;

/// Settings as they are collected.
struct CollectedSettings(EffectiveSettings);

impl Case {
    /// Returns the settings in effect. Of waivers it states code, end and number of keys: the keys and reasons, which
    /// name people, are in the case file, whose digest is stated beside.
    pub fn effective(&self) -> EffectiveSettings {
        let mut all = CollectedSettings(BTreeMap::new());
        all.put("case.id", &self.id);
        all.put("case.title", &self.title);
        all.put("case.timezone", self.timezone.iana_name().unwrap_or("UTC"));
        all.put("case.language", if self.language == Lang::Zh { "zh" } else { "en" });
        all.put("case.as_of", &self.as_of);
        for (side, corp) in [("source", &self.source), ("target", &self.target)] {
            all.put(&format!("{side}.name"), &corp.name);
            all.put_some(&format!("{side}.corp_id"), corp.corp_id.as_ref());
        }
        all.put_time("migration.started_at", self.migration.started_at);
        all.put_time("migration.finished_at", self.migration.finished_at);
        for (role, snapshot) in &self.snapshots {
            let key = |name: &str| format!("snapshots.{role}.{name}");
            all.put(&key("path"), &snapshot.path);
            all.put(&key("coverage"), if snapshot.trusted { "trusted" } else { "proven" });
            if let Some(taken_at) = snapshot.taken_at {
                all.put_time(&key("taken_at"), taken_at);
            }
            all.put_headers(&key("columns"), &snapshot.headers);
        }
        all.put_headers("lists.columns", &self.list_headers);
        if let Some(contract) = &self.contract {
            all.put_contract(contract);
        }
        all.put("policy.fail_on", self.policy.fail_on.word());
        all.put("policy.customer_cap", &self.policy.customer_cap);
        all.put("policy.min_unionid_overlap", &self.policy.min_unionid_overlap);
        all.put("policy.min_group_overlap", &self.policy.min_group_overlap);
        for (number, waiver) in self.waivers.iter().enumerate() {
            let key = |name: &str| format!("waivers[{number}].{name}");
            all.put(&key("code"), &waiver.code);
            all.put(&key("keys"), &waiver.keys.len());
            all.put_some(&key("until"), waiver.until);
        }
        all.0
    }
}

impl CollectedSettings {
    fn put<T: ToString + ?Sized>(&mut self, key: &str, value: &T) {
        self.0.insert(key.to_owned(), value.to_string());
    }

    fn put_some(&mut self, key: &str, value: Option<impl ToString>) {
        self.0.extend(value.map(|value| (key.to_owned(), value.to_string())));
    }

    fn put_time(&mut self, key: &str, micros: i64) {
        self.put_some(key, jiff::Timestamp::from_microsecond(micros).ok());
    }

    fn put_headers(&mut self, key: &str, headers: &OwnHeaders) {
        for (column, header) in headers {
            self.put(&format!("{key}.{column}"), header);
        }
    }

    fn put_contract(&mut self, contract: &Contract) {
        let key = |name: &str| format!("contract.{name}");
        self.put(&key("relations"), &contract.relations);
        self.put(&key("unit_price"), &contract.unit_price);
        self.put(&key("surcharge_unit_price"), &contract.surcharge_unit_price);
        self.put(&key("currency"), &contract.currency);
        self.put(&key("surcharge_basis"), &contract.surcharge_basis);
        self.put_some(&key("signed_on"), contract.signed_on);
        self.put_some(&key("party"), contract.party.as_ref());
        for (number, payment) in contract.payments.iter().enumerate() {
            let key = |name: &str| format!("contract.payments[{number}].{name}");
            self.put(&key("id"), &payment.id);
            self.put(&key("paid_on"), &payment.paid_on);
            self.put(&key("amount"), &payment.amount);
            self.put(&key("covers"), &payment.covers);
        }
        for (number, invoice) in contract.invoices.iter().enumerate() {
            let key = |name: &str| format!("contract.invoices[{number}].{name}");
            self.put(&key("id"), &invoice.id);
            self.put(&key("issued_on"), &invoice.issued_on);
            self.put(&key("amount"), &invoice.amount);
            self.put_some(&key("payment"), invoice.payment.as_ref());
        }
    }
}
