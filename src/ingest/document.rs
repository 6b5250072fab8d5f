//! A document as it stands in a dump: a bare answer of the service, or an envelope around one (DOMAIN.md section 3).

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::payload::{Item, Payload};
use super::scalar::{Field, Id, Moment, Scalar};

/// A text field.
pub type Text<'a> = Field<Cow<'a, str>>;
/// A payload of plain ids.
pub type Ids<'a> = Payload<'a, IgnoredAny>;
/// A document: an envelope, whose `response` is an answer, or an answer itself.
pub type Document<'a> = Node<'a, Item<'a, Answered<'a>>>;
/// The answer in an envelope.
pub type Answered<'a> = Node<'a, IgnoredAny>;

/// The keys of an envelope and of every answer. `R` is what stands under `response`.
#[derive(Debug, Deserialize)]
#[serde(default, bound(deserialize = "R: Deserialize<'de>"))]
pub struct Node<'a, R> {
    #[serde(borrow)]
    pub endpoint: Text<'a>,
    #[serde(borrow)]
    pub request: Item<'a, Request<'a>>,
    #[serde(borrow)]
    pub fetched_at: Text<'a>,
    pub response: Option<R>,

    pub errcode: Field<i64>,
    #[serde(borrow)]
    pub errmsg: Text<'a>,
    #[serde(borrow)]
    pub next_cursor: Text<'a>,
    pub is_last: Field<bool>,
    #[serde(borrow)]
    pub fail_info: Item<'a, FailInfo<'a>>,

    #[serde(borrow)]
    pub userlist: Payload<'a, User<'a>>,
    #[serde(borrow)]
    pub dept_user: Payload<'a, User<'a>>,
    /// Userids in `get_follow_user_list`, objects in `get`.
    #[serde(borrow)]
    pub follow_user: Payload<'a, Follow<'a>>,
    #[serde(borrow)]
    pub external_userid: Ids<'a>,
    #[serde(borrow)]
    pub external_contact: Option<Item<'a, Contact<'a>>>,
    #[serde(borrow)]
    pub external_contact_list: Payload<'a, BatchItem<'a>>,
    #[serde(borrow)]
    pub info_list: Payload<'a, ContactListItem<'a>>,
    #[serde(borrow)]
    pub info: Payload<'a, UnassignedItem<'a>>,
    #[serde(borrow)]
    pub group_chat_list: Payload<'a, GroupItem<'a>>,
    #[serde(borrow)]
    pub group_chat: Option<Item<'a, Group<'a>>>,
    #[serde(borrow)]
    pub join_way: Option<Item<'a, JoinWay<'a>>>,
    #[serde(borrow)]
    pub customer: Ids<'a>,
}

impl<R> Default for Node<'_, R> {
    fn default() -> Self {
        Self {
            endpoint: Field::default(),
            request: Item::default(),
            fetched_at: Field::default(),
            response: None,
            errcode: Field::default(),
            errmsg: Field::default(),
            next_cursor: Field::default(),
            is_last: Field::default(),
            fail_info: Item::default(),
            userlist: Payload::Absent,
            dept_user: Payload::Absent,
            follow_user: Payload::Absent,
            external_userid: Payload::Absent,
            external_contact: None,
            external_contact_list: Payload::Absent,
            info_list: Payload::Absent,
            info: Payload::Absent,
            group_chat_list: Payload::Absent,
            group_chat: None,
            join_way: None,
            customer: Payload::Absent,
        }
    }
}

/// What was asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Request<'a> {
    /// One userid, or, in old dumps of `get_by_user`, the only one.
    #[serde(borrow)]
    pub userid: Scalar<'a>,
    #[serde(borrow)]
    pub userid_list: Ids<'a>,
    #[serde(borrow)]
    pub external_userid: Field<Id<'a>>,
    #[serde(borrow)]
    pub chat_id: Field<Id<'a>>,
    #[serde(borrow)]
    pub config_id: Field<Id<'a>>,
    #[serde(borrow)]
    pub cursor: Text<'a>,
    #[serde(borrow)]
    pub owner_filter: Item<'a, OwnerFilter<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OwnerFilter<'a> {
    #[serde(borrow)]
    pub userid_list: Ids<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FailInfo<'a> {
    #[serde(borrow)]
    pub unlicensed_userid_list: Ids<'a>,
}

