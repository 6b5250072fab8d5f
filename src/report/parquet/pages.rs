//! Encoded pages that wait for their turn: in memory, or in the spill file.

use bytes::Bytes;
use parquet::column::page_store::{PageKey, PageStore, PageStoreArgs, PageStoreFactory};

use crate::error::Error;
use crate::spill::{Loan, Memory, Place};

/// Keeps the pages of row groups that wait for their turn, in memory or in the spill file.
#[derive(Debug)]
pub struct SpilledPages(pub Memory);

/// Those of one column of one row group.
struct PagesOfColumn {
    memory: Memory,
    pages: Vec<Page>,
}

enum Page {
    /// The loan ends with the page.
    InMemory {
        value: Bytes,
        _loan: Loan,
    },
    Spilled(Place),
    Taken,
}

impl PageStoreFactory for SpilledPages {
    fn create(&self, _: &PageStoreArgs<'_>) -> parquet::errors::Result<Box<dyn PageStore>> {
        Ok(Box::new(PagesOfColumn { memory: self.0.clone(), pages: Vec::new() }))
    }
}

impl PageStore for PagesOfColumn {
    fn put(&mut self, value: Bytes) -> parquet::errors::Result<PageKey> {
        let page = if self.memory.is_exhausted() {
            Page::Spilled(self.memory.spill(&value).map_err(external)?)
        } else {
            Page::InMemory { _loan: self.memory.loan(value.len() as u64), value }
        };
        self.pages.push(page);
        Ok(PageKey::new(self.pages.len() as u64 - 1))
    }

    fn take(&mut self, key: PageKey) -> parquet::errors::Result<Bytes> {
        let page =
            self.pages.get_mut(key.get() as usize).map_or(Page::Taken, |page| std::mem::replace(page, Page::Taken));
        match page {
            Page::InMemory { value, .. } => Ok(value),
            Page::Spilled(place) => Ok(self.memory.read(&place).map_err(external)?.into()),
            Page::Taken => Err(external(Error::Bug("a page is asked for that is not there".to_owned()))),
        }
    }
}

fn external(error: Error) -> parquet::errors::ParquetError {
    match error {
        Error::Io { source, .. } => parquet::errors::ParquetError::External(Box::new(source)),
        other => parquet::errors::ParquetError::External(Box::new(other)),
    }
}
