//! One request -> its answer: with a valid token, at the pace that the service allows, tried again where that helps.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::answer::{Reply, TokenReply};
use super::calls::CallRequest;
use super::credentials::{Credentials, Secret};
use super::faults::{Fault, fault_of, remedy};
use super::pace::{Pace, sleep};
use super::transport::{NoAnswer, Transport};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::text::collect as say;

/// Longest pause before a request is tried again: limits of the service are by the minute.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Fresh tokens that one request may use up.
const TOKENS: u32 = 3;

/// The treatment of requests without a final answer.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Times that a request is tried again.
    pub retries: u32,
    /// First pause before that; each is twice as long as the one before.
    pub pause: Duration,
}

/// The end of a request.
#[derive(Debug)]
pub enum CallEnd {
    /// The answer of the service, perhaps an error.
    Answer(Reply),
    /// The service was still busy, or failed, at the last attempt.
    Exhausted(Reply),
    /// There was no answer at the last attempt.
    NoAnswer(NoAnswer),
}

/// A client of the service, shared by all workers.
pub struct Client {
    transport: Transport,
    credentials: Credentials,
    token: Mutex<Option<Secret>>,
    pace: Pace,
    patience: Patience,
}

impl Client {
    /// Creates a client without a token yet.
    pub fn new(transport: Transport, credentials: Credentials, rate: u32, patience: Patience) -> Self {
        Self { transport, credentials, token: Mutex::new(None), pace: Pace::new(rate), patience }
    }

    /// Sends a request until it has a final answer, or its attempts are used up. `before_pause` is called before each
    /// pause.
    ///
    /// # Errors
    /// [`Error::Input`] where no request of this app can succeed, [`Error::Interrupted`].
    pub fn call(&self, request: &CallRequest, before_pause: impl Fn() -> Result<()>) -> Result<CallEnd> {
        let (mut attempts, mut tokens) = (0, 0);
        loop {
            interrupt::check()?;
            let end = self.attempt(request)?;
            let (is_busy, end) = match end {
                Ok(reply) => match fault_of(reply.errcode) {
                    Fault::None | Fault::Final => {
                        self.pace.recover();
                        return Ok(CallEnd::Answer(reply));
                    }
                    Fault::Stop => return Err(self.stopped(reply.errcode, &reply.errmsg)),
                    Fault::Token if tokens < TOKENS => {
                        tokens += 1;
                        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
                        continue;
                    }
                    Fault::Busy => (true, CallEnd::Exhausted(reply)),
                    Fault::Again | Fault::Token => (false, CallEnd::Exhausted(reply)),
                },
                Err(no_answer) => (false, CallEnd::NoAnswer(no_answer)),
            };
            if attempts == self.patience.retries {
                return Ok(end);
            }
            before_pause()?;
            self.pause(attempts, is_busy)?;
            attempts += 1;
        }
    }

    /// Sends a request once.
    fn attempt(&self, request: &CallRequest) -> Result<std::result::Result<Reply, NoAnswer>> {
        let token = match self.token()? {
            Ok(token) => token,
            Err(no_answer) => return Ok(Err(no_answer)),
        };
        self.pace.wait()?;
        let body = match self.transport.send(request, &token) {
            Ok(body) => self.without_secrets(body, &token),
            Err(no_answer) => return Ok(Err(no_answer)),
        };
        Ok(Reply::read(body).ok_or_else(|| NoAnswer(say::NOT_AN_ANSWER.into())))
    }

    /// Returns the token, a new one where there is none. One worker fetches it, the others wait for it.
    fn token(&self) -> Result<std::result::Result<Secret, NoAnswer>> {
        let mut held = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = &*held {
            return Ok(Ok(token.clone()));
        }
        self.pace.wait()?;
        let body = match self.transport.token(&self.credentials.corp_id, &self.credentials.secret) {
            Ok(body) => body,
            Err(no_answer) => return Ok(Err(no_answer)),
        };
        let Ok(reply) = serde_json::from_slice::<TokenReply>(&body) else {
            return Ok(Err(NoAnswer(say::NOT_AN_ANSWER.into())));
        };
        match fault_of(reply.errcode) {
            Fault::None if !reply.access_token.is_empty() => {
                let token = Secret::new(reply.access_token);
                *held = Some(token.clone());
                Ok(Ok(token))
            }
            Fault::Busy | Fault::Again | Fault::None => Ok(Err(NoAnswer(say::no_token(reply.errcode)))),
            Fault::Token | Fault::Stop | Fault::Final => {
                Err(self.stopped(reply.errcode, &String::from_utf8_lossy(&body)))
            }
        }
    }

    /// Pauses before an attempt; all workers where the service limits requests.
    fn pause(&self, attempts: u32, is_busy: bool) -> Result<()> {
        let pause = self.patience.pause.saturating_mul(1 << attempts.min(16)).min(LONGEST_PAUSE);
        if is_busy {
            self.pace.slow_down(pause);
        }
        sleep(pause)
    }

    fn stopped(&self, errcode: i64, errmsg: &str) -> Error {
        Error::Usage { problem: say::refused(&self.credentials.corp_id, errcode), remedy: remedy(errcode, errmsg) }
    }

    /// Removes token and secret from an answer, should the service repeat them.
    fn without_secrets(&self, body: Vec<u8>, token: &Secret) -> Vec<u8> {
        [token, &self.credentials.secret].into_iter().fold(body, |body, secret| without(body, secret.reveal()))
    }
}

/// Replaces a text in an answer by stars.
fn without(body: Vec<u8>, secret: &str) -> Vec<u8> {
    let secret = secret.as_bytes();
    if secret.is_empty() || memchr::memmem::find(&body, secret).is_none() {
        return body;
    }
    let mut clean = Vec::with_capacity(body.len());
    let mut rest = &body[..];
    while let Some(at) = memchr::memmem::find(rest, secret) {
        clean.extend_from_slice(&rest[..at]);
        clean.extend_from_slice(b"***");
        rest = &rest[at + secret.len()..];
    }
    clean.extend_from_slice(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_secret_that_is_repeated_is_removed() {
        assert_eq!(without(b"token abc, abc.".to_vec(), "abc"), b"token ***, ***.");
        assert_eq!(without(b"abc".to_vec(), ""), b"abc");
    }
}
