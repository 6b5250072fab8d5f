//! The file: style, scripts and data in one document that a browser lets reach nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::text::PAGE;

/// The frame, with places in double braces.
const FRAME: &str = include_str!("assets/frame.html");
const STYLE: &str =
    concat!(include_str!("assets/style.css"), include_str!("assets/charts.css"), include_str!("assets/print.css"));
/// The scripts in the order of their use, in one scope.
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("assets/base.js"),
    include_str!("assets/rows.js"),
    include_str!("assets/filter.js"),
    include_str!("assets/table.js"),
    include_str!("assets/chart.js"),
    include_str!("assets/flow.js"),
    include_str!("assets/bars.js"),
    include_str!("assets/sections.js"),
    include_str!("assets/main.js"),
    "})();\n"
);

/// The document with that title and data.
pub fn document(title: &str, json: &str) -> String {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    let (title, json, noscript) = (escaped(title), inert(json), both("noscript"));
    // In one pass: nothing that was filled in is looked at as a place to fill.
    let mut page = String::with_capacity(FRAME.len() + STYLE.len() + SCRIPT.len() + json.len());
    for (n, piece) in FRAME.split("{{").enumerate() {
        let Some((place, rest)) = piece.split_once("}}").filter(|_| n > 0) else {
            page.push_str(piece);
            continue;
        };
        page.push_str(match place {
            "policy" => &policy,
            "style" => STYLE,
            "script" => SCRIPT,
            "title" => &title,
            "data" => &json,
            "noscript" => &noscript,
            _ => unreachable!("the frame has no other place"),
        });
        page.push_str(rest);
    }
    page
}

/// The data of a document, between the tags that the frame has around them.
pub fn data_in(page: &str) -> Option<&str> {
    let (begin, end) = FRAME.split_once("{{data}}")?;
    let begin = begin.rsplit_once('\n').map_or(begin, |(_, line)| line);
    let end = end.lines().next()?;
    page.split_once(begin)?.1.split_once(end).map(|(data, _)| data)
}

/// A text of the catalogue in both languages, for where no script chooses one.
fn both(key: &str) -> String {
    let text = PAGE.iter().find(|(known, _)| *known == key).map(|(_, text)| *text).expect("the catalogue has it");
    format!("{} {}", text.zh, text.en)
}

/// Text escaped for markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// JSON that cannot end its element: `<` occurs within texts only, where it may be written as an escape.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// The source expression of a Content-Security-Policy for exactly this text.
fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn data_cannot_leave_its_element() {
        let page = document("<b>{{data}}", r#"{"name":"</script><script>alert(1)</script><!--"}"#);
        assert!(!page.contains("<script>alert") && !page.contains("<!--\"") && !page.contains("<b>"), "{page}");
        assert!(page.contains(r#"{"name":"\u003c/script>\u003cscript>alert(1)\u003c/script>\u003c!--"}"#));
    }

    /// Nothing in the page refers to anything outside of it, and no text of the data becomes markup.
    #[test]
    fn the_page_loads_nothing() {
        let page = document("title", "{}");
        for word in [
            "http:",
            "https:",
            "//cdn",
            "@import",
            "url(",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            let found = page
                .replace("http://www.w3.org/2000/svg", "")
                .find(word)
                .map(|at| page[at.saturating_sub(40)..].chars().take(90).collect::<String>());
            assert_eq!(found, None, "{word}");
        }
        let places = FRAME.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(place, _)| place);
        assert_eq!(places.collect::<BTreeSet<_>>(), ["data", "noscript", "policy", "script", "style", "title"].into());
    }

    /// The keys that the scripts ask for, `t("key")`, and that of the frame.
    fn keys_asked_for() -> BTreeSet<&'static str> {
        let is_call = |at: &usize| {
            !SCRIPT[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '.')
        };
        let keys = SCRIPT
            .match_indices("t(\"")
            .map(|(at, _)| at)
            .filter(is_call)
            .map(|at| SCRIPT[at + 3..].split('"').next().unwrap());
        keys.chain(["noscript"]).collect()
    }

    #[test]
    fn every_text_is_used_and_every_used_text_is_there() {
        let there: BTreeSet<&str> = PAGE.iter().map(|(key, _)| *key).collect();
        let asked = keys_asked_for();
        assert_eq!(there.difference(&asked).collect::<Vec<_>>(), [&""; 0], "in the catalogue, and nowhere used");
        assert_eq!(asked.difference(&there).collect::<Vec<_>>(), [&""; 0], "used, and not in the catalogue");
    }

    /// Texts of the page are in the catalogue only: its scripts hold no Chinese, except the names of the languages.
    #[test]
    fn scripts_hold_no_texts() {
        let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let lines: Vec<&str> = SCRIPT.lines().filter(|line| line.contains(is_han)).collect();
        assert_eq!(lines, [""; 0]);
    }
}
