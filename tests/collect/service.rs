//! A fake of the WeCom API: an HTTP server on loopback, built from DOMAIN.md section 3, which fails as it is told to.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::corp::Corp;

pub const CORP_ID: &str = "wwaaaaaaaaaaaaaaaa";
pub const SECRET: &str = "s3cr3t-of-the-app";
/// Beginning of every token.
pub const TOKEN: &str = "t0k3n-";
/// Items of a page, whatever limit a request has.
const PAGE: usize = 7;

/// How the service fails, in parts of 10,000 requests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    pub seed: u64,
    pub limited: u64,
    pub busy: u64,
    pub reset: u64,
    pub half: u64,
    pub slow: u64,
    pub unavailable: u64,
    /// Requests that a token is good for; 0 for any number.
    pub token_life: u64,
    /// Answers all requests with this error.
    pub refusal: i64,
    /// Answers all requests of this path with an error.
    pub forbidden: Option<&'static str>,
    /// Time that each request takes.
    pub latency: Duration,
}

struct Shared {
    corp: Corp,
    faults: Mutex<Faults>,
    requests: AtomicU64,
    tokens: AtomicU64,
    /// Requests by the current token.
    used: AtomicU64,
    stopped: AtomicBool,
    /// Every answered request, with how often it was answered without a transient fault.
    answered: Mutex<BTreeMap<String, u64>>,
}

/// A service that is running.
pub struct Service {
    shared: Arc<Shared>,
    port: u16,
}

impl Service {
    /// Starts the service for a corp.
    pub fn start(corp: Corp, faults: Faults) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            corp,
            faults: Mutex::new(faults),
            requests: AtomicU64::new(0),
            tokens: AtomicU64::new(0),
            used: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            answered: Mutex::new(BTreeMap::new()),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if serving.stopped.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&serving);
                thread::spawn(move || shared.serve(&stream));
            }
        });
        Self { shared, port }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn fail(&self, faults: Faults) {
        *self.shared.faults.lock().unwrap() = faults;
    }

    /// Requests that were answered, with how often.
    pub fn answered(&self) -> BTreeMap<String, u64> {
        self.shared.answered.lock().unwrap().clone()
    }

    /// All requests, tokens and faults included.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

struct Request {
    path: String,
    query: BTreeMap<String, String>,
    body: Value,
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let target = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = pairs.map(|(key, value)| (key.to_owned(), decoded(value))).collect();
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| json!({}));
    Some(Request { path: path.trim_start_matches("/cgi-bin/").to_owned(), query, body })
}

