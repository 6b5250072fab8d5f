//! The console names the owner of a group, not the account: the roster says whose name it is, where it stands once.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringViewArray};

use crate::error::Result;
use crate::ingest::raw::{Raw, raw_schema};
use crate::schema::fields;
use crate::schema::tables::{CONSOLE_GROUPS, GROUPS};

/// The raw groups, those of the console with the accounts of their owners.
pub fn with_owners(raw: &Raw, members: &RecordBatch) -> Result<Vec<RecordBatch>> {
    let accounts = by_name(members);
    let schema = raw_schema(&GROUPS);
    let of_console = raw.batches(&CONSOLE_GROUPS).iter().map(|batch| {
        let column = |name: &str| batch.column_by_name(name).expect("groups of the console hold the columns of groups").clone();
        let owner = |column: ArrayRef| -> ArrayRef {
            let names = batch.column_by_name(fields::OWNER_NAME.name).expect("they name their owners").as_string_view();
            let owners = column.as_string_view().iter().zip(names).map(|(userid, name)| userid.or_else(|| *accounts.get(name?.trim())?));
            Arc::new(owners.collect::<StringViewArray>())
        };
        let columns = schema.fields().iter().map(|field| {
            let given = column(field.name());
            if field.name() == fields::OWNER_USERID.name { owner(given) } else { given }
        });
        Ok(RecordBatch::try_new(schema.clone(), columns.collect())?)
    });
    raw.batches(&GROUPS).iter().cloned().map(Ok).chain(of_console).collect()
}

/// The account of each name; none where several members have it.
fn by_name(members: &RecordBatch) -> HashMap<&str, Option<&str>> {
    let column = |name: &str| members.column_by_name(name).expect("members hold their columns").as_string_view();
    let mut accounts: HashMap<&str, Option<&str>> = HashMap::new();
    for (userid, name) in column(fields::USERID.name).iter().zip(column(fields::NAME.name)) {
        if let Some(name) = name {
            accounts.entry(name.trim()).and_modify(|account| *account = None).or_insert(userid);
        }
    }
    accounts
}
