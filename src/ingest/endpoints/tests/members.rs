//! `user/simplelist`, `user/list`, `user/list_id`, `externalcontact/get_follow_user_list`.

use super::*;

#[test]
fn members_come_from_three_lists_and_the_permission_from_a_fourth() {
    let simple =
        good(json!({"userlist":[{"userid":"ann","name":"Ann","department":[1,2]},{"userid":"bob","name":null}]}));
    assert_eq!(simple.told(), ["members 1: userid=ann name=Ann", "members 2: userid=bob"]);
    assert_eq!((simple.answer().endpoint, simple.answer().envelope), (Endpoint::UserSimplelist, false));
    let detailed = read(json!({"errcode":"0","userlist":[{"userid":"ann","name":7,"status":"1","gender":"1"}]}));
    assert_eq!(detailed.told(), ["members 1: userid=ann status=1", "value 1: userlist[0].name"]);
    assert_eq!(detailed.answer().endpoint, Endpoint::UserList);
    let ids = good(json!({"next_cursor":"c2","dept_user":[{"userid":"ann","department":1},{"department":2}]}));
    assert_eq!(ids.told(), ["members 1: userid=ann", "record 2: dept_user[1].userid", "doubt: members of any: 1"]);
    assert_eq!(ids.answer().next_cursor.as_deref(), Some("c2"));
    let followers = good(json!({"follow_user":["ann",12,1.5,{"userid":"x"},""]}));
    assert_eq!(
        followers.told(),
        [
            "members 1: userid=ann has_customer_contact=true",
            "members 2: userid=12 has_customer_contact=true",
            "record 3: follow_user[2]",
            "record 4: follow_user[3]",
            "record 5: follow_user[4]",
            "doubt: follow_users of any: 3",
        ]
    );
}
