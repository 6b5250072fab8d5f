//! The endpoints that are requested.

use serde_json::{Map, Value, json};

/// An endpoint of the service.
#[derive(Debug)]
pub struct Call {
    /// Path, without `/cgi-bin/`.
    pub path: &'static str,
    /// Whether parameters stand in the URL; else they are the JSON body of a POST.
    pub is_get: bool,
}

/// Declares an endpoint.
const fn call(path: &'static str, is_get: bool) -> Call {
    Call { path, is_get }
}

/// Only tells what to request: its answers are no part of an export.
pub static DEPARTMENTS: Call = call("department/simplelist", true);
pub static DEPARTMENT_MEMBERS: Call = call("user/simplelist", true);
pub static FOLLOW_USERS: Call = call("externalcontact/get_follow_user_list", true);
pub static BATCH: Call = call("externalcontact/batch/get_by_user", false);
pub static LIST: Call = call("externalcontact/list", true);
pub static UNASSIGNED: Call = call("externalcontact/get_unassigned_list", false);
pub static CONTACTS: Call = call("externalcontact/contact_list", false);
pub static GROUP_LIST: Call = call("externalcontact/groupchat/list", false);
pub static GROUP: Call = call("externalcontact/groupchat/get", false);
pub static JOIN_WAY: Call = call("externalcontact/groupchat/get_join_way", false);

impl Call {
    /// Returns the name of its files, without run and extension.
    pub fn stem(&self) -> String {
        self.path.replace('/', "-")
    }
}

/// A request: an endpoint with its parameters.
#[derive(Debug, Clone)]
pub struct CallRequest {
    pub call: &'static Call,
    parameters: Map<String, Value>,
}

impl CallRequest {
    fn new(call: &'static Call, parameters: Value) -> Self {
        let Value::Object(parameters) = parameters else { return Self { call, parameters: Map::new() } };
        Self { call, parameters }
    }

    pub fn departments() -> Self {
        Self::new(&DEPARTMENTS, json!({}))
    }

    pub fn department_members(department: i64) -> Self {
        Self::new(&DEPARTMENT_MEMBERS, json!({"department_id": department}))
    }

    pub fn follow_users() -> Self {
        Self::new(&FOLLOW_USERS, json!({}))
    }

    pub fn batch(userids: &[String]) -> Self {
        Self::new(&BATCH, json!({"userid_list": userids, "limit": 100}))
    }

    pub fn list(userid: &str) -> Self {
        Self::new(&LIST, json!({"userid": userid}))
    }

    pub fn unassigned() -> Self {
        Self::new(&UNASSIGNED, json!({"page_size": 1000}))
    }

    pub fn contacts() -> Self {
        Self::new(&CONTACTS, json!({"limit": 1000}))
    }

    pub fn group_list() -> Self {
        Self::new(&GROUP_LIST, json!({"status_filter": 0, "limit": 1000}))
    }

    pub fn group(chat_id: &str) -> Self {
        Self::new(&GROUP, json!({"chat_id": chat_id, "need_name": 1}))
    }

    pub fn join_way(config_id: &str) -> Self {
        Self::new(&JOIN_WAY, json!({"config_id": config_id}))
    }

    /// Returns the request of a page; the first has no cursor.
    pub fn page(&self, cursor: Option<&str>) -> Self {
        let mut page = self.clone();
        if let Some(cursor) = cursor {
            page.parameters.insert("cursor".to_owned(), json!(cursor));
        }
        page
    }

    /// Returns the identity of the request and, without cursor, of its chain of pages.
    pub fn key(&self) -> String {
        let text = format!("{} {}", self.call.path, self.json());
        format!("{:032x}", xxhash_rust::xxh3::xxh3_128(text.as_bytes()))
    }

    /// Returns the parameters as JSON: the body of a POST, and the request of an envelope.
    pub fn json(&self) -> String {
        Value::Object(self.parameters.clone()).to_string()
    }

    /// Returns the parameters of a GET.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, String)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), plain(value)))
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_parameters_of_its_chain() {
        let chain = CallRequest::batch(&["zhang".to_owned()]);
        assert_eq!(chain.page(None).key(), chain.key());
        let page = chain.page(Some("c1"));
        assert_ne!(page.key(), chain.key());
        assert_eq!(page.json(), r#"{"cursor":"c1","limit":100,"userid_list":["zhang"]}"#);
        assert_eq!(page.call.stem(), "externalcontact-batch-get_by_user");
    }
}
