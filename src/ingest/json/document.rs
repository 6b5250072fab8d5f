//! The documents of a dump: a bare answer of the service, or an envelope around one (DOMAIN.md section 3).

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::payload::{KeyPresence, MarkUnreadable, Payload, PayloadItem};
use crate::ingest::headers::is_same_header;
use crate::ingest::quick::{JsonReader, Quick, Quickly, Unusual};
use crate::ingest::value::{RawValue, is_damaged};
use crate::schema::fields::{CHAT_IDS, CREATED_AT, CUSTOMER_NAME, OWNER_USERID};

/// A payload of plain ids.
pub type IdPayload<'a> = Payload<'a, IgnoredAny>;
/// A document: an envelope, whose `response` is an answer, or an answer itself.
pub type Document<'a> = Body<'a, PayloadItem<'a, Answered<'a>>>;
/// The answer in an envelope.
pub type Answered<'a> = Body<'a, IgnoredAny>;

/// A key of an object, borrowed where it has no escapes.
pub struct ObjectKey<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for ObjectKey<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectKeyVisitor;
        impl<'de> Visitor<'de> for ObjectKeyVisitor {
            type Value = ObjectKey<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(ObjectKey(Cow::Borrowed(key)))
            }
            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(ObjectKey(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(ObjectKeyVisitor)
    }
}

/// An object of [`objects!`].
trait Object<'de>: Default {
    /// Reads the entries of the object.
    fn read_entries<A: MapAccess<'de>>(&mut self, entries: A) -> Result<(), A::Error>;
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        let mut object = T::default();
        object.read_entries(entries)?;
        Ok(object)
    }
}

/// Names of the schema for fields to which the service gives other names.
const SCHEMA_NAMES: [(&str, &[&str]); 5] = [
    (CREATED_AT.name, &["createtime", "create_time", "add_time"]),
    ("add_time", &["createtime"]),
    (CUSTOMER_NAME.name, &["name"]),
    (OWNER_USERID.name, &["owner"]),
    (CHAT_IDS.name, &["chat_id_list"]),
];

