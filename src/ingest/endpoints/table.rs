//! The endpoints of the WeCom API that are read (DOMAIN.md section 3): one entry each. A new one needs an entry here,
//! its payload key and objects in [`document`](crate::ingest::json::document), and the function that makes records of
//! them.

use super::{RequestContext, each, groups, is_there, items_of, members, relations};
use crate::ingest::json::document::{Body, RequestBody};
use crate::ingest::json::payload::PayloadItem;
use crate::ingest::records::PartRecords;
use crate::ingest::value::RawValue;
use crate::schema::vocabulary::Dataset;
use crate::schema::{Column, fields};

/// An endpoint, but for the functions over its payload.
#[derive(Debug)]
pub struct EndpointSpec {
    /// Path of the service, without `/cgi-bin/`.
    pub path: &'static str,
    /// Other paths that answer alike.
    pub aliases: &'static [&'static str],
    /// Datasets of its records; the first is that of its values.
    pub datasets: &'static [Dataset],
    pub subject: RequestSubject,
    /// Dataset whose coverage its answers prove.
    pub proves: Proves,
    /// Whether a bare answer, without its request, is evidence of coverage.
    pub is_evidence_bare: bool,
    /// Whether `is_last` ends the chain of pages, whatever `next_cursor` holds.
    pub ends_by_is_last: bool,
    /// Error code that is an answer: the object asked about does not exist.
    pub does_not_exist: Option<i64>,
    /// Reason why its items are passed over, where they make no records.
    pub passed_over: Option<&'static str>,
}

