//! Patterns for the commands that a learner types and the replies that come back.
//!
//! A command pattern is words: `*` stands for any one word, `**` for any number of words, `a|b` for
//! either, a word in capitals matches in any case, everything else matches as it is. `\*` is a
//! star.

use crate::command::args::strict_i64;
use crate::resp::Value;

use super::condition::Compare;

/// A pattern for one typed command, optionally of one client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandPattern {
    /// The client, if it must be a certain one.
    pub client: Option<String>,
    words: Vec<Word>,
    /// What must have come back, if that matters.
    pub reply: Option<ReplyPattern>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Word {
    One,
    Many,
    Either(Vec<String>),
}

impl CommandPattern {
    /// Reads `[client:] words [-> reply]`.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub fn parse(text: &str) -> Result<CommandPattern, String> {
        let (command, reply) = match text.split_once(" -> ") {
            Some((command, reply)) => (command, Some(ReplyPattern::parse(reply.trim())?)),
            None => (text, None),
        };
        let mut words: Vec<&str> = command.split_whitespace().collect();
        let client = match words.first().and_then(|word| word.strip_suffix(':')) {
            Some(name) => {
                words.remove(0);
                Some(name.to_owned())
            }
            None => None,
        };
        if words.is_empty() {
            return Err(
                "a command is missing: write its words, for example `XADD orders **`".into()
            );
        }
        let words = words.into_iter().map(Word::parse).collect();
        Ok(CommandPattern { client, words, reply })
    }

    /// The same pattern, whatever came back.
    pub fn without_reply(&self) -> CommandPattern {
        CommandPattern { reply: None, ..self.clone() }
    }

    /// The command's name (with its subcommand), for a sentence about it.
    pub fn name(&self) -> String {
        let fixed = self.words.iter().map_while(|word| match word {
            Word::Either(choices) if choices.iter().all(|c| is_keyword(c)) => {
                Some(choices.join(" or "))
            }
            _ => None,
        });
        let name = fixed.collect::<Vec<_>>().join(" ");
        if name.is_empty() { "command".to_owned() } else { name }
    }

    /// Whether the words match (the reply is looked at by [`ReplyPattern::matches`]).
    pub fn matches_words(&self, words: &[Vec<u8>]) -> bool {
        matches_from(&self.words, words)
    }
}

impl Word {
    fn parse(text: &str) -> Word {
        match text {
            "*" => Word::One,
            "**" => Word::Many,
            "\\*" => Word::Either(vec!["*".to_owned()]),
            _ => Word::Either(text.split('|').map(str::to_owned).collect()),
        }
    }

    fn matches(&self, word: &[u8]) -> bool {
        let Word::Either(choices) = self else { return true };
        choices.iter().any(|choice| {
            if is_keyword(choice) {
                word.eq_ignore_ascii_case(choice.as_bytes())
            } else {
                word == choice.as_bytes()
            }
        })
    }
}

/// Words in capitals are Redis's own and match in any case.
fn is_keyword(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_uppercase()) && !word.bytes().any(|b| b.is_ascii_lowercase())
}

fn matches_from(pattern: &[Word], words: &[Vec<u8>]) -> bool {
    match pattern {
        [] => words.is_empty(),
        [Word::Many, rest @ ..] => (0..=words.len()).any(|n| matches_from(rest, &words[n..])),
        [first, rest @ ..] => match words {
            [word, words @ ..] => first.matches(word) && matches_from(rest, words),
            [] => false,
        },
    }
}

/// What must have come back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReplyPattern {
    /// `nil`
    Nil,
    /// `empty`: an array without elements
    Empty,
    /// `error [start of the text]`
    Error(String),
    /// `id`: an entry id
    Id,
    /// `OK`, or any other status or string, as it is
    Text(String),
    /// `1`, `>= 2`: a number
    Number(Compare, i64),
    /// `has word`: the word stands somewhere in the reply
    Has(String),
    /// `lacks word`
    Lacks(String),
    /// `exactly 1-0 2-0`: these entries and no others, in any order
    Exactly(Vec<String>),
    /// `entries >= 2`: how many entries the reply holds
    Entries(Compare, i64),
    /// `waited`: the call was blocked, whatever came then
    Waited,
    /// `woken`: the call was blocked and then got something
    Woken,
    /// `timeout`: the call was blocked and gave up
    TimedOut,
}

