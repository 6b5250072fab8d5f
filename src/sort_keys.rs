//! Abbreviated sort keys: 8-byte prefixes of texts, so that most comparisons of a sort read no text. Without them
//! `ingest` of 2 million relations from JSON takes 1.09 of the CPU (`tests/bench`).

/// Bytes of a key behind the first.
const TAIL: usize = 7;

/// Returns a key for each text, whose order never contradicts that of the texts; 0 for null.
///
/// Plain prefixes would be equal: the ids of a corp's customers have eight bytes in common, behind two that distinguish
/// users of `WeChat` and `WeCom` (DOMAIN.md section 3). So texts are grouped by the byte that follows the prefix of
/// all, and the key is that byte with the seven bytes that follow the prefix of the group.
pub fn abbreviated_keys<'t>(texts: impl Iterator<Item = Option<&'t str>> + Clone) -> Vec<u64> {
    let bytes = texts.map(|text| text.map(str::as_bytes));
    let prefix = common_prefix(bytes.clone().flatten());
    let mut groups: [Option<(&[u8], usize)>; 256] = [None; 256];
    for text in bytes.clone().flatten() {
        if let Some(&first) = text.get(prefix) {
            let (group, length) = groups[usize::from(first)].get_or_insert((text, text.len()));
            *length = common_prefix_of_two(group, text, *length);
        }
    }
    let key = |text: &[u8]| {
        let Some(&first) = text.get(prefix) else { return 0 };
        let length = groups[usize::from(first)].map_or(0, |(_, length)| length);
        let mut key = [0; TAIL + 1];
        key[0] = first;
        let tail = &text[length..];
        let taken = tail.len().min(TAIL);
        key[1..=taken].copy_from_slice(&tail[..taken]);
        u64::from_be_bytes(key)
    };
    bytes.map(|text| text.map_or(0, key)).collect()
}

/// Length of the common prefix of all texts.
fn common_prefix<'t>(mut texts: impl Iterator<Item = &'t [u8]>) -> usize {
    let Some(first) = texts.next() else { return 0 };
    texts.fold(first.len(), |length, text| common_prefix_of_two(first, text, length))
}

/// Length of the common prefix of two texts, at most `limit`.
fn common_prefix_of_two(a: &[u8], b: &[u8], limit: usize) -> usize {
    a.iter().zip(b).take(limit).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_corp_have_different_keys_whatever_their_kind() {
        let ids = ["wmQhJiaJu1AAAAAAA", "wmQhJiaJu1AAAAAAB", "woQhJiaJu1AAAAAAA", "woQhJiaJu1AAAAAAB"];
        let keys = abbreviated_keys(ids.into_iter().map(Some));
        assert!(keys.is_sorted_by(|a, b| a < b), "{keys:x?}");
    }

    #[test]
    fn a_text_sorts_before_its_continuations() {
        assert_eq!(abbreviated_keys([None, Some(""), Some("a")].into_iter()), [0, 0, u64::from(b'a') << 56]);
        assert_eq!(abbreviated_keys([Some("ab"), Some("ab")].into_iter()), [0, 0]);
        assert_eq!(abbreviated_keys(std::iter::empty()), [0; 0]);
    }

    proptest::proptest! {
        #[test]
        fn keys_never_contradict_texts(
            texts in proptest::collection::vec(proptest::option::of("[a-b\\x00é]{0,12}"), 0..30),
        ) {
            let keys = abbreviated_keys(texts.iter().map(Option::as_deref));
            for (a, x) in texts.iter().zip(&keys) {
                for (b, y) in texts.iter().zip(&keys) {
                    proptest::prop_assert!(x == y || (x < y) == (a < b), "{:?} {:x}, {:?} {:x}", a, x, b, y);
                }
            }
        }
    }
}
