//! Lists of a case: which one a header shows, and rows that cannot be read.

use super::*;

#[test]
fn lists_are_recognised_by_their_headers() {
    for (text, kind, expected) in [
        (
            "迁出账号,迁入账号,预评估结果,不通过原因\nann,ann2,,\nbob,bob2,不通过,left\n",
            "csv: accounts list",
            &[
                "1: source_userid=ann target_userid=ann2",
                "2: source_userid=bob target_userid=bob2 assessment=fail assessment_reason=left",
            ][..],
        ),
        ("客户名称,添加人账号\nwei,ann\n", "csv: refusals", &["1: customer_name=wei userid=ann"]),
        ("external_userid\nwm1\n", "csv: refusals", &["1: external_userid=wm1"]),
        (
            "迁出客户ID,迁入客户ID\na,b\n",
            "csv: customer map",
            &["1: source_external_userid=a target_external_userid=b"],
        ),
        ("source_chat_id;target_chat_id\na;b\n", "csv with ;: group map", &["1: source_chat_id=a target_chat_id=b"]),
        // A word for "no value" may be a userid here, which only the rosters show.
        (
            "source_userid,target_userid\nnan,nan.t\n",
            "csv: accounts list",
            &["1: source_userid=nan target_userid=nan.t"],
        ),
    ] {
        let raw = lists(text).unwrap();
        assert_eq!(raw.files[0].kind, kind);
        assert_eq!(raw.tables.values().flat_map(|batches| rows(batches)).collect::<Vec<_>>(), expected, "{text}");
        assert!(raw.whole_tables.is_empty(), "{text}");
    }
}

#[test]
fn a_list_of_which_a_row_cannot_be_read_stops_the_run() {
    let accounts = "source_userid,target_userid,assessment,assessment_reason\nann,ann2,,\n";
    for (row, problem) in [
        ("bob,bob2,perhaps,", "row 3, assessment: neither pass nor fail"),
        ("bob,2.0,,", "row 3, target_userid: a decimal number"),
        ("bob,,,", "row 3, target_userid: absent or empty"),
        (",bob2,,", "row 3, source_userid: absent or empty"),
        ("bob,bob2,fail,\u{fffd}", "row 3, assessment_reason: damaged characters"),
        ("bob,bob2,fail,no,more", "row 3: more cells than the header"),
        ("bob,bob2,,\"moved\nzhangsan,zs,,\ncat,cat2,,left\"", "lines 3 to 5: several rows in one cell"),
    ] {
        let problem = format!("unreadable rows or cells (1):\n    {problem}");
        check_error(lists(&format!("{accounts}{row}\n")), "list", &problem);
    }
    let many: String = (0..150).map(|n| format!("{n},{n}.0\n")).collect();
    let error = lists(&format!("source_userid,target_userid\nann,ann2\n{many}")).unwrap_err().message();
    let shown = error.tell(Lang::En);
    for part in ["cells (150)", "row 22,", "(and 130 more)"] {
        assert!(shown.contains(part) && !shown.contains("row 23,"), "{shown}");
    }
    let no_key = "row 3, external_userid or unionid or customer_name";
    check_error(lists("客户名称,添加人账号\nwei,ann\n,ann\n"), "list", no_key);
}

#[test]
fn a_row_of_a_map_without_its_target_is_passed_over() {
    let raw = lists("source_external_userid,target_external_userid\nwm1,wm2\nwm3,\nwm4,NULL\n").unwrap();
    assert_eq!(rows(&raw.tables["customer map"]), ["1: source_external_userid=wm1 target_external_userid=wm2"]);
    assert_eq!(raw.files[0].passed_over["row of a map without its target"], 2);
    let decimal = lists("source_external_userid,target_external_userid\nwm1,2.0\n");
    check_error(decimal, "list", "row 2, target_external_userid");
}
