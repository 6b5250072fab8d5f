//! A document as it stands in a dump: a bare answer of the service, or an envelope around one (DOMAIN.md section 3).

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::payload::{Item, Lose, Payload};
use super::quick::{Quick, Quickly, Reader, Unusual};
use super::value::Given;

/// A payload of plain ids.
pub type Ids<'a> = Payload<'a, IgnoredAny>;
/// A document: an envelope, whose `response` is an answer, or an answer itself.
pub type Document<'a> = Node<'a, Item<'a, Answered<'a>>>;
/// The answer in an envelope.
pub type Answered<'a> = Node<'a, IgnoredAny>;

/// A key of an object, borrowed where it has no escapes.
pub struct Key<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }
            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// A type of [`objects!`].
trait Object<'de>: Default {
    /// Reads the entries of the object.
    fn take<A: MapAccess<'de>>(&mut self, entries: A) -> Result<(), A::Error>;
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        let mut object = T::default();
        object.take(entries)?;
        Ok(object)
    }
}

/// Objects: each key, the field that it is read into, and of which type. One declaration for both ways to read them.
macro_rules! objects {
    ($($(#[$meta:meta])* struct $name:ident<'a $(, $r:ident)?> { $($(#[$says:meta])* $key:literal => $field:ident: $type:ty,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name<'a $(, $r)?> {
            $($(#[$says])* pub $field: $type,)+
        }

        impl<'a $(, $r)?> Default for $name<'a $(, $r)?> {
            fn default() -> Self {
                Self { $($field: Default::default(),)+ }
            }
        }

        impl<'de: 'a, 'a $(, $r: Deserialize<'de>)?> Deserialize<'de> for $name<'a $(, $r)?> $(where Option<$r>: Lose)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map(ObjectVisitor(PhantomData))
            }
        }

        impl<'de: 'a, 'a $(, $r: Deserialize<'de>)?> Object<'de> for $name<'a $(, $r)?> $(where Option<$r>: Lose)? {
            fn take<A: MapAccess<'de>>(&mut self, mut entries: A) -> Result<(), A::Error> {
                $(let mut $field = false;)+
                let mut is_sound = true;
                while let Some(Key(key)) = entries.next_key()? {
                    match &*key {
                        $($key if !std::mem::replace(&mut $field, true) => self.$field = entries.next_value()?,)+
                        $($key => return Err(A::Error::duplicate_field($key)),)+
                        other => {
                            is_sound &= !other.contains(char::REPLACEMENT_CHARACTER);
                            entries.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                if !is_sound {
                    $(if !$field { self.$field.lose(); })+
                }
                Ok(())
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
                        // It may be one that is no sound text.
                        other if !other.is_ascii() => return Err(Unusual),
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
        "endpoint" => endpoint: Given<'a>,
        "request" => request: Item<'a, Request<'a>>,
        "fetched_at" => fetched_at: Given<'a>,
        "response" => response: Option<R>,

        "errcode" => errcode: Given<'a>,
        "errmsg" => errmsg: Given<'a>,
        "next_cursor" => next_cursor: Given<'a>,
        "is_last" => is_last: Given<'a>,
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
        "userid" => userid: Given<'a>,
        "userid_list" => userid_list: Ids<'a>,
        "external_userid" => external_userid: Given<'a>,
        "chat_id" => chat_id: Given<'a>,
        "config_id" => config_id: Given<'a>,
        "cursor" => cursor: Given<'a>,
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
        "userid" => userid: Given<'a>,
        "name" => name: Given<'a>,
        "status" => status: Given<'a>,
    }

    /// The customer, in `get` and `batch/get_by_user`.
    struct Contact<'a> {
        "external_userid" => external_userid: Given<'a>,
        "name" => name: Given<'a>,
        "type" => kind: Given<'a>,
        "unionid" => unionid: Given<'a>,
    }

    /// What a member knows of a customer: `follow_user[]` of `get`, `follow_info` of `batch/get_by_user`.
    struct Follow<'a> {
        "userid" => userid: Given<'a>,
        "remark" => remark: Given<'a>,
        "description" => description: Given<'a>,
        "createtime" => createtime: Given<'a>,
        "tags" => tags: Payload<'a, Tag<'a>>,
        "tag_id" => tag_id: Ids<'a>,
        "add_way" => add_way: Given<'a>,
        "state" => state: Given<'a>,
    }

    #[expect(clippy::struct_field_names, reason = "the names are the service's")]
    struct Tag<'a> {
        "group_name" => group_name: Given<'a>,
        "tag_name" => tag_name: Given<'a>,
        "tag_id" => tag_id: Given<'a>,
    }

    struct BatchItem<'a> {
        "external_contact" => external_contact: Item<'a, Contact<'a>>,
        "follow_info" => follow_info: Item<'a, Follow<'a>>,
    }

    struct ContactListItem<'a> {
        "is_customer" => is_customer: Given<'a>,
        "tmp_openid" => tmp_openid: Given<'a>,
        "external_userid" => external_userid: Given<'a>,
        "follow_userid" => follow_userid: Given<'a>,
        "chat_id" => chat_id: Given<'a>,
        "name" => name: Given<'a>,
        "add_time" => add_time: Given<'a>,
    }

    struct UnassignedItem<'a> {
        "handover_userid" => handover_userid: Given<'a>,
        "external_userid" => external_userid: Given<'a>,
        "dimission_time" => dimission_time: Given<'a>,
    }

    struct GroupItem<'a> {
        "chat_id" => chat_id: Given<'a>,
        "status" => status: Given<'a>,
    }

    struct Group<'a> {
        "chat_id" => chat_id: Given<'a>,
        "name" => name: Given<'a>,
        "owner" => owner: Given<'a>,
        "create_time" => create_time: Given<'a>,
        "member_list" => member_list: Payload<'a, GroupMember<'a>>,
    }

    struct GroupMember<'a> {
        "userid" => userid: Given<'a>,
        "type" => kind: Given<'a>,
        "unionid" => unionid: Given<'a>,
        "join_time" => join_time: Given<'a>,
        "join_scene" => join_scene: Given<'a>,
        "state" => state: Given<'a>,
    }

    struct JoinWay<'a> {
        "config_id" => config_id: Given<'a>,
        "scene" => scene: Given<'a>,
        "remark" => remark: Given<'a>,
        "auto_create_room" => auto_create_room: Given<'a>,
        "chat_id_list" => chat_id_list: Ids<'a>,
        "state" => state: Given<'a>,
    }

    /// The keys that tell an item that stands alone from another.
    struct Loose<'a> {
        "external_contact" => external_contact: Item<'a, IgnoredAny>,
        "follow_info" => follow_info: Item<'a, IgnoredAny>,
        "tmp_openid" => tmp_openid: Item<'a, IgnoredAny>,
        "is_customer" => is_customer: Item<'a, IgnoredAny>,
        "add_time" => add_time: Item<'a, IgnoredAny>,
        "follow_userid" => follow_userid: Item<'a, IgnoredAny>,
        "handover_userid" => handover_userid: Item<'a, IgnoredAny>,
        "chat_id" => chat_id: Item<'a, IgnoredAny>,
        "name" => name: Item<'a, IgnoredAny>,
        "owner" => owner: Item<'a, IgnoredAny>,
        "member_list" => member_list: Item<'a, IgnoredAny>,
        "status" => status: Item<'a, IgnoredAny>,
        "config_id" => config_id: Item<'a, IgnoredAny>,
        "scene" => scene: Item<'a, IgnoredAny>,
        "chat_id_list" => chat_id_list: Item<'a, IgnoredAny>,
    }
}

impl Request<'_> {
    /// A request of which nothing can be read.
    pub fn lost() -> Self {
        let mut lost = Self::default();
        for field in
            [&mut lost.userid, &mut lost.external_userid, &mut lost.chat_id, &mut lost.config_id, &mut lost.cursor]
        {
            field.lose();
        }
        lost.userid_list.lose();
        lost.owner_filter.lose();
        lost
    }
}
