//! The fields of an answer that decide what is requested next. Everything else is kept as it came.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// errcode of `externalcontact/list` for a member without customers: an answer, no failure (DOMAIN.md section 3).
pub const NO_CUSTOMERS: i64 = 84061;
/// errcode of `get_join_way` for a code that was deleted: an answer, no failure.
pub const NO_SUCH_CODE: i64 = 41044;

/// An answer of the service.
#[derive(Debug)]
pub struct Reply {
    pub errcode: i64,
    pub errmsg: String,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
    /// Number of items.
    pub items: u64,
    /// Ids that further requests are about: members, departments or groups.
    pub ids: Vec<String>,
    /// An id with a corp code, if there is one.
    pub corp_id_sample: Option<String>,
    /// Members left out for lack of a licence.
    pub unlicensed: Vec<String>,
    /// The answer as it came.
    pub body: Vec<u8>,
}

/// An answer of `gettoken`.
#[derive(Debug, Deserialize)]
pub struct TokenReply {
    #[serde(default)]
    pub errcode: i64,
    #[serde(default)]
    pub access_token: String,
}

#[derive(Debug, Deserialize)]
struct AnswerHead {
    errcode: i64,
    #[serde(default)]
    errmsg: String,
    next_cursor: Option<String>,
    is_last: Option<bool>,
    fail_info: Option<FailInfo>,
    follow_user: Option<Vec<String>>,
    department_id: Option<Vec<Department>>,
    userlist: Option<Vec<IgnoredAny>>,
    external_contact_list: Option<Vec<AnsweredItem>>,
    external_userid: Option<Vec<Value>>,
    info_list: Option<Vec<ContactId>>,
    info: Option<Vec<ContactId>>,
    group_chat_list: Option<Vec<Group>>,
    group_chat: Option<IgnoredAny>,
    join_way: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct FailInfo {
    unlicensed_userid_list: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct Department {
    id: i64,
}

#[derive(Debug, Deserialize)]
struct AnsweredItem {
    external_contact: Option<ContactId>,
}

#[derive(Debug, Deserialize)]
struct ContactId {
    #[serde(default)]
    external_userid: Value,
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(default)]
    chat_id: Value,
}

impl Reply {
    /// Reads an answer; `None` where the bytes are no answer of the service, such as a half one, or a page of a proxy.
    pub fn read(body: Vec<u8>) -> Option<Self> {
        let head: AnswerHead = serde_json::from_slice(&body).ok()?;
        let is_end = head.is_last == Some(true);
        let corp_id_sample = head.sample();
        let items = head.items();
        let groups = head.group_chat_list.into_iter().flatten().filter_map(|group| text(&group.chat_id));
        let departments = head.department_id.into_iter().flatten().map(|department| department.id.to_string());
        let ids = groups.chain(departments).chain(head.follow_user.into_iter().flatten()).collect();
        Some(Self {
            errcode: head.errcode,
            errmsg: head.errmsg,
            next: head.next_cursor.filter(|next| !next.is_empty() && !is_end),
            items,
            ids,
            corp_id_sample,
            unlicensed: head.fail_info.and_then(|info| info.unlicensed_userid_list).unwrap_or_default(),
            body,
        })
    }
}

impl AnswerHead {
    fn items(&self) -> u64 {
        let objects = u64::from(self.group_chat.is_some()) + u64::from(self.join_way.is_some());
        let lists = [
            self.follow_user.as_ref().map(Vec::len),
            self.department_id.as_ref().map(Vec::len),
            self.userlist.as_ref().map(Vec::len),
            self.external_contact_list.as_ref().map(Vec::len),
            self.external_userid.as_ref().map(Vec::len),
            self.info_list.as_ref().map(Vec::len),
            self.info.as_ref().map(Vec::len),
            self.group_chat_list.as_ref().map(Vec::len),
        ];
        objects + lists.into_iter().flatten().sum::<usize>() as u64
    }

    /// Returns the first id that holds a corp code.
    fn sample(&self) -> Option<String> {
        let contacts = self.external_contact_list.iter().flatten().filter_map(|item| item.external_contact.as_ref());
        let infos = self.info.iter().chain(&self.info_list).flatten();
        let of_contacts = contacts.chain(infos).map(|contact| &contact.external_userid);
        let of_groups = self.group_chat_list.iter().flatten().map(|group| &group.chat_id);
        of_contacts.chain(self.external_userid.iter().flatten()).chain(of_groups).find_map(text)
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<Reply> {
        Reply::read(body.as_bytes().to_vec())
    }

    #[test]
    fn a_chain_ends_without_a_next_cursor_or_by_is_last() {
        let next = |body| read(body).unwrap().next;
        assert_eq!(next(r#"{"errcode":0,"next_cursor":"c"}"#).as_deref(), Some("c"));
        assert_eq!(next(r#"{"errcode":0,"is_last":false,"next_cursor":"c"}"#).as_deref(), Some("c"));
        for end in [
            r#"{"errcode":0}"#,
            r#"{"errcode":0,"next_cursor":""}"#,
            r#"{"errcode":0,"next_cursor":"c","is_last":true}"#,
        ] {
            assert_eq!(next(end), None, "{end}");
        }
    }

    #[test]
    fn half_an_answer_or_none_of_the_service_is_no_answer() {
        for body in ["", "{\"errcode\":0,\"external_userid\":[\"a\"", "<html>login</html>", "{}", "[]"] {
            assert!(read(body).is_none(), "{body}");
        }
    }

    #[test]
    fn a_bad_byte_in_a_name_is_kept() {
        let body = b"{\"errcode\":0,\"external_contact_list\":[{\"external_contact\":{\"name\":\"\xff\"}}]}".to_vec();
        let reply = Reply::read(body.clone()).unwrap();
        assert_eq!((reply.items, reply.body), (1, body));
    }
}
