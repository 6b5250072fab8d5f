//! What happens to files on their way: a value of another type, bytes that are no text, a line cut off, a key that
//! became a number. Each makes something unreadable; none replaces a value by another one that could be read.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::DataType;
use qianhe::schema::fields;

use super::cases::{Case, File, OddCell, Sheet, Tail};
use super::spots::{self, Cell, Spot};
use crate::laws::world::Dice;

/// Damages the case at one place, or at two or three; where and how, in words.
pub fn damage(case: &mut Case, dice: &mut Dice) -> String {
    let places = [1, 1, 1, 2, 3][dice.below(5)];
    (0..places).map(|_| damage_once(case, dice)).collect::<Vec<_>>().join("; and ")
}

/// Damages a file of the case that holds something.
fn damage_once(case: &mut Case, dice: &mut Dice) -> String {
    // First the folder, so that a folder of many files is not damaged more often than one of few.
    let folder = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
    let folders: Vec<String> =
        case.files.keys().map(|path| folder(path)).collect::<BTreeSet<_>>().into_iter().collect();
    loop {
        let chosen = &folders[dice.below(folders.len())];
        // A list stops the run, whatever is damaged: that is soon seen.
        if chosen == "lists" && !dice.percent(40) {
            continue;
        }
        let paths: Vec<String> = case.files.keys().filter(|path| folder(path) == *chosen).cloned().collect();
        let path = &paths[dice.below(paths.len())];
        let file = case.files.get_mut(path).unwrap();
        let how = match file {
            File::Json(text) | File::Csv(text) if dice.percent(3) => {
                let (how, bytes) = packed(text, dice);
                *file = File::Bytes(bytes);
                Some(how)
            }
            File::Json(text) if dice.percent(70) => json_value(text, dice),
            File::Json(text) => {
                let how = json(text, dice);
                *file = File::Bytes(std::mem::take(text));
                Some(how)
            }
            File::Csv(text) if dice.percent(60) => csv_cell(text, dice),
            File::Csv(text) => {
                let how = csv(text, dice);
                if how.is_some() {
                    *file = File::Bytes(std::mem::take(text));
                }
                how
            }
            File::Parquet(batches) => parquet(batches, dice).map(|(how, bytes)| {
                if let Some(bytes) = bytes {
                    *file = File::Bytes(bytes);
                }
                how
            }),
            File::Xlsx(sheet) => xlsx(sheet, dice),
            File::Bytes(_) => None,
        };
        if let Some(how) = how {
            return format!("{path}: {how}");
        }
    }
}

fn replace(text: &mut Vec<u8>, at: Range<usize>, with: &[u8]) {
    text.splice(at, with.iter().copied());
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned()
}

/// Bytes in the middle of a text, which a character may be torn apart by.
fn with_middle(text: &[u8], bytes: &[u8]) -> Vec<u8> {
    let middle = text.len() / 2;
    [&text[..middle], bytes, &text[middle..]].concat()
}

// JSON.

/// Keys that hold ids.
const ID_KEYS: &[&str] = &[
    "userid", "external_userid", "unionid", "chat_id", "config_id", "owner", "handover_userid", "follow_userid",
    "tmp_openid", "userid_list", "follow_user", "unlicensed_userid_list", "chat_id_list",
];
/// Keys of times.
const TIME_KEYS: &[&str] = &["createtime", "create_time", "add_time", "join_time", "dimission_time"];
/// Keys of free text, which a number or a flag is as well.
const FREE_TEXTS: &[&str] = &["remark", "description", "state", "errmsg", "group_name", "tag_name"];
/// All other keys that decide something.
const OTHER_KEYS: &[&str] = &[
    "endpoint", "request", "fetched_at", "response", "errcode", "cursor", "next_cursor", "is_last", "is_customer",
    "external_contact_list", "external_contact", "follow_info", "info_list", "info", "group_chat_list", "group_chat",
    "member_list", "join_way", "fail_info", "name", "type", "add_way", "status",
];

