//! Answers of the service as evidence of coverage: of each account, page and object the newest, folded while files are
//! read.
//!
//! An export has an answer for every page, customer, group and code, often millions. One takes 64 bytes here: accounts
//! and errors are numbers in dictionaries; cursors and ids of objects are digests of 128 bits, which tell the pages of
//! one request apart. An answer that a newer one replaces is dropped.

use std::cmp::Reverse;
use std::sync::Arc;

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_128;

use super::endpoints::{Endpoint, Proves};
use super::raw::{AccountCount, ApiAnswer};
use crate::texts::Texts;

/// Answers that are added before those replaced are dropped for the first time.
const FIRST_FOLD: usize = 1 << 16;
/// Characters of an error message that are kept; the service's own are shorter.
const MESSAGE_CHARS: usize = 200;
/// The beginning of what the service appends about a single request: its number, the address of the caller, a link.
const HINT: &str = ", hint";

/// Order of answers: by their own times, else by the order of files and documents.
pub type Moment = (i64, u32, u64);

/// Digest of a cursor or of the id of an object.
type PageId = u128;
/// The page of a request without a cursor, and the next one where the chain has its end.
const NO_CURSOR: PageId = 0;

fn page_id(text: Option<&str>) -> PageId {
    text.filter(|text| !text.is_empty()).map_or(NO_CURSOR, |text| xxh3_128(text.as_bytes()).max(1))
}

/// Subject of a request: the corp as a whole, the number of an account, or from [`Self::LISTS`] on, that of a list of
/// accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Request(u32);

impl Request {
    const CORP: Self = Self(u32::MAX);
    const LISTS: u32 = 1 << 31;
}

/// An answer: a page of a chain, or a single object.
#[derive(Debug, Clone, Copy)]
pub struct FoldedAnswer {
    page: PageId,
    next: PageId,
    /// Microseconds since 1970, UTC; the least number where it is unknown.
    fetched_at: i64,
    document: u64,
    file: u32,
    request: Request,
    /// Number of the error, from 1; 0 is none.
    error: u32,
    endpoint: Endpoint,
    /// Whether it came without an envelope: of such pages the request and the order are unknown.
    bare: bool,
}

impl FoldedAnswer {
    fn chain(&self) -> (Endpoint, Request) {
        (self.endpoint, self.request)
    }

    /// Returns the endpoint.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// Returns its place in the order of answers.
    pub fn moment(&self) -> Moment {
        (self.fetched_at, self.file, self.document)
    }

    /// The place in the order of answers to the same request for the same page. Of bare pages one without a next page
    /// is the last.
    fn rank(&self) -> (bool, Moment) {
        (self.bare && self.next == NO_CURSOR, self.moment())
    }

    fn is_error(&self) -> bool {
        self.error > 0
    }
}

/// An account in a document, with its relations there.
#[derive(Debug, Clone, Copy)]
struct InDocument {
    file: u32,
    account: u32,
    document: u64,
    relations: u64,
}

/// The newest answers of a role, and the accounts that they are about.
#[derive(Debug, Default)]
pub struct Answers {
    accounts: Texts,
    /// Errors: code, space, message.
    errors: Texts,
    lists: AccountLists,
    kept: Vec<FoldedAnswer>,
    /// Answers that were left by the last fold.
    folded: usize,
    /// Relations by document and account, of endpoints that take accounts, in order of the documents.
    counts: Vec<InDocument>,
    /// Members left out for lack of a licence, likewise.
    unlicensed: Vec<InDocument>,
}

impl Answers {
    /// Adds an answer, if its endpoint proves any coverage. `unlicensed` and counts are expected in order of documents.
    pub fn add(&mut self, answer: &ApiAnswer) {
        let (page, next) = match answer.endpoint.proves() {
            Proves::Nothing => return,
            Proves::Accounts if !answer.envelope && answer.endpoint != Endpoint::BatchGetByUser => return,
            Proves::SingleObjects(_) if !answer.envelope => return,
            Proves::SingleObjects(_) => (answer.subject.as_deref(), None),
            Proves::Accounts | Proves::CorpList(_) => (answer.cursor.as_deref(), answer.next_cursor.as_deref()),
        };
        // Of bare pages of customers only their end counts: whose they are is unknown.
        let asked =
            if answer.envelope || answer.endpoint.proves() != Proves::Accounts { &*answer.userids } else { &[] };
        let asked = asked.iter().map(|userid| self.accounts.number(userid)).collect();
        for userid in &answer.unlicensed {
            let (file, account, document) = (answer.file, self.accounts.number(userid), answer.document);
            self.unlicensed.push(InDocument { file, account, document, relations: 0 });
        }
        let error = if answer.errcode == 0 { 0 } else { self.errors.number(&error(answer)) + 1 };
        let request = self.lists.request(asked);
        self.push(FoldedAnswer {
            page: page_id(page),
            next: page_id(next),
            fetched_at: answer.fetched_at.unwrap_or(i64::MIN),
            document: answer.document,
            file: answer.file,
            request,
            error,
            endpoint: answer.endpoint,
            bare: !answer.envelope,
        });
    }

