//! All style sheets of the page as one file: ten small ones cost more to send, and ten requests.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

const PAGE: &str = "index.html";
/// What stands in the page around the path of a sheet.
const LINK: (&str, &str) = ("<link rel=\"stylesheet\" href=\"", "\">");
/// The file that takes the place of the others.
const JOINED: &str = "css/all.css";

/// Joins the sheets that `index.html` names, in their order, and names the one that they become.
pub(crate) fn join(site: &Path) -> Result<()> {
    let page = fs::read_to_string(site.join(PAGE)).with_context(|| format!("no {PAGE}"))?;
    let mut sheets = String::new();
    let mut joined = String::new();
    for line in page.split_inclusive('\n') {
        let path = line.trim().strip_prefix(LINK.0).and_then(|rest| rest.strip_suffix(LINK.1));
        let Some(path) = path else {
            joined += line;
            continue;
        };
        let file = site.join(path);
        if sheets.is_empty() {
            joined += &format!("{}{JOINED}{}\n", LINK.0, LINK.1);
        }
        sheets += &fs::read_to_string(&file).with_context(|| format!("no {path}"))?;
        fs::remove_file(&file)?;
    }
    ensure!(!sheets.is_empty(), "{PAGE} names no style sheets");
    fs::write(site.join(JOINED), tightened(&sheets))?;
    fs::write(site.join(PAGE), joined)?;
    Ok(())
}

/// A sheet without comments and without white space that means nothing; strings stay as they are.
fn tightened(sheet: &str) -> String {
    let mut out = String::new();
    let mut rest = sheet;
    while let Some(first) = rest.chars().next() {
        let n_bytes = match first {
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' | '\'' => {
                let n_bytes = string_len(rest, first);
                out += &rest[..n_bytes];
                n_bytes
            }
            _ if first.is_ascii_whitespace() => {
                if !out.ends_with(['{', '}', ';', ',', ' ']) && !out.is_empty() {
                    out.push(' ');
                }
                rest.len() - rest.trim_ascii_start().len()
            }
            _ => {
                if matches!(first, '{' | '}' | ';' | ',') && out.ends_with(' ') {
                    out.pop();
                }
                out.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[n_bytes..];
    }
    out
}

/// How many bytes the string takes that begins here with `quote`.
fn string_len(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        if letter == quote && !is_escaped {
            return at + 1;
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_goes_and_strings_stay() {
        for (sheet, expected) in [
            ("a , b {\n  color: red;\n}\n", "a,b{color: red;}"),
            ("/* x */ a > b { margin: 0 auto }", "a > b{margin: 0 auto}"),
            ("a::after { content: \"; /* \\\" */  \"; }", "a::after{content: \"; /* \\\" */  \";}"),
            ("a{b:c}/* open", "a{b:c}"),
            (
                "@media (min-width: 1px) {\n a { b: calc(1px + 2px) }\n}",
                "@media (min-width: 1px){a{b: calc(1px + 2px)}}",
            ),
        ] {
            assert_eq!(tightened(sheet), expected, "{sheet}");
        }
    }
}
