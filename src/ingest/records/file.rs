//! The records of a whole file, merged from its portions, and the check that none was lost.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use arrow::array::RecordBatch;

use super::part::renumber;
use super::{CustomerIds, MAX_LISTED_REJECTS, PartRecords};
use crate::error::{Error, Result};
use crate::ingest::answers::Answers;
use crate::ingest::doubts::Doubts;
use crate::ingest::raw::{FileTally, Reject, RelationSink};
use crate::ingest::value::UseridWords;
use crate::schema::Table;
use crate::schema::tables::{CANONICAL, CONSOLE_GROUPS, GROUPS, RELATIONS_TABLE};
use crate::schema::vocabulary::Grain;
use crate::text::Message;

/// Reasons of records that are passed over, of one file: those of errors hold their codes.
const MAX_REASONS: usize = 100;
const CODE: &str = " (errcode ";

/// The records of a whole file.
#[derive(Debug, Default)]
pub struct FileRecords {
    pub tally: FileTally,
    pub tables: BTreeMap<&'static str, Vec<RecordBatch>>,
    pub whole_tables: Vec<&'static str>,
    pub empty_tables: Vec<&'static str>,
    pub answers: Answers,
    pub rejects: Vec<Reject>,
    /// Rejects by grain and reason, listed or not.
    pub reject_counts: HashMap<(Grain, Cow<'static, str>), u64>,
    pub doubts: Doubts,
    /// Words for "no value" read from userid columns that are userids if a member is called so.
    pub userid_words: UseridWords,
    /// Records of the accounts list, each with its place.
    pub places: Vec<(u64, String)>,
    /// Documents by kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Rows of relations that are in no batch any more, for a [`RelationSink`] has them.
    pub flushed_relations: u64,
    /// Forms of the customer ids of relations.
    pub customer_ids: CustomerIds,
    /// A table of relations whose customer ids are all short numbers, if there is one, and how many it has.
    pub summary: Option<(Message, u64)>,
}

impl FileRecords {
    /// Appends the next portion, whose record numbers continue those of the portions before it.
    ///
    /// # Errors
    /// [`Error::Bug`] if rows do not fit the schema of their table.
    pub fn append(&mut self, part: PartRecords) -> Result<()> {
        let before = self.tally.records_read;
        for table in part.tables {
            let name = table.table().name;
            let batch = renumber(table.finish(), before)?;
            self.tables.entry(name).or_default().push(batch);
        }
        part.answers.iter().for_each(|answer| self.answers.add(answer));
        part.account_counts.iter().for_each(|count| self.answers.count(count));
        self.customer_ids.merge(part.customer_ids);
        self.tally.rejected += part.rejected;
        self.tally.unreadable_values += part.doubts.values().map(|(_, values)| values).sum::<u64>();
        self.tally.relations = (self.tally.relations.0 + part.relations.0, self.tally.relations.1 + part.relations.1);
        self.add_rejects(part.rejects, before);
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for (reason, count) in part.reject_counts {
            *self.reject_counts.entry(reason).or_default() += count;
        }
        self.doubts.merge(part.doubts);
        self.userid_words = self.userid_words.union(part.userid_words);
        self.places.extend(part.places.into_iter().map(|(record, place)| (record + before, place)));
        self.tally.records_read += part.records;
        self.tally.pushed += part.pushed;
        for (why, records) in part.passed_over {
            *self.tally.passed_over.entry(why).or_default() += records;
        }
        limit_reasons(&mut self.tally.passed_over);
        for (kind, documents) in part.kinds {
            *self.kinds.entry(kind).or_default() += documents;
        }
        Ok(())
    }

    /// Lists the rejects of a portion, as far as the file has not listed enough of their reason.
    fn add_rejects(&mut self, rejects: Vec<Reject>, before: u64) {
        let mut listed: HashMap<(Grain, String), u64> = HashMap::new();
        for reject in rejects {
            let count = listed.entry((reject.grain, reject.reason.clone())).or_insert_with_key(|(grain, reason)| {
                self.reject_counts.get(&(*grain, Cow::Borrowed(reason.as_str()))).copied().unwrap_or(0)
            });
            *count += 1;
            if *count <= MAX_LISTED_REJECTS {
                self.rejects.push(Reject { record: reject.record + before, ..reject });
            }
        }
    }

    /// Notes that the file holds all of a table.
    pub fn add_whole_table(&mut self, table: &'static Table) {
        let name = canonical_name(table);
        if CANONICAL.iter().any(|canonical| canonical.name == name) && !self.whole_tables.contains(&name) {
            self.whole_tables.push(name);
        }
    }

    /// Notes that the file holds a table without rows.
    pub fn add_empty_table(&mut self, table: &'static Table) {
        let name = canonical_name(table);
        if !self.empty_tables.contains(&name) {
            self.empty_tables.push(name);
        }
    }

    /// Writes on the last listed reject of each reason how many are not listed.
    pub fn count_unlisted_rejects(&mut self) {
        #[expect(clippy::iter_over_hash_type, reason = "each touches a reject of its own")]
        for ((grain, reason), &count) in &self.reject_counts {
            let last = self.rejects.iter_mut().rfind(|reject| reject.grain == *grain && reject.reason == *reason);
            if let Some(last) = last {
                last.not_listed = count.saturating_sub(MAX_LISTED_REJECTS);
            }
        }
    }

