//! Owners of console groups: the console has the name of an owner, not the account, which is looked up in the roster if
//! only one member has that name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListBuilder, RecordBatch, StringViewArray, StringViewBuilder};

use crate::error::Result;
use crate::ingest::raw::{Raw, raw_schema};
use crate::names;
use crate::schema::tables::{CONSOLE_GROUPS, GROUPS};
use crate::schema::vocabulary::Dataset;
use crate::schema::{ReadColumns, fields, value_at};

/// Returns the raw groups, those of the console with the accounts of their owners.
///
/// Where a record or value of the roster could not be read, all these owners are marked as unreadable: another member
/// may have the name.
///
/// # Errors
/// [`Error::Bug`](crate::Error::Bug) if a batch does not have the schema of its table.
pub fn with_owners(raw: &Raw, members: &RecordBatch) -> Result<Vec<RecordBatch>> {
    let accounts = by_name(members)?;
    let of_roster = [Dataset::Members, Dataset::FollowUsers];
    let is_in_doubt = of_roster.into_iter().any(|dataset| raw.doubts.concern(dataset))
        || raw.doubts.values().any(|(of, _)| of_roster.contains(&of));
    let schema = raw_schema(&GROUPS);
    let of_console = raw.batches(&CONSOLE_GROUPS).iter().map(|batch| {
        let names = batch.texts(&fields::OWNER_NAME)?;
        let owner = |column: ArrayRef| -> ArrayRef {
            let owners = column
                .as_string_view()
                .iter()
                .zip(names)
                .map(|(userid, name)| userid.or_else(|| *accounts.get(&names::normal(name?))?));
            Arc::new(owners.collect::<StringViewArray>())
        };
        let unreadable = |column: ArrayRef| -> ArrayRef {
            let mut lists = ListBuilder::new(StringViewBuilder::new());
            for row in 0..batch.num_rows() {
                let given = column.as_list::<i32>();
                let of_row = value_at(given, row);
                let of_owner = names.is_valid(row).then_some(fields::OWNER_USERID.name);
                for name in of_row.iter().flat_map(|list| list.as_string_view().iter()).flatten().chain(of_owner) {
                    lists.values().append_value(name);
                }
                lists.append(of_row.is_some() || of_owner.is_some());
            }
            Arc::new(lists.finish())
        };
        let columns = schema.fields().iter().map(|field| -> Result<ArrayRef> {
            let given = batch.column(batch.schema_ref().index_of(field.name())?).clone();
            Ok(match field.name() {
                name if name == fields::OWNER_USERID.name => owner(given),
                name if name == fields::UNREADABLE.name && is_in_doubt => unreadable(given),
                _ => given,
            })
        });
        Ok(RecordBatch::try_new(schema.clone(), columns.collect::<Result<_>>()?)?)
    });
    raw.batches(&GROUPS).iter().cloned().map(Ok).chain(of_console).collect()
}

/// Returns the account of each name; `None` where several members have it.
fn by_name(members: &RecordBatch) -> Result<HashMap<Cow<'_, str>, Option<&str>>> {
    let mut accounts: HashMap<Cow<'_, str>, Option<&str>> = HashMap::new();
    for (userid, name) in members.texts(&fields::USERID)?.iter().zip(members.texts(&fields::NAME)?) {
        if let Some(name) = name {
            accounts.entry(names::normal(name)).and_modify(|account| *account = None).or_insert(userid);
        }
    }
    Ok(accounts)
}
