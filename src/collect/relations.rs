//! The part `relations`: pages with names and unionids, the list of each member as proof, then the lists of the corp.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::answer::{NO_CUSTOMERS, Reply};
use super::calls::{self, CallRequest};
use super::client::{CallEnd, Client};
use super::crew::share;
use super::journal::{SettledState, SubjectKind};
use super::store::{ChainState, Store};
use super::transport::NoAnswer;
use crate::error::{Error, Result};
use crate::progress::{Progress, Unit, Work};
use crate::text::{Message, collect as say};

/// Most members of a request.
const MOST_MEMBERS: usize = 100;
/// Chains that the members of a small corp are shared among, so that several workers are of use.
const CHAINS: usize = 16;
/// Requests in a row without a final answer after which the service counts as down.
const SERVICE_IS_DOWN: u32 = 5;

/// A part that is being collected.
pub struct Collecting<'a> {
    pub client: &'a Client,
    pub store: &'a Store,
    pub progress: &'a dyn Progress,
    pub workers: usize,
    /// Requests in a row without a final answer.
    unanswered: AtomicU32,
}

/// Whether a request without final answer is tried again after all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    First,
    Last,
}

/// The end of a chain of pages.
#[derive(Debug)]
pub enum ChainEnd {
    /// Its last page was answered.
    Ended(ChainState),
    /// A page was answered by an error.
    Failed(i64),
    /// A page has no final answer yet.
    Later,
}

/// Whether a task is done, or has to wait for the last round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskEnd {
    Done,
    Later,
}

impl TaskEnd {
    fn and(self, other: Self) -> Self {
        if self == Self::Done { other } else { self }
    }
}

impl<'a> Collecting<'a> {
    pub fn new(client: &'a Client, store: &'a Store, progress: &'a dyn Progress, workers: usize) -> Self {
        Self { client, store, progress, workers, unanswered: AtomicU32::new(0) }
    }

    /// Runs all tasks, and those that had to wait once more.
    pub fn in_rounds<T: Send>(&self, tasks: Vec<T>, run: impl Fn(&T, Round) -> Result<TaskEnd> + Sync) -> Result<()> {
        let later = Mutex::new(Vec::new());
        share(tasks, self.workers, |task| {
            if run(&task, Round::First)? == TaskEnd::Later {
                later.lock().unwrap_or_else(PoisonError::into_inner).push(task);
            }
            Ok(())
        })?;
        let later = later.into_inner().unwrap_or_else(PoisonError::into_inner);
        share(later, self.workers, |task| run(&task, Round::Last).map(|_| ()))
    }

    /// Requests a chain of pages from where it is to its end. What was answered before is not requested again.
    pub fn chain(&self, request: &CallRequest, round: Round) -> Result<ChainEnd> {
        let key = request.key();
        let mut known = self.store.chain(&key);
        // A cursor of an earlier process may have expired: then the chain begins anew, once.
        let mut may_restart = known.as_ref().is_some_and(|chain| chain.next.is_some());
        loop {
            let cursor = match known {
                Some(chain) if chain.errcode != 0 => return Ok(ChainEnd::Failed(chain.errcode)),
                Some(ChainState { next: Some(cursor), .. }) => Some(cursor),
                Some(ended) => return Ok(ChainEnd::Ended(ended)),
                None => None,
            };
            let page = request.page(cursor.as_deref());
            let Some(reply) = self.answer(&page, round)? else { return Ok(ChainEnd::Later) };
            self.store.keep(&key, &page, cursor.is_none(), &reply)?;
            let is_expired = reply.errcode != 0 && may_restart;
            may_restart = false;
            known = if is_expired { None } else { self.store.chain(&key) };
        }
    }

    /// Requests one page; `None` where it has no final answer, and there is another round.
    fn answer(&self, request: &CallRequest, round: Round) -> Result<Option<Reply>> {
        let end = self.client.call(request, || self.store.flush())?;
        if let CallEnd::Answer(reply) = end {
            self.unanswered.store(0, Ordering::Relaxed);
            return Ok(Some(reply));
        }
        let in_a_row = self.unanswered.fetch_add(1, Ordering::Relaxed) + 1;
        match (end, round) {
            _ if in_a_row >= SERVICE_IS_DOWN => Err(self.stopped(say::DOWN)),
            (CallEnd::NoAnswer(NoAnswer(why)), Round::Last) => Err(self.stopped(why)),
            (CallEnd::Exhausted(reply), Round::Last) => Ok(Some(reply)),
            _ => Ok(None),
        }
    }

    /// Keeps what is there, and explains that the run can be continued.
    fn stopped(&self, why: impl Into<Message>) -> Error {
        let why: Message = why.into();
        let problem = say::no_answer(why);
        match self.store.flush() {
            Ok(()) => Error::Usage { problem, remedy: say::AGAIN_REMEDY.into() },
            Err(error) => error,
        }
    }

