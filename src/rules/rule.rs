//! Rules, and the decision of a rule book: each row gets the word of the first rule that holds.

use arrow::array::{ArrayRef, BooleanArray, Int64Array, UInt8Array};
use polars::frame::DataFrame;
use polars::prelude::{AnyValue, Column, DataType, Expr, IntoLazy, Scalar, lit, when};
use std::sync::Arc;

use super::facts::Fact;
use crate::error::{Error, Result};
use crate::frame;
use crate::schema::vocabulary::{Severity, Word};

/// A rule of a rule book.
///
/// A rule book is a slice of rules. Its order is precedence, and its last rule always holds.
#[derive(Debug)]
pub struct Rule<W: 'static> {
    /// Its code in `qianhe rules`: the book, the word that the rule gives, and the reason if it has one of its own.
    pub code: &'static str,
    /// The word that a row gets if this is the first rule that holds for it.
    pub gives: W,
    /// The clause of DOMAIN.md that it follows from.
    pub clause: &'static str,
    /// The severity of the rows that it decides.
    pub severity: Severity,
    /// The rule as a sentence, in Chinese.
    pub zh: &'static str,
    /// The rule as a sentence, in English.
    pub en: &'static str,
    /// The change that would make another rule decide, in Chinese.
    pub change_zh: &'static str,
    /// The change that would make another rule decide, in English.
    pub change_en: &'static str,
    /// Its condition: an expression over [facts](super::facts), never null.
    pub holds: fn() -> Expr,
}

/// An outcome with the reason that refines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided<O, R> {
    pub outcome: O,
    pub refinement: Refinement<R>,
}

/// The source of the `reason` of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refinement<R> {
    /// The outcome needs none.
    None,
    /// A reason of the rule's own.
    Own(R),
    /// The scope of the row.
    Scope,
}

/// Returns an outcome without a reason.
pub const fn plain<O, R>(outcome: O) -> Decided<O, R> {
    Decided { outcome, refinement: Refinement::None }
}

/// Returns an outcome with a reason of its own.
pub const fn because<O, R>(outcome: O, reason: R) -> Decided<O, R> {
    Decided { outcome, refinement: Refinement::Own(reason) }
}

/// Returns an outcome whose reason is the scope of the row.
pub const fn by_scope<O, R>(outcome: O) -> Decided<O, R> {
    Decided { outcome, refinement: Refinement::Scope }
}

impl<O: Copy, R: Word> Rule<Decided<O, R>> {
    /// Returns the outcome that the rule gives.
    pub fn outcome(&self) -> O {
        self.gives.outcome
    }

    /// Returns the `reason` of a row of that scope.
    pub fn reason(&self, scope: impl Word) -> Option<R> {
        match self.gives.refinement {
            Refinement::None => None,
            Refinement::Own(reason) => Some(reason),
            Refinement::Scope => R::from_word(scope.word()),
        }
    }
}

/// Returns the predicate of the last rule of a book.
pub fn always() -> Expr {
    lit(true)
}

/// A frame of facts, one column per [`Fact`], one row per relation, group or code.
pub struct FactFrame {
    rows: usize,
    columns: Vec<Column>,
}

impl FactFrame {
    /// Creates a frame of that many rows, without columns yet.
    pub fn new(rows: usize) -> Self {
        Self { rows, columns: Vec::new() }
    }

    /// Adds a fact: flags, or times in microseconds. The buffers are shared, not copied.
    ///
    /// # Errors
    /// [`Error::Bug`] if Polars cannot hold the array.
    pub fn with(mut self, fact: Fact, values: &ArrayRef) -> Result<Self> {
        self.columns.push(frame::column(fact.name, values)?);
        Ok(self)
    }

    /// Adds a fact that holds or not, or is unknown (null).
    ///
    /// # Errors
    /// As [`FactFrame::with`].
    pub fn flags(self, fact: Fact, values: impl Into<BooleanArray>) -> Result<Self> {
        self.with(fact, &(Arc::new(values.into()) as ArrayRef))
    }

    /// Adds times in microseconds; null is unknown.
    ///
    /// # Errors
    /// As [`FactFrame::with`].
    pub fn times(self, fact: Fact, values: impl IntoIterator<Item = Option<i64>>) -> Result<Self> {
        self.with(fact, &(Arc::new(values.into_iter().collect::<Int64Array>()) as ArrayRef))
    }

    /// Adds words of a vocabulary, by their codes; null is none.
    ///
    /// # Errors
    /// As [`FactFrame::with`].
    pub fn words<W: Word>(self, fact: Fact, words: impl IntoIterator<Item = Option<W>>) -> Result<Self> {
        let codes = words.into_iter().map(|word| word.map(Word::code));
        self.with(fact, &(Arc::new(codes.collect::<UInt8Array>()) as ArrayRef))
    }

    /// Adds a time that is the same for every row.
    #[must_use]
    pub fn moment(mut self, fact: Fact, micros: i64) -> Self {
        let scalar = Scalar::new(DataType::Int64, AnyValue::Int64(micros));
        self.columns.push(Column::new_scalar(fact.name.into(), scalar, self.rows));
        self
    }

    /// # Errors
    /// [`Error::Bug`] if a fact was added twice, or with another number of rows.
    pub fn finish(self) -> Result<DataFrame> {
        frame::frame(self.rows, self.columns)
    }
}

