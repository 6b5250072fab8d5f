//! Numbers that stand for texts while these are sorted, so that most comparisons touch no text.

/// Bytes of a number, behind the first.
const TAIL: usize = 7;

/// For each text a number whose order never contradicts that of the texts; none is 0.
///
/// It is made of what tells texts apart: all ids of customers of a corp have eight letters in common, behind two that tell users
/// of WeChat from those of WeCom (DOMAIN.md section 3). So texts are divided by the byte that follows what all of them
/// begin with, and of each such group, what the texts of it begin with is left out.
pub fn leading_bytes<'t>(texts: impl Iterator<Item = Option<&'t str>> + Clone) -> Vec<u64> {
    let bytes = texts.map(|text| text.map(str::as_bytes));
    let shared = shared_by(bytes.clone().flatten());
    let mut groups: [Option<(&[u8], usize)>; 256] = [None; 256];
    for text in bytes.clone().flatten() {
        if let Some(&first) = text.get(shared) {
            let (group, length) = groups[usize::from(first)].get_or_insert((text, text.len()));
            *length = beginning(group, text, *length);
        }
    }
    let number = |text: &[u8]| {
        let Some(&first) = text.get(shared) else { return 0 };
        let length = groups[usize::from(first)].map_or(0, |(_, length)| length);
        let mut number = [0; TAIL + 1];
        number[0] = first;
        let tail = &text[length..];
        let taken = tail.len().min(TAIL);
        number[1..=taken].copy_from_slice(&tail[..taken]);
        u64::from_be_bytes(number)
    };
    bytes.map(|text| text.map_or(0, number)).collect()
}

/// With how many bytes all texts begin alike.
fn shared_by<'t>(mut texts: impl Iterator<Item = &'t [u8]>) -> usize {
    let Some(first) = texts.next() else { return 0 };
    texts.fold(first.len(), |length, text| beginning(first, text, length))
}

/// With how many bytes, up to so many, both begin.
fn beginning(a: &[u8], b: &[u8], most: usize) -> usize {
    a.iter().zip(b).take(most).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_corp_are_told_apart_whatever_their_kind() {
        let ids = ["wmQhJiaJu1AAAAAAA", "wmQhJiaJu1AAAAAAB", "woQhJiaJu1AAAAAAA", "woQhJiaJu1AAAAAAB"];
        let numbers = leading_bytes(ids.into_iter().map(Some));
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:x?}");
    }

    #[test]
    fn texts_that_end_early_come_first() {
        assert_eq!(leading_bytes([None, Some(""), Some("a")].into_iter()), [0, 0, u64::from(b'a') << 56]);
        assert_eq!(leading_bytes([Some("ab"), Some("ab")].into_iter()), [0, 0]);
        assert_eq!(leading_bytes(std::iter::empty()), [0; 0]);
    }

    proptest::proptest! {
        #[test]
        fn numbers_never_contradict_texts(texts in proptest::collection::vec(proptest::option::of("[a-b\\x00é]{0,12}"), 0..30)) {
            let numbers = leading_bytes(texts.iter().map(Option::as_deref));
            for (a, x) in texts.iter().zip(&numbers) {
                for (b, y) in texts.iter().zip(&numbers) {
                    proptest::prop_assert!(x == y || (x < y) == (a < b), "{:?} {:x}, {:?} {:x}", a, x, b, y);
                }
            }
        }
    }
}