/// Decodes `%41`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        rest = others;
        match (first, others) {
            (b'%', [high, low, others @ ..]) => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                rest = others;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What to do with a request.
enum Answer {
    Json(Value),
    Text(String),
    /// The status of HTTP, with a page that is no JSON.
    Status(u16),
    Reset,
    /// Half of it.
    Half(Value),
}

impl Shared {
    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut stream = stream;
        while let Some(request) = read(&mut reader) {
            let (status, body, sent) = match self.answer(&request) {
                Answer::Json(value) => (200, value.to_string(), usize::MAX),
                Answer::Text(text) => (200, text, usize::MAX),
                Answer::Half(value) => (200, value.to_string(), value.to_string().len() / 2),
                Answer::Status(status) => (status, "<html>busy</html>".to_owned(), usize::MAX),
                Answer::Reset => return,
            };
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let is_half = sent < body.len();
            let body = &body.as_bytes()[..sent.min(body.len())];
            if stream.write_all(&[head.as_bytes(), body].concat()).is_err() || is_half {
                return;
            }
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let faults = *self.faults.lock().unwrap();
        if !faults.latency.is_zero() {
            thread::sleep(faults.latency);
        }
        if faults.refusal != 0 {
            let errmsg = format!("refused, from ip: 203.0.113.7, secret {SECRET}");
            return Answer::Json(json!({"errcode": faults.refusal, "errmsg": errmsg}));
        }
        if request.path == "gettoken" {
            return Answer::Json(self.token(request));
        }
        let token = request.query.get("access_token").cloned().unwrap_or_default();
        if token != self.current() {
            return Answer::Json(json!({"errcode": 40014, "errmsg": format!("invalid access_token {token}")}));
        }
        if faults.token_life > 0 && self.used.fetch_add(1, Ordering::Relaxed) >= faults.token_life {
            return Answer::Json(json!({"errcode": 42001, "errmsg": format!("access_token expired {token}")}));
        }
        // One number in 10,000 for each request decides on its fault.
        let mut dice = mixed(faults.seed, number) % 10_000;
        let mut is = |share: u64| {
            let hit = dice < share;
            dice = dice.wrapping_sub(share);
            hit
        };
        let limit = if number.is_multiple_of(2) { 45009 } else { 45033 };
        if is(faults.limited) {
            return Answer::Json(json!({"errcode": limit, "errmsg": "api out of limit", "external_contact_list": []}));
        }
        if is(faults.busy) {
            return Answer::Json(json!({"errcode": -1, "errmsg": "system busy"}));
        }
        if is(faults.reset) {
            return Answer::Reset;
        }
        if is(faults.unavailable) {
            return Answer::Status(503);
        }
        if faults.forbidden == Some(&*request.path) {
            return Answer::Json(json!({"errcode": 48002, "errmsg": format!("api forbidden {token}")}));
        }
        if let Some(page) = generated(self.corp.generated, request) {
            return Answer::Text(page);
        }
        let mut answer = self.page(request);
        if is(faults.half) {
            return Answer::Half(answer);
        }
        if is(faults.slow) {
            thread::sleep(Duration::from_millis(20));
        }
        if answer["errcode"] != 0 {
            // The service repeats what it was sent; nobody may keep it.
            answer["errmsg"] = json!(format!("{}, token {token}", answer["errmsg"].as_str().unwrap_or_default()));
        }
        let asked = format!("{} {:?} {}", request.path, without_token(&request.query), request.body);
        *self.answered.lock().unwrap().entry(asked).or_default() += 1;
        Answer::Json(answer)
    }

    fn token(&self, request: &Request) -> Value {
        let given = |key: &str| request.query.get(key).map(String::as_str).unwrap_or_default();
        if given("corpid") != CORP_ID {
            return json!({"errcode": 40013, "errmsg": "invalid corpid"});
        }
        if given("corpsecret") != SECRET {
            return json!({"errcode": 40001, "errmsg": format!("invalid credential {}", given("corpsecret"))});
        }
        self.used.store(0, Ordering::Relaxed);
        self.tokens.fetch_add(1, Ordering::Relaxed);
        json!({"errcode": 0, "errmsg": "ok", "access_token": self.current(), "expires_in": 7200})
    }

    fn current(&self) -> String {
        format!("{TOKEN}{}", self.tokens.load(Ordering::Relaxed))
    }

    /// The page of a list that begins at the cursor, with the cursor of the next one.
    fn page(&self, request: &Request) -> Value {
        let corp = &self.corp;
        let text = |key: &str| {
            let given = request.body[key].as_str().map(str::to_owned);
            given.or_else(|| request.query.get(key).cloned()).unwrap_or_default()
        };
        let error = |errcode: i64| json!({"errcode": errcode, "errmsg": "error"});
        let paged = |key: &str, rows: &[Value]| {
            let start: usize = text("cursor").trim_start_matches("c_").parse().unwrap_or(0);
            let end = rows.len().min(start + PAGE);
            let next = if end < rows.len() { format!("c_{end}") } else { String::new() };
            json!({"errcode": 0, "errmsg": "ok", key: rows[start..end], "next_cursor": next})
        };
        let is_end = |page: &Value| page["next_cursor"] == "";
        match request.path.as_str() {
            "department/simplelist" => {
                json!({"errcode": 0, "department_id": [{"id": 1, "parentid": 0, "order": 1}, {"id": 2, "parentid": 1}]})
            }
            "user/simplelist" => {
                let odd = text("department_id") == "2";
                let here = corp.members.iter().enumerate().filter(|(place, _)| !odd || place % 2 == 1);
                let users: Vec<Value> = here
                    .map(|(_, userid)| json!({"userid": userid, "name": format!("成员{userid}"), "department": [1]}))
                    .collect();
                json!({"errcode": 0, "errmsg": "ok", "userlist": users})
            }
            "externalcontact/get_follow_user_list" => {
                json!({"errcode": 0, "errmsg": "ok", "follow_user": corp.follow_users})
            }
            "externalcontact/batch/get_by_user" => {
                let userids: Vec<&str> =
                    request.body["userid_list"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
                assert!(userids.len() <= 100);
                if userids.iter().any(|userid| !corp.items.contains_key(*userid)) {
                    return error(60111);
                }
                let unlicensed: Vec<&&str> = userids.iter().filter(|id| corp.unlicensed.contains(**id)).collect();
                let licensed = userids.iter().filter(|id| !corp.unlicensed.contains(**id));
                let items: Vec<Value> = licensed.flat_map(|userid| corp.items[*userid].clone()).collect();
                let is_broken = userids.iter().any(|userid| corp.broken.contains(*userid));
                if items.is_empty() && unlicensed.is_empty() && !is_broken {
                    return error(84061);
                }
                let mut page = paged("external_contact_list", &items);
                if is_broken && is_end(&page) {
                    // What is left goes with the error: its page never comes.
                    if text("cursor") == "end" || items.is_empty() {
                        return error(60111);
                    }
                    page["next_cursor"] = json!("end");
                }
                if text("cursor") == "end" {
                    return error(60111);
                }
                if !unlicensed.is_empty() {
                    page["fail_info"] = json!({"unlicensed_userid_list": unlicensed});
                }
                page
            }
            "externalcontact/list" => match corp.lists.get(&text("userid")) {
                None => error(60111),
                Some(_) if corp.broken.contains(&text("userid")) => error(60111),
                Some(ids) if ids.is_empty() => error(84061),
                Some(ids) => json!({"errcode": 0, "errmsg": "ok", "external_userid": ids}),
            },
            "externalcontact/get_unassigned_list" => {
                let mut page = paged("info", &corp.unassigned);
                page["is_last"] = json!(is_end(&page));
                page
            }
            "externalcontact/contact_list" => paged("info_list", &corp.contacts),
            "externalcontact/groupchat/list" => {
                let page = paged("group_chat_list", &corp.groups);
                if corp.has_broken_groups && is_end(&page) { error(48002) } else { page }
            }
            "externalcontact/groupchat/get" => {
                let id = text("chat_id");
                // Of some groups the demo knows nothing but the id.
                let of_list = || corp.groups.iter().find(|group| group["chat_id"] == *id);
                let bare =
                    || json!({"errcode": 0, "errmsg": "ok", "group_chat": {"chat_id": of_list()?["chat_id"]}}).into();
                corp.chats.get(&id).cloned().or_else(bare).unwrap_or_else(|| error(49002))
            }
            "externalcontact/groupchat/get_join_way" => {
                corp.codes.get(&text("config_id")).cloned().unwrap_or_else(|| error(41044))
            }
            other => panic!("the service has no {other}"),
        }
    }
}

/// Relations that a corp of the bench holds, as large as real ones: pages of 100, and lists.
fn generated(relations: usize, request: &Request) -> Option<String> {
    use std::fmt::Write as _;
    let mut text = String::new();
    let id = |userid: &str, number: usize| format!("wmBenchCorp{userid:A<10}{number:A>11}");
    match request.path.as_str() {
        _ if relations == 0 => return None,
        "externalcontact/list" => {
            let userid = request.query.get("userid")?;
            let ids: Vec<String> = (0..relations).map(|number| format!("\"{}\"", id(userid, number))).collect();
            write!(text, "{{\"errcode\":0,\"external_userid\":[{}]}}", ids.join(",")).unwrap();
        }
        "externalcontact/batch/get_by_user" => {
            let userids: Vec<&str> = request.body["userid_list"].as_array()?.iter().filter_map(Value::as_str).collect();
            let start: usize = request.body["cursor"].as_str().unwrap_or("0").parse().ok()?;
            let end = (start + 100).min(userids.len() * relations);
            text.push_str("{\"errcode\":0,\"external_contact_list\":[");
            for row in start..end {
                let (userid, comma) = (userids[row / relations], if row == start { "" } else { "," });
                let (id, noise) = (id(userid, row % relations), mixed(row as u64, 1));
                write!(
                    text,
                    "{comma}{{\"external_contact\":{{\"external_userid\":\"{id}\",\"name\":\"客户{row}\",\"type\":1,\
                     \"avatar\":\"http://wx.qlogo.cn/mmhead/{noise:048x}/0\",\"gender\":1,\
                     \"unionid\":\"o{noise:027x}\"}},\
                     \"follow_info\":{{\"userid\":\"{userid}\",\"remark\":\"\",\"description\":\"\",\"createtime\":{},\
                     \"tag_id\":[\"etAAAAAAAAtag1\"],\"add_way\":1,\"oper_userid\":\"{userid}\",\
                     \"remark_mobiles\":[],\"state\":\"\",\"remark_corp_name\":\"\"}}}}",
                    1_700_000_000 + row
                )
                .unwrap();
            }
            let next = if end < userids.len() * relations { end.to_string() } else { String::new() };
            write!(text, "],\"next_cursor\":\"{next}\"}}").unwrap();
        }
        _ => return None,
    }
    Some(text)
}

fn without_token(query: &BTreeMap<String, String>) -> BTreeMap<&String, &String> {
    query.iter().filter(|(key, _)| *key != "access_token").collect()
}

/// A number that looks random, of two others (splitmix64).
pub fn mixed(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