/// The file compressed, and cut off or, where a checksum shows it, with one byte changed.
fn packed(text: &[u8], dice: &mut Dice) -> (String, Vec<u8>) {
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text).unwrap();
    let mut bytes = if dice.percent(50) { gzip.finish().unwrap() } else { zstd::encode_all(text, 1).unwrap() };
    let at = bytes.len() / 3 + dice.below(bytes.len() / 2);
    if bytes.starts_with(&[0x1f, 0x8b]) && dice.percent(50) {
        bytes[at] ^= 0x10;
        return (format!("compressed, and a bit of byte {at} turned"), bytes);
    }
    bytes.truncate(at);
    (format!("compressed, and cut off at byte {at}"), bytes)
}

/// Damages the text itself.
fn json(text: &mut Vec<u8>, dice: &mut Dice) -> String {
    let spots = spots::json(text);
    let documents = spots::documents(text, &spots);
    let document = documents[dice.below(documents.len())].clone();
    let inside = document.start + 1 + dice.below((document.len() - 1).max(1));
    let named: Vec<Range<usize>> = spots.iter().filter_map(|spot| spot.named.clone()).collect();
    match dice.below(8) {
        0 => {
            let end = text[inside..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |line| inside + line);
            let mut cut = text.clone();
            replace(&mut cut, inside..end, b"");
            // Of a document on many lines, a line may be a key with its value: without it nothing is unreadable.
            if serde_json::Deserializer::from_slice(&cut)
                .into_iter::<serde_json::Value>()
                .all(|document| document.is_ok())
            {
                replace(text, inside..inside, b"\"");
                return format!("a stray quote at byte {inside}");
            }
            *text = cut;
            format!("the line cut off at byte {inside}")
        }
        1 => {
            // Inside the last document: what is wholly absent cannot be known to have been there.
            let last = documents[documents.len() - 1].clone();
            let inside = last.start + 1 + dice.below((last.len() - 1).max(1));
            text.truncate(inside);
            format!("the file cut off at byte {inside}")
        }
        2 => {
            let structural: Vec<usize> = document.clone().filter(|at| is_structure(text, *at, &spots)).collect();
            let at = structural[dice.below(structural.len())];
            let cut = text.remove(at);
            format!("`{}` cut out at byte {at}", char::from(cut))
        }
        3 => {
            let garbage: &[&[u8]] =
                &[b"<html>504</html>", b"}", b"{\"errcode\":0", b"\0\0\0\0", b"\xff\xfe\x01", b"NaN,"];
            let garbage = garbage[dice.below(garbage.len())];
            let at = document.end;
            replace(text, at..at, garbage);
            format!("`{}` put in at byte {at}", shown(garbage))
        }
        4 => {
            let key = named[dice.below(named.len())].clone();
            let wrong = with_middle(&text[key.clone()], b"\xff");
            replace(text, key.clone(), &wrong);
            format!("the key at byte {} became {}", key.start, shown(&wrong))
        }
        5 => {
            let key = named[dice.below(named.len())].clone();
            let twice = [&text[key.clone()], b":true,"].concat();
            replace(text, key.start..key.start, &twice);
            format!("the key at byte {} stands there twice", key.start)
        }
        6 => {
            let length = (1 + dice.below(40)).min(document.end - inside);
            let hole = [0, 0xff][dice.below(2)];
            text[inside..inside + length].fill(hole);
            format!("{length} bytes at {inside} became {hole:#x}")
        }
        _ => {
            let half = text[document.start..inside].to_vec();
            replace(text, document.start..document.start, &[&half[..], b"\n"].concat());
            format!("the first {} bytes of the document at {} stand there twice", half.len(), document.start)
        }
    }
}

/// A bracket or a quote around a value: without it, the document cannot be read.
fn is_structure(text: &[u8], at: usize, spots: &[Spot]) -> bool {
    b"{}[]\"".contains(&text[at]) && spots.iter().any(|spot| spot.at.start == at || spot.at.end == at + 1)
}