/// The subject of a request.
#[derive(Debug, Clone, Copy)]
pub enum RequestSubject {
    /// The corp as a whole.
    Corp,
    /// One account: `userid`.
    Account,
    /// Several accounts: `userid_list`, or `userid` in old dumps.
    Accounts,
    /// The accounts of `owner_filter`, or the corp as a whole without it.
    Owners,
    /// One object, by the id in a field of the request.
    Object(&'static RequestField),
}

/// A field of a request that holds an id.
#[derive(Debug)]
pub struct RequestField {
    /// Column whose rules read the id.
    pub column: &'static Column,
    /// Place in the envelope.
    pub place: &'static str,
    pub given: for<'r, 'a> fn(&'r RequestBody<'a>) -> &'r RawValue<'a>,
}

/// The coverage that answers of an endpoint prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proves {
    /// None.
    Nothing,
    /// Relations of the accounts asked about.
    Accounts,
    /// A list that a corp has one of, under this name, once its chain of pages has an end.
    CorpList(&'static str),
    /// Single objects: their dataset, under this name, has failed where an answer is an error.
    SingleObjects(&'static str),
}

/// An endpoint that proves nothing, of the corp as a whole.
const fn endpoint(path: &'static str, datasets: &'static [Dataset]) -> EndpointSpec {
    EndpointSpec {
        path,
        aliases: &[],
        datasets,
        subject: RequestSubject::Corp,
        proves: Proves::Nothing,
        is_evidence_bare: false,
        ends_by_is_last: false,
        does_not_exist: None,
        passed_over: None,
    }
}

/// An endpoint of a list that a corp has one of.
const fn corp_list(path: &'static str, datasets: &'static [Dataset]) -> EndpointSpec {
    let proves = Proves::CorpList(datasets[0].word());
    EndpointSpec { proves, is_evidence_bare: true, ..endpoint(path, datasets) }
}

/// An endpoint of single objects; `dataset` is what their errors are about.
const fn single_objects(
    path: &'static str,
    datasets: &'static [Dataset],
    field: &'static RequestField,
    dataset: Dataset,
) -> EndpointSpec {
    let subject = RequestSubject::Object(field);
    EndpointSpec { subject, proves: Proves::SingleObjects(dataset.word()), ..endpoint(path, datasets) }
}

const EXTERNAL_USERID: RequestField = RequestField {
    column: &fields::EXTERNAL_USERID,
    place: "request.external_userid",
    given: |request| &request.external_userid,
};
const CHAT_ID: RequestField =
    RequestField { column: &fields::CHAT_ID, place: "request.chat_id", given: |request| &request.chat_id };
const CONFIG_ID: RequestField =
    RequestField { column: &fields::CONFIG_ID, place: "request.config_id", given: |request| &request.config_id };

pub(super) const IN_CORP_TRANSFERS: &str = "transfer_result is about transfers inside a corp only (D2)";

/// Declares the endpoints. `array` or `object` is the payload key; `recognised` whether the payload of an answer is
/// that of the endpoint; `each` or `decode` makes the records of an item, or of an answer, without an error for which
/// [`Endpoint::has_payload`] holds.
///
/// A macro, because [`Body`] is generic over its `response`: each function becomes an arm of a match in a generic
/// function.
macro_rules! endpoints {
    (@ has array $answer:ident $key:ident) => { $answer.$key.items().is_some() };
    (@ has object $answer:ident $key:ident) => { true };
    (@ silent array $answer:ident $key:ident) => {
        $answer.errcode == RawValue::Null && $answer.$key.items().is_some_and(<[_]>::is_empty)
    };
    (@ silent object $answer:ident $key:ident) => { $answer.$key.as_ref().is_none_or(PayloadItem::is_null) };
    (@ filled array $answer:ident $key:ident) => { $answer.$key.items().is_some_and(|items| !items.is_empty()) };
    (@ filled object $answer:ident $key:ident) => {
        is_there($answer.$key.as_ref().filter(|object| !object.is_null()))
    };
    (@ lacks array $answer:ident $key:ident) => { !$answer.$key.is_there() };
    (@ lacks object $answer:ident $key:ident) => { $answer.$key.is_none() };
    ($($(#[$doc:meta])* $name:ident { spec: $spec:expr, $shape:ident: $key:ident,
        recognised: |$payload:ident| $recognised:expr,
        $(each: $each:path,)?
        $(decode: |$part:ident, $context:ident, $answer:ident| $decode:expr,)? })+) => {
        /// A recognised endpoint of the WeCom API (DOMAIN.md section 3).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Endpoint {
            $($(#[$doc])* $name,)+
        }

        impl Endpoint {
            /// All endpoints.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            pub(super) fn spec(self) -> &'static EndpointSpec {
                match self {
                    $(Self::$name => const { &$spec },)+
                }
            }

            /// Returns its path, without `/cgi-bin/`.
            pub fn path(self) -> &'static str {
                self.spec().path
            }

            /// Returns the coverage that its answers prove.
            pub fn proves(self) -> Proves {
                self.spec().proves
            }

            /// Returns whether an error code is the answer that the object asked about does not exist.
            pub fn is_no_such_object(self, errcode: i64) -> bool {
                self.spec().does_not_exist == Some(errcode)
            }

            pub(super) fn key(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($key),)+
                }
            }

            /// Returns whether the payload of an answer is that of the endpoint.
            pub(super) fn is_recognised<R>(self, answer: &Body<'_, R>) -> bool {
                match self {
                    $(Self::$name => { let $payload = answer; $recognised })+
                }
            }

            /// Returns whether the payload is an array, where the endpoint has one.
            pub(super) fn has_payload<R>(self, answer: &Body<'_, R>) -> bool {
                match self {
                    $(Self::$name => endpoints!(@ has $shape answer $key),)+
                }
            }

            /// Returns whether an answer without an error code other than 0 is an error all the same: it lacks its
            /// object, or is empty and does not say that it is no error. Other software renames the error code.
            pub(super) fn is_no_answer<R>(self, answer: &Body<'_, R>) -> bool {
                let lacks_customer = || answer.external_contact.is_none() && !answer.follow_user.is_there();
                match self {
                    Self::ExternalcontactGet if lacks_customer() => true,
                    $(Self::$name => endpoints!(@ silent $shape answer $key),)+
                }
            }

            /// Returns whether the payload holds anything.
            pub(super) fn is_filled<R>(self, answer: &Body<'_, R>) -> bool {
                match self {
                    $(Self::$name => endpoints!(@ filled $shape answer $key),)+
                }
            }

            /// Returns whether the key of the payload is absent.
            pub(super) fn lacks_payload<R>(self, answer: &Body<'_, R>) -> bool {
                match self {
                    $(Self::$name => endpoints!(@ lacks $shape answer $key),)+
                }
            }

            /// Makes the records of an answer without an error.
            pub(super) fn decode<R>(self, part: &mut PartRecords, context: &RequestContext<'_>, answer: &Body<'_, R>) {
                match self {
                    $(Self::$name => {
                        $(each(part, context, self.spec().datasets[0], self.key(), items_of(&answer.$key), $each);)?
                        $(let ($part, $context, $answer) = (part, context, answer); $decode)?
                    })+
                }
            }
        }
    };
}

