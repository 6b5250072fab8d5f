//! Examples of every rule and finding: what a case of a few lines comes to.

pub mod billing;
pub mod figures;
pub mod groups;
pub mod join_codes;
pub mod keys;
pub mod relations;
pub mod waivers;

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Audit, Story};

/// Groups, or codes, of before and after the migration, and what must come of them.
struct Example {
    what: &'static str,
    before: &'static str,
    after: &'static str,
    more: fn(Story) -> Story,
    /// What `groups` or `codes` of the [`Audit`] give.
    told: &'static [(&'static str, &'static str)],
    findings: &'static [&'static str],
}

fn plain(story: Story) -> Story {
    story
}

/// Checks what comes of the story of each example, and its findings.
fn check(examples: &[Example], story: fn(&str, &str) -> Story, told: fn(&Audit) -> BTreeMap<String, String>) {
    let mut wrong = Vec::new();
    for example in examples {
        let audit = (example.more)(story(example.before, example.after)).audit();
        let answers = (told(&audit), audit.findings().into_keys().collect::<BTreeSet<_>>());
        let told: BTreeMap<String, String> =
            example.told.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let told = (told, example.findings.iter().copied().collect());
        if answers != told {
            wrong.push(format!("{}\n  told    {told:?}\n  answers {answers:?}", example.what));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
