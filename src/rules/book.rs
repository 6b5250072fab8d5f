//! All rules as one list, which `qianhe rules` prints and `qianhe explain` cites.

use super::findings::{catalogue, in_number};
use super::{GROUP_RULES, GROUP_SCOPE_RULES, JOIN_CODE_RULES, ORIGIN_RULES, RELATION_RULES, Rule, SCOPE_RULES};
use crate::schema::vocabulary::Severity;
use crate::text::{Lang, Text};

/// A line of the rule book, as `qianhe rules` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLine {
    /// `scope/…`, `outcome/…`, `origin/…`, `group-scope/…`, `group-outcome/…`, `join-code/…`, or the code of a finding.
    pub code: &'static str,
    pub clause: &'static str,
    pub severity: Severity,
    zh: &'static str,
    en: String,
    /// The change that would make another rule decide; `None` for findings.
    pub change: Option<Text>,
}

impl RuleLine {
    /// Returns the rule as a sentence.
    pub fn sentence(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => &self.en,
        }
    }

    fn of<W>(rule: &'static Rule<W>) -> Self {
        Self {
            code: rule.code,
            clause: rule.clause,
            severity: rule.severity,
            zh: rule.zh,
            en: rule.en.to_owned(),
            change: Some(Text { zh: rule.change_zh, en: rule.change_en }),
        }
    }
}

/// Returns all rules in order of precedence, book by book, then the findings.
pub fn rule_book() -> Vec<RuleLine> {
    let findings = catalogue().map(|rule| RuleLine {
        code: rule.code,
        clause: rule.clause,
        severity: rule.severity,
        zh: rule.message_zh,
        en: in_number(rule.message_en, 0),
        change: None,
    });
    SCOPE_RULES
        .iter()
        .map(RuleLine::of)
        .chain(RELATION_RULES.iter().map(RuleLine::of))
        .chain(ORIGIN_RULES.iter().map(RuleLine::of))
        .chain(GROUP_SCOPE_RULES.iter().map(RuleLine::of))
        .chain(GROUP_RULES.iter().map(RuleLine::of))
        .chain(JOIN_CODE_RULES.iter().map(RuleLine::of))
        .chain(findings)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use polars::prelude::lit;

    use super::*;
    use crate::rules::{Decided, OBSERVATION_RULES, PREDICTION_RULES, Refinement};
    use crate::schema::vocabulary::Word;

    /// The code of a rule is derived from what it gives, so that reports, which hold words, lead to the rule.
    #[test]
    fn codes_are_the_words_that_the_rules_give() {
        fn words<W: Word>(book: &str, rules: &[Rule<W>]) {
            for rule in rules {
                assert_eq!(rule.code, format!("{book}/{}", rule.gives.word()));
            }
        }
        fn outcomes<O: Word, R: Word>(book: &str, rules: &[Rule<Decided<O, R>>]) {
            for rule in rules {
                let outcome = format!("{book}/{}", rule.gives.outcome.word());
                match rule.gives.refinement {
                    Refinement::Own(reason) => assert_eq!(rule.code, format!("{outcome}/{}", reason.word())),
                    _ => assert_eq!(rule.code, outcome),
                }
            }
        }
        words("scope", SCOPE_RULES);
        words("origin", ORIGIN_RULES);
        words("group-scope", GROUP_SCOPE_RULES);
        words("prediction", PREDICTION_RULES);
        words("observation", OBSERVATION_RULES);
        words("join-code", JOIN_CODE_RULES);
        outcomes("outcome", RELATION_RULES);
        outcomes("group-outcome", GROUP_RULES);
    }

    /// A book decides by its last rule where none before holds, without asking whether that one does.
    #[test]
    fn the_last_rule_of_a_book_always_holds() {
        fn check<W>(book: &[Rule<W>]) {
            let last = book.last().unwrap();
            assert_eq!((last.holds)(), lit(true), "{}", last.code);
        }
        check(SCOPE_RULES);
        check(RELATION_RULES);
        check(ORIGIN_RULES);
        check(GROUP_SCOPE_RULES);
        check(GROUP_RULES);
        check(PREDICTION_RULES);
        check(OBSERVATION_RULES);
        check(JOIN_CODE_RULES);
    }

    /// Findings are told of many: "3 relations", not "3 relation".
    #[test]
    fn findings_are_told_of_many() {
        let book = rule_book();
        let line = book.iter().find(|line| line.code == "B8-missing").unwrap();
        assert_eq!(line.sentence(Lang::En), "{count} relations in scope were not found in the mapped account.");
    }

    #[test]
    fn codes_are_unique() {
        let book = rule_book();
        assert_eq!(book.iter().map(|line| line.code).collect::<BTreeSet<_>>().len(), book.len());
    }

    #[test]
    fn no_sentence_lacks_a_language() {
        let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for line in rule_book().iter().filter(|line| line.change.is_some()) {
            let change = line.change.unwrap_or(Text { zh: "", en: "" });
            for (zh, en) in [(line.zh, line.en.as_str()), (change.zh, change.en)] {
                assert!(zh.contains(is_han) && !en.is_empty() && !en.contains(is_han), "{}: {zh} {en}", line.code);
            }
        }
    }
}
