//! HTTP: one request to the service. No text that it returns holds a URL, since the URL holds the token.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{self, PemItem, RootCerts, TlsConfig};

use super::calls::CallRequest;
use super::credentials::Secret;
use crate::error::{Error, Result};
use crate::regular;
use crate::text::{Message, collect as say, errors};

/// Base URL of the public service.
pub const PUBLIC: &str = "https://qyapi.weixin.qq.com";
/// Most bytes of an answer: none is larger than a few megabytes.
const LARGEST: u64 = 64 << 20;
/// Most bytes of a file of certificates: the public authorities of a system take 300 KB.
const MAX_PEM_BYTES: u64 = 4 << 20;
const CONNECT: Duration = Duration::from_secs(15);

/// A service that is reached by HTTP.
pub struct Transport {
    agent: Agent,
    base: String,
}

/// Reason why there is no answer: a fault of the network, or of something between us and the service.
#[derive(Debug, Clone)]
pub struct NoAnswer(pub Message);

impl Transport {
    /// Prepares requests to the service at `base`, each of at most `timeout`. Without `authorities` the public ones are
    /// trusted.
    pub fn new(base: &str, timeout: Duration, authorities: Option<RootCerts>) -> Result<Self> {
        let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
        let is_plain = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['@', '?', '#']));
        if !is_plain {
            return Err(Error::usage(say::BAD_BASE_URL, say::BASE_URL_REMEDY));
        }
        let trusted = TlsConfig::builder().root_certs(authorities.unwrap_or(RootCerts::WebPki)).build();
        let config = Agent::config_builder()
            .tls_config(trusted)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(timeout))
            .user_agent(concat!("qianhe-collect/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.into(), base: base.trim_end_matches('/').to_owned() })
    }

    /// Requests a token, and returns the body of the answer.
    pub fn token(&self, corp_id: &str, secret: &Secret) -> std::result::Result<Vec<u8>, NoAnswer> {
        let request = self.agent.get(self.url("gettoken"));
        body(request.query("corpid", corp_id).query("corpsecret", secret.reveal()).call())
    }

    /// Sends a request, and returns the body of the answer.
    pub fn send(&self, request: &CallRequest, token: &Secret) -> std::result::Result<Vec<u8>, NoAnswer> {
        let url = self.url(request.call.path);
        if request.call.is_get {
            let get = self.agent.get(url).query("access_token", token.reveal());
            return body(request.pairs().fold(get, |get, (name, value)| get.query(name, value)).call());
        }
        let post = self.agent.post(url).query("access_token", token.reveal());
        body(post.header("content-type", "application/json").send(request.json()))
    }

    fn url(&self, path: &str) -> String {
        format!("{}/cgi-bin/{path}", self.base)
    }
}

/// Reads the certificates of authorities.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read, [`Error::Input`] if it holds no certificate or something else.
pub fn authorities(path: &Path) -> Result<RootCerts> {
    let pem = regular::read(path, MAX_PEM_BYTES).map_err(Error::io(path, errors::CANNOT_READ))?;
    let mut certificates = Vec::new();
    for item in tls::parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            _ => return Err(Error::input(path, say::CA_FILE, say::NO_CERTIFICATES, say::CA_FILE_REMEDY)),
        }
    }
    if certificates.is_empty() {
        return Err(Error::input(path, say::CA_FILE, say::NO_CERTIFICATES, say::CA_FILE_REMEDY));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

type HttpAnswer = std::result::Result<ureq::http::Response<ureq::Body>, ureq::Error>;

fn body(answer: HttpAnswer) -> std::result::Result<Vec<u8>, NoAnswer> {
    let answer = answer.map_err(|error| no_answer(&error))?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(NoAnswer(say::http_status(status)));
    }
    let mut bytes = Vec::new();
    let mut reader = answer.into_body().into_reader().take(LARGEST + 1);
    reader.read_to_end(&mut bytes).map_err(|error| NoAnswer(say::broken_off(error.kind())))?;
    if bytes.len() as u64 > LARGEST { Err(NoAnswer(say::TOO_LARGE.into())) } else { Ok(bytes) }
}

/// Describes an error by its kind: its own text may hold the URL.
fn no_answer(error: &ureq::Error) -> NoAnswer {
    NoAnswer(match error {
        ureq::Error::Timeout(_) => say::TIMED_OUT.into(),
        ureq::Error::HostNotFound => say::HOST_NOT_FOUND.into(),
        // A certificate that is refused comes as data that are not valid.
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => say::NO_TLS.into(),
        ureq::Error::Io(error) => say::broken_off(error.kind()),
        ureq::Error::ConnectionFailed | ureq::Error::ConnectProxyFailed(_) => say::NO_CONNECTION.into(),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => say::NO_TLS.into(),
        _ => say::BAD_HTTP.into(),
    })
}
