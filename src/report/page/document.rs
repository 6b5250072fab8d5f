//! The file: style, scripts and data in one document that a browser lets reach nothing else.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::text::{PAGE, Text};

/// The frame, with places in double braces.
const FRAME: &str = include_str!("assets/frame.html");
const STYLE: &str =
    concat!(include_str!("assets/style.css"), include_str!("assets/charts.css"), include_str!("assets/print.css"));
/// The scripts in the order of their use, in one scope: those of all pages around those of a kind.
macro_rules! script {
    ($($own:literal),+) => {
        concat!(
            "(() => {\n\"use strict\";\n",
            include_str!("assets/base.js"),
            include_str!("assets/rows.js"),
            include_str!("assets/filter.js"),
            include_str!("assets/table.js"),
            include_str!("assets/chart.js"),
            include_str!("assets/bill.js"),
            include_str!("assets/parts.js"),
            $(include_str!($own),)+
            include_str!("assets/main.js"),
            "})();\n"
        )
    };
}

/// The subject of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    Audit,
    Precheck,
}

impl PageKind {
    fn script(self) -> &'static str {
        match self {
            Self::Audit => script!("assets/flow.js", "assets/bars.js", "assets/sections.js"),
            Self::Precheck => script!("assets/precheck.js"),
        }
    }

    /// Returns the texts that its scripts ask for, by key.
    pub fn texts(self) -> BTreeMap<&'static str, Text> {
        let asked = keys_in(self.script());
        PAGE.iter().copied().filter(|(key, _)| asked.contains(key)).collect()
    }
}

/// Returns the keys of texts that a script asks for: `t("key")`.
fn keys_in(script: &str) -> BTreeSet<&str> {
    let is_call = |at: &usize| {
        !script[..*at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '.')
    };
    let calls = script.match_indices("t(\"").map(|(at, _)| at).filter(is_call);
    calls.filter_map(|at| script[at + 3..].split('"').next()).collect()
}

pub fn document(kind: PageKind, title: &str, json: &str) -> String {
    let script = kind.script();
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(script)
    );
    // JSON must not end its element: `<` occurs within texts only, where it may be written as an escape.
    let (title, json, noscript) = (escaped(title), json.replace('<', "\\u003c"), both("noscript"));
    // In one pass: nothing that was filled in is looked at as a place to fill.
    let mut page = String::with_capacity(FRAME.len() + STYLE.len() + script.len() + json.len());
    for (n, piece) in FRAME.split("{{").enumerate() {
        let Some((place, rest)) = piece.split_once("}}").filter(|_| n > 0) else {
            page.push_str(piece);
            continue;
        };
        page.push_str(match place {
            "policy" => &policy,
            "style" => STYLE,
            "script" => script,
            "title" => &title,
            "data" => &json,
            "noscript" => &noscript,
            _ => unreachable!("the frame has no other place"),
        });
        page.push_str(rest);
    }
    page
}

/// Returns the data of a document, between the tags that the frame has around them.
pub fn data_in(page: &str) -> Option<&str> {
    let (begin, end) = FRAME.split_once("{{data}}")?;
    let begin = begin.rsplit_once('\n').map_or(begin, |(_, line)| line);
    let end = end.lines().next()?;
    page.split_once(begin)?.1.split_once(end).map(|(data, _)| data)
}

/// Returns a text of the catalogue in both languages, for where no script chooses one.
fn both(key: &str) -> String {
    let text = PAGE.iter().find(|(known, _)| *known == key).map(|(_, text)| *text).expect("the catalogue has it");
    format!("{} {}", text.zh, text.en)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Returns the source expression of a Content-Security-Policy for exactly this text.
fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [PageKind; 2] = [PageKind::Audit, PageKind::Precheck];

    #[test]
    fn data_cannot_leave_its_element() {
        let page = document(PageKind::Audit, "<b>{{data}}", r#"{"name":"</script><script>alert(1)</script><!--"}"#);
        assert!(!page.contains("<script>alert") && !page.contains("<!--\"") && !page.contains("<b>"), "{page}");
        assert!(page.contains(r#"{"name":"\u003c/script>\u003cscript>alert(1)\u003c/script>\u003c!--"}"#));
    }

    /// Nothing in the page refers to anything outside of it, and no text of the data becomes markup.
    #[test]
    fn the_page_loads_nothing() {
        let pages = KINDS.map(|kind| document(kind, "title", "{}")).concat();
        for word in [
            "http:", "https:", "//cdn", "@import", "url(", "innerHTML", "outerHTML", "insertAdjacentHTML",
            "document.write", "eval(",
        ] {
            let found = pages
                .replace("http://www.w3.org/2000/svg", "")
                .find(word)
                .map(|at| pages[at.saturating_sub(40)..].chars().take(90).collect::<String>());
            assert_eq!(found, None, "{word}");
        }
        let places = FRAME.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(place, _)| place);
        assert_eq!(places.collect::<BTreeSet<_>>(), ["data", "noscript", "policy", "script", "style", "title"].into());
    }

    #[test]
    fn every_text_is_used_and_every_used_text_is_there() {
        let there: BTreeSet<&str> = PAGE.iter().map(|(key, _)| *key).collect();
        let asked: BTreeSet<&str> = KINDS.iter().flat_map(|kind| keys_in(kind.script())).chain(["noscript"]).collect();
        assert_eq!(there.difference(&asked).collect::<Vec<_>>(), [&""; 0], "in the catalogue, and nowhere used");
        assert_eq!(asked.difference(&there).collect::<Vec<_>>(), [&""; 0], "used, and not in the catalogue");
    }

    /// Texts of the page are in the catalogue only: its scripts hold no Chinese, except the names of the languages.
    #[test]
    fn scripts_hold_no_texts() {
        let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let lines: Vec<&str> =
            KINDS.iter().flat_map(|kind| kind.script().lines()).filter(|line| line.contains(is_han)).collect();
        assert_eq!(lines, [""; 0]);
    }
}
