//! Items without their answer, as scripts store them: `[{external_contact, follow_info}, ...]`, or one per
//! line. They are no evidence of anything but themselves.

use super::table::IN_CORP_TRANSFERS;
use super::{DocumentFault, RequestContext, TextMarks, groups, members, parse, relations, shape};
use crate::ingest::json::document::Loose;
use crate::ingest::json::payload::{KeyPresence, PayloadItem};
use crate::ingest::records::{PartRecords, RecordContext};
use crate::schema::vocabulary::Dataset;

/// The beginning of the names of kinds of items.
pub const ITEMS: &str = "items of ";

/// Kinds of items, by the endpoint whose answers hold them.
#[derive(Clone, Copy)]
enum LooseKind {
    Relation,
    /// A customer, with the member and what they know of the customer beside it.
    Beside,
    /// The customer of a relation, without the member.
    Customer,
    Contact,
    /// A transfer inside a corp.
    Transfer,
    Unassigned,
    ListedGroup,
    GroupChat,
    JoinCode,
    Member,
}

impl LooseKind {
    /// Returns the kind of an item by its keys.
    fn of(item: &Loose<'_>) -> Option<Self> {
        fn is<T>(item: &PayloadItem<'_, T>) -> bool {
            !item.is_null() && !item.is_lost()
        }
        let adds = is(&item.is_customer) || is(&item.add_time);
        Some(match item {
            item if item.follow_info == KeyPresence::There => Self::Relation,
            // A relation without its member.
            item if is(&item.external_contact) && item.follow_info == KeyPresence::Null => Self::Relation,
            item if is(&item.external_contact) && item.follow_info == KeyPresence::Absent => {
                if is(&item.userid) {
                    Self::Beside
                } else {
                    Self::Customer
                }
            }
            item if is(&item.tmp_openid) || adds && is(&item.follow_userid) => Self::Contact,
            item if is(&item.takeover_userid) || is(&item.takeover_time) => Self::Transfer,
            item if is(&item.handover_userid) => Self::Unassigned,
            item if is(&item.config_id) && is(&item.chat_id_list) => Self::JoinCode,
            // Codes that add a member have a type.
            item if is(&item.config_id) && is(&item.scene) && !is(&item.kind) => Self::JoinCode,
            item if is(&item.chat_id) && (is(&item.name) || is(&item.owner) || is(&item.member_list)) => {
                Self::GroupChat
            }
            item if is(&item.chat_id) && is(&item.status) => Self::ListedGroup,
            item if is(&item.userid) && is(&item.department) => Self::Member,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Relation | Self::Beside => "items of externalcontact/batch/get_by_user",
            Self::Customer => "items of externalcontact/get",
            Self::Contact => "items of externalcontact/contact_list",
            Self::Transfer => "items of externalcontact/transfer_result",
            Self::Unassigned => "items of externalcontact/get_unassigned_list",
            Self::ListedGroup => "items of externalcontact/groupchat/list",
            Self::GroupChat => "items of externalcontact/groupchat/get",
            Self::JoinCode => "items of externalcontact/groupchat/get_join_way",
            Self::Member => "items of user/list",
        }
    }
}

/// Decodes a document that is no answer; the outer error is one of syntax.
pub fn decode(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    text: &str,
    marks: &mut TextMarks,
) -> serde_json::Result<Result<(), DocumentFault>> {
    let kind = {
        let loose = parse::<Loose<'_>>(text, marks)?;
        match LooseKind::of(&loose) {
            // Its members may be under another key.
            Some(LooseKind::Customer) if loose.has_others => return Ok(Err(shape::elsewhere("follow_user"))),
            Some(kind) => kind,
            None => return Ok(Err(shape::unknown())),
        }
    };
    match kind {
        LooseKind::Relation => push(part, context, Dataset::Relations, &parse(text, marks)?, relations::loose),
        LooseKind::Beside => {
            let customer = (parse(text, marks)?, serde_json::from_str(text)?);
            relations::beside(part, context, customer, &context.at(Dataset::Relations, &|field| context.place(field)));
        }
        LooseKind::Customer => relations::without_follower(part),
        LooseKind::Transfer => part.pass_over(IN_CORP_TRANSFERS, 1),
        LooseKind::Contact => push(part, context, Dataset::Contacts, &parse(text, marks)?, relations::contact),
        LooseKind::Unassigned => push(part, context, Dataset::Unassigned, &parse(text, marks)?, relations::unassigned),
        LooseKind::ListedGroup => push(part, context, Dataset::Groups, &parse(text, marks)?, groups::listed),
        LooseKind::GroupChat => groups::group_and_members(part, context, "", &parse(text, marks)?),
        LooseKind::Member => push(part, context, Dataset::Members, &parse(text, marks)?, members::user),
        LooseKind::JoinCode => push(part, context, Dataset::JoinCodes, &parse(text, marks)?, groups::push_code),
    }
    part.count_kind(kind.name());
    Ok(Ok(()))
}

fn push<T>(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    dataset: Dataset,
    item: &T,
    push: impl Fn(&mut PartRecords, &RequestContext<'_>, &T, &RecordContext<'_>),
) {
    push(part, context, item, &context.at(dataset, &|field| context.place(field)));
}
