//! Why did it answer that? The reason for a reply that surprises people, as data.
//!
//! [`why`] looks at the line, at its reply and at the state afterwards; it never changes anything,
//! and it says nothing where there is nothing to explain. The sentences are the page's.

mod groups;
mod reason;
mod streams;

use crate::engine::{Store, Stream};
use crate::resp::Value;
use crate::time::Millis;

use super::table::{self, Entry};
use super::{ClientId, CommandError, Profile, Server, Spec};

pub use reason::Reason;

/// Why `client` just got that reply, if it needs to be said. `now` is the time of the command.
pub fn why(
    words: &[&[u8]],
    reply: &Value,
    server: &Server,
    client: ClientId,
    now: Millis,
) -> Option<Reason> {
    if let Some(reason) = of_known(words, reply, server, client, now) {
        return Some(reason);
    }
    match reply {
        Value::Error(error) if error.starts_with(b"ERR unknown ") => {
            super::hint::for_unknown(server.profile(), words).map(Reason::Unknown)
        }
        _ => None,
    }
}

/// The same, for words that name a command.
fn of_known(
    words: &[&[u8]],
    reply: &Value,
    server: &Server,
    client: ClientId,
    now: Millis,
) -> Option<Reason> {
    let db = server.state().clients.get(client)?.db;
    let entry = command(words)?;
    let case = Case {
        words,
        reply,
        spec: entry.spec,
        profile: server.profile(),
        store: server.store(),
        node_entries_max: server.state().settings.node_entries_max,
        db,
        now,
    };
    if let Value::Simple(status) = reply
        && status == b"QUEUED"
    {
        return None;
    }
    case.of_any_command().or_else(|| streams::reason(&case)).or_else(|| groups::reason(&case))
}

/// The command or subcommand that the words name, whatever the profile.
fn command(words: &[&[u8]]) -> Option<&'static Entry> {
    let entry = table::find(words.first()?)?;
    let sub = words.get(1).and_then(|word| table::find_subcommand(entry, word));
    Some(sub.unwrap_or(entry))
}

/// A line with its reply, and the world after it.
struct Case<'a> {
    words: &'a [&'a [u8]],
    reply: &'a Value,
    spec: &'static Spec,
    profile: Profile,
    store: &'a Store,
    node_entries_max: i64,
    db: u32,
    now: Millis,
}

impl<'a> Case<'a> {
    fn word(&self, idx: usize) -> &'a [u8] {
        self.words.get(idx).copied().unwrap_or_default()
    }

    /// The stream at the key that stands at word `idx`.
    fn stream(&self, idx: usize) -> Option<&'a Stream> {
        self.store.stream(self.db, self.word(idx)).ok().flatten()
    }

    /// The error's text, if the reply is one.
    fn error(&self) -> Option<&'a [u8]> {
        match self.reply {
            Value::Error(text) => Some(text),
            _ => None,
        }
    }

    fn error_has(&self, part: &str) -> bool {
        let has = |text: &[u8]| text.windows(part.len()).any(|window| window == part.as_bytes());
        self.error().is_some_and(has)
    }

    fn is_nil(&self) -> bool {
        matches!(self.reply, Value::NilBulk | Value::NilArray | Value::Null)
    }

    fn is_ok(&self) -> bool {
        matches!(self.reply, Value::Simple(status) if status == b"OK")
    }

    fn int(&self) -> Option<i64> {
        match self.reply {
            Value::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The elements of an array.
    fn items(&self) -> Option<&'a [Value]> {
        match self.reply {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// What can be said whatever the command is.
    fn of_any_command(&self) -> Option<Reason> {
        let error = self.error()?;
        let profile = self.profile.to_string();
        if !self.profile.has(self.spec.since) && !error.starts_with(b"WRONGTYPE") {
            let (name, since) = (self.spec.name, version(self.spec.since));
            return Some(Reason::CommandTooNew { name, since, profile });
        }
        if error.starts_with(b"WRONGTYPE") {
            return self.other_type();
        }
        if error.starts_with(b"NOGROUP") || error.starts_with(b"BUSYGROUP") {
            return None;
        }
        // An option that the version does not know is read as something else, mostly as an id.
        let newer = self.spec.options_since.iter().find(|(option, since)| {
            let is_it = |word: &&[u8]| word.eq_ignore_ascii_case(option.as_bytes());
            !self.profile.has(*since) && self.words.iter().any(is_it)
        });
        if let Some((option, since)) = newer {
            return Some(Reason::OptionTooNew { option, since: version(*since), profile });
        }
        let usage = ["wrong number of arguments", "syntax error", "Unbalanced", "Missing GROUP"];
        // Errors that say more than that they are syntax errors speak for themselves.
        let says_more = self.error_has("syntax error,");
        if !says_more && usage.iter().any(|part| self.error_has(part)) {
            return Some(Reason::Usage { name: self.spec.name, syntax: self.spec.syntax });
        }
        None
    }

    /// The first word that is a key of another type than this command works on.
    fn other_type(&self) -> Option<Reason> {
        let wants_stream = self.spec.group == "stream";
        let keys = self.words.iter().skip(1);
        let mut found = keys.filter_map(|word| self.store.get(self.db, word));
        let entry = found.find(|entry| (entry.value.type_name() == "stream") != wants_stream)?;
        Some(Reason::OtherType { key: name(entry.name()), type_name: entry.value.type_name() })
    }
}

/// A version as people write it.
fn version((major, minor): (u8, u8)) -> String {
    format!("{major}.{minor}")
}

/// A name for a sentence.
fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The word that an error points at, if it does.
fn word_at<'a>(words: &'a [&'a [u8]], error: &CommandError) -> Option<&'a [u8]> {
    words.get(error.word_idx()?).copied()
}
