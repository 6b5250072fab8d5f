//! The console names the owner of a group, not the account: the roster says whose name it is, where it stands once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListBuilder, RecordBatch, StringViewArray, StringViewBuilder};

use crate::error::Result;
use crate::ingest::raw::{Raw, raw_schema};
use crate::names;
use crate::schema::fields;
use crate::schema::tables::{CONSOLE_GROUPS, GROUPS};
use crate::schema::vocabulary::Dataset;

/// The raw groups, those of the console with the accounts of their owners.
///
/// Where a record or value of the roster could not be read, the owner of none of them is certain: the name may be anyone's.
pub fn with_owners(raw: &Raw, members: &RecordBatch) -> Result<Vec<RecordBatch>> {
    let accounts = by_name(members);
    let of_roster = [Dataset::Members, Dataset::FollowUsers];
    let is_in_doubt = of_roster.into_iter().any(|dataset| raw.doubts.concern(dataset))
        || raw.doubts.values().any(|(of, _)| of_roster.contains(&of));
    let schema = raw_schema(&GROUPS);
    let of_console = raw.batches(&CONSOLE_GROUPS).iter().map(|batch| {
        let column =
            |name: &str| batch.column_by_name(name).expect("groups of the console hold the columns of groups").clone();
        let owner = |column: ArrayRef| -> ArrayRef {
            let names = batch.column_by_name(fields::OWNER_NAME.name).expect("they name their owners").as_string_view();
            let owners = column
                .as_string_view()
                .iter()
                .zip(names)
                .map(|(userid, name)| userid.or_else(|| *accounts.get(&names::normal(name?))?));
            Arc::new(owners.collect::<StringViewArray>())
        };
        let unreadable = |column: ArrayRef| -> ArrayRef {
            let names = batch.column_by_name(fields::OWNER_NAME.name).expect("they name their owners");
            let mut lists = ListBuilder::new(StringViewBuilder::new());
            for row in 0..batch.num_rows() {
                let given = column.as_list::<i32>();
                let of_row = given.is_valid(row).then(|| given.value(row));
                let of_owner = names.is_valid(row).then_some(fields::OWNER_USERID.name);
                for name in of_row.iter().flat_map(|list| list.as_string_view().iter()).flatten().chain(of_owner) {
                    lists.values().append_value(name);
                }
                lists.append(of_row.is_some() || of_owner.is_some());
            }
            Arc::new(lists.finish())
        };
        let columns = schema.fields().iter().map(|field| {
            let given = column(field.name());
            match field.name() {
                name if name == fields::OWNER_USERID.name => owner(given),
                name if name == fields::UNREADABLE.name && is_in_doubt => unreadable(given),
                _ => given,
            }
        });
        Ok(RecordBatch::try_new(schema.clone(), columns.collect())?)
    });
    raw.batches(&GROUPS).iter().cloned().map(Ok).chain(of_console).collect()
}

/// The account of each name; none where several members have it.
fn by_name(members: &RecordBatch) -> HashMap<Cow<'_, str>, Option<&str>> {
    let column = |name: &str| members.column_by_name(name).expect("members hold their columns").as_string_view();
    let mut accounts: HashMap<Cow<'_, str>, Option<&str>> = HashMap::new();
    for (userid, name) in column(fields::USERID.name).iter().zip(column(fields::NAME.name)) {
        if let Some(name) = name {
            accounts.entry(names::normal(name)).and_modify(|account| *account = None).or_insert(userid);
        }
    }
    accounts
}