/// Replaces a value, or all values of a key.
fn json_value(text: &mut Vec<u8>, dice: &mut Dice) -> Option<String> {
    let spots = spots::json(text);
    let mut by_key: BTreeMap<&str, Vec<&Spot>> = BTreeMap::new();
    let decides = |key: &str| [ID_KEYS, TIME_KEYS, OTHER_KEYS].iter().any(|keys| keys.contains(&key));
    for spot in spots.iter().filter(|spot| !spot.key.is_empty() && is_value(&text[spot.at.clone()])) {
        // One in ten is any value: nothing that is not used may break anything.
        if decides(&spot.key) || dice.percent(10) {
            by_key.entry(&spot.key).or_default().push(spot);
        }
    }
    let keys: Vec<&&str> = by_key.keys().collect();
    if keys.is_empty() {
        return None;
    }
    let key: &str = keys[dice.below(keys.len())];
    let spot = by_key[key][dice.below(by_key[key].len())].clone();
    let wrong = wrong_value(&spot, &text[spot.at.clone()], dice);
    if dice.percent(8) {
        // Of the same shape: "text" in place of a list is unreadable, in place of an id it is an id.
        let is_scalar = |spot: &Spot| !b"[{".contains(&text[spot.at.start]);
        let alike = by_key[key].iter().filter(|other| is_scalar(other) == is_scalar(&spot));
        let innermost = alike.rev().fold(Vec::new(), |mut innermost: Vec<&Spot>, spot| {
            if innermost.last().is_none_or(|later| spot.at.end <= later.at.start) {
                innermost.push(spot);
            }
            innermost
        });
        let all = innermost.iter().map(|spot| spot.at.clone()).collect::<Vec<_>>();
        let how = format!("{key}: all {} became {}", all.len(), shown(&wrong));
        for at in all {
            replace(text, at, &wrong);
        }
        return Some(how);
    }
    let how = format!("{key} at byte {}: {} became {}", spot.at.start, shown(&text[spot.at.clone()]), shown(&wrong));
    replace(text, spot.at, &wrong);
    Some(how)
}

/// Null says nothing, and may go on to do so.
fn is_value(text: &[u8]) -> bool {
    !text.starts_with(b"null")
}

fn wrong_value(spot: &Spot, text: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut any = |of: &[&[u8]]| of[dice.below(of.len())].to_vec();
    let key = spot.key.as_str();
    match text[0] {
        b'"' => {
            let unsound = [b"\xff".as_slice(), br"\ud83d", b"\x01"].map(|bytes| with_middle(text, bytes));
            if FREE_TEXTS.contains(&key) {
                let others = [b"{\"a\":1}".as_slice(), b"[[1]]"].into_iter();
                return any(&others.chain(unsound.iter().map(Vec::as_slice)).collect::<Vec<_>>());
            }
            let ids: &[&[u8]] = if ID_KEYS.contains(&key) { &[b"17.5", b"1.5e20"] } else { &[b"true", b"{\"a\":1}"] };
            let others = [b"true".as_slice(), b"{\"a\":1}", b"[[1]]", ids[0], ids[1]];
            any(&others.into_iter().chain(unsound.iter().map(Vec::as_slice)).collect::<Vec<_>>())
        }
        // An item that is null is lost, and so is the half of a relation; elsewhere null is absent.
        b'{' if spot.named.is_none() || ["external_contact", "follow_info"].contains(&key) => {
            any(&[b"\"text\"", b"17", b"true", b"[1]", b"null"])
        }
        b'{' => any(&[b"\"text\"", b"17", b"true", b"[1]"]),
        b'[' => any(&[b"\"text\"", b"17", b"true", b"{\"a\":1}"]),
        b't' | b'f' => any(&[b"\"perhaps\"", b"{\"a\":1}", b"17", b"[[1]]"]),
        _ if TIME_KEYS.contains(&key) => {
            any(&[b"\"soon\"", b"{\"a\":1}", b"[[1]]", b"true", b"9999999999999999999999", b"-99999999"])
        }
        _ => any(&[b"\"friend\"", b"{\"a\":1}", b"[[1]]", b"1.5"]),
    }
}

// Sheets and tables.

/// What a column holds, as far as it matters for what spoils it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Id,
    Text,
    Time,
    Flag,
    Word,
    Number,
}

fn kind(header: &str) -> Option<Kind> {
    let column = fields::ALL.iter().find(|column| column.name == header || column.zh.contains(&header))?;
    Some(match column.kind.name() {
        "id (text)" => Kind::Id,
        "boolean" => Kind::Flag,
        "timestamp(us, UTC)" => Kind::Time,
        "word" => Kind::Word,
        "int64" | "count (int64)" => Kind::Number,
        _ => Kind::Text,
    })
}

