//! Text that is not sound (SPEC section 1.3): bytes that are no UTF-8, lone surrogates, raw control characters in
//! strings; and `NaN` and `Infinity`, which libraries write where there is no value.

use std::fmt::Write as _;

/// The text of a document with U+FFFD in the place of what is not sound, and `null` in that of `NaN` and
/// `Infinity`; `None` if nothing is.
pub fn sound(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut sound = String::with_capacity(text.len());
    let mut rest = &*text;
    let mut in_string = false;
    while let Some(at) = rest.find(|c: char| matches!(c, '"' | '\\' | '\0'..'\u{20}')) {
        let (before, from) = rest.split_at(at);
        push(&mut sound, before, in_string);
        let length = match from.as_bytes()[0] {
            b'"' => {
                in_string = !in_string;
                sound.push('"');
                1
            }
            b'\\' if in_string => escape(&mut sound, from),
            b'\0'..0x20 if in_string => {
                sound.push(char::REPLACEMENT_CHARACTER);
                1
            }
            other => {
                sound.push(char::from(other));
                1
            }
        };
        rest = &from[length..];
    }
    push(&mut sound, rest, in_string);
    (sound.as_bytes() != bytes).then_some(sound)
}

/// Copies a stretch of a string, or of what is between strings.
fn push(sound: &mut String, text: &str, in_string: bool) {
    if in_string {
        return sound.push_str(text);
    }
    let mut numbers = text.to_owned();
    for none in ["-Infinity", "Infinity", "-NaN", "NaN"] {
        numbers = numbers.replace(none, "null");
    }
    sound.push_str(&numbers);
}

/// Copies the escape that the text begins with, a pair of surrogates as a whole, half a pair as U+FFFD. Returns its
/// length.
fn escape(sound: &mut String, text: &str) -> usize {
    let length = match (unit(text), unit(text.get(6..).unwrap_or_default())) {
        (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
        (Some(0xd800..0xe000), _) => {
            // Writing to a String cannot fail.
            let _ = write!(sound, "\\u{:04x}", u32::from(char::REPLACEMENT_CHARACTER));
            return 6;
        }
        // What is no escape stays so.
        _ => 1 + text[1..].chars().next().map_or(0, char::len_utf8),
    };
    sound.push_str(&text[..length]);
    length
}

/// The UTF-16 unit that the text begins with an escape of.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_sound_is_replaced() {
        for (unsound, expected) in [
            (&b"{\"a\":\"x\xff\xfey\"}"[..], "{\"a\":\"x\u{fffd}\u{fffd}y\"}"),
            (br#"{"a":"\ud83d"}"#, r#"{"a":"\ufffd"}"#),
            (br#"{"a":"\ud83dx\uDC00"}"#, r#"{"a":"\ufffdx\ufffd"}"#),
            (br#"{"a":"\ud83d\ud83c\udf40"}"#, r#"{"a":"\ufffd\ud83c\udf40"}"#),
            (br#"{"a":"\udf40\ud83c"}"#, r#"{"a":"\ufffd\ufffd"}"#),
            (b"{\"a\":\"x\ny\0\"}\n", "{\"a\":\"x\u{fffd}y\u{fffd}\"}\n"),
            (b"{\"a\\\"\":\"\\\\\t\"}", "{\"a\\\"\":\"\\\\\u{fffd}\"}"),
            (b"{\"a\":\"\\\xff\"}", "{\"a\":\"\\\u{fffd}\"}"),
            (br#"{"a":[Infinity,-Infinity,-NaN,"Infinity"]}"#, r#"{"a":[null,null,null,"Infinity"]}"#),
            (br#"{"NaN":[NaN,"NaN"],"a": NaN }"#, r#"{"NaN":[null,"NaN"],"a": null }"#),
        ] {
            assert_eq!(sound(unsound).as_deref(), Some(expected), "{}", String::from_utf8_lossy(unsound));
        }
    }

    #[test]
    fn what_is_sound_stays_and_what_is_broken_is_not_mended() {
        for text in [
            "",
            "{\n\t\"a\" : \"\\u00e9\\n\\\\\\ud83c\\udf40\" }",
            r#"{"a":"\x\u00"#,
            r#"{"a":"\"#,
            r"\ud83d ",
            "{\"a\":\"\u{7f}客\u{fffd}\"}",
        ] {
            assert_eq!(sound(text.as_bytes()), None, "{text}");
        }
    }
}
