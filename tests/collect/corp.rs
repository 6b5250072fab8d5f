//! A corp as the service knows it, made of the dumps that `qianhe demo` wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

/// What a corp holds.
#[derive(Debug, Default, Clone)]
pub struct Corp {
    pub follow_users: Vec<String>,
    pub members: Vec<String>,
    /// Items of `batch/get_by_user`, by member.
    pub items: BTreeMap<String, Vec<Value>>,
    /// Ids of `externalcontact/list`, by member.
    pub lists: BTreeMap<String, Vec<String>>,
    pub unlicensed: BTreeSet<String>,
    /// Members whose pages end with an error.
    pub broken: BTreeSet<String>,
    pub unassigned: Vec<Value>,
    pub contacts: Vec<Value>,
    pub groups: Vec<Value>,
    /// Whether the list of groups ends with an error.
    pub has_broken_groups: bool,
    /// Answers of `groupchat/get` and `get_join_way`, by id.
    pub chats: BTreeMap<String, Value>,
    pub codes: BTreeMap<String, Value>,
    /// Relations of each member that the service makes up, where it does.
    pub generated: usize,
}

impl Corp {
    /// Reads the dumps in the folder of a role; those of single customers are left out, since the collector requests
    /// none.
    pub fn load(folder: &Path) -> Self {
        let mut corp = Self::default();
        let (mut times, mut chains) = (BTreeMap::new(), BTreeMap::new());
        let mut has_group_end = false;
        for document in documents(folder) {
            let request = document.get("request").cloned().unwrap_or_else(|| json!({}));
            let fetched_at = document["fetched_at"].as_str().unwrap_or_default().to_owned();
            let endpoint = document["endpoint"].as_str().unwrap_or_default().to_owned();
            let answer = document.get("response").cloned().unwrap_or_else(|| document.clone());
            let next = answer["next_cursor"].as_str().unwrap_or_default().to_owned();
            for userid in texts(&request["userid_list"]) {
                corp.items.entry(userid).or_default();
            }
            for userid in texts(&answer["fail_info"]["unlicensed_userid_list"]) {
                corp.unlicensed.insert(userid);
            }
            if let Some(items) = answer["external_contact_list"].as_array() {
                for item in items {
                    let userid = item["follow_info"]["userid"].as_str().unwrap().to_owned();
                    if userid != "nobody" {
                        corp.items.entry(userid).or_default().push(item.clone());
                    }
                }
                let cursors: &mut (BTreeSet<String>, BTreeSet<String>) =
                    chains.entry(texts(&request["userid_list"])).or_default();
                cursors.0.insert(request["cursor"].as_str().unwrap_or_default().to_owned());
                cursors.1.insert(next.clone());
            }
            if endpoint == "externalcontact/list" {
                let userid = request["userid"].as_str().unwrap().to_owned();
                let newest: &mut String = times.entry(userid.clone()).or_default();
                if *newest <= fetched_at {
                    newest.clone_from(&fetched_at);
                    if answer["errcode"] == 0 {
                        corp.broken.remove(&userid);
                        corp.lists.insert(userid, texts(&answer["external_userid"]));
                    } else {
                        corp.broken.insert(userid);
                    }
                }
            }
            if answer.get("external_contact").is_none() && answer["follow_user"].is_array() {
                corp.follow_users.extend(texts(&answer["follow_user"]));
            }
            for user in [&answer["userlist"], &answer["dept_user"]].into_iter().filter_map(Value::as_array).flatten() {
                corp.members.push(user["userid"].as_str().unwrap().to_owned());
            }
            corp.unassigned.extend(answer["info"].as_array().into_iter().flatten().cloned());
            corp.contacts.extend(answer["info_list"].as_array().into_iter().flatten().cloned());
            corp.groups.extend(answer["group_chat_list"].as_array().into_iter().flatten().cloned());
            has_group_end |= answer["group_chat_list"].is_array() && next.is_empty();
            if let Some(id) = answer["group_chat"]["chat_id"].as_str() {
                corp.chats.insert(id.to_owned(), answer.clone());
            }
            let code = answer["join_way"]["config_id"].as_str().or(request["config_id"].as_str()).map(str::to_owned);
            if let Some(code) = code {
                let newest: &mut String = times.entry(code.clone()).or_default();
                if *newest <= fetched_at || fetched_at.is_empty() {
                    newest.clone_from(&fetched_at);
                    let is_limited = answer["errcode"] == 45033;
                    // A final error, so that no test has to wait for a limit.
                    let answer =
                        if is_limited { json!({"errcode": 40058, "errmsg": "invalid"}) } else { answer.clone() };
                    corp.codes.insert(code, answer);
                }
            }
        }
        for (userids, (cursors, nexts)) in chains {
            if nexts.iter().any(|next| !next.is_empty() && !cursors.contains(next)) {
                corp.broken.extend(userids);
            }
        }
        corp.has_broken_groups = !corp.groups.is_empty() && !has_group_end;
        corp.complete()
    }

    /// A corp of that many members, whose relations the service makes up.
    pub fn generated(members: usize, relations: usize) -> Self {
        let follow_users: Vec<String> = (0..members).map(|number| format!("member{number}")).collect();
        Self { members: follow_users.clone(), follow_users, generated: relations, ..Self::default() }
    }

    /// Fills in what follows from the rest.
    fn complete(mut self) -> Self {
        let known = self.items.keys().chain(self.lists.keys()).chain(&self.unlicensed).chain(&self.broken);
        let known: BTreeSet<String> = known.cloned().collect();
        for userid in &known {
            let items = self.items.entry(userid.clone()).or_default();
            let id = |item: &Value| item["external_contact"]["external_userid"].as_str().map(str::to_owned);
            let ids = items.iter().filter_map(id).filter(|id| !id.is_empty()).collect();
            self.lists.entry(userid.clone()).or_insert(ids);
        }
        if self.follow_users.is_empty() {
            self.follow_users = known.into_iter().collect();
        }
        self
    }

    /// All members that the service can be asked about.
    pub fn userids(&self) -> Vec<String> {
        self.items.keys().cloned().collect()
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// All JSON documents below a folder, but for those of single customers.
fn documents(folder: &Path) -> Vec<Value> {
    let mut documents = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path();
        let name = path.to_string_lossy();
        if !entry.file_type().is_file() || !name.contains(".json") || name.contains("customers") {
            continue;
        }
        let bytes = fs::read(path).unwrap();
        let text = match path.extension().unwrap().to_str().unwrap() {
            "gz" => {
                let mut text = Vec::new();
                flate2::read::GzDecoder::new(&*bytes).read_to_end(&mut text).unwrap();
                text
            }
            "zst" => zstd::decode_all(&*bytes).unwrap(),
            _ => bytes,
        };
        let text = String::from_utf8(text).unwrap();
        for value in serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter::<Value>() {
            match value.unwrap() {
                Value::Array(all) => documents.extend(all),
                one => documents.push(one),
            }
        }
    }
    documents
}
