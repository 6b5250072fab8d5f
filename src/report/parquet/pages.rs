//! Encoded pages that wait for their turn: in memory, or in the spill file.

use bytes::Bytes;
use parquet::column::page_store::{PageKey, PageStore, PageStoreArgs, PageStoreFactory};

use crate::error::Error;
use crate::memory::{MemoryBudget, Reservation, SpilledRange};

/// Keeps the pages of row groups that wait for their turn, in memory or in the spill file.
#[derive(Debug)]
pub struct SpilledPages(pub MemoryBudget);

/// The pages of one column of one row group.
struct PagesOfColumn {
    memory: MemoryBudget,
    pages: Vec<EncodedPage>,
}

enum EncodedPage {
    InMemory { value: Bytes, _reservation: Reservation },
    Spilled(SpilledRange),
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
            EncodedPage::Spilled(self.memory.spill(&value).map_err(external)?)
        } else {
            EncodedPage::InMemory { _reservation: self.memory.reserve(value.len() as u64), value }
        };
        self.pages.push(page);
        Ok(PageKey::new(self.pages.len() as u64 - 1))
    }

    fn take(&mut self, key: PageKey) -> parquet::errors::Result<Bytes> {
        let page = self
            .pages
            .get_mut(key.get() as usize)
            .map_or(EncodedPage::Taken, |page| std::mem::replace(page, EncodedPage::Taken));
        match page {
            EncodedPage::InMemory { value, .. } => Ok(value),
            EncodedPage::Spilled(place) => Ok(self.memory.read(&place).map_err(external)?.into()),
            EncodedPage::Taken => Err(external(Error::Bug("a page is asked for that is not there".to_owned()))),
        }
    }
}

fn external(error: Error) -> parquet::errors::ParquetError {
    match error {
        Error::Io { source, .. } => parquet::errors::ParquetError::External(Box::new(source)),
        other => parquet::errors::ParquetError::External(Box::new(other)),
    }
}
