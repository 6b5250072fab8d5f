//! A document as it stands in a dump: a bare answer of the service, or an envelope around one (DOMAIN.md section 3).

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::payload::{Item, Payload};
use super::quick::{Quick, Quickly, Reader, Unusual};
use super::scalar::{Field, Id, Moment, Scalar};

/// A text field.
pub type Text<'a> = Field<Cow<'a, str>>;
/// A payload of plain ids.
pub type Ids<'a> = Payload<'a, IgnoredAny>;
/// A document: an envelope, whose `response` is an answer, or an answer itself.
pub type Document<'a> = Node<'a, Item<'a, Answered<'a>>>;
/// The answer in an envelope.
pub type Answered<'a> = Node<'a, IgnoredAny>;

/// Objects: each key, the field that it is read into, and of which type. One declaration for both ways to read them.
macro_rules! objects {
    ($($(#[$meta:meta])* struct $name:ident<'a $(, $r:ident)?> { $($(#[$says:meta])* $key:literal => $field:ident: $type:ty,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Deserialize)]
        #[serde(default, bound(deserialize = "'de: 'a"))]
        pub struct $name<'a $(, $r)?> {
            $($(#[$says])* #[serde(rename = $key)] pub $field: $type,)+
        }

        impl<'a $(, $r)?> Default for $name<'a $(, $r)?> {
            fn default() -> Self {
                Self { $($field: Default::default(),)+ }
            }
        }

        impl<'a $(, $r: Quick<'a>)?> Quick<'a> for $name<'a $(, $r)?> {
            fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()> {
                $(let mut $field = false;)+
                reader.object(|reader, key| {
                    match key {
                        // A key that stands there twice is a fault, for `serde_json` to say.
                        $($key if !std::mem::replace(&mut $field, true) => self.$field.fill(reader)?,)+
                        $($key => return Err(Unusual),)+
                        _ => reader.skip()?,
                    }
                    Ok(())
                })
            }
        }
    )+};
}

objects! {
    /// The keys of an envelope and of every answer. `R` is what stands under `response`.
    struct Node<'a, R> {
        "endpoint" => endpoint: Text<'a>,
        "request" => request: Item<'a, Request<'a>>,
        "fetched_at" => fetched_at: Text<'a>,
        #[serde(bound(deserialize = "R: Deserialize<'de>"))]
        "response" => response: Option<R>,

        "errcode" => errcode: Field<i64>,
        "errmsg" => errmsg: Text<'a>,
        "next_cursor" => next_cursor: Text<'a>,
        "is_last" => is_last: Field<bool>,
        "fail_info" => fail_info: Item<'a, FailInfo<'a>>,

        "userlist" => userlist: Payload<'a, User<'a>>,
        "dept_user" => dept_user: Payload<'a, User<'a>>,
        /// Userids in `get_follow_user_list`, objects in `get`.
        "follow_user" => follow_user: Payload<'a, Follow<'a>>,
        "external_userid" => external_userid: Ids<'a>,
        "external_contact" => external_contact: Option<Item<'a, Contact<'a>>>,
        "external_contact_list" => external_contact_list: Payload<'a, BatchItem<'a>>,
        "info_list" => info_list: Payload<'a, ContactListItem<'a>>,
        "info" => info: Payload<'a, UnassignedItem<'a>>,
        "group_chat_list" => group_chat_list: Payload<'a, GroupItem<'a>>,
        "group_chat" => group_chat: Option<Item<'a, Group<'a>>>,
        "join_way" => join_way: Option<Item<'a, JoinWay<'a>>>,
        "customer" => customer: Ids<'a>,
    }

    /// What was asked.
    struct Request<'a> {
        /// One userid, or, in old dumps of `get_by_user`, the only one.
        "userid" => userid: Scalar<'a>,
        "userid_list" => userid_list: Ids<'a>,
        "external_userid" => external_userid: Field<Id<'a>>,
        "chat_id" => chat_id: Field<Id<'a>>,
        "config_id" => config_id: Field<Id<'a>>,
        "cursor" => cursor: Text<'a>,
        "owner_filter" => owner_filter: Item<'a, OwnerFilter<'a>>,
    }

    struct OwnerFilter<'a> {
        "userid_list" => userid_list: Ids<'a>,
    }

    struct FailInfo<'a> {
        "unlicensed_userid_list" => unlicensed_userid_list: Ids<'a>,
    }

    /// A member, in `user/simplelist`, `user/list` and `user/list_id`.
    struct User<'a> {
        "userid" => userid: Field<Id<'a>>,
        "name" => name: Text<'a>,
        "status" => status: Field<i64>,
    }

    /// The customer, in `get` and `batch/get_by_user`.
    struct Contact<'a> {
        "external_userid" => external_userid: Field<Id<'a>>,
        "name" => name: Text<'a>,
        "type" => kind: Field<i64>,
        "unionid" => unionid: Field<Id<'a>>,
    }

    /// What a member knows of a customer: `follow_user[]` of `get`, `follow_info` of `batch/get_by_user`.
    struct Follow<'a> {
        "userid" => userid: Field<Id<'a>>,
        "remark" => remark: Text<'a>,
        "description" => description: Text<'a>,
        "createtime" => createtime: Field<Moment>,
        "tags" => tags: Payload<'a, Tag<'a>>,
        "tag_id" => tag_id: Ids<'a>,
        "add_way" => add_way: Field<i64>,
        "state" => state: Text<'a>,
    }

    #[expect(clippy::struct_field_names, reason = "the names are the service's")]
    struct Tag<'a> {
        "group_name" => group_name: Text<'a>,
        "tag_name" => tag_name: Text<'a>,
        "tag_id" => tag_id: Field<Id<'a>>,
    }

    struct BatchItem<'a> {
        "external_contact" => external_contact: Item<'a, Contact<'a>>,
        "follow_info" => follow_info: Item<'a, Follow<'a>>,
    }

    struct ContactListItem<'a> {
        "is_customer" => is_customer: Field<bool>,
        "external_userid" => external_userid: Field<Id<'a>>,
        "follow_userid" => follow_userid: Field<Id<'a>>,
        "name" => name: Text<'a>,
        "add_time" => add_time: Field<Moment>,
    }

    struct UnassignedItem<'a> {
        "handover_userid" => handover_userid: Field<Id<'a>>,
        "external_userid" => external_userid: Field<Id<'a>>,
        "dimission_time" => dimission_time: Field<Moment>,
    }

    struct GroupItem<'a> {
        "chat_id" => chat_id: Field<Id<'a>>,
        "status" => status: Field<i64>,
    }

    struct Group<'a> {
        "chat_id" => chat_id: Field<Id<'a>>,
        "name" => name: Text<'a>,
        "owner" => owner: Field<Id<'a>>,
        "create_time" => create_time: Field<Moment>,
        "member_list" => member_list: Payload<'a, GroupMember<'a>>,
    }

    struct GroupMember<'a> {
        "userid" => userid: Field<Id<'a>>,
        "type" => kind: Field<i64>,
        "unionid" => unionid: Field<Id<'a>>,
        "join_time" => join_time: Field<Moment>,
        "join_scene" => join_scene: Field<i64>,
        "state" => state: Text<'a>,
    }

    struct JoinWay<'a> {
        "config_id" => config_id: Field<Id<'a>>,
        "scene" => scene: Field<i64>,
        "remark" => remark: Text<'a>,
        "auto_create_room" => auto_create_room: Field<bool>,
        "chat_id_list" => chat_id_list: Ids<'a>,
        "state" => state: Text<'a>,
    }
}
