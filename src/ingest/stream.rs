//! The stream of bytes of a file: decompressed, hashed and counted, with a preview of its first bytes.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use zstd::stream::read::Decoder as ZstdDecoder;

use super::open_file::OpenFile;
use crate::digest::hex;
use crate::error::{Error, Result};
use crate::limits::{MAX_EXPANSION, expands_too_far};
use crate::progress::Progress;
use crate::regular;
use crate::text::errors as say;

/// Bytes of [`Stream::head`].
const HEAD: usize = 64 * 1024;

/// The kind of the error for a file that expands too far; no decoder returns it.
const EXPANDS_TOO_FAR: io::ErrorKind = io::ErrorKind::QuotaExceeded;

/// The compression of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    /// The suffix of the name of an encoding.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => " in gzip",
            Self::Zstd => " in zstd",
        }
    }

    fn from_magic(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// The digest and the number of the bytes on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Hexadecimal.
    pub sha256: String,
    pub bytes: u64,
}

/// The content of a file.
pub struct Stream<'p> {
    path: PathBuf,
    compression: Compression,
    head: Vec<u8>,
    replayed: usize,
    /// Bytes that were decompressed.
    unpacked: u64,
    source: Source<'p>,
}

enum Source<'p> {
    Plain(OnDisk<'p>),
    Gzip(Box<MultiGzDecoder<OnDisk<'p>>>),
    Zstd(Box<ZstdDecoder<'static, BufReader<OnDisk<'p>>>>),
}

/// The bytes on disk, hashed while they are read.
struct OnDisk<'p> {
    file: File,
    /// Size and time of modification at opening.
    state: FileState,
    magic: io::Cursor<Vec<u8>>,
    sha: Sha256,
    bytes: u64,
    progress: &'p dyn Progress,
}

/// Size and time of modification: a change shows that the file was written to.
type FileState = (u64, Option<SystemTime>);

fn state_of(file: &File) -> io::Result<FileState> {
    let metadata = file.metadata()?;
    Ok((metadata.len(), metadata.modified().ok()))
}

impl<'p> Stream<'p> {
    /// Opens the file and reads its first bytes.
    pub fn open(path: &Path, progress: &'p dyn Progress) -> Result<Self> {
        let mut disk = OnDisk::open(path, progress)?;
        let compression =
            disk.peek().map(|magic| Compression::from_magic(&magic)).map_err(Error::io(path, say::CANNOT_READ))?;
        let source = match compression {
            Compression::None => Source::Plain(disk),
            Compression::Gzip => Source::Gzip(Box::new(MultiGzDecoder::new(disk))),
            Compression::Zstd => {
                let decoder = ZstdDecoder::new(disk).map_err(Error::io(path, say::CANNOT_SET_UP_ZSTD))?;
                Source::Zstd(Box::new(decoder))
            }
        };
        let mut stream =
            Self { path: path.to_path_buf(), compression, head: Vec::new(), replayed: 0, unpacked: 0, source };
        let mut head = Vec::new();
        stream.read_some(HEAD, &mut head)?;
        stream.head = head;
        Ok(stream)
    }