    /// Adds the relations of an account in an answer.
    pub fn count(&mut self, count: &AccountCount) {
        let &AccountCount { ref userid, relations, file, document } = count;
        if relations > 0 {
            self.counts.push(InDocument { file, account: self.accounts.number(userid), document, relations });
        }
    }

    fn push(&mut self, answer: FoldedAnswer) {
        self.kept.push(answer);
        if self.kept.len() >= 2 * self.folded.max(FIRST_FOLD) {
            self.fold();
        }
    }

    /// Drops answers that newer ones replace, and puts the others in order of their chains and pages.
    pub fn fold(&mut self) {
        self.kept.sort_unstable_by_key(|answer| (answer.chain(), answer.page, Reverse(answer.rank())));
        self.kept.dedup_by_key(|answer| (answer.chain(), answer.page));
        self.folded = self.kept.len();
    }

    /// Adds the answers of files behind those of `self`.
    pub fn append(&mut self, more: Self) {
        if self.accounts.len() == 0 && self.kept.is_empty() {
            *self = more;
        } else {
            self.take(&more, &[]);
        }
    }

    /// Replaces userids by the spellings that `spell` returns.
    pub fn respell<'u>(&mut self, spell: &mut dyn FnMut(&str) -> Option<&'u str>) {
        let spelled: Vec<Option<&str>> = self.accounts.iter().map(spell).collect();
        if spelled.iter().any(Option::is_some) {
            let given = std::mem::take(self);
            self.take(&given, &spelled);
        }
    }

    /// Adds answers. `spelled` has, by the number of an account, the spelling that replaces its own, if any.
    fn take(&mut self, more: &Self, spelled: &[Option<&str>]) {
        let spelling = |(number, given)| spelled.get(number).copied().flatten().unwrap_or(given);
        let accounts: Vec<u32> =
            more.accounts.iter().enumerate().map(|account| self.accounts.number(spelling(account))).collect();
        let errors: Vec<u32> = more.errors.iter().map(|error| self.errors.number(error)).collect();
        let lists: Vec<Request> = more
            .lists
            .lists
            .iter()
            .map(|list| self.lists.request(list.iter().map(|&account| accounts[account as usize]).collect()))
            .collect();
        for answer in &more.kept {
            let request = match answer.request {
                Request::CORP => Request::CORP,
                Request(account) if account < Request::LISTS => Request(accounts[account as usize]),
                Request(list) => lists[(list - Request::LISTS) as usize],
            };
            let error = answer.error.checked_sub(1).map_or(0, |error| errors[error as usize] + 1);
            self.push(FoldedAnswer { request, error, ..*answer });
        }
        let renumbered = |of: &InDocument| InDocument { account: accounts[of.account as usize], ..*of };
        self.counts.extend(more.counts.iter().map(renumbered));
        self.unlicensed.extend(more.unlicensed.iter().map(renumbered));
    }

    /// Returns the answers of an endpoint, after [`Self::fold`]: those to one request each.
    pub fn chains(&self, endpoint: Endpoint) -> impl Iterator<Item = AnswerChain<'_>> {
        let begin = self.kept.partition_point(|answer| answer.endpoint < endpoint);
        let end = self.kept.partition_point(|answer| answer.endpoint <= endpoint);
        let chains = self.kept[begin..end].chunk_by(|one, next| one.chain() == next.chain());
        chains.map(|pages| AnswerChain { all: self, pages })
    }

    /// Returns the number of accounts; they are numbered from 0.
    pub fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// Returns the userid of an account.
    pub fn userid(&self, account: u32) -> &str {
        self.accounts.get(account)
    }

    /// Returns code and message of the error that an answer is.
    pub fn error(&self, answer: &FoldedAnswer) -> Option<(i64, &str)> {
        let error = self.errors.get(answer.error.checked_sub(1)?);
        let (code, message) = error.split_once(' ')?;
        Some((code.parse().ok()?, message))
    }

    /// Returns the relations by account in an answer; an account may occur several times.
    pub fn relations(&self, answer: &FoldedAnswer) -> impl Iterator<Item = (u32, u64)> {
        of_document(&self.counts, answer).iter().map(|count| (count.account, count.relations))
    }
}

