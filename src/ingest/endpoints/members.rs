//! Members of the corp: `user/simplelist`, `user/list`, `user/list_id`, `externalcontact/get_follow_user_list`.

use super::RequestContext;
use super::record::record;
use crate::ingest::json::document::{Follow, User};
use crate::ingest::json::payload::{Payload, PayloadItem};
use crate::ingest::records::{PartRecords, RecordContext};
use crate::ingest::value::RawValue;
use crate::schema::Cell;
use crate::schema::tables::MEMBERS;
use crate::schema::vocabulary::Dataset;

/// Returns whether members have a status: `user/simplelist` leaves it out.
pub fn are_detailed(users: &Payload<'_, User<'_>>) -> bool {
    let has_status =
        |item: &PayloadItem<'_, User<'_>>| matches!(item, PayloadItem::Object(user) if user.status != RawValue::Null);
    matches!(users, Payload::Items(users) if users.iter().any(has_status))
}

/// One item of `userlist` or `dept_user`.
pub fn user(part: &mut PartRecords, context: &RequestContext<'_>, user: &User<'_>, at: &RecordContext<'_>) {
    record!(part, context, MEMBERS, at, {
        USERID: user.userid => "userid",
        NAME: user.name => "name",
        STATUS: user.status => "status",
    }, {});
}

/// Each userid of `follow_user`: a member with customer-contact permission.
pub fn followers(part: &mut PartRecords, context: &RequestContext<'_>, items: &[PayloadItem<'_, Follow<'_>>]) {
    for (index, item) in items.iter().enumerate() {
        let place = |_: &str| context.place_in("follow_user", index, "");
        let at = context.at(Dataset::FollowUsers, &place);
        match item {
            PayloadItem::Other(userid) => {
                let has_contact = Cell::Flag(true);
                record!(part, context, MEMBERS, &at, { USERID: *userid => "" }, { HAS_CUSTOMER_CONTACT: has_contact });
            }
            PayloadItem::Object(_) => part.reject(at.unread("an object, where a userid belongs")),
        }
    }
}
