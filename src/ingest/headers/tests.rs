//! Headers of consoles, of the API, of other systems, and of nothing known.

use super::*;
use crate::limits::MAX_TAG_GROUPS;
use crate::schema::lists::LIST_TABLES;
use crate::schema::tables::CANONICAL;
use crate::schema::tables::SNAPSHOT_TABLES;
use crate::text::Lang;

fn own(headers: &[(&'static str, &str)]) -> HeaderMapping {
    let headers = headers.iter().map(|(column, header)| (*column, (*header).to_owned())).collect();
    HeaderMapping::new("snapshots.target-after.columns".to_owned(), &headers)
}

/// The table and the positions of its columns.
fn layout(
    headers: &[&str],
    own: &HeaderMapping,
    tables: &'static [&'static Table],
) -> Result<TableLayout, Unrecognised> {
    recognise(headers, ExpectedTables { tables, own, userid_words: None })
}

fn table(headers: &[&str]) -> Result<&'static str, Unrecognised> {
    layout(headers, &own(&[]), CANONICAL).map(|layout| layout.table.name)
}

/// The columns that are found, in the order of the headers, each with its header.
fn columns(headers: &[&str], own: &HeaderMapping) -> String {
    let layout = layout(headers, own, SNAPSHOT_TABLES).unwrap();
    let columns = layout.table.columns.iter().zip(&layout.positions);
    let mut found: Vec<(usize, &str)> =
        columns.filter_map(|(slot, place)| Some(((*place)?, slot.column.name))).collect();
    found.sort_unstable();
    let found = found.iter().map(|(place, column)| format!("{column}={}", headers[*place]));
    format!("{}: {}", layout.table.name, found.collect::<Vec<_>>().join(" "))
}

#[test]
fn a_table_is_recognised_by_all_of_its_headers() {
    assert_eq!(table(&["userid", "external_userid", "created_at"]), Ok("relations"));
    assert_eq!(table(&["userid", "unionid"]), Ok("relations"));
    assert_eq!(
        table(&["客户名称", "描述", "添加人", "添加人帐号", "添加人所属部门", "添加时间", "来源"]),
        Ok("relations")
    );
    assert_eq!(table(&["userid", "name", "status"]), Ok("members"));
    assert_eq!(table(&["帐号", "姓名", "部门"]), Ok("members"));
    assert_eq!(table(&["handover_userid", "external_userid", "left_at"]), Ok("unassigned"));
    assert_eq!(table(&["chat_id", "name", "owner_userid", "status"]), Ok("groups"));
    assert_eq!(table(&["群名", "群人数", "创建时间"]), Ok("groups"));
    assert_eq!(table(&["chat_id", "userid", "kind"]), Ok("group_members"));
    assert_eq!(table(&["config_id", "chat_ids", "state"]), Ok("join_codes"));
    assert_eq!(table(&["dataset", "userid", "status", "errcode"]), Ok("coverage"));
}

#[test]
fn a_table_of_another_kind_is_not_taken_for_one_of_ours() {
    // Relations whose member is under an unknown header have a name and a time, as groups do.
    assert_eq!(table(&["name", "unionid", "create_time", "wx_user_id"]), Err(Unrecognised::Nothing));
    assert_eq!(table(&["external_userid", "owner_userid", "name", "createtime"]), Err(Unrecognised::Nothing));
    // Codes that add a member.
    assert_eq!(table(&["config_id", "type", "scene", "state", "remark"]), Err(Unrecognised::Nothing));
    assert_eq!(table(&["config_id", "deleted"]), Ok("join_codes"));
    // Transfers inside a corp, and ids of customers in both corps.
    let transfers = ["handover_userid", "external_userid", "takeover_userid", "takeover_time"];
    assert_eq!(table(&transfers), Err(Unrecognised::Nothing));
    let list = |headers: &[&str]| layout(headers, &own(&[]), LIST_TABLES).map(|layout| layout.table.name);
    assert_eq!(list(&["external_userid", "status", "takeover_time"]), Err(Unrecognised::Nothing));
    assert_eq!(list(&["external_userid", "new_external_userid"]), Err(Unrecognised::Nothing));
    assert_eq!(list(&["external_userid", "status"]), Ok("refusals"));
    // A relation may have been handed over.
    assert_eq!(table(&["userid", "external_userid", "takeover_userid"]), Ok("relations"));
}

