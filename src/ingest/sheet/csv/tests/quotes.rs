//! Quotes and row ends: rows that a stray quote merges, and line breaks inside cells.

use super::*;

#[test]
fn a_stray_quote_merges_no_rows_silently() {
    let header = "userid,external_userid,remark\n";
    for (rows, kept, rejects) in [
        (
            "ann,wm1,\"good\nbob,wm2,x\ncat,wm3,\"fine\"\ndan,wm4,y\n",
            1,
            &["!lines 2 to 4: text after a closing quote"][..],
        ),
        // The quote ends where a cell ends: 5 inches.
        ("ann,wm1,\"good\nbob,wm2,x\ncat,wm3,5\"\ndan,wm4,y\n", 1, &["!lines 2 to 4: several rows in one cell"]),
        ("ann,\"wm1,good\nbob,wm2,5\"\ndan,wm4,y\n", 1, &["!lines 2 to 3: several rows in one cell"]),
        ("ann,wm1,\"good\nbob,wm22,\"\"x, y\"\"\ncat,wm3,5\"\ndan,wm4,y\n", 1, &["!lines 2 to 4: several rows in"]),
        ("ann,w\"m1,good\nbob,wm2,the \"best\"\n", 1, &["!row 2, external_userid: an id with a stray quote inside"]),
        // Remarks of several lines are valid.
        ("ann,wm1,\"good,\nand true\nand \"\"so\"\" on\"\nbob,wm2,=\"1\"\n", 2, &[]),
        ("ann,wm1,\"likes\n苹果,香蕉,梨\n,,\"\nbob,wm2,\"tea\nx,plums,2,3\"\n", 2, &[]),
    ] {
        assert_eq!(relations_of(&rejects_of(format!("{header}{rows}"), rejects)).len(), kept, "{rows}");
    }
}

#[test]
fn a_header_with_a_stray_quote_is_refused() {
    let rows = "ann,wm1,none\nbob,wm2,\"good\" friend\n";
    for (row, header, rows) in [
        ("row 1", "userid,external_userid,\"remark\n", rows),
        ("row 1", "\"userid,external_userid,remark\n", rows),
        ("row 1", "userid,\"external_userid\",\"remark\"s\n", rows),
        ("row 1", "userid,external_userid,remark\"\n", rows),
        ("row 2", "导出\nuserid,\"external_userid,remark\n", rows),
        ("row 1", "\"userid,name\n", "ann,Ann\n"),
        ("row 1", "userid,external_userid,\"remark\n", "ann,wm1,none\nbob,wm2,5\"\ncat,wm3,x\n"),
        // A note above with the header inside its quotes.
        (
            "row 1",
            "\"as of May\nuserid,external_userid,remark\nann,wm1,x\n\"\n",
            "userid,external_userid,remark\nbob,wm2,y\n",
        ),
    ] {
        check_error(one(format!("{header}{rows}").as_bytes()), row, "a stray quote in the header row");
    }
    // Quotes that are closed, with a delimiter inside, and a note with some.
    assert_eq!(relations("userid,external_userid,\"remark\n(who, when)\"\nann,wm1,x\n").len(), 1);
    assert_eq!(
        relations("the \"best\", of all\n\"userid\",external_userid,\"re\nmark\"\nann,wm1,x\n"),
        ["1: userid=ann external_userid=wm1 remark=x"]
    );
}

#[test]
fn a_row_ends_only_outside_quotes() {
    let cr = "userid,external_userid,unionid,remark\rann,wm1,u1,\"first\nsecond\"\rbob,wm2,u2,none\r";
    let expected = [
        "1: userid=ann external_userid=wm1 unionid=u1 remark=first\nsecond",
        "2: userid=bob external_userid=wm2 unionid=u2 remark=none",
    ];
    for end in ["\r", "\r\n", "\r\r\n"] {
        assert_eq!(relations(&cr.replace('\r', end)), expected, "{end:?}");
    }
    check_error(one(b"as of May\nuserid,external_userid\rann,wm1\rbob,wm2\n"), "row 2", "mixes two line endings");
    // A row that ends otherwise is two.
    let more_cells = &["!row 2: more cells than the header"];
    rejects_of("userid,external_userid\nann,wm1\rbob,wm2\ncat,wm3\n", more_cells);
    // Two rows without the line end between them, where the second holds nothing beyond the header.
    let raw = rejects_of(
        "userid,external_userid,unionid,remark\ncat,wm3,u3,r,,\nann,wm1,,bob,,,\n",
        &["!row 3: more cells than the header"],
    );
    assert_eq!(relations_of(&raw).len(), 1, "empty cells beyond the header are padding");
    let padded = "userid,external_userid,unionid,remark\nann,wm1,,x,,,,\nbob,wm2,u2,,,,,\n";
    assert_eq!(relations(padded).len(), 2, "and where every row has them");
}

#[test]
fn pieces_of_a_row_are_one_record() {
    let (header, id) = ("userid,external_userid,remark,state,created_at\n", format!("wm{:030}", 1));
    let whole = format!("cat,wm{:030},x,y,2026-01-02\n", 2);
    let torn = relations(&format!("{header}ann,{id},one\ntwo\n\n\\\nthree,y,2026-01-02\n{whole}"));
    assert_eq!(
        torn[0],
        format!(
            "1: userid=ann external_userid={id} created_at=2026-01-01T16:00:00Z state=y remark=one\ntwo\n\n\nthree"
        )
    );
    assert_eq!(torn.len(), 2);
    let last =
        relations(&format!("userid,external_userid,remark\nann,{id},one\\\ntwo\\\nthree\nbob,{id},C:\\\ncat,{id},x\n"));
    assert_eq!(last[0], format!("1: userid=ann external_userid={id} remark=one\ntwo\nthree"));
    assert_eq!(last[1], format!("2: userid=bob external_userid={id} remark=C:\\"));
    assert_eq!(last.len(), 3);
    // More cells than a row has, and a time that cannot be read.
    for rest in ["two,three,y,2026-01-02", "two,y,soon"] {
        rejects_of(
            format!("{header}ann,{id},one\n{rest}\n{whole}"),
            &["!lines 2 to 3: a line break in an unquoted cell"],
        );
    }
}

#[test]
fn short_rows_are_no_pieces() {
    let (header, id) = ("userid,external_userid,unionid,remark,state\n", |n| format!("wm{n:030}"));
    for (rows, read) in [
        (format!("ann,{},u1\nbob,{},-\n", id(1), id(2)), 2),
        (format!("ann,{},u1\n\nbob,{},NULL\n", id(1), id(2)), 2),
        (format!("ann,{},u1,x\n合计,2\n", id(1)), 1),
        (format!("ann,{},u1\nbob,{},u2,x,y\n", id(1), id(2)), 2),
    ] {
        assert_eq!(relations_of(&rejects_of(format!("{header}{rows}"), &[])).len(), read, "{rows}");
    }
    // Records whose first key is lost or became a date, also where the customer ids are no sign.
    for (lost, id) in [("", id(2)), ("2026/3/1", id(2)), ("", "wm2".to_owned()), ("2026/3/1", "wm2".to_owned())] {
        let found = rejects_of(format!("{header}ann,wm1,u1\n{lost},{id},u2\n"), &["!row 3, "]);
        assert_eq!(relations_of(&found).len(), 1, "{lost},{id}");
    }
    // A note, which is no record.
    rejects_of(format!("{header}ann,{},u1\n以上仅供内部使用\n", id(1)), &["!row 3, "]);
}
