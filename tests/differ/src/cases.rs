//! Sequences that were written down: differences that were found, and what no chance would find.
//!
//! A case is a text file in `cases/`: a command on each line, by redis-cli's rules for quotes.
//! `client 2: ` before it says who sends it; lines that begin with `#` are for people, but one:
//! `# since 7.0` (or `# until 8.0`) leaves out the servers for which the case is not written.

use std::path::Path;
use std::{fs, io};

use streamlanes::command::Profile;
use streamlanes::command::tokenize::redis_tokens;

use crate::{Sequence, Step, Word};

/// A case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// The file's name.
    pub name: String,
    /// What is run.
    pub sequence: Sequence,
    since: (u8, u8),
    until: (u8, u8),
}

impl Case {
    /// Whether the case is written for such a server.
    pub fn is_for(&self, profile: Profile) -> bool {
        (self.since..=self.until).contains(&profile.redis_version())
    }

    /// Reads a case out of its text.
    ///
    /// # Errors
    /// A line is none.
    pub fn parse(name: &str, text: &str) -> Result<Case, String> {
        let mut case = Case {
            name: name.to_owned(),
            sequence: Sequence {
                n_clients: 1,
                is_resp3: false,
                node_entries_max: 100,
                node_bytes_max: 4096,
                steps: Vec::new(),
            },
            since: (0, 0),
            until: (u8::MAX, u8::MAX),
        };
        for (idx, line) in text.lines().enumerate() {
            let fault = || format!("{name}:{}: {line}", idx + 1);
            if let Some(words) = line.strip_prefix('#') {
                let mut words = words.split_whitespace();
                match (words.next(), words.next().and_then(version)) {
                    (Some("since"), Some(version)) => case.since = version,
                    (Some("until"), Some(version)) => case.until = version,
                    _ => {}
                }
            } else if !line.is_empty() {
                let (client, command) = sender(line).ok_or_else(fault)?;
                let tokens = redis_tokens(command.as_bytes()).map_err(|_| fault())?;
                let words: Vec<Word> = tokens.into_iter().map(|token| token.value).collect();
                case.sequence.n_clients = case.sequence.n_clients.max(client + 1);
                case.sequence.steps.push(Step { client, words });
            }
        }
        Ok(case)
    }
}

/// `client 2: XLEN s`
fn sender(line: &str) -> Option<(usize, &str)> {
    let Some(rest) = line.strip_prefix("client ") else { return Some((0, line)) };
    let (number, command) = rest.split_once(": ")?;
    Some((number.parse().ok()?, command))
}

fn version(text: &str) -> Option<(u8, u8)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The cases of a folder, or the one of a file, by name.
///
/// # Errors
/// A file cannot be read, or is no case.
pub fn read(path: &Path) -> io::Result<Vec<Case>> {
    let mut paths = vec![path.to_owned()];
    if path.is_dir() {
        let entries: io::Result<Vec<_>> = fs::read_dir(path)?.collect();
        paths = entries?.into_iter().map(|entry| entry.path()).collect();
        paths.sort();
    }
    let cases = paths.iter().map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Case::parse(&name, &fs::read_to_string(path)?).map_err(io::Error::other)
    });
    cases.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_has_lines_senders_and_versions() {
        let case = Case::parse("a", "# since 7.2\nSET a \"b c\"\n\nclient 2: GET a\n").unwrap();
        assert_eq!(case.sequence.n_clients, 3);
        assert_eq!(case.sequence.steps[0].words, [&b"SET"[..], b"a", b"b c"]);
        assert_eq!(case.sequence.steps[1].client, 2);
        assert!(!case.is_for(Profile::Redis70));
        assert!(case.is_for(Profile::Redis810));
        assert_eq!(Case::parse("a", "client x: GET a"), Err("a:1: client x: GET a".to_owned()));
    }
}
