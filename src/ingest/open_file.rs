//! A file that is opened once and read at several places at a time: the bytes that a reader of workbooks or Parquet
//! takes are those of the file that is hashed, whatever is renamed into its place meanwhile.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;

/// An open file; its clones share it, and none moves the place of another.
#[derive(Debug, Clone)]
pub struct OpenFile {
    file: Arc<File>,
    bytes: u64,
}

/// A reader of an open file, at a place of its own.
#[derive(Debug)]
pub struct FileReader {
    file: OpenFile,
    place: u64,
}

impl OpenFile {
    /// Shares an open file.
    pub fn new(file: &File) -> io::Result<Self> {
        Ok(Self { bytes: file.metadata()?.len(), file: Arc::new(file.try_clone()?) })
    }

    /// A reader from the begin.
    pub fn reader(&self) -> BufReader<FileReader> {
        self.reader_at(0)
    }

    fn reader_at(&self, place: u64) -> BufReader<FileReader> {
        BufReader::new(FileReader { file: self.clone(), place })
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = read_at(&self.file.file, buffer, self.place)?;
        self.place += read as u64;
        Ok(read)
    }
}

impl Seek for FileReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(offset) => self.file.bytes.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.place.checked_add_signed(offset),
        };
        self.place = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.place)
    }
}

impl Length for OpenFile {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for OpenFile {
    type T = BufReader<FileReader>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(self.reader_at(start))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        // A damaged footer can ask for anything.
        if start.checked_add(length as u64).is_none_or(|end| end > self.bytes) {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} of {}", self.bytes)));
        }
        let mut bytes = vec![0; length];
        FileReader { file: self.clone(), place: start }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, place)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, place)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn readers_do_not_move_each_other_and_a_renamed_file_is_not_seen() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["a", "b"].map(|name| folder.path().join(name));
        File::create(&path).unwrap().write_all(b"0123456789").unwrap();
        File::create(&other).unwrap().write_all(b"replacement").unwrap();
        let mut sequential = File::open(&path).unwrap();
        let open = OpenFile::new(&sequential).unwrap();
        std::fs::rename(&other, &path).unwrap();
        let (mut one, mut two) = (open.reader(), open.reader());
        let mut text = String::new();
        one.seek(SeekFrom::End(-3)).unwrap();
        two.seek(SeekFrom::Start(1)).unwrap();
        one.read_to_string(&mut text).unwrap();
        assert_eq!(text, "789");
        assert_eq!(open.get_bytes(2, 3).unwrap(), "234".as_bytes());
        assert!(open.get_bytes(8, 3).is_err() && open.get_bytes(u64::MAX, 3).is_err());
        text.clear();
        two.read_to_string(&mut text).unwrap();
        assert_eq!(text, "123456789");
        text.clear();
        sequential.read_to_string(&mut text).unwrap();
        #[cfg(unix)]
        assert_eq!(text, "0123456789");
    }
}