/// Returns the key that is meant by a name that is none of them: in another spelling, as other software writes it
/// (`externalUserid`, `union_id`), or by its name in the schema. Names are compared as the headers of sheets are.
#[inline(never)]
fn spelled(name: &str, keys: &[&'static str]) -> Option<&'static str> {
    keys.iter().copied().find(|key| is_same_header(name, key)).or_else(|| {
        let (_, meant) = SCHEMA_NAMES.iter().find(|(schema_name, _)| is_same_header(name, schema_name))?;
        keys.iter().copied().find(|key| meant.contains(key))
    })
}

/// Returns whether a name of another key may be damaged text, or another spelling of one of the keys.
#[cold]
fn is_other_spelling(name: &str, keys: &[&'static str]) -> bool {
    !name.is_ascii() || spelled(name, keys).is_some()
}

/// The shapes of the names of an object's keys: per first letter, a bit for each number of letters. Every answer has
/// keys that are not read, and comparing each with all names costs 3 % of `ingest`.
struct NameShapes([u64; 26]);

impl NameShapes {
    const fn of(keys: &[&str]) -> Self {
        let (mut shapes, mut at) = (Self([0; 26]), 0);
        while at < keys.len() + SCHEMA_NAMES.len() {
            let name = if at < keys.len() { keys[at] } else { SCHEMA_NAMES[at - keys.len()].0 };
            match Self::shape(name.as_bytes()) {
                Some((first, letters)) => shapes.0[first] |= letters,
                None => panic!("a key with other characters than a-z and _"),
            }
            at += 1;
        }
        shapes
    }

    /// The shape of a name in the service's own style.
    #[inline]
    const fn shape(name: &[u8]) -> Option<(usize, u64)> {
        let (mut letters, mut at) = (0, 0);
        while at < name.len() {
            match name[at] {
                b'a'..=b'z' => letters += 1,
                b'_' if at > 0 => {}
                _ => return None,
            }
            at += 1;
        }
        if letters == 0 || letters > 63 { None } else { Some(((name[0] - b'a') as usize, 1 << letters)) }
    }

    /// Returns whether the name may be one of them.
    #[inline]
    fn may_hold(&self, name: &str) -> bool {
        Self::shape(name.as_bytes()).is_none_or(|(first, letters)| self.0[first] & letters != 0)
    }
}

/// A value under a key that is not known: whether it holds others. Texts in it are not decoded, for nothing depends on
/// them.
struct OtherValue(bool);

impl<'de> Deserialize<'de> for OtherValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <&serde_json::value::RawValue>::deserialize(deserializer)?.get();
        let inside = value.strip_prefix(['{', '[']).map(str::trim_ascii_start);
        Ok(Self(inside.is_some_and(|inside| !inside.starts_with(['}', ']']))))
    }
}

/// Declares objects: the keys, their fields and types, for both ways to read them (`serde_json` and [`Quick`]).
macro_rules! objects {
    ($(
        $(#[$meta:meta])*
        struct $name:ident<'a $(, $r:ident)?> { $($(#[$doc:meta])* $key:literal => $field:ident: $type:ty,)+ }
    )+) => {$(
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name<'a $(, $r)?> {
            $($(#[$doc])* pub $field: $type,)+
            /// Whether a key that is not known has an array or object that is not empty.
            pub has_others: bool,
        }

        impl<'a $(, $r)?> Default for $name<'a $(, $r)?> {
            fn default() -> Self {
                Self { $($field: Default::default(),)+ has_others: false }
            }
        }

        impl<'de: 'a, 'a $(, $r: Deserialize<'de>)?> Deserialize<'de> for $name<'a $(, $r)?>
        $(where Option<$r>: MarkUnreadable)?
        {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map(ObjectVisitor(PhantomData))
            }
        }

        impl<'de: 'a, 'a $(, $r: Deserialize<'de>)?> Object<'de> for $name<'a $(, $r)?>
        $(where Option<$r>: MarkUnreadable)?
        {
            fn read_entries<A: MapAccess<'de>>(&mut self, mut entries: A) -> Result<(), A::Error> {
                $(let mut $field = false;)+
                let mut is_undamaged = true;
                while let Some(ObjectKey(key)) = entries.next_key()? {
                    let keys = [$($key),+];
                    let meant = if keys.contains(&&*key) { None } else { spelled(&key, &keys) };
                    match meant.unwrap_or(&key) {
                        // The service's own name goes before another spelling of it.
                        $($key if meant.is_some() && !$field => self.$field = entries.next_value()?,)+
                        _ if meant.is_some() => _ = entries.next_value::<OtherValue>()?,
                        $($key if !std::mem::replace(&mut $field, true) => self.$field = entries.next_value()?,)+
                        $($key => return Err(A::Error::duplicate_field($key)),)+
                        other => {
                            is_undamaged &= !is_damaged(other);
                            self.has_others |= entries.next_value::<OtherValue>()?.0;
                        }
                    }
                }
                if !is_undamaged {
                    $(if !$field { self.$field.mark_unreadable(); })+
                }
                Ok(())
            }
        }

        impl<'a $(, $r: Quick<'a>)?> Quick<'a> for $name<'a $(, $r)?> {
            fn fill(&mut self, reader: &mut JsonReader<'a>) -> Quickly<()> {
                const NAMES: NameShapes = NameShapes::of(&[$($key),+]);
                $(let mut $field = false;)+
                reader.object(|reader, key| {
                    match key {
                        // `serde_json` reports a duplicate key.
                        $($key if !std::mem::replace(&mut $field, true) => self.$field.fill(reader)?,)+
                        $($key => return Err(Unusual),)+
                        other if NAMES.may_hold(other) && is_other_spelling(other, &[$($key),+]) => {
                            return Err(Unusual);
                        }
                        _ => self.has_others |= reader.skip_other()?,
                    }
                    Ok(())
                })
            }
        }
    )+};
}

