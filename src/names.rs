//! The rules of comparing names (SPEC section 1.3): equal, masked, look-alike.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The first and last of each stretch of default-ignorable code points (Unicode's `Default_Ignorable_Code_Point`).
const INVISIBLE: [(char, char); 17] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Returns whether the character is invisible: zero-width characters, bidirectional controls, variation selectors.
#[inline]
pub(crate) fn is_invisible(c: char) -> bool {
    c >= '\u{ad}'
        && !('\u{4e00}'..='\u{9fff}').contains(&c)
        && INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// Normalises a name for comparison: NFC, without invisible characters and without white space around.
#[inline]
pub(crate) fn normal(name: &str) -> Cow<'_, str> {
    if is_plain(name) { Cow::Borrowed(name) } else { normal_slow(name) }
}

/// Returns whether the name is surely normal: ASCII without white space at its ends, Chinese, emoji.
#[inline]
fn is_plain(name: &str) -> bool {
    let bytes = name.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
    // Unlike `u8::is_ascii_whitespace`, `char::is_whitespace` includes the vertical tab.
    let is_blank = |byte: u8| byte == b' ' || (b'\t'..=b'\r').contains(&byte);
    if is_blank(*first) || is_blank(*last) {
        return false;
    }
    let mut at = 0;
    while at < bytes.len() {
        at += match bytes[at] {
            ..0x80 => 1,
            // U+4E00 to U+9FFF.
            0xe5..=0xe9 => 3,
            0xe4 if bytes[at + 1] >= 0xb8 => 3,
            // U+1F000 to U+1FFFF.
            0xf0 if bytes[at + 1] == 0x9f => 4,
            _ => return false,
        };
    }
    true
}

fn normal_slow(name: &str) -> Cow<'_, str> {
    if is_nfc_quick(name.chars()) == IsNormalized::Yes && !name.chars().any(is_invisible) {
        return Cow::Borrowed(name.trim());
    }
    let composed: String = name.chars().filter(|c| !is_invisible(*c)).nfc().collect();
    Cow::Owned(composed.trim().to_owned())
}

/// Returns whether the service masked the name except for its last character: it is not a key for matching.
fn is_masked(name: &str) -> bool {
    let last = name.trim_start().strip_prefix("***").map(str::trim_end).filter(|last| !last.is_empty());
    last.is_some_and(|last| normal(last).chars().count() <= 1)
}

/// Returns whether no character of the name is left but `?` and U+FFFD, as where a program wrote Chinese in an encoding
/// that lacks it: all names of that length are equal then.
fn is_lost(name: &str) -> bool {
    name.starts_with(['?', GAP]) && name.chars().all(|c| matches!(c, '?' | GAP) || c.is_whitespace())
}

/// Returns whether the name can be a key: it is neither masked nor lost.
pub(crate) fn is_known(name: &str) -> bool {
    !is_masked(name) && !is_lost(name)
}

/// The name as a key: in normal form; none if it is masked or lost, or nothing of it is visible.
pub(crate) fn key(name: &str) -> Option<Cow<'_, str>> {
    is_known(name).then(|| normal(name)).filter(|name| !name.is_empty())
}

/// The replacement of a run of lost characters in a look.
const GAP: char = char::REPLACEMENT_CHARACTER;

/// The name as it looks: names with equal looks are easily taken for one another. NFKC, case folding, without white
/// space, invisible characters and quotes around, Chinese punctuation as that of ASCII. A run of `?` or U+FFFD is one
/// U+FFFD. Escapes that pages, JSON and SQL need are what they stand for.
fn look(name: &str) -> String {
    let name = &*without_escapes(name);
    // NFKC and folding leave Chinese characters as they are, and of ASCII change letters only.
    if name.chars().all(|c| c.is_ascii() || ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        return look_of(name.chars().map(|c| c.to_ascii_lowercase()));
    }
    look_of(folded(name))
}