fn csv(text: &mut Vec<u8>, dice: &mut Dice) -> Option<String> {
    let all = spots::csv(text);
    let header: Vec<String> =
        all[0].iter().map(|cell| String::from_utf8(text[cell.at.clone()].to_vec()).unwrap()).collect();
    let rows = &all[1..];
    let place = dice.below(rows.len().max(1));
    let row = rows.get(place)?;
    let is_relation = header[0] == "userid" && row.len() > 2;
    match dice.below(6) {
        0 => Some(stray_quote(text, &row[dice.below(row.len())])),
        1 if is_relation => {
            replace(text, row[0].at.end..row.last()?.at.end, b"");
            Some(format!("the row at byte {} cut off behind its member", row[0].at.start))
        }
        2 => {
            replace(text, row.last()?.at.end..row.last()?.at.end, b",more");
            Some(format!("the row at byte {} has a cell more", row[0].at.start))
        }
        3 => {
            let name = all[0][dice.below(header.len())].clone();
            let wrong = with_middle(&text[name.at.clone()], b"\xff");
            replace(text, name.at.clone(), &wrong);
            Some(format!("the header {} became {}", header[name.column], shown(&wrong)))
        }
        4 if row.len() > 2 && place + 1 < rows.len() => {
            let end = row.last()?.at.end;
            text.remove(end);
            Some(format!("the end of the row at byte {} is lost", row[0].at.start))
        }
        _ => {
            replace(text, row[0].at.start..row.last()?.at.end, b"\xff\xfe\x01\x02");
            Some(format!("the row at byte {} became garbage", row[0].at.start))
        }
    }
}

/// A quote that opens and is never closed. One that closes and never opened is a character like any other.
fn stray_quote(text: &mut Vec<u8>, cell: &Cell) -> String {
    let Range { start, end } = cell.at;
    if text.get(start) == Some(&b'"') {
        text.remove(end - 1);
        return format!("the quote at byte {} is lost", end - 1);
    }
    text.insert(start, b'"');
    format!("a quote at byte {start}")
}

/// Replaces a cell, or all cells of its column that hold something.
fn csv_cell(text: &mut Vec<u8>, dice: &mut Dice) -> Option<String> {
    let rows = spots::csv(text);
    let header: Vec<String> =
        rows[0].iter().map(|cell| String::from_utf8_lossy(&text[cell.at.clone()]).into_owned()).collect();
    let rows = &rows[1..];
    let row = rows.get(dice.below(rows.len().max(1)))?;
    let filled: Vec<&Cell> = row.iter().filter(|cell| !cell.at.is_empty()).collect();
    let cell = filled.get(dice.below(filled.len().max(1)))?;
    let name = &header[cell.column];
    let old = text[cell.at.clone()].to_vec();
    let unsound = with_middle(&old, b"\xff");
    let word = wrong_text(kind(name)?, dice);
    if let Some(word) = word.filter(|_| dice.percent(8)) {
        let of_column = rows.iter().rev().filter_map(|row| row.get(cell.column)).filter(|cell| !cell.at.is_empty());
        of_column.for_each(|cell| replace(text, cell.at.clone(), word.as_bytes()));
        return Some(format!("{name}: all became {word}"));
    }
    let wrong = word.map_or(unsound, |word| word.as_bytes().to_vec());
    let how = format!("{name} at byte {}: {} became {}", cell.at.start, shown(&old), shown(&wrong));
    replace(text, cell.at.clone(), &wrong);
    Some(how)
}

/// A text that no value of the kind is written as; none where only bytes can spoil it.
fn wrong_text(kind: Kind, dice: &mut Dice) -> Option<&'static str> {
    let words: &[&str] = match kind {
        Kind::Id => &["1.2E+15", "2001.5", "2001.0", "2026-05-02"],
        Kind::Time => &["soon", "2026-02-30", "#REF!", "2026-05-02 10:00:00 or later"],
        Kind::Flag => &["perhaps", "17"],
        Kind::Word => &["perhaps"],
        Kind::Number => &["many", "1.5"],
        Kind::Text => &[],
    };
    // One choice beyond the words: bytes.
    words.get(dice.below(words.len() + 1)).copied()
}

