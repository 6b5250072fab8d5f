//! Where the values of a sound file stand, to the byte, so that one of them can be damaged and all others stay as
//! they are.

use std::ops::Range;

/// A value of a JSON text, under the nearest key above it.
#[derive(Debug, Clone)]
pub struct Spot {
    pub at: Range<usize>,
    pub key: String,
    /// Where that key stands, its quotes included, if the value is the one right behind it; else it is an item.
    pub named: Option<Range<usize>>,
    depth: usize,
}

/// Every value of the documents of a JSON text, which is sound.
pub fn json(text: &[u8]) -> Vec<Spot> {
    let mut scan = Scan { text, at: 0, spots: Vec::new() };
    if text.starts_with("\u{feff}".as_bytes()) {
        scan.at = 3;
    }
    scan.blanks();
    while scan.at < text.len() {
        scan.value("", None, 0);
        scan.blanks();
    }
    scan.spots
}

/// The documents among the values: those of an array of documents, or those that stand one after the other.
pub fn documents(text: &[u8], spots: &[Spot]) -> Vec<Range<usize>> {
    let top: Vec<&Spot> = spots.iter().filter(|spot| spot.depth == 0).collect();
    let in_array = top.len() == 1 && text[top[0].at.start] == b'[';
    spots.iter().filter(|spot| spot.depth == usize::from(in_array)).map(|spot| spot.at.clone()).collect()
}

struct Scan<'t> {
    text: &'t [u8],
    at: usize,
    spots: Vec<Spot>,
}

impl Scan<'_> {
    fn blanks(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn value(&mut self, key: &str, named: Option<Range<usize>>, depth: usize) {
        let place = self.spots.len();
        self.spots.push(Spot { at: self.at..self.at, key: key.to_owned(), named, depth });
        match self.text[self.at] {
            b'"' => self.string(),
            b'[' => self.items(depth, |scan| scan.value(key, None, depth + 1)),
            b'{' => self.items(depth, |scan| {
                let start = scan.at;
                scan.string();
                let named = start..scan.at;
                let key = String::from_utf8_lossy(&scan.text[start + 1..scan.at - 1]).into_owned();
                scan.blanks();
                scan.at += 1;
                scan.blanks();
                scan.value(&key, Some(named), depth + 1);
            }),
            _ => {
                self.at += self.text[self.at..]
                    .iter()
                    .position(|b| b",]} \n\r\t".contains(b))
                    .unwrap_or(self.text.len() - self.at);
            }
        }
        self.spots[place].at.end = self.at;
    }

    fn items(&mut self, _depth: usize, mut item: impl FnMut(&mut Self)) {
        self.at += 1;
        self.blanks();
        while !b"]}".contains(&self.text[self.at]) {
            item(self);
            self.blanks();
            if self.text[self.at] == b',' {
                self.at += 1;
                self.blanks();
            }
        }
        self.at += 1;
    }

    fn string(&mut self) {
        self.at += 1;
        while self.text[self.at] != b'"' {
            self.at += 1 + usize::from(self.text[self.at] == b'\\');
        }
        self.at += 1;
    }
}

/// A cell of a CSV text, its quotes included.
#[derive(Debug, Clone)]
pub struct Cell {
    pub at: Range<usize>,
    pub column: usize,
}

/// The rows of a CSV text, which is sound, the header first.
pub fn csv(text: &[u8]) -> Vec<Vec<Cell>> {
    let mut rows = vec![Vec::new()];
    let mut start = if text.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    let mut quoted = false;
    for (at, byte) in text.iter().enumerate().skip(start) {
        match byte {
            b'"' => quoted = !quoted,
            b',' | b'\n' if !quoted => {
                let column = rows.last().map_or(0, Vec::len);
                rows.last_mut().unwrap().push(Cell { at: start..at, column });
                start = at + 1;
                if *byte == b'\n' {
                    rows.push(Vec::new());
                }
            }
            _ => {}
        }
    }
    rows.retain(|row| !row.is_empty());
    rows
}