    /// The open file, for readers that move about in it; of a file that is not compressed.
    pub fn open_file(&self) -> Result<OpenFile> {
        match &self.source {
            Source::Plain(disk) => OpenFile::new(&disk.file).map_err(Error::io(&self.path, say::CANNOT_READ)),
            Source::Gzip(_) | Source::Zstd(_) => {
                Err(Error::Bug("a compressed file has no places to move to".to_owned()))
            }
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// The beginning of the content, which is returned again by reads.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Returns whether the head is the whole content.
    pub fn head_is_all(&self) -> bool {
        self.head.len() < HEAD
    }

    /// Appends up to `limit` bytes to `buffer`: fewer only at the end of the content. Returns how many.
    pub fn read_some(&mut self, limit: usize, buffer: &mut Vec<u8>) -> Result<usize> {
        let replayed = limit.min(self.head.len() - self.replayed);
        buffer.extend_from_slice(&self.head[self.replayed..][..replayed]);
        self.replayed += replayed;
        let limit = (limit - replayed) as u64;
        let read = match &mut self.source {
            Source::Plain(disk) => disk.read_some(limit, buffer),
            Source::Gzip(_) | Source::Zstd(_) => self.take(limit).read_to_end(buffer),
        };
        read.map(|read| replayed + read).map_err(|error| self.explain(error))
    }

    /// Explains a failed read: a fault of the disk or of the content.
    pub fn explain(&self, error: io::Error) -> Error {
        explain(&self.path, self.compression, error)
    }

    /// Reads the rest, and returns the fingerprint.
    pub fn finish(mut self) -> Result<Fingerprint> {
        if let Source::Plain(disk) = &mut self.source {
            // Where reading at a place moves the file's own, it is put back.
            disk.file.seek(io::SeekFrom::Start(disk.bytes)).map_err(Error::io(&self.path, say::CANNOT_READ))?;
        }
        let rest = io::copy(&mut self, &mut io::sink()).map_err(|error| self.explain(error));
        rest?;
        let path = self.path;
        let mut disk = match self.source {
            Source::Plain(disk) => disk,
            Source::Gzip(decoder) => decoder.into_inner(),
            Source::Zstd(decoder) => decoder.finish().into_inner(),
        };
        io::copy(&mut disk, &mut io::sink()).map_err(Error::io(&path, say::CANNOT_READ))?;
        disk.check_unchanged(&path)?;
        Ok(disk.fingerprint())
    }

    /// Fails where the data expands further than any export.
    fn check_expansion(&self) -> io::Result<()> {
        let packed = match &self.source {
            Source::Plain(_) => return Ok(()),
            Source::Gzip(decoder) => decoder.get_ref().bytes,
            Source::Zstd(decoder) => decoder.get_ref().get_ref().bytes,
        };
        if expands_too_far(packed, self.unpacked) { Err(io::Error::from(EXPANDS_TOO_FAR)) } else { Ok(()) }
    }
}

/// Explains a failed read of `path`: errors of the system are of the disk, all others of the decoder.
pub fn explain(path: &Path, compression: Compression, error: io::Error) -> Error {
    let name = match compression {
        Compression::Gzip if error.raw_os_error().is_none() => "gzip",
        Compression::Zstd if error.raw_os_error().is_none() => "zstd",
        _ => return Error::io(path, say::CANNOT_READ)(error),
    };
    if error.kind() == EXPANDS_TOO_FAR {
        return Error::input(
            path,
            say::COMPRESSED_DATA,
            say::unpacks_too_far(name, MAX_EXPANSION),
            say::UNPACKS_TOO_FAR_REMEDY,
        );
    }
    Error::input(path, say::COMPRESSED_DATA, say::packed_badly(name, error), say::packed_badly_remedy(name))
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.replayed < self.head.len() {
            let read = (&self.head[self.replayed..]).read(buffer)?;
            self.replayed += read;
            return Ok(read);
        }
        let read = match &mut self.source {
            Source::Plain(disk) => disk.read(buffer),
            Source::Gzip(decoder) => decoder.read(buffer),
            Source::Zstd(decoder) => decoder.read(buffer),
        }?;
        self.unpacked += read as u64;
        self.check_expansion()?;
        Ok(read)
    }
}

impl<'p> OnDisk<'p> {
    fn open(path: &Path, progress: &'p dyn Progress) -> Result<Self> {
        let file = regular::open(path).map_err(Error::io(path, say::CANNOT_OPEN))?;
        let state = state_of(&file).map_err(Error::io(path, say::CANNOT_READ))?;
        Ok(Self { file, state, magic: io::Cursor::default(), sha: Sha256::new(), bytes: 0, progress })
    }

    fn peek(&mut self) -> io::Result<Vec<u8>> {
        let mut magic = Vec::new();
        self.by_ref().take(4).read_to_end(&mut magic)?;
        self.magic = io::Cursor::new(magic.clone());
        Ok(magic)
    }

    /// As [`Stream::read_some`]; `read_to_end` needs no zeroed memory, unlike [`Read::read`].
    fn read_some(&mut self, limit: u64, buffer: &mut Vec<u8>) -> io::Result<usize> {
        let replayed = self.magic.by_ref().take(limit).read_to_end(buffer)?;
        let begin = buffer.len();
        let read = self.file.by_ref().take(limit - replayed as u64).read_to_end(buffer)?;
        self.count(&buffer[begin..]);
        Ok(replayed + read)
    }

