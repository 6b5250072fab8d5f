//! Fills the places of a phrase that is chosen at run time.

use std::fmt::{Display, Write};

use super::Plain;

/// Fills the places, `{name}`, of a text. Braces in a value are not places, and values are escaped.
///
/// Values without a place are ignored, so that alternative phrases can take the same values.
pub fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (place, behind))) =
        rest.split_once('{').and_then(|(before, place)| Some((before, place.split_once('}')?)))
    {
        filled.push_str(before);
        let value = values.iter().find(|(name, _)| *name == place);
        debug_assert!(value.is_some(), "nothing fills {place} of {text:?}");
        // Writing to a String cannot fail.
        let _ = match value {
            Some((_, value)) => write!(filled, "{}", Plain(value)),
            None => write!(filled, "{{{place}}}"),
        };
        rest = behind;
    }
    filled + rest
}

/// Returns a part of a whole in percent with one decimal, rounded half up; 100 % means all.
pub fn percent(part: u64, whole: u64) -> String {
    let (of, whole) = (u128::from(part), u128::from(whole).max(1));
    let rounded = (of * 2000 + whole) / (whole * 2);
    let tenths = if of < whole { rounded.min(999) } else { rounded };
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::{fill, percent};

    #[test]
    fn each_place_is_filled_once() {
        assert_eq!(fill("{a}: {b} of {a}{b}", &[("b", &2), ("a", &"x"), ("c", &"elsewhere")]), "x: 2 of x2");
        assert_eq!(fill("none", &[("a", &1)]), "none");
    }

    #[test]
    fn braces_of_a_value_are_not_places() {
        assert_eq!(fill("{file}, {count}", &[("file", &"{count}{file}.csv"), ("count", &3)]), "{count}{file}.csv, 3");
        assert_eq!(fill("{a} {", &[("a", &"}")]), "} {");
    }

    #[test]
    fn only_all_is_a_hundred_percent() {
        let of = [(3, 19), (2, 3), (1, 16), (0, 0), (1, 1), (9_999_999, 10_000_000)];
        assert_eq!(
            of.map(|(part, whole)| percent(part, whole)),
            ["15.8 %", "66.7 %", "6.3 %", "0.0 %", "100.0 %", "99.9 %"]
        );
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "nothing fills b of")]
    fn a_place_that_nothing_fills_is_a_bug() {
        fill("{a} {b}", &[("a", &1)]);
    }
}