#[test]
fn every_table_is_recognised_by_its_own_columns() {
    for tables in [CANONICAL, LIST_TABLES] {
        for expected in tables {
            let names: Vec<&str> = expected.columns.iter().map(|slot| slot.column.name).collect();
            let zh: Vec<&str> = expected.columns.iter().map(|slot| slot.column.zh[0]).collect();
            assert_eq!(layout(&names, &own(&[]), tables).unwrap().table.name, expected.name);
            let by_zh = layout(&zh, &own(&[]), tables).map(|layout| layout.table.name);
            // Group and member share neither their Chinese name headers nor their account headers.
            assert!(
                by_zh == Ok(expected.name) || matches!(expected.name, "groups" | "group_members"),
                "{by_zh:?} {}",
                expected.name
            );
        }
    }
}

#[test]
fn headers_in_the_wrong_encoding_are_recognised() {
    let utf8 = |header: &str| encoding_rs::WINDOWS_1252.decode(header.as_bytes()).0.into_owned();
    let chinese =
        |header: &str| encoding_rs::WINDOWS_1252.decode(&encoding_rs::GB18030.encode(header).0).0.into_owned();
    let twice = |header: &str| encoding_rs::GB18030.decode(header.as_bytes()).0.into_owned();
    for wrong in [utf8("客户名称"), chinese("客户名称"), chinese("添加人账号"), twice("客户名称"), twice("添加时间")]
    {
        assert!(names::is_misdecoded(&wrong), "{wrong}");
    }
    for right in ["客户名称", "userid", "昵称", "Prénom", "Größe", ""] {
        assert!(!names::is_misdecoded(right), "{right}");
    }
}

#[test]
fn a_roster_has_more_than_accounts() {
    for headers in [
        &["userid", "order_id", "amount"][..],
        &["账号", "订单号", "金额"],
        &["userid", "order_id", "status"],
        &[" UserID "],
    ] {
        assert_eq!(table(headers), Err(Unrecognised::Nothing), "{headers:?}");
    }
    for headers in [
        &["userid", "status"][..],
        &["帐号", "部门"],
        &["userid", "department"],
        &["userid", "has_customer_contact", "x"],
    ] {
        assert_eq!(table(headers), Ok("members"), "{headers:?}");
    }
}

#[test]
fn headers_are_compared_as_keys_are() {
    for headers in [
        ["userid", "external_userid"],
        [" UserID ", "External_UserId"],
        ["userId", "externalUserid"],
        ["user_id", "external-user-id"],
        ["\u{feff}userid\u{200b}", "\u{202a}external_userid\u{202c}"],
        ["=\"userid\"", "'external_userid"],
        ["账号", "客户id"],
    ] {
        assert_eq!(table(&headers), Ok("relations"), "{headers:?}");
    }
}

#[test]
fn the_names_of_the_api_are_known() {
    let columns = |headers: &[&str]| columns(headers, &own(&[]));
    assert_eq!(
        columns(&["userid", "external_userid", "unionid", "name", "createtime", "type"]),
        "relations: userid=userid external_userid=external_userid unionid=unionid customer_name=name \
         created_at=createtime customer_type=type"
    );
    assert_eq!(
        columns(&[
            "external_contact.external_userid",
            "external_contact.name",
            "follow_info.userid",
            "follow_info.createtime",
            "follow_info.tag_id"
        ]),
        "relations: external_userid=external_contact.external_userid customer_name=external_contact.name \
         userid=follow_info.userid created_at=follow_info.createtime tags=follow_info.tag_id"
    );
    assert_eq!(
        columns(&["follow_user_userid", "externalContactName", "follow_user.add_way"]),
        "relations: userid=follow_user_userid customer_name=externalContactName add_way=follow_user.add_way"
    );
    assert_eq!(
        columns(&["is_customer", "tmp_openid", "follow_userid", "add_time", "name"]),
        "relations: is_customer=is_customer tmp_openid=tmp_openid userid=follow_userid created_at=add_time \
         customer_name=name"
    );
    assert_eq!(
        columns(&["chat_id", "name", "owner", "create_time"]),
        "groups: chat_id=chat_id name=name owner_userid=owner created_at=create_time"
    );
    assert_eq!(
        columns(&["chat_id", "userid", "type", "join_time", "name"]),
        "group_members: chat_id=chat_id userid=userid kind=type joined_at=join_time"
    );
    assert_eq!(
        columns(&["handover_userid", "external_userid", "dimission_time"]),
        "unassigned: handover_userid=handover_userid external_userid=external_userid left_at=dimission_time"
    );
}

