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

#[cfg(test)]
mod tests {
    use super::fill;

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
    #[cfg(debug_assertions)]
    #[should_panic(expected = "nothing fills b of")]
    fn a_place_that_nothing_fills_is_a_bug() {
        fill("{a} {b}", &[("a", &1)]);
    }
}
