//! What a statement names: tables, columns, and whether it wants all columns.

use std::collections::BTreeSet;

/// The words of a statement that can be names, as far as they need to be known to read no more than is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A name, a key word, a number.
    Word(String),
    /// A name in double quotes.
    Quoted(String),
    /// A text in single quotes.
    Text,
    Sign(char),
}

/// Key words that ask for columns without naming them.
const ALL_COLUMNS: &[&str] = &["columns", "natural", "exclude", "except"];
/// Key words after which the first rows are not the first rows of the table.
const NOT_THE_FIRST: &[&str] =
    &["where", "group", "order", "join", "distinct", "union", "intersect", "with", "having", "over", "qualify"];

impl Names {
    /// Takes a statement apart; comments are no part of it.
    pub fn of(sql: &str) -> Self {
        let mut tokens = Vec::new();
        let mut letters = sql.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\'' => {
                    letters.by_ref().find(|letter| *letter == '\'');
                    tokens.push(Token::Text);
                }
                '"' | '`' => tokens.push(Token::Quoted(letters.by_ref().take_while(|next| *next != letter).collect())),
                '-' if letters.peek() == Some(&'-') => {
                    letters.by_ref().find(|letter| *letter == '\n');
                }
                _ if letter.is_alphanumeric() || letter == '_' => {
                    let mut word = String::from(letter);
                    while let Some(next) = letters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                        word.push(next);
                    }
                    tokens.push(Token::Word(word));
                }
                _ if letter.is_whitespace() => {}
                _ => tokens.push(Token::Sign(letter)),
            }
        }
        Self { tokens }
    }

    /// Every word that can be a name.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(Token::name)
    }

    /// Whether a name stands in the statement. Names are compared without regard to case: too many columns do no harm.
    pub fn name(&self, name: &str) -> bool {
        self.words().any(|word| word.eq_ignore_ascii_case(name))
    }

    /// Whether columns are asked for that are not named: by `*` but in `count(*)`, or by a key word.
    pub fn want_all(&self) -> bool {
        let star = Token::Sign('*');
        let is_all = |place: usize| {
            self.tokens[place] == star
                && place.checked_sub(1).is_none_or(|before| self.tokens[before] != Token::Sign('('))
        };
        (0..self.tokens.len()).any(is_all) || ALL_COLUMNS.iter().any(|word| self.name(word))
    }

    /// What stands after `from` and `join`, and is neither a subquery nor defined by the statement itself.
    pub fn tables(&self) -> BTreeSet<String> {
        let defined: BTreeSet<&str> = self.tokens.windows(2).filter_map(|pair| Self::definition(pair)).collect();
        let is_source = |token: &Token| token.is_word("from") || token.is_word("join");
        let named = self.tokens.windows(2).filter(|pair| is_source(&pair[0])).filter_map(|pair| pair[1].name());
        named.filter(|name| !defined.contains(name)).map(str::to_owned).collect()
    }

    /// `name as (`: the words before.
    fn definition(pair: &[Token]) -> Option<&str> {
        if pair[1].is_word("as") { pair[0].name() } else { None }
    }

    /// How many rows of its one table are enough for a statement that takes the first ones as they come.
    pub fn first_rows(&self) -> Option<usize> {
        let has_calls = self.tokens.contains(&Token::Sign('('));
        if has_calls
            || NOT_THE_FIRST.iter().any(|word| self.name(word))
            || self.tokens.iter().filter(|token| token.is_word("from")).count() != 1
        {
            return None;
        }
        let after = |word: &str| {
            let place = self.tokens.iter().position(|token| token.is_word(word))?;
            self.tokens.get(place + 1)?.name()?.parse::<usize>().ok()
        };
        Some(after("limit")?.saturating_add(after("offset").unwrap_or(0)))
    }
}

impl Token {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Quoted(name) => Some(name),
            Self::Text | Self::Sign(_) => None,
        }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(found) if found.eq_ignore_ascii_case(word))
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn only_what_is_named_is_wanted() {
        let names =
            Names::of("SELECT outcome, count(*) FROM relations WHERE reason = 'from here' -- from there\nGROUP BY 1");
        assert_eq!(names.tables(), ["relations".to_owned()].into());
        assert!(names.name("outcome") && names.name("REASON") && !names.name("here") && !names.want_all());
        assert!(Names::of("select * from relations").want_all() && Names::of("select r.* from relations r").want_all());
        let names =
            Names::of("with x as (select 1 from accounts) select * from x join \"precheck-relations\" p on true");
        assert_eq!(names.tables(), ["accounts".to_owned(), "precheck-relations".to_owned()].into());
    }

    #[test]
    fn first_rows_are_told_only_where_they_are_enough() {
        assert_eq!(Names::of("select * from relations limit 10").first_rows(), Some(10));
        assert_eq!(Names::of("select * from relations limit 10 offset 5;").first_rows(), Some(15));
        for sql in [
            "select count(*) from relations limit 1",
            "select * from relations order by 1 limit 1",
            "select 1 from relations",
            "select distinct outcome from relations limit 3",
            "select * from relations where outcome = 'missing' limit 3",
        ] {
            assert_eq!(Names::of(sql).first_rows(), None, "{sql}");
        }
    }
}