endpoints! {
    /// Members of departments, without their status.
    UserSimplelist {
        spec: corp_list("user/simplelist", &[Dataset::Members]),
        array: userlist,
        recognised: |answer| answer.userlist.is_there() && !members::are_detailed(&answer.userlist),
        each: members::user,
    }

    /// Members of departments.
    UserList {
        spec: corp_list("user/list", &[Dataset::Members]),
        array: userlist,
        recognised: |answer| answer.userlist.is_there() && members::are_detailed(&answer.userlist),
        each: members::user,
    }

    /// Userids of all members.
    UserListId {
        spec: corp_list("user/list_id", &[Dataset::Members]),
        array: dept_user,
        recognised: |answer| answer.dept_user.is_there(),
        each: members::user,
    }

    /// Members with customer-contact permission. Its `follow_user` holds userids, that of `externalcontact/get`
    /// objects.
    GetFollowUserList {
        spec: corp_list("externalcontact/get_follow_user_list", &[Dataset::FollowUsers]),
        array: follow_user,
        recognised: |answer| answer.follow_user.is_there() && !relations::is_customer(answer),
        decode: |part, context, answer| members::followers(part, context, items_of(&answer.follow_user)),
    }

    /// The ids of the customers of a member.
    ExternalcontactList {
        spec: EndpointSpec {
            subject: RequestSubject::Account,
            proves: Proves::Accounts,
            ..endpoint("externalcontact/list", &[Dataset::Relations])
        },
        array: external_userid,
        // Scripts put the id that they asked about beside its customer.
        recognised: |answer| answer.external_userid.is_there() && !is_there(answer.external_contact.as_ref()),
        decode: |part, context, answer| {
            relations::list(part, context, &answer.userid, items_of(&answer.external_userid));
        },
    }

    /// A customer and the members who have them.
    ExternalcontactGet {
        spec: single_objects("externalcontact/get", &[Dataset::Relations], &EXTERNAL_USERID, Dataset::Customers),
        array: follow_user,
        recognised: |answer| relations::is_customer(answer),
        decode: |part, context, answer| {
            relations::get(part, context, answer.external_contact.as_ref(), items_of(&answer.follow_user));
        },
    }

    /// Customers of members, with what the members know of them.
    BatchGetByUser {
        spec: EndpointSpec {
            subject: RequestSubject::Accounts,
            proves: Proves::Accounts,
            is_evidence_bare: true,
            ..endpoint("externalcontact/batch/get_by_user", &[Dataset::Relations])
        },
        array: external_contact_list,
        recognised: |answer| answer.external_contact_list.is_there(),
        decode: |part, context, answer| relations::batch(part, context, items_of(&answer.external_contact_list)),
    }

    /// Customers and other contacts, also without an id.
    ContactList {
        spec: corp_list("externalcontact/contact_list", &[Dataset::Contacts]),
        array: info_list,
        recognised: |answer| answer.info_list.is_there(),
        each: relations::contact,
    }

    /// Customers of members who left.
    GetUnassignedList {
        spec: EndpointSpec {
            ends_by_is_last: true,
            ..corp_list("externalcontact/get_unassigned_list", &[Dataset::Unassigned])
        },
        array: info,
        recognised: |answer| answer.info.is_there(),
        each: relations::unassigned,
    }

    /// The ids of groups.
    GroupchatList {
        spec: EndpointSpec {
            subject: RequestSubject::Owners,
            ..corp_list("externalcontact/groupchat/list", &[Dataset::Groups])
        },
        array: group_chat_list,
        recognised: |answer| answer.group_chat_list.is_there(),
        each: groups::listed,
    }

    /// A group with its members.
    GroupchatGet {
        spec: single_objects(
            "externalcontact/groupchat/get",
            &[Dataset::Groups, Dataset::GroupMembers],
            &CHAT_ID,
            Dataset::GroupMembers,
        ),
        object: group_chat,
        recognised: |answer| is_there(answer.group_chat.as_ref()),
        decode: |part, context, answer| groups::get(part, context, answer.group_chat.as_ref()),
    }

    /// A join code.
    GetJoinWay {
        spec: EndpointSpec {
            does_not_exist: Some(groups::NO_SUCH_CODE),
            ..single_objects(
                "externalcontact/groupchat/get_join_way",
                &[Dataset::JoinCodes],
                &CONFIG_ID,
                Dataset::JoinCodes,
            )
        },
        object: join_way,
        recognised: |answer| is_there(answer.join_way.as_ref()),
        decode: |part, context, answer| groups::join_way(part, context, answer.join_way.as_ref()),
    }

    /// Transfers inside a corp: recognised, and of no use here (D2).
    TransferResult {
        spec: EndpointSpec {
            aliases: &["externalcontact/resigned/transfer_result"],
            passed_over: Some(IN_CORP_TRANSFERS),
            ..endpoint("externalcontact/transfer_result", &[Dataset::Relations])
        },
        array: customer,
        // Other systems have customers under this key.
        recognised: |answer| answer.customer.is_there() && relations::are_transfers(items_of(&answer.customer)),
        decode: |part, _question, answer| part.pass_over(IN_CORP_TRANSFERS, items_of(&answer.customer).len() as u64),
    }
}