/// Returns code and message of an error, without what is about the single request.
fn error(answer: &ApiAnswer) -> String {
    let message = answer.errmsg.split(HINT).next().unwrap_or_default();
    let end = message.char_indices().nth(MESSAGE_CHARS).map_or(message.len(), |(end, _)| end);
    format!("{} {}", answer.errcode, message[..end].trim_end())
}

/// Returns what was noted of the document of an answer.
fn of_document<'n>(notes: &'n [InDocument], answer: &FoldedAnswer) -> &'n [InDocument] {
    let place = (answer.file, answer.document);
    let begin = notes.partition_point(|note| (note.file, note.document) < place);
    let notes = &notes[begin..];
    &notes[..notes.partition_point(|note| (note.file, note.document) == place)]
}

/// The newest answers to one request, by page: of single objects, those to all requests of the endpoint.
#[derive(Clone, Copy)]
pub struct AnswerChain<'a> {
    all: &'a Answers,
    pages: &'a [FoldedAnswer],
}

impl<'a> AnswerChain<'a> {
    /// Returns the answers.
    pub fn answers(self) -> &'a [FoldedAnswer] {
        self.pages
    }

    /// Returns the accounts of the request; none, where it is about the corp as a whole.
    pub fn accounts(self) -> &'a [u32] {
        match &self.pages[0].request {
            &Request::CORP => &[],
            Request(account) if *account < Request::LISTS => std::slice::from_ref(account),
            Request(list) => &self.all.lists.lists[(list - Request::LISTS) as usize],
        }
    }

    /// Returns the moment of the newest answer.
    pub fn newest(self) -> Moment {
        self.pages.iter().map(FoldedAnswer::moment).max().unwrap_or_default()
    }

    /// Returns the pages from the first as far as the chain goes, and whether its end is reached.
    pub fn walk(self) -> (Vec<&'a FoldedAnswer>, bool) {
        let mut walked = Vec::new();
        let mut cursor = NO_CURSOR;
        while let Ok(at) = self.pages.binary_search_by_key(&cursor, |answer| answer.page) {
            let page = &self.pages[at];
            // A chain that is longer than all of its pages is a circle.
            if walked.len() == self.pages.len() {
                break;
            }
            walked.push(page);
            cursor = page.next;
            if page.is_error() || cursor == NO_CURSOR {
                return (walked, !page.is_error());
            }
        }
        (walked, false)
    }

    /// Returns the members left out for lack of a licence, in order.
    pub fn unlicensed(self) -> Vec<u32> {
        let noted = &self.all.unlicensed;
        let pages = if noted.is_empty() { &[] } else { self.pages };
        let mut accounts: Vec<u32> =
            pages.iter().flat_map(|page| of_document(noted, page)).map(|note| note.account).collect();
        accounts.sort_unstable();
        accounts
    }
}

/// Distinct lists of several accounts, of requests that name them together.
#[derive(Debug, Default)]
struct AccountLists {
    lists: Vec<Arc<[u32]>>,
    numbers: HashMap<Arc<[u32]>, u32>,
}