fn xlsx(sheet: &mut Sheet, dice: &mut Dice) -> Option<String> {
    let rows = sheet.rows.len();
    if dice.percent(20) {
        let apart = 1 + dice.below(rows);
        sheet.tail = if dice.percent(50) { Tail::Hidden(apart) } else { Tail::Headless(apart) };
        return Some(format!("the last {apart} of {rows} rows stand in a sheet of their own: {:?}", sheet.tail));
    }
    let row = dice.below(rows);
    let filled: Vec<usize> = (0..sheet.header.len()).filter(|column| !sheet.rows[row][*column].is_empty()).collect();
    let column = filled[dice.below(filled.len())];
    let name = sheet.header[column];
    let odd = [OddCell::Number(2001.5), OddCell::Date, OddCell::Flag, OddCell::Error];
    let odd = match kind(name)? {
        // A moment of February 1970, and no serial number that anybody has: what is of its first day would be no
        // time, and no fault.
        Kind::Time => [OddCell::Number(3_000_000.5), OddCell::Flag, OddCell::Error][dice.below(3)],
        Kind::Flag => [OddCell::Number(2001.5), OddCell::Date, OddCell::Error][dice.below(3)],
        _ => odd[dice.below(4)],
    };
    let word = wrong_text(kind(name)?, dice).filter(|_| dice.percent(50));
    let old = sheet.rows[row][column].clone();
    match word {
        Some(word) if dice.percent(15) => {
            let of_column = sheet.rows.iter_mut().map(|row| &mut row[column]).filter(|cell| !cell.is_empty());
            of_column.for_each(|cell| word.clone_into(cell));
        }
        Some(word) => word.clone_into(&mut sheet.rows[row][column]),
        None => sheet.odd = Some((row, column, odd)),
    }
    Some(format!("row {row}, {name}: {old} became {}", word.map_or_else(|| format!("{odd:?}"), str::to_owned)))
}

/// How the batches were damaged, and the file where it was damaged as a whole.
fn parquet(batches: &mut [RecordBatch], dice: &mut Dice) -> Option<(String, Option<Vec<u8>>)> {
    let column = dice.below(batches[0].num_columns());
    let name = batches[0].schema().field(column).name().clone();
    let kind = kind(&name)?;
    // A list is no text; of a table that was written by `ingest`, these columns are not read.
    let is_list = matches!(batches[0].column(column).data_type(), DataType::List(_));
    if (is_list && name != "chat_ids") || name.starts_with("source_") {
        return None;
    }
    let filled = |array: &ArrayRef| (0..array.len()).filter(|row| array.is_valid(*row)).collect::<Vec<usize>>();
    let place = (0..batches.len()).find(|n| !filled(batches[*n].column(column)).is_empty())?;
    let rows = filled(batches[place].column(column));
    let row = rows[dice.below(rows.len())];
    if !is_list && matches!(kind, Kind::Id | Kind::Text) && dice.percent(30) {
        return unsound_bytes(batches, place, column, row)
            .map(|bytes| (format!("{name}, row {row}: bytes that are no text"), Some(bytes)));
    }
    let word = wrong_text(kind, dice);
    // The type of a column is that of all batches.
    let changed: Vec<ArrayRef> = batches.iter().map(|batch| batch.column(column).clone()).collect();
    let (how, changed): (String, Vec<ArrayRef>) = if kind == Kind::Id && dice.percent(15) {
        ("became floating-point numbers".to_owned(), changed.iter().map(floats).collect())
    } else if matches!(changed[0].data_type(), DataType::Timestamp(..)) && dice.percent(50) {
        (format!("row {row} became a time of 1950"), with_value(changed, place, |array| long_ago(array, row)))
    } else if name == "userid" && dice.percent(20) {
        (format!("row {row} became null"), with_value(changed, place, |array| with_text(array, row, None)))
    } else {
        let word = word.or((is_list || kind == Kind::Id).then_some("1.5E+20"))?;
        if dice.percent(15) {
            let all = |array: &ArrayRef| -> ArrayRef {
                Arc::new((0..array.len()).map(|row| array.is_valid(row).then_some(word)).collect::<StringArray>())
            };
            let changed: Vec<ArrayRef> = changed.iter().map(all).collect();
            for (batch, array) in batches.iter_mut().zip(changed) {
                *batch = with_column(batch, column, array);
            }
            return Some((format!("{name}: all became {word}"), None));
        }
        let all: Vec<ArrayRef> = changed.iter().map(texts).collect();
        (format!("row {row} became {word}"), with_value(all, place, |array| with_text(array, row, Some(word))))
    };
    for (batch, array) in batches.iter_mut().zip(changed) {
        *batch = with_column(batch, column, array);
    }
    Some((format!("{name}, {how}"), None))
}

