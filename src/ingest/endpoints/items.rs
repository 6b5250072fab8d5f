//! Items of an answer that stand alone, as scripts keep them: `[{external_contact, follow_info}, ...]`, or one per line. They
//! are no evidence of anything but themselves.

use super::{DocumentFault, Question, Quick, TextMarks, groups, parse, relations, shape};
use crate::ingest::document::{BatchItem, ContactListItem, Group, GroupItem, JoinWay, Loose, UnassignedItem};
use crate::ingest::part::Part;
use crate::ingest::payload::Item;
use crate::schema::vocabulary::Dataset;

/// What an item is of.
#[derive(Clone, Copy)]
enum Kind {
    Relation,
    /// The customer of a relation, without the member.
    Customer,
    Contact,
    Unassigned,
    ListedGroup,
    Group,
    JoinCode,
}

impl Kind {
    /// What the item's keys tell.
    fn of(item: &Loose<'_>) -> Option<Self> {
        fn is<T>(item: &Item<'_, T>) -> bool {
            !item.is_nothing() && !item.is_lost()
        }
        let adds = is(&item.is_customer) || is(&item.add_time);
        Some(match item {
            item if is(&item.follow_info) => Self::Relation,
            item if is(&item.external_contact) && !item.follow_info.is_lost() => Self::Customer,
            item if is(&item.tmp_openid) || adds && is(&item.follow_userid) => Self::Contact,
            item if is(&item.handover_userid) => Self::Unassigned,
            item if is(&item.config_id) && (is(&item.chat_id_list) || is(&item.scene)) => Self::JoinCode,
            item if is(&item.chat_id) && (is(&item.name) || is(&item.owner) || is(&item.member_list)) => Self::Group,
            item if is(&item.chat_id) && is(&item.status) => Self::ListedGroup,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Relation => "items of externalcontact/batch/get_by_user",
            Self::Customer => "items of externalcontact/get",
            Self::Contact => "items of externalcontact/contact_list",
            Self::Unassigned => "items of externalcontact/get_unassigned_list",
            Self::ListedGroup => "items of externalcontact/groupchat/list",
            Self::Group => "items of externalcontact/groupchat/get",
            Self::JoinCode => "items of externalcontact/groupchat/get_join_way",
        }
    }
}

/// Decodes a document that is no answer.
pub fn decode(
    part: &mut Part,
    question: &Question<'_>,
    text: &str,
    marks: &mut TextMarks,
) -> Result<(), DocumentFault> {
    let kind = parse::<Loose<'_>>(text, marks).and_then(|item| Kind::of(&item)).ok_or_else(shape::unknown)?;
    let place = |field: &str| question.place(field);
    let at = |dataset| question.at(dataset, &place);
    match kind {
        Kind::Relation => {
            relations::batch_item(part, question, &item::<BatchItem<'_>>(text, marks)?, None, &at(Dataset::Relations))
        }
        Kind::Customer => relations::without_follower(part),
        Kind::Contact => {
            relations::contact(part, question, &item::<ContactListItem<'_>>(text, marks)?, &at(Dataset::Relations))
        }
        Kind::Unassigned => {
            relations::unassigned_pair(
                part,
                question,
                &item::<UnassignedItem<'_>>(text, marks)?,
                &at(Dataset::Unassigned),
            );
        }
        Kind::ListedGroup => groups::listed(part, question, &item::<GroupItem<'_>>(text, marks)?, &at(Dataset::Groups)),
        Kind::Group => groups::group_and_members(part, question, "", &item::<Group<'_>>(text, marks)?),
        Kind::JoinCode => {
            groups::push_code(part, question, &item::<JoinWay<'_>>(text, marks)?, &at(Dataset::JoinCodes))
        }
    }
    part.count_kind(kind.name());
    Ok(())
}

fn item<'a, T: Quick<'a> + serde::Deserialize<'a>>(
    text: &'a str,
    marks: &'a mut TextMarks,
) -> Result<T, DocumentFault> {
    parse(text, marks).ok_or_else(shape::unknown)
}