/// Replaces the escapes of pages (`&amp;`) and of strings (`\"`), and strips the quotes around a text. Names with
/// escapes of characters (`\u6797`) cannot be read.
fn without_escapes(name: &str) -> Cow<'_, str> {
    const ESCAPES: [(&str, &str); 12] = [
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("\\n", " "),
        ("\\\"", "\""),
        ("\\'", "'"),
        ("\\/", "/"),
        ("\\\\", "\\"),
    ];
    let is_quoted = |quote: char| name.len() > 2 && name.starts_with(quote) && name.ends_with(quote);
    let name = if is_quoted('\'') || is_quoted('"') { &name[1..name.len() - 1] } else { name };
    if !name.contains(['&', '\\']) {
        return Cow::Borrowed(name);
    }
    let (mut plain, mut rest) = (String::with_capacity(name.len()), name);
    while let Some(first) = rest.chars().next() {
        let escape = ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape));
        let (meant, length) =
            escape.map_or((&rest[..first.len_utf8()], first.len_utf8()), |(escape, meant)| (*meant, escape.len()));
        plain.push_str(meant);
        rest = &rest[length..];
    }
    Cow::Owned(plain)
}

/// Upper case first: `ß` becomes `SS`, and so `ss`.
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc()
}

fn look_of(folded: impl Iterator<Item = char>) -> String {
    let mut look = String::new();
    for c in folded.filter(|c| !c.is_whitespace() && !is_invisible(*c)).map(punctuation) {
        let c = if c == '?' { GAP } else { c };
        if c != GAP || !look.ends_with(GAP) {
            look.push(c);
        }
    }
    let is_quoted = |quote: char| look.len() > 2 && look.starts_with(quote) && look.ends_with(quote);
    if is_quoted('\'') || is_quoted('"') {
        look.pop();
        look.remove(0);
    }
    look
}

/// The ASCII character for what Chinese and typographic punctuation look like; NFKC knows the full-width forms of
/// ASCII.
fn punctuation(c: char) -> char {
    match c {
        '。' => '.',
        '、' => ',',
        '“' | '”' | '„' | '「' | '」' | '『' | '』' | '〝' | '〞' => '"',
        '‘' | '’' | '‚' | '′' | '´' => '\'',
        '【' | '〔' | '〖' => '[',
        '】' | '〕' | '〗' => ']',
        '《' | '〈' => '<',
        '》' | '〉' => '>',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        '・' | '•' | '‧' | '∙' => '·',
        '〜' | '∼' => '~',
        other => other,
    }
}

fn characters(look: &str) -> Box<[char]> {
    look.chars().collect()
}

/// Characters of a look in which gaps are filled, at most; of longer ones only the ends are compared.
const MAX_LOOK: usize = 126;

/// Returns whether each gap of one look can replace one or more characters of the other, the other characters being
/// equal, and at least one of them there. All places of `b` that the characters of `a` so far can reach are followed
/// at once, as the bits of a number: `[0]` without an equal character on the way, `[1]` with one.
fn fills(a: &[char], b: &[char]) -> bool {
    let differ = |a: Option<&char>, b: Option<&char>| a != b && a != Some(&GAP) && b != Some(&GAP);
    if differ(a.first(), b.first()) || differ(a.last(), b.last()) || !(a.contains(&GAP) || b.contains(&GAP)) {
        return false;
    }
    if a.len().max(b.len()) > MAX_LOOK {
        return true;
    }
    let places = |c: char| b.iter().rev().fold(0_u128, |bits, other| bits << 1 | u128::from(*other == c));
    let (gaps, all) = (places(GAP), (2_u128 << b.len()) - 1);
    let (mut between, mut in_gap) = ([1, 0], [0, 0]);
    for &c in a {
        for way in 0..2 {
            in_gap[way] |= between[way] & gaps;
        }
        between = if c == GAP { between.map(all_behind) } else { [0, ((between[0] | between[1]) & places(c)) << 1] };
        for way in 0..2 {
            between[way] = (between[way] | in_gap[way] << 1) & all;
        }
    }
    between[1] >> b.len() == 1
}

/// All bits above the lowest bit that is set.
fn all_behind(bits: u128) -> u128 {
    if bits == 0 { 0 } else { !((1 << bits.trailing_zeros()) - 1) << 1 }
}

/// An index of the names of one account, for finding look-alikes.
#[derive(Default)]
pub(crate) struct LookAlikes {
    /// Each look once, with the ids of its names in order.
    looks: Vec<(Box<[char]>, Vec<u32>)>,
    by_look: HashMap<String, u32>,
    /// The looks with gaps, and without, by character. Few names have gaps, and only they need the latter.
    gaps_with_char: HashMap<char, Vec<u32>>,
    with_char: OnceCell<HashMap<char, Vec<u32>>>,
}

