//! Concentration of the missing relations: one sentence where a few accounts, ways of adding or months hold most of
//! them.

use super::Finding;
use crate::decision::Exports;
use crate::figures::{Concentration, FewGroups, Grouping};

/// The words of the sentence for a kind of group.
struct Phrase {
    by: Grouping,
    /// `{few}` of `{all}` groups.
    en: &'static str,
    zh: &'static str,
    /// A group as an example.
    name: fn(&Exports, i64) -> String,
}

const PHRASES: [Phrase; 3] = [
    Phrase {
        by: Grouping::Account,
        en: "sit with {few} of {all} accounts",
        zh: "集中在 {all} 个账号中的 {few} 个",
        name: |exports, account| {
            exports.enrolment.accounts()[usize::try_from(account).unwrap_or_default()].source_userid.clone()
        },
    },
    Phrase {
        by: Grouping::AddWay,
        en: "were added in {few} of {all} ways",
        zh: "来自 {all} 种添加方式中的 {few} 种",
        name: |_, add_way| format!("add_way {add_way}"),
    },
    Phrase {
        by: Grouping::Month,
        en: "were added in {few} of {all} months",
        zh: "添加于 {all} 个月份中的 {few} 个",
        name: |_, month| format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1),
    },
];

pub(super) fn find(exports: &Exports, concentration: &Concentration) -> Option<Finding> {
    let said: Vec<(&Phrase, FewGroups)> =
        PHRASES.iter().filter_map(|phrase| Some((phrase, concentration.few(phrase.by)?))).collect();
    if said.is_empty() {
        return None;
    }
    let names = |(phrase, few): &(&Phrase, FewGroups)| {
        few.groups.iter().map(|&group| (phrase.name)(exports, group)).collect::<Vec<_>>()
    };
    let sentence = |template: fn(&Phrase) -> &'static str, percent: &str, comma: &str| {
        let part = |(phrase, few): &(&Phrase, FewGroups)| {
            let told =
                template(phrase).replace("{few}", &few.groups.len().to_string()).replace("{all}", &few.all.to_string());
            format!("{}{percent} {told}", few.percent)
        };
        said.iter().map(part).collect::<Vec<_>>().join(comma)
    };
    let english = sentence(|phrase| phrase.en, " %", ", ");
    let chinese = sentence(|phrase| phrase.zh, " %", "，");
    let examples = said.iter().flat_map(names).collect();
    Some(Finding::new("B8-concentration", concentration.missing(), examples, english).in_chinese(chinese))
}
