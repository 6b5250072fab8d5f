//! Members of the corp: `user/simplelist`, `user/list`, `user/list_id`, `externalcontact/get_follow_user_list`.

use super::{Question, each};
use crate::ingest::document::{Follow, User};
use crate::ingest::part::{Part, row};
use crate::ingest::payload::Item;
use crate::schema::Cell;
use crate::schema::tables::MEMBERS;

/// Each item of `userlist` or `dept_user`.
pub fn users(part: &mut Part, question: &Question<'_>, key: &str, items: &[Item<'_, User<'_>>]) {
    each(part, question, key, items, |part, user| {
        let cells = row!(MEMBERS, {
            USERID: user.userid.needed_cell("userid")?,
            NAME: user.name.cell("name")?,
            STATUS: user.status.cell("status")?,
        });
        part.push(&MEMBERS, &cells, question.fetched_at);
        Ok(())
    });
}

/// Each userid of `follow_user`: a member with customer-contact permission.
pub fn followers(part: &mut Part, question: &Question<'_>, items: &[Item<'_, Follow<'_>>]) {
    for (index, item) in items.iter().enumerate() {
        part.begin_record();
        let userid = match item {
            Item::Other(scalar) => scalar.id().and_then(|id| id.ok_or("empty, where a userid belongs")),
            Item::Object(_) => Err("an object, where a userid belongs"),
        };
        match userid {
            Ok(userid) => {
                let cells = row!(MEMBERS, { USERID: Cell::Text(userid), HAS_CUSTOMER_CONTACT: Cell::Flag(true) });
                part.push(&MEMBERS, &cells, question.fetched_at);
            }
            Err(reason) => part.reject(question.place("follow_user", index, ""), reason),
        }
    }
}
