//! Members of the corp: `user/simplelist`, `user/list`, `user/list_id`, `externalcontact/get_follow_user_list`.

use super::record::record;
use super::{Question, each};
use crate::ingest::document::{Follow, User};
use crate::ingest::part::Part;
use crate::ingest::payload::Item;
use crate::schema::Cell;
use crate::schema::tables::MEMBERS;
use crate::schema::vocabulary::Dataset;

/// Each item of `userlist` or `dept_user`.
pub fn users(part: &mut Part, question: &Question<'_>, key: &str, items: &[Item<'_, User<'_>>]) {
    each(part, question, Dataset::Members, key, items, |part, user, at| {
        record!(part, question, MEMBERS, at, {
            USERID: user.userid => "userid",
            NAME: user.name => "name",
            STATUS: user.status => "status",
        }, {});
    });
}

/// Each userid of `follow_user`: a member with customer-contact permission.
pub fn followers(part: &mut Part, question: &Question<'_>, items: &[Item<'_, Follow<'_>>]) {
    for (index, item) in items.iter().enumerate() {
        let place = |_: &str| question.place_in("follow_user", index, "");
        let at = question.at(Dataset::FollowUsers, &place);
        match item {
            Item::Other(userid) => {
                record!(part, question, MEMBERS, &at, { USERID: *userid => "" }, { HAS_CUSTOMER_CONTACT: Cell::Flag(true) });
            }
            Item::Object(_) => part.reject(at.unread("an object, where a userid belongs")),
        }
    }
}