fn with_value(mut arrays: Vec<ArrayRef>, place: usize, change: impl Fn(&ArrayRef) -> ArrayRef) -> Vec<ArrayRef> {
    arrays[place] = change(&arrays[place]);
    arrays
}

fn with_column(batch: &RecordBatch, column: usize, array: ArrayRef) -> RecordBatch {
    let schema = batch.schema();
    let fields = schema.fields().iter().enumerate().map(|(n, field)| {
        let kind = if n == column { array.data_type().clone() } else { field.data_type().clone() };
        arrow::datatypes::Field::new(field.name(), kind, true)
    });
    let metadata = schema.metadata().clone();
    let schema = arrow::datatypes::Schema::new_with_metadata(fields.collect::<Vec<_>>(), metadata);
    let mut columns = batch.columns().to_vec();
    columns[column] = array;
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

fn texts(array: &ArrayRef) -> ArrayRef {
    // The display of zones needs a zone database; without a zone, the times are UTC and say so.
    let zoned = matches!(array.data_type(), DataType::Timestamp(_, Some(_)));
    let plain = crate::support::without_zone(array);
    if let DataType::List(_) = plain.data_type() {
        let joined = plain.as_list::<i32>().iter().map(|list| {
            let list = arrow::compute::cast(&list?, &DataType::Utf8).unwrap();
            Some(list.as_string::<i32>().iter().flatten().collect::<Vec<_>>().join("|"))
        });
        return Arc::new(joined.collect::<StringArray>());
    }
    let texts = arrow::compute::cast(&plain, &DataType::Utf8).unwrap();
    if !zoned {
        return texts;
    }
    Arc::new(texts.as_string::<i32>().iter().map(|text| text.map(|text| format!("{text}Z"))).collect::<StringArray>())
}

fn with_text(array: &ArrayRef, row: usize, text: Option<&str>) -> ArrayRef {
    let texts = texts(array);
    let changed = texts.as_string::<i32>().iter().enumerate().map(|(n, old)| if n == row { text } else { old });
    Arc::new(changed.collect::<StringArray>())
}

fn floats(array: &ArrayRef) -> ArrayRef {
    Arc::new(
        (0..array.len())
            .map(|row| array.is_valid(row).then_some(2001.0 + f64::from(u32::try_from(row).unwrap())))
            .collect::<Float64Array>(),
    )
}

fn long_ago(array: &ArrayRef, row: usize) -> ArrayRef {
    let kind = array.data_type();
    let times = arrow::compute::cast(array, &DataType::Int64).unwrap();
    let ago =
        if matches!(kind, DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, _)) { 1_000_000 } else { 1_000 };
    let times = times.as_primitive::<arrow::datatypes::Int64Type>();
    let changed: Int64Array =
        times.iter().enumerate().map(|(n, time)| if n == row { Some(-631_152_000 * ago) } else { time }).collect();
    arrow::compute::cast(&changed, kind).unwrap()
}

/// The file with a byte that is no text in the middle of the value, which stands there as it is.
fn unsound_bytes(batches: &[RecordBatch], place: usize, column: usize, row: usize) -> Option<Vec<u8>> {
    let texts = texts(batches[place].column(column));
    let value = texts.as_string::<i32>().value(row).as_bytes().to_vec();
    let mut bytes = File::Parquet(batches.to_vec()).bytes();
    // With its length before it, so that it is the value and no part of another one.
    let stored = [&u32::try_from(value.len()).unwrap().to_le_bytes()[..], &value].concat();
    let at = memchr::memmem::find(&bytes, &stored)?;
    bytes[at + 4 + value.len() / 2] = 0xff;
    Some(bytes)
}
