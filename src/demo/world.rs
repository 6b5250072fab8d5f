//! Choices of a seed for the whole case: the keys that join the corps, the exports that exist, and their formats.

use super::rng::SeededDice;

/// 2026-05-01T00:00:00+08:00, the start of every synthetic migration, in seconds since 1970.
pub const START: i64 = 1_777_564_800;
/// 2026-05-07T00:00:00+08:00, its end.
pub const FINISH: i64 = START + 6 * DAY;
/// Start of the two exports before it. They run for hours, past the start: so they hold a few late additions.
pub const TAKEN_BEFORE: i64 = START - 2 * HOUR;
/// Start of the two exports after it.
pub const TAKEN_AFTER: i64 = FINISH + 2 * DAY + 10 * HOUR;
/// Seconds of an hour.
pub const HOUR: i64 = 3_600;
/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// Format of target-after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetStyle {
    /// API responses.
    Json,
    /// The canonical table as CSV: a whole table, so nothing in it is uncovered.
    Csv,
    /// The canonical tables as Parquet, coverage included.
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListEnding {
    Whole,
    /// The last page met a rate limit.
    Failed,
    /// The last page names another one, which was not fetched.
    Endless,
}

/// The seed's choices. Shares are parts of 10,000.
#[derive(Debug, Clone, Copy)]
pub struct World {
    /// The source of all further choices.
    pub dice: SeededDice,
    /// The seed itself, for the case's id.
    pub seed: u64,
    /// Number of relations in source-before.
    pub relations: u64,
    /// Whether unionids of the two corps are comparable.
    pub shared_unionids: bool,
    pub customer_map: bool,
    /// Whether target-before was exported.
    pub target_before: bool,
    /// Whether source-after holds relations.
    pub source_after: bool,
    /// Format of target-after.
    pub target_style: TargetStyle,
    /// Whether source-before has `externalcontact/list` of every member, beside the batch pages.
    pub lists_everywhere: bool,
    /// Share of customers in the map.
    pub mapped: u64,
    /// Share of source relations with unionid.
    pub source_unionid: u64,
    /// Share of target relations with unionid.
    pub target_unionid: u64,
    pub chinese_headers: bool,
    pub group_map: bool,
    /// Whether source-after lists the groups that are left.
    pub group_list_after: bool,
    /// Whether the target corp's list of groups after the migration is whole.
    pub target_groups: ListEnding,
    /// Whether the case has a contract.
    pub contract: bool,
}

impl World {
    /// Every third seed (1, 4, 7, ...) has all keys and all exports; the others lack some.
    pub fn new(seed: u64, relations: u64) -> Self {
        let dice = SeededDice::new(seed);
        let whole = seed % 3 == 1;
        let has = |what: &str, share: u64| whole || dice.of(what, 0).chance(share);
        let endings = [ListEnding::Whole, ListEnding::Whole, ListEnding::Failed, ListEnding::Endless];
        let styles = [TargetStyle::Json, TargetStyle::Csv, TargetStyle::Parquet];
        Self {
            dice,
            seed,
            relations,
            shared_unionids: has("shared unionids", 5_000),
            customer_map: has("customer map", 5_000),
            target_before: has("target-before", 6_000),
            source_after: has("source-after", 6_000),
            target_style: if whole { TargetStyle::Json } else { dice.of("target style", 0).pick(&styles) },
            lists_everywhere: dice.of("lists everywhere", 0).chance(6_000),
            mapped: dice.of("mapped", 0).pick(&[500, 1_500, 4_000]),
            source_unionid: dice.of("source unionid", 0).pick(&[6_500, 8_500, 9_500]),
            target_unionid: dice.of("target unionid", 0).pick(&[7_000, 8_500, 9_500]),
            chinese_headers: dice.of("chinese headers", 0).chance(5_000),
            group_map: has("group map", 5_000),
            group_list_after: has("group list after", 6_000),
            target_groups: if whole { ListEnding::Whole } else { dice.of("target groups", 0).pick(&endings) },
            contract: has("has a contract", 8_500),
        }
    }

    /// Returns whether target-after holds the coverage of each account, so that some can be uncovered.
    pub fn has_coverage(&self) -> bool {
        self.target_style != TargetStyle::Csv
    }

    /// Returns whether the case is small enough for fancy packing of files.
    pub fn small(&self) -> bool {
        self.relations <= 200_000
    }
}
