//! The order of day and month in the dates of a JSON file (`5/2/2026`): only all of them show it.

use super::{JsonFile, JsonText};
use crate::error::Result;
use crate::ingest::framing::Framer;
use crate::ingest::headers;
use crate::ingest::stream::Stream;
use crate::ingest::value::{DayOrder, ShownOrder};
use crate::interrupt;
use crate::progress::Silent;

impl JsonFile<'_> {
    /// Reads the file again for the order of day and month in its times, which all have one.
    pub(super) fn day_order(&self) -> Result<DayOrder> {
        let mut stream = Stream::open(self.path, &Silent)?;
        let mut text = JsonText::new(&mut stream, self.hint)?;
        let (mut framer, mut shown) = (Framer::new(self.plan.pool), ShownOrder::default());
        while let Some(batch) =
            framer.next_batch(self.plan.batch_bytes, |limit, buffer| text.read_some(limit, buffer))?
        {
            interrupt::check()?;
            for document in &batch.documents {
                let document = String::from_utf8_lossy(&batch.bytes[document.range.clone()]);
                times(&document).for_each(|time| shown.update(&time));
            }
            self.plan.pool.recycle(batch);
        }
        Ok(shown.order())
    }
}

/// The texts below keys of times. Of texts with escaped quotes, none of which is a date, only parts are seen.
fn times(document: &str) -> impl Iterator<Item = String> {
    let mut behind = document.split('"').skip(1);
    let (mut key, mut between) = (behind.next(), behind.next());
    behind.filter_map(move |text| {
        let is_value = between.is_some_and(|between| between.trim() == ":");
        let time = is_value && text.contains('/') && key.is_some_and(headers::is_time);
        (key, between) = (between, Some(text));
        // PHP escapes slashes.
        time.then(|| text.replace("\\/", "/"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_below_keys_of_times_are_found() {
        let found = |document: &str| times(document).collect::<Vec<_>>();
        let item = r#"{"createtime": "25/03/2026 10:00", "remark": "26/03/2026", "add_time":"27\/03\/2026"}"#;
        assert_eq!(found(item), ["25/03/2026 10:00", "27/03/2026"]);
        assert_eq!(found(r#"{"remark": "a \"createtime\": 1/2", "createTime" : "28/3/2026"}"#), ["28/3/2026"]);
        assert_eq!(found(r#"{"createtime": 1777687200, "name": "createtime", "x": "1/2/2026"}"#), [""; 0]);
    }
}
