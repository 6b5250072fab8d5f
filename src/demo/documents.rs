//! Files of JSON documents, in every layout and packing that dumps have.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::text::errors as say;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonLayout {
    Lines,
    Array,
    /// Pretty-printed, one after the other.
    Pretty,
}

/// Compression of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Plain,
    /// With a UTF-8 byte order mark.
    Bom,
    Gzip,
    Zstd,
}

enum PackedFile {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

/// A file of documents that is being written; without a document there is no file.
pub struct DumpFile {
    path: PathBuf,
    layout: JsonLayout,
    packing: Packing,
    sink: Option<PackedFile>,
}

impl DumpFile {
    /// Creates a file named `stem`, with the ending of its layout and packing.
    pub fn new(folder: &Path, stem: &str, layout: JsonLayout, packing: Packing) -> Self {
        let ending = if layout == JsonLayout::Lines { "jsonl" } else { "json" };
        let packed = match packing {
            Packing::Gzip => ".gz",
            Packing::Zstd => ".zst",
            Packing::Plain | Packing::Bom => "",
        };
        Self { path: folder.join(format!("{stem}.{ending}{packed}")), layout, packing, sink: None }
    }

    /// Appends a document.
    pub fn push<T: Serialize>(&mut self, document: &T) -> Result<()> {
        let first = self.sink.is_none();
        let sink = match &mut self.sink {
            Some(sink) => sink,
            none => none.insert(PackedFile::open(&self.path, self.packing)?),
        };
        append(sink, self.layout, first, document).map_err(Error::io(&self.path, say::CANNOT_WRITE))
    }

    /// Closes the file.
    pub fn finish(self) -> Result<()> {
        let Some(mut sink) = self.sink else { return Ok(()) };
        let end: &[u8] = if self.layout == JsonLayout::Array { b"]\n" } else { b"\n" };
        sink.write_all(end).and_then(|()| sink.close()).map_err(Error::io(self.path, say::CANNOT_WRITE))
    }
}

fn append<T: Serialize>(sink: &mut PackedFile, layout: JsonLayout, first: bool, document: &T) -> std::io::Result<()> {
    let between: &[u8] = match (layout, first) {
        (JsonLayout::Array, true) => b"[",
        (JsonLayout::Array, false) => b",\n",
        (_, true) => b"",
        (_, false) => b"\n",
    };
    sink.write_all(between)?;
    if layout == JsonLayout::Pretty {
        serde_json::to_writer_pretty(sink, document)?;
    } else {
        serde_json::to_writer(sink, document)?;
    }
    Ok(())
}

impl PackedFile {
    fn open(path: &Path, packing: Packing) -> Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 18, create(path)?);
        let sink = match packing {
            Packing::Plain => Ok(Self::Plain(file)),
            Packing::Bom => file.write_all("\u{feff}".as_bytes()).map(|()| Self::Plain(file)),
            Packing::Gzip => Ok(Self::Gzip(GzEncoder::new(file, flate2::Compression::fast()))),
            Packing::Zstd => zstd::Encoder::new(file, 1).map(Self::Zstd),
        };
        sink.map_err(Error::io(path, say::CANNOT_WRITE))
    }

    fn close(self) -> std::io::Result<()> {
        match self {
            Self::Plain(mut file) => file.flush(),
            Self::Gzip(packed) => packed.finish()?.flush(),
            Self::Zstd(packed) => packed.finish()?.flush(),
        }
    }
}

impl Write for PackedFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(file) => file.write(bytes),
            Self::Zstd(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Creates a file and the folders that it is in.
pub fn create(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io(folder, say::CANNOT_CREATE))?;
    }
    File::create(path).map_err(Error::io(path, say::CANNOT_CREATE))
}

/// A file of these documents.
pub fn write_all<T: Serialize>(
    folder: &Path,
    stem: &str,
    layout: JsonLayout,
    packing: Packing,
    documents: impl IntoIterator<Item = T>,
) -> Result<()> {
    let mut file = DumpFile::new(folder, stem, layout, packing);
    documents.into_iter().try_for_each(|document| file.push(&document))?;
    file.finish()
}