impl ReplyPattern {
    /// Reads a reply pattern.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub fn parse(text: &str) -> Result<ReplyPattern, String> {
        let (first, rest) = text.split_once(' ').map_or((text, ""), |(a, b)| (a, b.trim()));
        let whole = |pattern: ReplyPattern| match rest {
            "" => Ok(pattern),
            _ => Err(format!("nothing may follow `{first}`, but `{rest}` does")),
        };
        let word = || match rest {
            "" => Err(format!("`{first}` needs the word to look for")),
            _ => Ok(rest.to_owned()),
        };
        match first {
            "nil" => whole(ReplyPattern::Nil),
            "empty" => whole(ReplyPattern::Empty),
            "id" => whole(ReplyPattern::Id),
            "waited" => whole(ReplyPattern::Waited),
            "woken" => whole(ReplyPattern::Woken),
            "timeout" => whole(ReplyPattern::TimedOut),
            "error" => Ok(ReplyPattern::Error(rest.to_owned())),
            "has" => Ok(ReplyPattern::Has(word()?)),
            "lacks" => Ok(ReplyPattern::Lacks(word()?)),
            "exactly" => {
                word()?;
                let mut ids: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
                ids.sort();
                Ok(ReplyPattern::Exactly(ids))
            }
            "entries" => {
                let (compare, n) = Compare::parse(rest)?;
                Ok(ReplyPattern::Entries(compare, n))
            }
            "" => Err("a reply is missing after `->`: nil, empty, id, error, a number, …".into()),
            _ => match Compare::parse(text) {
                Ok((compare, n)) => Ok(ReplyPattern::Number(compare, n)),
                Err(_) => Ok(ReplyPattern::Text(text.to_owned())),
            },
        }
    }

    /// Whether a reply (`None`: still waiting) fits; `waited` tells whether the call was blocked.
    pub fn matches(&self, reply: Option<&Value>, waited: bool) -> bool {
        match self {
            ReplyPattern::Waited => return waited,
            ReplyPattern::Woken => return waited && reply.is_some_and(|reply| !is_nil(reply)),
            ReplyPattern::TimedOut => return waited && reply.is_some_and(is_nil),
            _ => {}
        }
        let Some(reply) = reply else { return false };
        match self {
            ReplyPattern::Nil => is_nil(reply),
            ReplyPattern::Empty => match reply {
                Value::Array(items) => items.is_empty() || is_empty_read(items),
                Value::Map(items) => items.is_empty(),
                _ => false,
            },
            ReplyPattern::Error(start) => {
                matches!(reply, Value::Error(text) if text.starts_with(start.as_bytes()))
            }
            ReplyPattern::Id => matches!(reply, Value::Bulk(text) if looks_like_id(text)),
            ReplyPattern::Text(text) => match reply {
                Value::Simple(bytes) | Value::Bulk(bytes) => bytes == text.as_bytes(),
                _ => false,
            },
            ReplyPattern::Number(compare, n) => match reply {
                Value::Int(value) => compare.holds(*value, *n),
                Value::Bulk(text) => strict_i64(text).is_some_and(|v| compare.holds(v, *n)),
                _ => false,
            },
            ReplyPattern::Has(word) => has(reply, word.as_bytes()),
            ReplyPattern::Lacks(word) => !has(reply, word.as_bytes()),
            ReplyPattern::Exactly(ids) => {
                let mut found = Vec::new();
                entry_ids(reply, &mut found);
                found.sort_unstable();
                found.iter().copied().eq(ids.iter().map(String::as_bytes))
            }
            ReplyPattern::Entries(compare, n) => {
                let mut found = Vec::new();
                entry_ids(reply, &mut found);
                compare.holds(i64::try_from(found.len()).unwrap_or(i64::MAX), *n)
            }
            ReplyPattern::Waited | ReplyPattern::Woken | ReplyPattern::TimedOut => false,
        }
    }
}

/// Whether a reply says "nothing", in either protocol.
pub fn is_nil(reply: &Value) -> bool {
    matches!(reply, Value::NilBulk | Value::NilArray | Value::Null)
}

/// `[[key, []]]`: what a history read without pending entries answers.
fn is_empty_read(items: &[Value]) -> bool {
    matches!(items, [Value::Array(pair)]
        if matches!(pair.as_slice(), [Value::Bulk(_), Value::Array(inner)] if inner.is_empty()))
}