objects! {
    /// The keys of an envelope and of every answer. `R` is the type of `response`.
    struct Body<'a, R> {
        "endpoint" => endpoint: RawValue<'a>,
        "request" => request: PayloadItem<'a, RequestBody<'a>>,
        "fetched_at" => fetched_at: RawValue<'a>,
        "response" => response: Option<R>,

        "errcode" => errcode: RawValue<'a>,
        "errmsg" => errmsg: RawValue<'a>,
        "next_cursor" => next_cursor: RawValue<'a>,
        "is_last" => is_last: RawValue<'a>,
        "fail_info" => fail_info: PayloadItem<'a, FailInfoBody<'a>>,

        "userlist" => userlist: Payload<'a, User<'a>>,
        "dept_user" => dept_user: Payload<'a, User<'a>>,
        /// Userids in `get_follow_user_list`, objects in `get`.
        "follow_user" => follow_user: Payload<'a, Follow<'a>>,
        /// The member beside a list of their customers, as scripts store it.
        "userid" => userid: RawValue<'a>,
        "external_userid" => external_userid: IdPayload<'a>,
        "external_contact" => external_contact: Option<PayloadItem<'a, Contact<'a>>>,
        "external_contact_list" => external_contact_list: Payload<'a, BatchItem<'a>>,
        "info_list" => info_list: Payload<'a, ContactListItem<'a>>,
        "info" => info: Payload<'a, UnassignedItem<'a>>,
        "group_chat_list" => group_chat_list: Payload<'a, GroupItem<'a>>,
        "group_chat" => group_chat: Option<PayloadItem<'a, GroupChatBody<'a>>>,
        "join_way" => join_way: Option<PayloadItem<'a, JoinWay<'a>>>,
        "customer" => customer: Payload<'a, Transfer<'a>>,
    }

    /// The request of an envelope.
    struct RequestBody<'a> {
        /// The only userid, also in old dumps of `get_by_user`.
        "userid" => userid: RawValue<'a>,
        "userid_list" => userid_list: IdPayload<'a>,
        "external_userid" => external_userid: RawValue<'a>,
        "chat_id" => chat_id: RawValue<'a>,
        "config_id" => config_id: RawValue<'a>,
        "cursor" => cursor: RawValue<'a>,
        "owner_filter" => owner_filter: PayloadItem<'a, OwnerFilter<'a>>,
        "status_filter" => status_filter: RawValue<'a>,
        /// As scripts name the owner of `groupchat/list`.
        "owner" => owner: RawValue<'a>,
    }

    /// A transfer inside a corp: what tells it from a customer.
    struct Transfer<'a> {
        "status" => status: RawValue<'a>,
        "takeover_time" => takeover_time: RawValue<'a>,
    }

    struct OwnerFilter<'a> {
        "userid_list" => userid_list: IdPayload<'a>,
    }

    struct FailInfoBody<'a> {
        "unlicensed_userid_list" => unlicensed_userid_list: IdPayload<'a>,
    }

    /// A member, in `user/simplelist`, `user/list` and `user/list_id`.
    struct User<'a> {
        "userid" => userid: RawValue<'a>,
        "name" => name: RawValue<'a>,
        "status" => status: RawValue<'a>,
    }

    /// The customer, in `get` and `batch/get_by_user`.
    struct Contact<'a> {
        "external_userid" => external_userid: RawValue<'a>,
        "name" => name: RawValue<'a>,
        "type" => kind: RawValue<'a>,
        "unionid" => unionid: RawValue<'a>,
    }

    /// The relation of a member: `follow_user[]` of `get`, `follow_info` of `batch/get_by_user`.
    struct Follow<'a> {
        "userid" => userid: RawValue<'a>,
        "remark" => remark: RawValue<'a>,
        "description" => description: RawValue<'a>,
        "createtime" => createtime: RawValue<'a>,
        "tags" => tags: Payload<'a, Tag<'a>>,
        "tag_id" => tag_id: IdPayload<'a>,
        "add_way" => add_way: RawValue<'a>,
        "state" => state: RawValue<'a>,
    }

    #[expect(clippy::struct_field_names, reason = "the names are the service's")]
    struct Tag<'a> {
        "group_name" => group_name: RawValue<'a>,
        "tag_name" => tag_name: RawValue<'a>,
        "tag_id" => tag_id: RawValue<'a>,
    }

    struct BatchItem<'a> {
        "external_contact" => external_contact: PayloadItem<'a, Contact<'a>>,
        "follow_info" => follow_info: PayloadItem<'a, Follow<'a>>,
    }

    struct ContactListItem<'a> {
        "is_customer" => is_customer: RawValue<'a>,
        "tmp_openid" => tmp_openid: RawValue<'a>,
        "external_userid" => external_userid: RawValue<'a>,
        "follow_userid" => follow_userid: RawValue<'a>,
        "chat_id" => chat_id: RawValue<'a>,
        "name" => name: RawValue<'a>,
        "add_time" => add_time: RawValue<'a>,
    }

    struct UnassignedItem<'a> {
        "handover_userid" => handover_userid: RawValue<'a>,
        "external_userid" => external_userid: RawValue<'a>,
        "dimission_time" => dimission_time: RawValue<'a>,
    }

    struct GroupItem<'a> {
        "chat_id" => chat_id: RawValue<'a>,
        "status" => status: RawValue<'a>,
    }

    struct GroupChatBody<'a> {
        "chat_id" => chat_id: RawValue<'a>,
        "name" => name: RawValue<'a>,
        "owner" => owner: RawValue<'a>,
        "create_time" => create_time: RawValue<'a>,
        "member_list" => member_list: Payload<'a, GroupMember<'a>>,
        /// Not read; named so that it is no list of members under another key.
        "admin_list" => admin_list: IdPayload<'a>,
    }

    struct GroupMember<'a> {
        "userid" => userid: RawValue<'a>,
        "type" => kind: RawValue<'a>,
        "unionid" => unionid: RawValue<'a>,
        "join_time" => join_time: RawValue<'a>,
        "join_scene" => join_scene: RawValue<'a>,
        "state" => state: RawValue<'a>,
    }

    struct JoinWay<'a> {
        "config_id" => config_id: RawValue<'a>,
        "scene" => scene: RawValue<'a>,
        "remark" => remark: RawValue<'a>,
        "auto_create_room" => auto_create_room: RawValue<'a>,
        "chat_id_list" => chat_id_list: IdPayload<'a>,
        "state" => state: RawValue<'a>,
    }

    /// The keys that distinguish items outside an answer.
    struct Loose<'a> {
        "external_contact" => external_contact: PayloadItem<'a, IgnoredAny>,
        "follow_info" => follow_info: KeyPresence,
        "tmp_openid" => tmp_openid: PayloadItem<'a, IgnoredAny>,
        "is_customer" => is_customer: PayloadItem<'a, IgnoredAny>,
        "add_time" => add_time: PayloadItem<'a, IgnoredAny>,
        "follow_userid" => follow_userid: PayloadItem<'a, IgnoredAny>,
        "handover_userid" => handover_userid: PayloadItem<'a, IgnoredAny>,
        "userid" => userid: PayloadItem<'a, IgnoredAny>,
        "department" => department: PayloadItem<'a, IgnoredAny>,
        "external_userid" => external_userid: PayloadItem<'a, IgnoredAny>,
        "chat_id" => chat_id: PayloadItem<'a, IgnoredAny>,
        "name" => name: PayloadItem<'a, IgnoredAny>,
        "owner" => owner: PayloadItem<'a, IgnoredAny>,
        "member_list" => member_list: PayloadItem<'a, IgnoredAny>,
        "status" => status: PayloadItem<'a, IgnoredAny>,
        "takeover_userid" => takeover_userid: PayloadItem<'a, IgnoredAny>,
        "takeover_time" => takeover_time: PayloadItem<'a, IgnoredAny>,
        "config_id" => config_id: PayloadItem<'a, IgnoredAny>,
        "type" => kind: PayloadItem<'a, IgnoredAny>,
        "scene" => scene: PayloadItem<'a, IgnoredAny>,
        "chat_id_list" => chat_id_list: PayloadItem<'a, IgnoredAny>,
    }
}

impl RequestBody<'_> {
    /// A request of which nothing can be read.
    pub fn unreadable() -> Self {
        let mut request = Self::default();
        for field in [
            &mut request.userid, &mut request.external_userid, &mut request.chat_id, &mut request.config_id,
            &mut request.cursor, &mut request.status_filter, &mut request.owner,
        ] {
            field.mark_unreadable();
        }
        request.userid_list.mark_unreadable();
        request.owner_filter.mark_unreadable();
        request
    }
}
