//! Files of JSON documents, in every layout and packing that dumps come in.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::text::errors as say;

/// How documents stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One a line.
    Lines,
    /// One array of all.
    Array,
    /// Pretty-printed, one after the other.
    Pretty,
}

/// How the file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Plain,
    /// With a UTF-8 byte order mark.
    Bom,
    Gzip,
    Zstd,
}

enum Sink {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

/// A file of documents that is being written; without a document there is no file.
pub struct Documents {
    path: PathBuf,
    layout: Layout,
    packing: Packing,
    sink: Option<Sink>,
}

impl Documents {
    /// A file named `stem`, with the ending that its layout and packing ask for.
    pub fn new(folder: &Path, stem: &str, layout: Layout, packing: Packing) -> Self {
        let ending = if layout == Layout::Lines { "jsonl" } else { "json" };
        let packed = match packing {
            Packing::Gzip => ".gz",
            Packing::Zstd => ".zst",
            Packing::Plain | Packing::Bom => "",
        };
        Self { path: folder.join(format!("{stem}.{ending}{packed}")), layout, packing, sink: None }
    }

    /// Appends a document.
    pub fn push<T: Serialize>(&mut self, document: &T) -> Result<()> {
        let (mut sink, first) = match self.sink.take() {
            Some(sink) => (sink, false),
            None => {
                (Sink::open(create(&self.path)?, self.packing).map_err(Error::io(&self.path, say::CANNOT_WRITE))?, true)
            }
        };
        append(&mut sink, self.layout, first, document).map_err(Error::io(&self.path, say::CANNOT_WRITE))?;
        self.sink = Some(sink);
        Ok(())
    }

    /// Writes what is still to be written.
    pub fn finish(self) -> Result<()> {
        let Some(mut sink) = self.sink else { return Ok(()) };
        let end: &[u8] = if self.layout == Layout::Array { b"]\n" } else { b"\n" };
        sink.write_all(end).and_then(|()| sink.close()).map_err(Error::io(self.path, say::CANNOT_WRITE))
    }
}

fn append<T: Serialize>(sink: &mut Sink, layout: Layout, first: bool, document: &T) -> std::io::Result<()> {
    let between: &[u8] = match (layout, first) {
        (Layout::Array, true) => b"[",
        (Layout::Array, false) => b",\n",
        (_, true) => b"",
        (_, false) => b"\n",
    };
    sink.write_all(between)?;
    if layout == Layout::Pretty {
        serde_json::to_writer_pretty(sink, document)?;
    } else {
        serde_json::to_writer(sink, document)?;
    }
    Ok(())
}

impl Sink {
    fn open(file: File, packing: Packing) -> std::io::Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 18, file);
        Ok(match packing {
            Packing::Gzip => Self::Gzip(GzEncoder::new(file, flate2::Compression::fast())),
            Packing::Zstd => Self::Zstd(zstd::Encoder::new(file, 1)?),
            Packing::Bom => {
                file.write_all("\u{feff}".as_bytes())?;
                Self::Plain(file)
            }
            Packing::Plain => Self::Plain(file),
        })
    }

    fn close(self) -> std::io::Result<()> {
        match self {
            Self::Plain(mut file) => file.flush(),
            Self::Gzip(packed) => packed.finish()?.flush(),
            Self::Zstd(packed) => packed.finish()?.flush(),
        }
    }
}

impl Write for Sink {
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

/// A file of a few documents at once.
pub fn write_all<T: Serialize>(
    folder: &Path,
    stem: &str,
    layout: Layout,
    packing: Packing,
    documents: &[T],
) -> Result<()> {
    let mut file = Documents::new(folder, stem, layout, packing);
    documents.iter().try_for_each(|document| file.push(document))?;
    file.finish()
}