/// A member, in `user/simplelist`, `user/list` and `user/list_id`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct User<'a> {
    #[serde(borrow)]
    pub userid: Field<Id<'a>>,
    #[serde(borrow)]
    pub name: Text<'a>,
    pub status: Field<i64>,
}

/// The customer, in `get` and `batch/get_by_user`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Contact<'a> {
    #[serde(borrow)]
    pub external_userid: Field<Id<'a>>,
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(rename = "type")]
    pub kind: Field<i64>,
    #[serde(borrow)]
    pub unionid: Field<Id<'a>>,
}

/// What a member knows of a customer: `follow_user[]` of `get`, `follow_info` of `batch/get_by_user`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Follow<'a> {
    #[serde(borrow)]
    pub userid: Field<Id<'a>>,
    #[serde(borrow)]
    pub remark: Text<'a>,
    #[serde(borrow)]
    pub description: Text<'a>,
    pub createtime: Field<Moment>,
    #[serde(borrow)]
    pub tags: Payload<'a, Tag<'a>>,
    #[serde(borrow)]
    pub tag_id: Ids<'a>,
    pub add_way: Field<i64>,
    #[serde(borrow)]
    pub state: Text<'a>,
}

#[expect(clippy::struct_field_names, reason = "the names are the service's")]
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Tag<'a> {
    #[serde(borrow)]
    pub group_name: Text<'a>,
    #[serde(borrow)]
    pub tag_name: Text<'a>,
    #[serde(borrow)]
    pub tag_id: Field<Id<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BatchItem<'a> {
    #[serde(borrow)]
    pub external_contact: Item<'a, Contact<'a>>,
    #[serde(borrow)]
    pub follow_info: Item<'a, Follow<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ContactListItem<'a> {
    pub is_customer: Field<bool>,
    #[serde(borrow)]
    pub external_userid: Field<Id<'a>>,
    #[serde(borrow)]
    pub follow_userid: Field<Id<'a>>,
    #[serde(borrow)]
    pub name: Text<'a>,
    pub add_time: Field<Moment>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct UnassignedItem<'a> {
    #[serde(borrow)]
    pub handover_userid: Field<Id<'a>>,
    #[serde(borrow)]
    pub external_userid: Field<Id<'a>>,
    pub dimission_time: Field<Moment>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct GroupItem<'a> {
    #[serde(borrow)]
    pub chat_id: Field<Id<'a>>,
    pub status: Field<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Group<'a> {
    #[serde(borrow)]
    pub chat_id: Field<Id<'a>>,
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    pub owner: Field<Id<'a>>,
    pub create_time: Field<Moment>,
    #[serde(borrow)]
    pub member_list: Payload<'a, GroupMember<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct GroupMember<'a> {
    #[serde(borrow)]
    pub userid: Field<Id<'a>>,
    #[serde(rename = "type")]
    pub kind: Field<i64>,
    #[serde(borrow)]
    pub unionid: Field<Id<'a>>,
    pub join_time: Field<Moment>,
    pub join_scene: Field<i64>,
    #[serde(borrow)]
    pub state: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct JoinWay<'a> {
    #[serde(borrow)]
    pub config_id: Field<Id<'a>>,
    pub scene: Field<i64>,
    #[serde(borrow)]
    pub remark: Text<'a>,
    pub auto_create_room: Field<bool>,
    #[serde(borrow)]
    pub chat_id_list: Ids<'a>,
    #[serde(borrow)]
    pub state: Text<'a>,
}
