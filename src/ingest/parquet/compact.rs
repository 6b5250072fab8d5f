//! Thrift's compact protocol, as far as Parquet's footer and page headers have to be known before the `parquet` crate
//! decodes them: it walks schemas recursively, and allocates by what headers say.

/// Types of the protocol.
pub const I32: u8 = 5;
pub const BINARY: u8 = 8;
pub const LIST: u8 = 9;
pub const STRUCT: u8 = 12;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const SET: u8 = 10;
const MAP: u8 = 11;
/// Nesting of values that are skipped; those of Parquet nest less than 10 deep.
const MAX_DEPTH: usize = 32;

/// Reads values from bytes. `None` at their end, or where they are not of the protocol.
#[derive(Debug, Clone, Copy)]
pub struct Compact<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Compact<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes that were read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Calls `see` with the number and the type of each field of a struct; fields for which it returns `Some(false)`
    /// are skipped.
    pub fn fields(&mut self, mut see: impl FnMut(&mut Self, i64, u8) -> Option<bool>) -> Option<()> {
        let mut field = 0;
        loop {
            let head = self.byte()?;
            let kind = head & 15;
            if kind == 0 {
                return Some(());
            }
            field = if head >> 4 == 0 { self.zigzag()? } else { field.wrapping_add(i64::from(head >> 4)) };
            let before = self.at;
            if !see(self, field, kind)? {
                self.at = before;
                self.skip_field(kind, 0)?;
            }
        }
    }

    /// The number of items of a list, and their type.
    pub fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let items = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        Some((items, head & 15))
    }

    pub fn zigzag(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub fn binary(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        let bytes = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(bytes)
    }

    pub fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    pub fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// Skips a field of a struct: a flag is in its type.
    fn skip_field(&mut self, kind: u8, depth: usize) -> Option<()> {
        if kind == TRUE || kind == FALSE { Some(()) } else { self.skip(kind, depth) }
    }

    /// Skips a value; each takes a byte at least.
    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match kind {
            TRUE | FALSE | BYTE => self.byte().map(drop),
            4..=I64 => self.varint().map(drop),
            DOUBLE => (0..8).try_for_each(|_| self.byte().map(drop)),
            BINARY => self.binary().map(drop),
            LIST | SET => {
                let (items, kind) = self.list()?;
                (0..items).try_for_each(|_| self.skip(kind, depth + 1))
            }
            MAP => {
                let pairs = self.varint()?;
                let kinds = if pairs == 0 { 0 } else { self.byte()? };
                (0..pairs).try_for_each(|_| {
                    self.skip(kinds >> 4, depth + 1)?;
                    self.skip(kinds & 15, depth + 1)
                })
            }
            STRUCT => loop {
                let head = self.byte()?;
                match (head & 15, head >> 4) {
                    (0, _) => return Some(()),
                    (kind, 0) => {
                        self.zigzag()?;
                        self.skip_field(kind, depth + 1)?;
                    }
                    (kind, _) => self.skip_field(kind, depth + 1)?,
                }
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_numbered_and_skipped() {
        // Field 1, i32 = 5; field 2, binary "ab"; field 4, true; field 5, struct { 1: list of i32 [1, 2] }; field 20,
        // i32 = -1.
        let bytes = [0x15, 10, 0x18, 2, b'a', b'b', 0x21, 0x1c, 0x19, 0x25, 2, 4, 0, 0x05, 40, 1, 0, 99];
        let mut read = Compact::new(&bytes);
        let mut seen = Vec::new();
        let done = read.fields(|read, field, kind| {
            seen.push((field, kind));
            Some(match field {
                1 => read.zigzag()? == 5,
                20 => {
                    assert_eq!(read.zigzag(), Some(-1));
                    true
                }
                _ => false,
            })
        });
        assert_eq!((done, read.position()), (Some(()), 17));
        assert_eq!(seen, [(1, I32), (2, BINARY), (4, TRUE), (5, STRUCT), (20, I32)]);
    }

    #[test]
    fn what_is_cut_off_or_too_deep_is_refused() {
        assert_eq!(Compact::new(&[0x15]).fields(|_, _, _| Some(false)), None);
        assert_eq!(Compact::new(&[0x1c; 1000]).fields(|_, _, _| Some(false)), None);
        assert_eq!(Compact::new(&[0x19; 1000]).fields(|_, _, _| Some(false)), None);
        assert_eq!(Compact::new(&[0xff; 20]).varint(), None);
        assert_eq!(Compact::new(&[5, 1]).binary(), None);
    }
}
