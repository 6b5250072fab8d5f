//! The text of a JSON file as UTF-8: as it stands, or decoded. `>` of Windows PowerShell writes UTF-16, and editors
//! save files in GB18030.

use std::io::{self, Read as _};
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::ingest::encoding::{DecodeError, EncodingHint, TextDecoder};
use crate::ingest::stream::{self, Compression, Stream};
use crate::text::errors as say;

/// The text of a JSON file.
pub enum JsonText<'s, 'p> {
    Utf8(&'s mut Stream<'p>),
    Decoded(DecodedText<'s, 'p>),
}

/// A text that is decoded while it is read.
pub struct DecodedText<'s, 'p> {
    decoder: TextDecoder<&'s mut Stream<'p>>,
    /// Decoded bytes that were not read yet.
    rest: Vec<u8>,
    path: PathBuf,
    compression: Compression,
}

impl<'s, 'p> JsonText<'s, 'p> {
    /// The text of a stream; with a hint, one that has to be decoded.
    ///
    /// # Errors
    /// If the stream cannot be read.
    pub fn new(stream: &'s mut Stream<'p>, hint: Option<EncodingHint>) -> Result<Self> {
        let Some(hint) = hint else { return Ok(Self::Utf8(stream)) };
        let (path, compression) = (stream.path().to_path_buf(), stream.compression());
        io::copy(&mut stream.take(hint.bom_len() as u64), &mut io::sink())
            .map_err(|error| stream::explain(&path, compression, error))?;
        let decoder = TextDecoder::new(stream, hint);
        Ok(Self::Decoded(DecodedText { decoder, rest: Vec::new(), path, compression }))
    }

    /// The encoding, as far as it is known yet.
    pub fn encoding(&self) -> &'static str {
        match self {
            Self::Utf8(_) => "utf-8",
            Self::Decoded(text) => text.decoder.encoding(),
        }
    }

    /// Appends up to `limit` bytes to `buffer`: fewer only at the end of the text. Returns how many.
    ///
    /// # Errors
    /// If the file cannot be read, or is in the encoding of another script.
    pub fn read_some(&mut self, limit: usize, buffer: &mut Vec<u8>) -> Result<usize> {
        match self {
            Self::Utf8(stream) => stream.read_some(limit, buffer),
            Self::Decoded(text) => text.read_some(limit, buffer),
        }
    }
}

impl DecodedText<'_, '_> {
    fn read_some(&mut self, limit: usize, buffer: &mut Vec<u8>) -> Result<usize> {
        if self.rest.len() < limit {
            let mut text = String::new();
            self.decoder.read_on(limit - self.rest.len(), &mut text).map_err(|error| match error {
                DecodeError::Io(error) => stream::explain(&self.path, self.compression, error),
                DecodeError::Foreign(name) => {
                    Error::input(&self.path, say::FILE, say::foreign_text(name), say::SAVE_AS_UTF8)
                }
            })?;
            self.rest.extend_from_slice(text.as_bytes());
        }
        let read = limit.min(self.rest.len());
        buffer.extend(self.rest.drain(..read));
        Ok(read)
    }
}