/// Whether a text is `digits-digits`.
pub fn looks_like_id(text: &[u8]) -> bool {
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    match text.iter().position(|&b| b == b'-') {
        Some(dash) => digits(&text[..dash]) && digits(&text[dash + 1..]),
        None => false,
    }
}

fn has(reply: &Value, word: &[u8]) -> bool {
    match reply {
        // A status may be a sentence: what control lines answer.
        Value::Simple(text) => text == word || text.split(|b| *b == b' ').any(|one| one == word),
        Value::Error(text) | Value::Bulk(text) => text == word,
        Value::Int(n) => n.to_string().as_bytes() == word,
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            items.iter().any(|item| has(item, word))
        }
        Value::Map(pairs) => pairs.iter().any(|(key, value)| has(key, word) || has(value, word)),
        _ => false,
    }
}

/// The ids of the entries (`[id, fields]`) that a reply holds, however deep.
fn entry_ids<'a>(reply: &'a Value, ids: &mut Vec<&'a [u8]>) {
    match reply {
        Value::Array(items) => match items.as_slice() {
            [Value::Bulk(id), Value::Array(_) | Value::NilArray | Value::Null, ..]
                if looks_like_id(id) =>
            {
                ids.push(id);
            }
            _ => items.iter().for_each(|item| entry_ids(item, ids)),
        },
        Value::Map(pairs) => pairs.iter().for_each(|(_, value)| entry_ids(value, ids)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resp::decode;

    fn words(line: &str) -> Vec<Vec<u8>> {
        line.split_whitespace().map(|word| word.as_bytes().to_vec()).collect()
    }

    #[test]
    fn words_match_by_the_rules() {
        let cases = [
            ("XADD orders **", "xadd orders * item tea", true),
            ("XADD orders \\* **", "XADD orders 5-1 f v", false),
            ("XADD orders \\* **", "XADD orders * f v", true),
            ("XACK orders billing *", "XACK orders billing 1-0 2-0", false),
            ("XREAD|XREADGROUP ** STREAMS ** >", "XREADGROUP GROUP g c STREAMS orders >", true),
            ("XADD Orders **", "XADD orders 1 f v", false),
        ];
        for (pattern, line, expected) in cases {
            let pattern = CommandPattern::parse(pattern).unwrap();
            assert_eq!(pattern.matches_words(&words(line)), expected, "{pattern:?} {line}");
        }
    }

    #[test]
    fn replies_match_by_the_rules() {
        let read =
            "*1\r\n*2\r\n$6\r\norders\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n";
        let cases = [
            ("nil", "$-1\r\n", true),
            ("nil", "*0\r\n", false),
            ("empty", "*0\r\n", true),
            ("empty", "*1\r\n*2\r\n$1\r\nk\r\n*0\r\n", true),
            ("error BUSYGROUP", "-BUSYGROUP Consumer Group name already exists\r\n", true),
            ("error", "+OK\r\n", false),
            ("OK", "+OK\r\n", true),
            ("0", ":0\r\n", true),
            (">= 2", ":1\r\n", false),
            ("id", "$3\r\n1-0\r\n", true),
            ("entries = 1", read, true),
            ("exactly 1-0", read, true),
            ("exactly 1-0 2-0", read, false),
            ("has 1-0", read, true),
            ("lacks 1-0", read, false),
        ];
        for (pattern, bytes, expected) in cases {
            let (reply, _) = decode(bytes.as_bytes()).unwrap();
            let parsed = ReplyPattern::parse(pattern).unwrap();
            assert_eq!(parsed.matches(Some(&reply), false), expected, "{pattern} {bytes:?}");
        }
    }

    #[test]
    fn a_wait_is_evidence_too() {
        let nil = Value::NilArray;
        for (pattern, reply, waited, expected) in [
            ("waited", None, true, true),
            ("woken", Some(&nil), true, false),
            ("timeout", Some(&nil), true, true),
            ("timeout", Some(&nil), false, false),
        ] {
            assert_eq!(ReplyPattern::parse(pattern).unwrap().matches(reply, waited), expected);
        }
    }

    #[test]
    fn mistakes_say_what_to_write() {
        assert!(CommandPattern::parse("alice:").unwrap_err().contains("a command is missing"));
        assert!(ReplyPattern::parse("has").unwrap_err().contains("needs the word"));
        assert!(ReplyPattern::parse("nil x").unwrap_err().contains("nothing may follow"));
    }
}
