//! THE RULE BOOKS, all of them: a rule is one block in one file.
//!
//! ```text
//! scope       relations: was it to move?       relations   what became of it?      origins   where did it come from?
//! groups      both of these for groups         join_codes  prediction, observation, verdict
//! findings/   what a person has to know        clauses     the service's FAQ, and what checks each answer
//! thresholds  the numbers compared with        facts       what the predicates are expressions of
//! rule        what a rule is; how a book decides a frame of facts: the first rule that holds
//! ```

mod book;
mod clauses;
pub mod facts;
mod findings;
mod groups;
mod join_codes;
mod origins;
mod relations;
mod rule;
mod scope;
pub mod thresholds;

pub use book::{RuleLine, rule_book};
pub use clauses::{CLAUSES, Clause};
pub use findings::{FindingRows, FindingRule, catalogue, finding, findings_of, in_number};
pub use groups::{GROUP_RULES, GROUP_SCOPE_RULES, GroupRule};
pub use join_codes::{JOIN_CODE_RULES, JoinCodeRule, OBSERVATION_RULES, PREDICTION_RULES};
pub use origins::ORIGIN_RULES;
pub use relations::{RELATION_RULES, RelationRule};
pub use rule::{Decided, FactFrame, Refinement, Rule, decide, first};
pub use scope::SCOPE_RULES;
