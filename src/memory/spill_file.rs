//! Positioned reads and writes of a file that several threads share.

use std::fs::File;

#[cfg(unix)]
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

/// Reads into uninitialised memory, which saves clearing it.
#[cfg(unix)]
pub fn read_at(file: &File, length: usize, offset: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        let at = offset + bytes.len() as u64;
        match rustix::io::pread(file, rustix::buffer::spare_capacity(&mut bytes), at) {
            Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // The capacity may exceed the length requested.
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(windows)]
pub fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        bytes = &bytes[written..];
        offset += written as u64;
    }
    Ok(())
}

#[cfg(windows)]
pub fn read_at(file: &File, length: usize, offset: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        let read = std::os::windows::fs::FileExt::seek_read(file, &mut bytes[filled..], offset + filled as u64)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        filled += read;
    }
    Ok(bytes)
}

/// Frees a range of the file that is not read again, where the file system can punch holes; elsewhere it stays until
/// the end.
#[cfg(target_os = "linux")]
pub fn punch_hole(file: &File, offset: u64, length: u64) {
    use rustix::fs::{FallocateFlags, fallocate};
    let _ = fallocate(file, FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE, offset, length);
}

#[cfg(not(target_os = "linux"))]
pub fn punch_hole(_file: &File, _offset: u64, _length: u64) {}