impl AccountLists {
    /// Returns the request about the accounts, in any order.
    fn request(&mut self, mut accounts: Vec<u32>) -> Request {
        accounts.sort_unstable();
        accounts.dedup();
        match accounts[..] {
            [] => return Request::CORP,
            [only] => return Request(only),
            _ => {}
        }
        if let Some(known) = self.numbers.get(&accounts[..]) {
            return Request(Request::LISTS + known);
        }
        let (number, list) = (self.lists.len() as u32, Arc::<[u32]>::from(accounts));
        self.numbers.insert(Arc::clone(&list), number);
        self.lists.push(list);
        Request(Request::LISTS + number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(userids: &[&str], cursor: &str, next: &str, document: u64) -> ApiAnswer {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ApiAnswer {
            endpoint: Endpoint::BatchGetByUser,
            userids: userids.iter().map(|userid| (*userid).to_owned()).collect(),
            subject: None,
            errcode: 0,
            errmsg: String::new(),
            cursor: some(cursor),
            next_cursor: some(next),
            envelope: true,
            unlicensed: Vec::new(),
            fetched_at: None,
            file: 0,
            document,
        }
    }

    fn all(answers: impl IntoIterator<Item = ApiAnswer>) -> Answers {
        let mut all = Answers::default();
        answers.into_iter().for_each(|answer| all.add(&answer));
        all.fold();
        all
    }

    /// Each chain: its accounts, the documents of the pages that are walked, whether the end is reached.
    fn chains(answers: &Answers) -> Vec<(Vec<&str>, Vec<u64>, bool)> {
        let told = |chain: AnswerChain<'_>| {
            let (walked, has_end) = chain.walk();
            let documents = walked.into_iter().map(|page| page.document).collect();
            (chain.accounts().iter().map(|account| answers.userid(*account)).collect(), documents, has_end)
        };
        answers.chains(Endpoint::BatchGetByUser).map(told).collect()
    }

    #[test]
    fn an_answer_takes_64_bytes_and_what_is_replaced_none() {
        assert_eq!(size_of::<FoldedAnswer>(), 64);
        let mut answers = Answers::default();
        for document in 0..4 * FIRST_FOLD as u64 {
            answers.add(&page(&["ann"], "", &document.to_string(), document));
            assert!(answers.kept.len() < 2 * FIRST_FOLD);
        }
        answers.fold();
        assert_eq!((answers.kept.len(), answers.accounts.len()), (1, 1));
        assert_eq!(answers.kept[0].document, 4 * FIRST_FOLD as u64 - 1);
    }

    #[test]
    fn errors_are_held_once_without_what_is_about_the_single_request() {
        let error = |document: u64, errmsg: String| ApiAnswer {
            errcode: 40003,
            errmsg,
            ..page(&[&document.to_string()], "", "", document)
        };
        let hinted = |document| error(document, format!("invalid userid, hint: [{document}], from ip: 192.0.2.1"));
        let answers = all((0..100).map(hinted).chain([error(100, "é".repeat(1000))]));
        let errors: Vec<&str> = answers.errors.iter().collect();
        assert_eq!(errors, ["40003 invalid userid", &format!("40003 {}", "é".repeat(MESSAGE_CHARS))]);
        assert_eq!(answers.error(&answers.kept[0]), Some((40003, "invalid userid")));
    }

    #[test]
    fn a_chain_is_walked_over_its_newest_pages_and_a_circle_ends() {
        let answers = all([
            page(&["bo", "ann"], "c1", "", 1),
            page(&["ann", "bo"], "", "c0", 2),
            page(&["ann", "bo"], "", "c1", 3),
            page(&["cy"], "", "c1", 4),
            page(&["cy"], "c1", "c2", 5),
            page(&["cy"], "c2", "c1", 6),
            page(&["cy", "cy"], "c3", "", 7),
        ]);
        let found = chains(&answers);
        assert_eq!(found[0], (vec!["cy"], vec![4, 5, 6, 5], false));
        assert_eq!((found[1].1.as_slice(), found[1].2), (&[3, 1][..], true));
    }

    #[test]
    fn files_are_added_and_spellings_replaced_under_the_same_accounts() {
        let mut answers = all([page(&["ann"], "", "c1", 1)]);
        let unlicensed = ApiAnswer { unlicensed: vec!["Bo".to_owned()], ..page(&["Ann", "Bo"], "", "", 3) };
        let mut later = all([page(&["Ann"], "c1", "", 2), unlicensed]);
        later.kept.iter_mut().for_each(|answer| answer.file = 1);
        later.unlicensed.iter_mut().for_each(|note| note.file = 1);
        later.count(&AccountCount { userid: "Ann".to_owned(), relations: 7, file: 1, document: 2 });
        answers.append(later);
        answers.fold();
        assert_eq!(chains(&answers).iter().map(|(.., has_end)| *has_end).collect::<Vec<_>>(), [false, false, true]);
        answers.respell(&mut |userid| (userid == "Ann").then_some("ann"));
        answers.fold();
        let found = chains(&answers);
        assert_eq!(found[0], (vec!["ann"], vec![1, 2], true));
        assert_eq!((found.len(), found[1].0.len()), (2, 2));
        let relations =
            |answer| answers.relations(answer).map(|(account, sum)| (answers.userid(account), sum)).collect();
        let counted: Vec<Vec<(&str, u64)>> = answers.kept.iter().map(relations).collect();
        assert_eq!(counted, [vec![], vec![("ann", 7)], vec![]]);
        let of_both = answers.chains(Endpoint::BatchGetByUser).last().unwrap();
        assert_eq!(of_both.unlicensed().iter().map(|account| answers.userid(*account)).collect::<Vec<_>>(), ["Bo"]);
    }
}