#[test]
fn a_weak_name_gives_way_to_others() {
    let columns = |headers: &[&str]| columns(headers, &own(&[]));
    // A roster, though it has a name and a time.
    assert_eq!(columns(&["userid", "name", "created_at"]), "members: userid=userid name=name");
    // Of the member, where the customer has a column of its own.
    assert_eq!(
        columns(&["userid", "name", "external_userid", "customer_name"]),
        "relations: userid=userid external_userid=external_userid customer_name=customer_name"
    );
}

#[test]
fn ambiguous_and_unknown_headers_are_explained() {
    assert_eq!(table(&["phone", "price"]), Err(Unrecognised::Nothing));
    assert_eq!(table(&["姓名", "状态"]), Err(Unrecognised::Nothing));
    assert_eq!(
        table(&["userid", "name", "chat_id"]),
        Err(Unrecognised::Several(vec!["members", "groups", "group_members"]))
    );
    let twice = |column, pair: [&str; 2]| {
        Err(Unrecognised::Twice { table: "relations", column, headers: pair.map(str::to_owned) })
    };
    assert_eq!(
        table(&["userid", "external_userid", "create_time", "created_at", "add_time"]),
        twice("created_at", ["add_time", "create_time"]),
        "the surest first"
    );
    let tags = ["follow_user.userid", "external_contact.external_userid", "follow_user.tag_id", "follow_user.tags"];
    assert!(columns(&tags, &own(&[])).ends_with(" tags=follow_user.tags"), "ids are tags where there is no better");
    assert_eq!(table(&["userid", "external_userid", "添加人账号"]), twice("userid", ["userid", "添加人账号"]));
    assert_eq!(
        table(&["userid", "external_userid", "createtime", "created_at"]),
        twice("created_at", ["createtime", "created_at"])
    );
}