/// Returns, for each row of the frame, the index in `book` of the first rule that holds.
///
/// The whole book is one expression, which Polars evaluates column by column.
///
/// # Errors
/// [`Error::Bug`] if the frame lacks a fact of the book.
pub fn first<W>(book: &'static [Rule<W>], facts: &DataFrame) -> Result<Vec<u8>> {
    if facts.height() == 0 {
        return Ok(Vec::new());
    }
    let last = u8::try_from(book.len() - 1).map_err(|_| Error::Bug("a book has more than 256 rules".to_owned()))?;
    let index = (0..last)
        .zip(book)
        .rev()
        .fold(lit(last), |index, (place, rule)| when((rule.holds)()).then(lit(place)).otherwise(index));
    // `when` widens small literals; an index is a byte again here.
    #[expect(clippy::disallowed_methods, reason = "a rule book becomes one index per row here, and nowhere else")]
    let decided = facts.clone().lazy().select([index.cast(DataType::UInt8).alias(INDEX)]).collect()?;
    Ok(decided.column(INDEX)?.u8()?.into_no_null_iter().collect())
}

/// The column of [`first`].
const INDEX: &str = "rule";

/// Returns the word that `book` gives each row of the frame.
///
/// # Errors
/// As [`first`].
pub fn decide<W: Copy>(book: &'static [Rule<W>], facts: &DataFrame) -> Result<Vec<W>> {
    Ok(first(book, facts)?.into_iter().map(|index| book[usize::from(index)].gives).collect())
}

/// Returns the rule of `book` that decides a row with these `facts`, of the `flags` that the book reads; `frame` holds
/// its other facts. `TARGET_COVERED` is negated: given, the target is not covered, which is a doubt like the others.
#[cfg(test)]
pub fn deciding<W>(
    book: &'static [Rule<W>],
    frame: FactFrame,
    flags: impl IntoIterator<Item = Fact>,
    facts: &[Fact],
) -> &'static Rule<W> {
    let frame = flags.into_iter().fold(frame, |frame, flag| {
        let holds = facts.contains(&flag) != (flag == super::facts::TARGET_COVERED);
        frame.flags(flag, vec![holds]).unwrap()
    });
    &book[usize::from(first(book, &frame.finish().unwrap()).unwrap()[0])]
}

#[cfg(test)]
mod tests {
    use super::super::facts::{
        AMBIGUOUS, ANSWERED, ASSESSMENT_FAILED, CREATED_AT, DELETED, ENROLLED, FINISHED_AT, HAS_PERMISSION,
        IS_CUSTOMER, KEPT_BY_LINKED_BEFORE, LINKS_LISTED_GROUP, LINKS_MOVING_GROUP, LINKS_STAYING_GROUP,
        LINKS_UNCLEAR_GROUP, LINKS_UNKNOWN_GROUP, LOOK_ALIKE, MATCHED, MISPLACED, NO_USABLE_KEY, OBSERVED, PREDICTED,
        REFUSED, SCOPE, STARTED_AT, STOOD_BEFORE, TARGET_AT_CAP, TARGET_COVERED, TARGET_CREATED_AT, UNASSIGNED,
        UNREADABLE,
    };
    use super::super::{
        GROUP_RULES, GROUP_SCOPE_RULES, JOIN_CODE_RULES, OBSERVATION_RULES, ORIGIN_RULES, PREDICTION_RULES,
        RELATION_RULES, SCOPE_RULES,
    };
    use super::*;
    use crate::schema::vocabulary::{Observed, Predicted, Scope};

    const FLAGS: &[Fact] = &[
        AMBIGUOUS, ANSWERED, ASSESSMENT_FAILED, DELETED, ENROLLED, KEPT_BY_LINKED_BEFORE, LINKS_LISTED_GROUP,
        LINKS_MOVING_GROUP, LINKS_STAYING_GROUP, LINKS_UNCLEAR_GROUP, LINKS_UNKNOWN_GROUP, LOOK_ALIKE, MATCHED,
        MISPLACED, NO_USABLE_KEY, REFUSED, STOOD_BEFORE, TARGET_AT_CAP, TARGET_COVERED, UNASSIGNED, UNREADABLE,
    ];

    /// A row of which every fact that may be unknown is.
    fn unknown() -> Result<DataFrame> {
        let frame = FactFrame::new(1).moment(STARTED_AT, 0).moment(FINISHED_AT, 0);
        let frame = frame.flags(IS_CUSTOMER, vec![None])?.flags(HAS_PERMISSION, vec![None])?;
        let frame = frame.times(CREATED_AT, [None])?.times(TARGET_CREATED_AT, [None])?;
        let frame = frame.words(SCOPE, [Some(Scope::InScope)])?.words(OBSERVED, [Some(Observed::NotObserved)])?;
        let frame = frame.words(PREDICTED, [None::<Predicted>])?;
        FLAGS.iter().try_fold(frame, |frame, &fact| frame.flags(fact, vec![false]))?.finish()
    }

    /// A null would count as false, and so would its negation.
    #[test]
    fn no_predicate_is_null_where_facts_are() {
        fn check<W>(book: &[Rule<W>], facts: &DataFrame) {
            for rule in book {
                #[expect(clippy::disallowed_methods, reason = "a test looks at one predicate alone")]
                let holds = facts.clone().lazy().select([(rule.holds)()]).collect().unwrap();
                assert_eq!(holds.columns()[0].null_count(), 0, "{}", rule.code);
            }
        }
        let facts = unknown().unwrap();
        check(SCOPE_RULES, &facts);
        check(RELATION_RULES, &facts);
        check(ORIGIN_RULES, &facts);
        check(GROUP_SCOPE_RULES, &facts);
        check(GROUP_RULES, &facts);
        check(PREDICTION_RULES, &facts);
        check(OBSERVATION_RULES, &facts);
        check(JOIN_CODE_RULES, &facts);
    }
}