impl LookAlikes {
    /// An index of names, each with its id.
    pub(crate) fn new<'n>(names: impl Iterator<Item = (u32, &'n str)>) -> Self {
        let mut index = Self::default();
        for (id, name) in names {
            let look = look(name);
            let known = index.by_look.get(&look).copied();
            let place = known.unwrap_or_else(|| index.add(look));
            index.looks[place as usize].1.push(id);
        }
        index
    }

    fn add(&mut self, look: String) -> u32 {
        let place = self.looks.len() as u32;
        let characters = characters(&look);
        if characters.contains(&GAP) {
            add_by_char(&mut self.gaps_with_char, &characters, place);
        }
        self.looks.push((characters, Vec::new()));
        self.by_look.insert(look, place);
        place
    }

    /// Finds the ids of names that look like this one or are equal.
    pub(crate) fn find(&self, name: &str) -> impl Iterator<Item = u32> {
        let look = look(name);
        let equal = self.by_look.get(&look).copied();
        let characters = characters(&look);
        let others = self.candidates(&characters).into_iter().filter(move |place| Some(*place) != equal);
        let alike = others.filter(move |place| fills(&characters, &self.looks[*place as usize].0));
        equal.into_iter().chain(alike).flat_map(|place| self.looks[place as usize].1.iter().copied())
    }

    /// The looks that may be alike except for gaps: they share a character.
    fn candidates(&self, look: &[char]) -> Vec<u32> {
        let has_gap = look.contains(&GAP);
        if !has_gap && self.gaps_with_char.is_empty() {
            return Vec::new();
        }
        let chars = distinct(look);
        let mut places: Vec<u32> = chars.iter().filter_map(|c| self.gaps_with_char.get(c)).flatten().copied().collect();
        if has_gap {
            // A look without gaps must contain every character of this one: those with the rarest are enough.
            let with_char = self.with_char.get_or_init(|| self.without_gaps_by_char());
            let holding = chars.iter().map(|c| with_char.get(c).map_or(&[][..], Vec::as_slice));
            places.extend(holding.min_by_key(|places| places.len()).unwrap_or_default());
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    fn without_gaps_by_char(&self) -> HashMap<char, Vec<u32>> {
        let mut by_char = HashMap::new();
        for (place, (look, _)) in (0..).zip(&self.looks).filter(|(_, (look, _))| !look.contains(&GAP)) {
            add_by_char(&mut by_char, look, place);
        }
        by_char
    }
}

fn add_by_char(by_char: &mut HashMap<char, Vec<u32>>, look: &[char], place: u32) {
    for c in distinct(look) {
        by_char.entry(c).or_default().push(place);
    }
}

/// The distinct characters of a look, without gaps.
fn distinct(look: &[char]) -> Vec<char> {
    let mut chars: Vec<char> = look.iter().copied().filter(|c| *c != GAP).collect();
    chars.sort_unstable();
    chars.dedup();
    chars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_do_not_count_in_names() {
        for (name, is) in [
            ("林一", "林一"),
            ("", ""),
            (" 林一\u{3000}", "林一"),
            ("\tann\u{b}", "ann"),
            ("ann lee", "ann lee"),
            ("Zoe\u{301} 林", "Zo\u{e9} 林"),
            ("Zo\u{e9}", "Zo\u{e9}"),
            ("陈六❤\u{fe0f}", "陈六❤"),
            ("林\u{200d}\u{200b}一", "林一"),
            (" \u{feff} 林", "林"),
            ("褚七😀", "褚七😀"),
            ("\u{212b}", "\u{c5}"),
            ("\u{f900}", "\u{8c48}"),
            ("\u{2f800}", "\u{4e3d}"),
            ("\u{3400}丁", "\u{3400}丁"),
            ("ＡＢＣ", "ＡＢＣ"),
            ("ann\n", "ann"),
        ] {
            assert_eq!(normal(name), is, "{name:?}");
        }
        for name in ["林一", "ann lee", "褚七😀", "é", "Ünal", " 林"] {
            assert!(matches!(normal(name), Cow::Borrowed(_)), "{name}");
        }
    }

    #[test]
    fn question_marks_alone_are_no_key() {
        for (name, is) in
            [("???", false), ("? ??", false), ("\u{fffd}?", false), ("??n", true), ("？", true), ("n?", true)]
        {
            assert_eq!(key(name).is_some(), is, "{name}");
        }
    }

    #[test]
    fn a_masked_name_is_three_stars_and_a_character() {
        for (name, is) in [
            ("***开", true),
            ("***n", true),
            (" ***😀 ", true),
            ("***❤\u{fe0f}", true),
            ("***", false),
            ("***开心", false),
            ("**开", false),
            ("开***", false),
        ] {
            assert_eq!(is_masked(name), is, "{name}");
        }
    }

    #[test]
    fn names_look_alike() {
        for (a, b, are) in [
            ("ＡＢＣ四", "abc四", true),
            ("冯 五", "冯五", true),
            ("褚七😀", "褚七?", true),
            ("褚七😀", "褚七????", true),
            ("褚七", "褚七?", false),
            ("褚七", "褚?", true),
            ("褚七", "？七", true),
            ("褚七", "??", false),
            ("褚七", "褚\u{fffd}\u{fffd}", true),
            ("王?明", "王小明", true),
            ("王?明", "王大小明", true),
            ("王?明", "王小红", false),
            ("?小?", "王小明", true),
            ("褚?x", "?七x", true),
            ("?七", "褚?", false),
            ("Straße", "STRASSE", true),
            ("ΣΊΣΥΦΟΣ", "σίσυφος", true),
            ("你好！", "你好!", true),
            ("【VIP】林", "[vip]林", true),
            ("林。", "林｡", true),
            ("“林”", "\"林\"", true),
            ("'林'", "林", true),
            ("A&B", "A&amp;B", true),
            ("林&nbsp;一", "林一", true),
            ("a\\b", "a\\\\b", true),
            ("A&B", "A&lt;B", false),
            ("A&B", "A&abc;B", false),
            ("e\u{301}", "É", true),
            ("在吗?", "在吗？", true),
            ("林一", "林二", false),
            ("ann", "bob", false),
        ] {
            for (a, b) in [(a, b), (b, a)] {
                let index = LookAlikes::new([(7, a), (8, "周二"), (9, a)].into_iter());
                assert_eq!(index.find(b).collect::<Vec<_>>(), if are { vec![7, 9] } else { Vec::new() }, "{a} {b}");
            }
        }
    }

    #[test]
    fn ascii_and_chinese_look_as_folded() {
        for c in ('\0'..='\u{7f}').chain('\u{4e00}'..='\u{9fff}') {
            let name = format!("Z{c}林{c}");
            assert_eq!(look(&name), look_of(folded(&name)), "{c:?}");
        }
    }

    /// As [`fills`], by recursion.
    fn fills_slowly(a: &[char], b: &[char], has_equal: bool) -> bool {
        let (Some(&first), Some(&other)) = (a.first(), b.first()) else {
            return has_equal && a.is_empty() && b.is_empty();
        };
        let by_a = || first == GAP && (1..=b.len()).any(|taken| fills_slowly(&a[1..], &b[taken..], has_equal));
        let by_b = || other == GAP && (1..=a.len()).any(|taken| fills_slowly(&a[taken..], &b[1..], has_equal));
        (first == other && first != GAP && fills_slowly(&a[1..], &b[1..], true)) || by_a() || by_b()
    }

    #[test]
    fn gaps_are_filled_in_every_way() {
        let mut looks = vec![Vec::new()];
        for length in 0..5 {
            let longer: Vec<Vec<char>> = looks.iter().filter(|look| look.len() == length).cloned().collect();
            looks.extend(longer.iter().flat_map(|look| ['a', 'b', GAP].map(|c| [look.as_slice(), &[c]].concat())));
        }
        let mut looks_with_gap = looks.iter().filter(|look| look.contains(&GAP));
        assert!(looks_with_gap.all(|a| looks.iter().all(|b| fills(a, b) == fills_slowly(a, b, false))));
        assert!(!fills(&['a'], &['a', 'b']));
    }

    #[test]
    fn long_names_with_gaps_cost_little() {
        let (long, lost) = ("a".repeat(3000), format!("a{}?", "a?".repeat(1500)));
        assert_eq!(LookAlikes::new([(1, long.as_str())].into_iter()).find(&lost).collect::<Vec<_>>(), [1]);
    }
}