#[test]
fn unused_columns_are_named() {
    let unused = |headers: &[&str]| layout(headers, &own(&[]), CANONICAL).unwrap().unused;
    assert_eq!(unused(&["userid", " 部门\u{feff}", "姓名", "", "标签组1(来源)"]), ["部门", "标签组1(来源)"]);
    assert_eq!(unused(&["客户名称", "添加人账号", "标签组1(来源)", "手机"]), ["手机"]);
    // A contact of a group beside relations: the group shows what the row is.
    assert_eq!(unused(&["follow_userid", "external_userid", "chat_id", "updated_at"]), ["updated_at"]);
    let many: Vec<String> =
        (0..1000).map(|n| format!("column {n} {}", "x".repeat(200))).chain(["userid".into(), "name".into()]).collect();
    let many = unused(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((many.len(), many[0].len(), many.last().map(String::as_str)), (301, 100, Some("(+ 700)")));
}

#[test]
fn groups_of_tags_are_bounded() {
    let name = |bytes: usize| "g".repeat(bytes);
    let headers = (0..=MAX_TAG_GROUPS).map(|n| format!("标签组{n}(来源)"));
    let headers: Vec<String> = ["客户名称".into(), "添加人账号".into(), format!("标签组({})", name(129))]
        .into_iter()
        .chain([format!("标签组({})", name(128))])
        .chain(headers)
        .collect();
    let layout = layout(&headers.iter().map(String::as_str).collect::<Vec<_>>(), &own(&[]), CANONICAL).unwrap();
    assert_eq!((layout.tag_groups.len(), &layout.tag_groups[0]), (1000, &(3, name(128))));
    assert_eq!(layout.unused, [format!("标签组({}", name(96)), "标签组999(来源)".into(), "标签组1000(来源)".into()]);
}

#[test]
fn own_headers_take_precedence() {
    let theirs = own(&[("external_userid", "Customer_ID"), ("created_at", "gmt_create"), ("userid", "owner")]);
    let headers = ["customer_id", "owner", "userid", "created_at", "gmt_create"];
    assert_eq!(columns(&headers, &theirs), "relations: external_userid=customer_id userid=owner created_at=gmt_create");
    assert_eq!(layout(&headers, &theirs, CANONICAL).unwrap().unused, ["userid", "created_at"]);
    // A file without such a header is read as if it were not mapped.
    assert_eq!(
        columns(&["external_userid", "userid"], &theirs),
        "relations: external_userid=external_userid userid=userid"
    );
    // A header that is mapped is of no other column.
    let name = own(&[("remark", "name")]);
    assert_eq!(columns(&["userid", "unionid", "name"], &name), "relations: userid=userid unionid=unionid remark=name");
    assert_eq!(columns(&["userid", "name"], &name), "members: userid=userid name=name");
}

#[test]
fn unused_own_headers_are_reported() {
    let theirs = own(&[("external_userid", "customer_id"), ("created_at", "no such")]);
    let rows = [vec!["userid".to_owned(), "customer_id".to_owned()]];
    find_header(rows.iter(), ExpectedTables { tables: CANONICAL, own: &theirs, userid_words: None }).unwrap();
    let unmet: Vec<_> = theirs.unused().collect();
    assert_eq!(unmet, [("snapshots.target-after.columns.created_at".to_owned(), "no such")]);
}

#[test]
fn a_mapping_is_proposed_as_far_as_the_names_suggest_one() {
    let remedy = |headers: &[&str], tables| {
        let own = own(&[]);
        let expected = ExpectedTables { tables, own: &own, userid_words: None };
        let problem = recognise(headers, expected).unwrap_err();
        let (_, remedy) = problem.explain(headers, &Message::verbatim("x"), expected);
        remedy.tell(Lang::En).split_once(":\n    ").map(|(_, lines)| lines.replace("\n    ", "; ")).unwrap_or_default()
    };
    let key = "[snapshots.target-after.columns]; ";
    assert_eq!(
        remedy(&["customer_id", "staff_id", "gmt_create", "amount"], CANONICAL),
        format!("{key}userid = \"staff_id\"; external_userid = \"customer_id\"; created_at = \"gmt_create\"")
    );
    assert_eq!(remedy(&["userid", "customer_id"], CANONICAL), format!("{key}external_userid = \"customer_id\""));
    assert_eq!(
        remedy(&["user_id_", "externel_userid", "date"], CANONICAL),
        format!("{key}external_userid = \"externel_userid\"")
    );
    assert_eq!(
        remedy(&["旧账号", "新账号"], LIST_TABLES),
        format!("{key}source_userid = \"旧账号\"; target_userid = \"新账号\"")
    );
    assert_eq!(
        remedy(&["userid", "external_userid", "add_time", "created_at"], CANONICAL),
        format!("{key}created_at = \"add_time\"")
    );
    for row in
        ["userid|external_userid|name", "| userid | external_userid |", "userid external_userid", "客户ID\u{1}客户名称"]
    {
        assert_eq!(remedy(&["", row], CANONICAL), "", "another delimiter: {row:?}");
    }
    for (headers, lines) in [
        // Not the member who took over, nor the customer.
        (
            &["takeover_user_id", "add_user_id", "customer_name", "add_time", "create_time"][..],
            "created_at = \"add_time\"; userid = \"add_user_id\"",
        ),
        (
            &["跟进成员userid", "外部联系人userid"],
            "external_userid = \"外部联系人userid\"; userid = \"跟进成员userid\"",
        ),
        (&["oper_userid", "归属员工账号", "客户名称"], "userid = \"归属员工账号\""),
        // A header that another table has.
        (&["owner_userid", "external_userid", "unionid"], "userid = \"owner_userid\""),
        // The name that the API gives goes before one of other systems.
        (
            &["wx_user_id", "wx_external_userid", "name", "nick_name"],
            "userid = \"wx_user_id\"; external_userid = \"wx_external_userid\"",
        ),
        (&["t.userid", "t.name"], "userid = \"t.userid\"; customer_name = \"t.name\""),
        // No header is like a userid.
        (&["客户名称", "添加时间", "所属企微号"], "userid = \"?\""),
    ] {
        assert_eq!(remedy(headers, CANONICAL), format!("{key}{lines}"), "{headers:?}");
    }
    for (headers, lines) in [
        (["external_userid", "new_external_userid"], ["source_external_userid", "target_external_userid"]),
        (["handover_userid", "takeover_userid"], ["source_userid", "target_userid"]),
    ] {
        let [first, second] = [0, 1].map(|at| format!("{} = \"{}\"", lines[at], headers[at]));
        assert_eq!(remedy(&headers, LIST_TABLES), format!("{key}{first}; {second}"));
    }
    assert_eq!(remedy(&["phone", "price"], CANONICAL), "");
    assert_eq!(remedy(&["账号", "订单号", "金额"], CANONICAL), "");
    assert_eq!(
        remedy(&["a \"b\" \\c", "userid", "customerid"], CANONICAL),
        format!("{key}external_userid = \"customerid\"")
    );
}

#[test]
fn the_header_may_follow_a_preamble() {
    let rows: Vec<Vec<String>> = [
        &["导出时间", "2026-05-01"][..],
        &[""],
        &["客户名称", "添加人账号", "添加时间"],
        &["wei", "ann", "2026-01-01"],
    ]
    .iter()
    .map(|row| row.iter().map(ToString::to_string).collect())
    .collect();
    let (index, layout) =
        find_header(rows.iter(), ExpectedTables { tables: CANONICAL, own: &own(&[]), userid_words: None }).unwrap();
    assert_eq!((index, layout.table.name, layout.matched()), (2, "relations", 3));
}

#[test]
fn a_repeated_header_is_recognised() {
    let layout = layout(&["账号", "姓名", "部门"], &own(&[]), CANONICAL).unwrap();
    let is_header = |cells: [&str; 3]| layout.is_header(|at| cells[at]);
    assert!(is_header(["账号", "姓名", "部门"]) && is_header(["\u{feff}账号", " 姓名 ", "=\"部门\""]));
    // The same in the other language, as below the headers of a warehouse.
    assert!(is_header(["userid", "Name", "dept"]));
    assert!(!is_header(["账号", "", "部门"]) && !is_header(["ann", "姓名", "部门"]) && !is_header(["", "", ""]));
    let names =
        recognise(&["客户名称"], ExpectedTables { tables: LIST_TABLES, own: &own(&[]), userid_words: None }).unwrap();
    assert!(names.is_header(|_| "客户名称") && !names.is_header(|_| "昵称"), "who calls themselves so");
}

#[test]
fn different_columns_of_one_table_are_not_two_tables() {
    let of = |headers: &[&str]| {
        recognise(headers, ExpectedTables { tables: LIST_TABLES, own: &own(&[]), userid_words: None })
    };
    assert_eq!(of(&["客户ID", "", "客户名称", "添加人账号"]).unwrap().matched(), 3);
    assert!(matches!(of(&["客户ID", "", "客户ID"]), Err(Unrecognised::Beside(_))));
    assert!(matches!(of(&["迁出账号", "迁入账号", "", "客户ID"]), Err(Unrecognised::Beside(_))));
}

#[test]
fn a_header_of_other_columns_is_recognised() {
    let layout = layout(&["userid", "external_userid", "customer_name", "created_at"], &own(&[]), CANONICAL).unwrap();
    let is_other = |cells: [&str; 4]| layout.is_other_header(|at| cells[at]);
    assert!(is_other(["external_userid", "userid", "customer_name", "created_at"]));
    assert!(is_other(["群名", "群主", "群人数", "创建时间"]));
    assert!(is_other(["手机", "客户名称", "添加人账号", ""]));
    for row in [
        ["ann", "wm1", "name", "2026-05-01"],
        ["owner", "wm1", "林", "2026-05-01"],
        ["owner", "owner", "owner", ""],
        ["remark", "", "", ""],
        ["", "", "", ""],
    ] {
        assert!(!is_other(row), "{row:?}");
    }
}

#[test]
fn a_damaged_header_hides_no_other_table() {
    assert_eq!(table(&["userid", "external_userid", "na\u{fffd}e"]), Ok("relations"));
    // Members of groups, whose `chat_id` is damaged: no table of relations has a `kind`.
    assert!(table(&["cha\u{fffd}t_id", "userid", "kind", "unionid"]).is_err());
}