    fn count(&mut self, bytes: &[u8]) {
        self.sha.update(bytes);
        self.bytes += bytes.len() as u64;
        self.progress.advance(bytes.len() as u64);
    }

    /// Fails if the file was written to while it was read.
    fn check_unchanged(&self, path: &Path) -> Result<()> {
        let now = state_of(&self.file).map_err(Error::io(path, say::CANNOT_READ))?;
        if now == self.state && now.0 == self.bytes {
            return Ok(());
        }
        Err(Error::input(path, say::FILE, say::CHANGED_WHILE_READ, say::CHANGED_WHILE_READ_REMEDY))
    }

    fn fingerprint(self) -> Fingerprint {
        Fingerprint { sha256: hex(&self.sha.finalize()), bytes: self.bytes }
    }
}

impl Read for OnDisk<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let replayed = self.magic.read(buffer)?;
        if replayed > 0 {
            return Ok(replayed);
        }
        let read = self.file.read(buffer)?;
        self.count(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use std::io::Write;

    fn stored(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn content(bytes: &[u8]) -> Result<(Vec<u8>, Compression, Fingerprint)> {
        let file = stored(bytes);
        let mut stream = Stream::open(file.path(), &Silent)?;
        let (mut content, compression) = (Vec::new(), stream.compression());
        stream.read_some(usize::MAX, &mut content)?;
        Ok((content, compression, stream.finish()?))
    }

    #[test]
    fn compressed_content_is_unpacked_and_the_bytes_on_disk_are_hashed() {
        let text = b"hello ".repeat(50_000);
        let (plain, compression, fingerprint) = content(&text).unwrap();
        assert_eq!((plain == text, compression, fingerprint.bytes), (true, Compression::None, 300_000));
        let members = [gzip(&text[..100]), gzip(&text[100..])].concat();
        let (unpacked, compression, fingerprint) = content(&members).unwrap();
        assert_eq!((unpacked == text, compression, fingerprint.bytes), (true, Compression::Gzip, members.len() as u64));
        let (unpacked, compression, _) = content(&zstd::encode_all(&text[..], 1).unwrap()).unwrap();
        assert_eq!((unpacked == text, compression), (true, Compression::Zstd));
        let (_, _, fingerprint) = content(b"abc").unwrap();
        assert_eq!(fingerprint.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn cut_off_compressed_data_is_the_inputs_fault() {
        let text: Vec<u8> = (0..200_000u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for whole in [gzip(&text), zstd::encode_all(&text[..], 1).unwrap()] {
            let error = content(&whole[..whole.len() / 2]).unwrap_err();
            assert!(
                matches!(&error, Error::Input { .. }) && error.to_string().contains("cut off or damaged"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_file_that_grows_while_it_is_read_is_reported() {
        let mut file = stored(b"userid,name\nann,Ann\n");
        let mut stream = Stream::open(file.path(), &Silent).unwrap();
        stream.read_some(usize::MAX, &mut Vec::new()).unwrap();
        file.write_all(b"bob,Bob\n").unwrap();
        assert!(stream.finish().unwrap_err().to_string().contains("written to while it was read"));
    }

    #[test]
    fn data_that_expands_too_far_is_refused() {
        let shown = |packed: &[u8]| content(packed).map(drop).unwrap_err().to_string();
        let bytes = vec![b'a'; 65 << 20];
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&bytes).unwrap();
        let packed = encoder.finish().unwrap();
        assert!(shown(&packed).contains("gzip data expands to more than 200 times its size"));
        // JSON is read so, sheets in this way.
        let file = stored(&packed);
        let mut stream = Stream::open(file.path(), &Silent).unwrap();
        let mut all = Vec::new();
        let error = stream.read_to_end(&mut all).unwrap_err();
        assert!(error.kind() == EXPANDS_TOO_FAR && all.len() <= bytes.len(), "{error}");
        assert!(
            shown(&zstd::encode_all(&bytes[..], 1).unwrap())
                .contains("zstd data expands to more than 200 times its size")
        );
        // As much is fine where it is little.
        assert_eq!(content(&gzip(&bytes[..1 << 20])).unwrap().0.len(), 1 << 20);
    }
}
