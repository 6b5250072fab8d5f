//! Published values beside the same ones recomputed.

use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;

/// Differing values that are named; the others are counted only.
const NAMED: usize = 100;

/// Published values that were compared with recomputed ones, and those that differ.
#[derive(Debug, Default, Serialize)]
pub struct RecomputedValues {
    /// Number of values.
    pub values: u64,
    /// Number of values that differ.
    pub differing: u64,
    /// The first of them.
    pub named: Vec<DifferingValue>,
}

/// A published value that is not the recomputed one.
#[derive(Debug, Serialize)]
pub struct DifferingValue {
    /// Its report and place.
    pub name: String,
    pub published: String,
    pub recomputed: String,
}

impl RecomputedValues {
    pub fn agrees(&self) -> bool {
        self.differing == 0
    }

    /// Compares two values by their texts.
    pub fn compare(&mut self, name: impl Display, published: impl Display, recomputed: impl Display) {
        let (published, recomputed) = (published.to_string(), recomputed.to_string());
        self.values += 1;
        if published == recomputed {
            return;
        }
        self.differing += 1;
        if self.named.len() < NAMED {
            self.named.push(DifferingValue { name: name.to_string(), published, recomputed });
        }
    }

    /// Compares two JSON values part by part; keys that only one of them has are compared with null.
    pub fn compare_json(&mut self, name: &str, published: &Value, recomputed: &Value) {
        match (published, recomputed) {
            (Value::Object(one), Value::Object(other)) => {
                for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))) {
                    let part = |object: &serde_json::Map<String, Value>| object.get(key).cloned().unwrap_or_default();
                    self.compare_json(&format!("{name}/{key}"), &part(one), &part(other));
                }
            }
            (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
                for (at, (one, other)) in one.iter().zip(other).enumerate() {
                    self.compare_json(&format!("{name}/{at}"), one, other);
                }
            }
            _ => self.compare(name, published, recomputed),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_part_that_differs_is_named() {
        let mut comparison = RecomputedValues::default();
        comparison.compare_json(
            "a",
            &json!({"same": [1, "x"], "other": [1, 2], "only here": 0, "shorter": [1]}),
            &json!({"same": [1, "x"], "other": [1, 3], "only there": null, "shorter": [1, 2]}),
        );
        let named: Vec<&str> = comparison.named.iter().map(|value| value.name.as_str()).collect();
        assert_eq!(named, ["a/only here", "a/other/1", "a/shorter"]);
        assert_eq!((comparison.values, comparison.differing, comparison.agrees()), (7, 3, false));
    }
}