    /// Collects one object, or all pages about it.
    pub fn one(&self, subject: SubjectKind, id: &str, request: &CallRequest, round: Round) -> Result<TaskEnd> {
        if self.store.is_settled(subject, id) {
            return Ok(TaskEnd::Done);
        }
        let (state, errcode, items) = match self.chain(request, round)? {
            ChainEnd::Later => return Ok(TaskEnd::Later),
            ChainEnd::Ended(chain) => (SettledState::Complete, 0, chain.items),
            ChainEnd::Failed(errcode) if is_answer(subject, errcode) => (SettledState::Complete, errcode, 0),
            ChainEnd::Failed(errcode) => (SettledState::Failed, errcode, 0),
        };
        self.store.settle(subject, id, state, errcode, items)?;
        self.progress.advance(1);
        Ok(TaskEnd::Done)
    }

    pub fn corp_list(&self, request: &CallRequest, round: Round) -> Result<TaskEnd> {
        self.one(SubjectKind::List, request.call.path, request, round)
    }

    /// Collects the relations of some members: their pages together, the list of each.
    fn members(&self, userids: &[String], round: Round) -> Result<TaskEnd> {
        if userids.iter().all(|userid| self.store.is_settled(SubjectKind::Member, userid)) {
            return Ok(TaskEnd::Done);
        }
        match self.chain(&CallRequest::batch(userids), round)? {
            ChainEnd::Later => Ok(TaskEnd::Later),
            ChainEnd::Ended(chain) => self.prove(userids, &chain.unlicensed, round),
            // An error about one of them: find out which.
            ChainEnd::Failed(_) if userids.len() > 1 => {
                let (some, others) = userids.split_at(userids.len() / 2);
                Ok(self.members(some, round)?.and(self.members(others, round)?))
            }
            ChainEnd::Failed(NO_CUSTOMERS) => self.without_customers(&userids[0], round),
            ChainEnd::Failed(errcode) => self.fail(&userids[0], SettledState::Failed, errcode),
        }
    }

    /// Requests the list of each member whose pages have ended. A member without licence is left out of the pages, and
    /// so nothing may vouch for them.
    fn prove(&self, userids: &[String], unlicensed: &[String], round: Round) -> Result<TaskEnd> {
        let mut end = TaskEnd::Done;
        for userid in userids {
            end = end.and(if unlicensed.contains(userid) {
                self.fail(userid, SettledState::Unlicensed, 0)?
            } else {
                self.one(SubjectKind::Member, userid, &CallRequest::list(userid), round)?
            });
        }
        Ok(end)
    }

    /// Settles a member whose pages were answered by "no such relation". Where the list nevertheless has ids, the pages
    /// are requested again: the newer answer decides, and ids alone must not cover the account.
    fn without_customers(&self, userid: &str, round: Round) -> Result<TaskEnd> {
        match self.chain(&CallRequest::list(userid), round)? {
            ChainEnd::Later => Ok(TaskEnd::Later),
            ChainEnd::Ended(list) if list.items > 0 => {
                let pages = CallRequest::batch(&[userid.to_owned()]);
                let Some(reply) = self.answer(&pages, round)? else { return Ok(TaskEnd::Later) };
                let errcode = if reply.errcode == 0 && reply.next.is_some() { NO_CUSTOMERS } else { reply.errcode };
                self.store.keep(&pages.key(), &pages, true, &reply)?;
                match errcode {
                    0 => self.one(SubjectKind::Member, userid, &CallRequest::list(userid), round),
                    errcode => self.fail(userid, SettledState::Failed, errcode),
                }
            }
            _ => self.one(SubjectKind::Member, userid, &CallRequest::list(userid), round),
        }
    }

    fn fail(&self, userid: &str, state: SettledState, errcode: i64) -> Result<TaskEnd> {
        if !self.store.is_settled(SubjectKind::Member, userid) {
            self.store.settle(SubjectKind::Member, userid, state, errcode, 0)?;
            self.progress.advance(1);
        }
        Ok(TaskEnd::Done)
    }
}

/// Returns whether an error code is an answer about the subject: there is nothing.
fn is_answer(subject: SubjectKind, errcode: i64) -> bool {
    matches!((subject, errcode), (SubjectKind::Member, NO_CUSTOMERS) | (SubjectKind::Code, super::answer::NO_SUCH_CODE))
}

/// Collects the part: the relations of these members, and the lists of the corp.
pub fn collect(collecting: &Collecting<'_>, userids: &[String]) -> Result<()> {
    let store = collecting.store;
    // The same members in every process of a run, so that its chains go on.
    let planned: Vec<String> = store.with(|state| {
        userids.iter().filter(|userid| !state.was_complete(SubjectKind::Member, userid)).cloned().collect()
    });
    let members = (planned.len() / CHAINS).clamp(1, MOST_MEMBERS);
    let chunks: Vec<Vec<String>> = planned.chunks(members).map(<[String]>::to_vec).collect();
    collecting.progress.begin(Work::CollectRelations, planned.len() as u64, Unit::Members);
    let settled = planned.iter().filter(|userid| store.is_settled(SubjectKind::Member, userid)).count();
    collecting.progress.advance(settled as u64);
    collecting.in_rounds(chunks, |userids, round| collecting.members(userids, round))?;
    collecting.progress.end();
    for list in [CallRequest::unassigned(), CallRequest::contacts()] {
        collecting.in_rounds(vec![list], |list, round| collecting.corp_list(list, round))?;
    }
    store.finish(&calls::LIST.stem())
}