    /// Moves the relations read so far to the sink.
    ///
    /// # Errors
    /// As [`RelationSink::take`].
    pub fn flush_relations(&mut self, to: &dyn RelationSink) -> Result<()> {
        for rows in self.tables.remove(RELATIONS_TABLE.name).unwrap_or_default() {
            self.flushed_relations += rows.num_rows() as u64;
            to.take(&rows)?;
        }
        Ok(())
    }

    /// Checks that every record was counted once: as a row, a reject or passed over.
    ///
    /// # Errors
    /// [`Error::Bug`] if not.
    pub fn check(&self) -> Result<()> {
        let tally = &self.tally;
        let passed_over: u64 = tally.passed_over.values().sum();
        let in_batches: u64 = self.tables.values().flatten().map(|batch| batch.num_rows() as u64).sum();
        let rows = in_batches + self.flushed_relations;
        if tally.records_read == tally.pushed + tally.rejected + passed_over && tally.pushed == rows {
            return Ok(());
        }
        Err(Error::Bug(format!(
            "{}: {} records read, but {} pushed ({rows} rows) + {} rejected + {passed_over} passed over",
            tally.path, tally.records_read, tally.pushed, tally.rejected
        )))
    }
}

/// Counts error codes beyond [`MAX_REASONS`] together, the highest first, whatever the order in which they came.
fn limit_reasons(passed_over: &mut BTreeMap<String, u64>) {
    while passed_over.len() > MAX_REASONS {
        let Some(last) = passed_over.keys().rev().find(|why| why.contains(CODE)).cloned() else { return };
        let records = passed_over.remove(&last).unwrap_or(0);
        let before = last.split(CODE).next().unwrap_or_default();
        *passed_over.entry(format!("{before} (other errcodes)")).or_default() += records;
    }
}

/// The canonical table that holds the rows: groups of the console are merged into it.
fn canonical_name(table: &'static Table) -> &'static str {
    if table.name == CONSOLE_GROUPS.name { GROUPS.name } else { table.name }
}

#[cfg(test)]
mod tests {
    use arrow::array::UInt64Array;

    use super::*;
    use crate::ingest::records::{RecordContext, readings};
    use crate::schema::Cell;
    use crate::schema::tables::MEMBERS;
    use crate::schema::vocabulary::Dataset;

    fn part(records: u64) -> PartRecords {
        let mut part = PartRecords::new(0);
        for _ in 0..records {
            let readings = readings!(MEMBERS, { USERID: Cell::Text("ann") });
            part.record(&MEMBERS, &readings.cells, &readings.faults, &context());
        }
        part
    }

    fn context() -> RecordContext<'static> {
        let place = &|field: &str| format!("here.{field}");
        RecordContext { dataset: Dataset::Members, fetched_at: None, place, accounts: &[] }
    }

    #[test]
    fn record_numbers_continue_from_portion_to_portion() {
        let mut file = FileRecords::default();
        let mut second = part(1);
        let readings = readings!(MEMBERS, { NAME: Cell::Text("Ann") });
        second.record(&MEMBERS, &readings.cells, &readings.faults, &context());
        file.append(part(2)).unwrap();
        file.append(second).unwrap();
        file.check().unwrap();
        let numbers: Vec<u64> = file.tables["members"]
            .iter()
            .flat_map(|b| {
                b.column(b.num_columns() - 1).as_any().downcast_ref::<UInt64Array>().unwrap().values().to_vec()
            })
            .collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!(file.rejects[0].record, 4);
    }

    #[test]
    fn rejects_of_a_reason_are_listed_up_to_a_limit_and_all_counted() {
        let mut file = FileRecords::default();
        for _ in 0..3 {
            let mut part = PartRecords::new(0);
            for _ in 0..70 {
                let readings = readings!(MEMBERS, { NAME: Cell::Text("Ann") });
                part.record(&MEMBERS, &readings.cells, &readings.faults, &context());
                part.value(Dataset::Members, "not a number", || (None, "page".to_owned()));
            }
            file.append(part).unwrap();
        }
        file.count_unlisted_rejects();
        let unlisted: Vec<(u64, u64)> = file
            .rejects
            .iter()
            .filter(|reject| reject.not_listed > 0)
            .map(|reject| (reject.record, reject.not_listed))
            .collect();
        assert_eq!((file.rejects.len(), unlisted), (200, vec![(100, 110), (100, 110)]));
        assert_eq!((file.tally.rejected, file.tally.unreadable_values), (210, 210));
    }

    #[test]
    fn error_codes_beyond_a_limit_are_counted_together_in_any_order() {
        let read = |codes: &mut dyn Iterator<Item = u64>| {
            let mut file = FileRecords::default();
            for code in codes {
                let mut part = PartRecords::new(0);
                part.pass_over(format!("error answers (errcode {})", 1000 + code), 1);
                part.pass_over("of no use", 1);
                file.append(part).unwrap();
            }
            file.check().unwrap();
            file.tally.passed_over
        };
        let reasons = read(&mut (0..300));
        // 98 codes beside the two that are no codes.
        assert_eq!((reasons.len(), reasons["error answers (other errcodes)"], reasons["of no use"]), (100, 202, 300));
        assert_eq!(reasons, read(&mut (0..300).rev()));
    }

    #[test]
    fn a_record_that_is_counted_nowhere_is_our_bug() {
        let mut lost = part(1);
        lost.records += 1;
        let mut file = FileRecords::default();
        file.append(lost).unwrap();
        assert_eq!(file.check().unwrap_err().exit_code(), 3);
    }
}
