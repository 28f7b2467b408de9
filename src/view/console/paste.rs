//! What a pasted text means as commands.
//!
//! People paste scripts (with comments), and they paste what they copied out of a terminal (with
//! prompts and replies). Both become a list of lines to run.

use super::repeat::{self, Repeat};
use crate::limits::{PASTE_BYTES_MAX, PASTE_LINES_MAX};
use crate::view::text;

/// The commands in a pasted text, in order.
///
/// # Errors
/// When it is longer than the page takes at once: a sentence that says so.
pub fn checked(text: &str) -> Result<Vec<String>, String> {
    if PASTE_BYTES_MAX < text.len() {
        return Err(text::paste_limit(PASTE_BYTES_MAX, "bytes"));
    }
    let lines = commands(text);
    let n_runs = lines.iter().map(|line| match repeat::split(line) {
        Repeat::Times(n, _) => n,
        _ => 1,
    });
    if (PASTE_LINES_MAX as u64) < n_runs.sum() {
        return Err(text::paste_limit(PASTE_LINES_MAX, "lines"));
    }
    Ok(lines)
}

/// The commands in a pasted text, in order. Without prompts every line that is neither blank nor a
/// comment (`#` or `//` first) is one. With prompts (`127.0.0.1:6379> XLEN a`) only the lines that
/// have one are, since the others are replies. A line that ends with ` \` goes on in the next.
pub fn commands(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_session = lines.iter().any(|line| after_prompt(line).is_some());
    let mut commands = Vec::new();
    let mut open: Option<String> = None;
    for line in lines {
        let line = match open.take() {
            Some(start) => start + line,
            None => match after_prompt(line) {
                Some(command) => command.to_owned(),
                None if is_session || is_comment(line) => continue,
                None => line.to_owned(),
            },
        };
        match line.strip_suffix('\\').filter(|start| start.ends_with(' ')) {
            Some(start) => open = Some(start.to_owned()),
            None if line.is_empty() => {}
            None => commands.push(line),
        }
    }
    commands.extend(open.map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()));
    commands
}

/// Whether pasting this asks for more than putting it into the input.
pub fn is_several(text: &str) -> bool {
    text.trim().contains(['\n', '\r'])
}

fn is_comment(line: &str) -> bool {
    line.starts_with('#') || line.starts_with("//")
}

/// What follows a prompt such as `redis> `, `127.0.0.1:6379[1]> ` or `alice> `; `None` without one.
fn after_prompt(line: &str) -> Option<&str> {
    let (prompt, command) = line.split_once('>')?;
    let named = prompt.bytes().all(|b| b.is_ascii_alphanumeric() || b".:-_[]()".contains(&b));
    let spaced = command.is_empty() || command.starts_with(' ');
    (named && spaced && !prompt.is_empty()).then(|| command.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(commands(text), expected);
    }

    #[test]
    fn a_script_loses_its_comments_and_blank_lines() {
        check("# set up\nXADD a * f v\n\n  // then\r\n  XLEN a  \n", &["XADD a * f v", "XLEN a"]);
    }

    #[test]
    fn a_copied_session_loses_its_replies() {
        let text =
            "127.0.0.1:6379> XLEN a\n(integer) 1\n127.0.0.1:6379[1]> XRANGE a - +\n1) 1) x\n";
        check(text, &["XLEN a", "XRANGE a - +"]);
        check("alice> XLEN a\nalice>\n", &["XLEN a"]);
    }

    #[test]
    fn the_id_of_new_entries_is_no_prompt() {
        let line = "XREADGROUP GROUP g alice STREAMS orders >";
        check(line, &[line]);
        check(
            "XREADGROUP GROUP g alice STREAMS a b > >\nXLEN a",
            &["XREADGROUP GROUP g alice STREAMS a b > >", "XLEN a"],
        );
    }

    #[test]
    fn a_backslash_joins_lines() {
        check("XADD a * \\\n  f v \\\n  g w\nXLEN a", &["XADD a * f v g w", "XLEN a"]);
        check("XLEN a \\", &["XLEN a"]);
    }

    #[test]
    fn too_much_is_refused_and_repetitions_count() {
        let bytes = "#".repeat(PASTE_BYTES_MAX + 1);
        let lines = "XLEN a\n".repeat(PASTE_LINES_MAX + 1);
        let runs = format!("XLEN a\n{PASTE_LINES_MAX} XLEN a\n");
        for (text, what) in [(&bytes, "bytes"), (&lines, "lines"), (&runs, "lines")] {
            let problem = checked(text).unwrap_err();
            assert!(problem.starts_with("At most") && problem.contains(what), "{problem}");
        }
        for text in [&bytes[1..], &lines[7..], &runs[7..]] {
            assert!(checked(text).is_ok());
        }
    }

    #[test]
    fn one_line_is_not_several() {
        assert!(!is_several("XLEN a\n"));
        assert!(is_several("XLEN a\nXLEN b"));
    }
}
