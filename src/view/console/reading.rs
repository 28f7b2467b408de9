//! What a line that is being typed means so far: the command, what each word is, what comes next.

use crate::view::text;
use std::ops::Range;

use super::follow::{Progress, Syntax, is_placeholder};
use super::repeat::{self, Repeat};
use crate::command::tokenize::{Token, redis_tokens};
use crate::command::{Profile, Spec, table};
use crate::sim::control::{CONTROLS, Control};

/// The command of a line.
#[derive(Clone, Copy, Debug)]
pub enum Head {
    /// One of Redis's, or a subcommand.
    Redis(&'static Spec),
    /// One of the world's.
    Control(&'static Control),
}

impl Head {
    /// Its name in capitals, all words.
    pub fn name(self) -> &'static str {
        match self {
            Head::Redis(spec) => spec.name,
            Head::Control(control) => control.name,
        }
    }

    /// Its arguments in the manual's notation.
    pub fn syntax(self) -> &'static str {
        match self {
            Head::Redis(spec) => spec.syntax,
            Head::Control(control) => control.syntax,
        }
    }

    /// What it does, in one sentence.
    pub fn summary(self) -> &'static str {
        match self {
            Head::Redis(spec) => spec.summary,
            Head::Control(control) => control.summary,
        }
    }

    /// Whether it deals with streams, so that an `id` is an entry's.
    pub fn is_about_streams(self) -> bool {
        matches!(self, Head::Redis(spec) if spec.group == "stream")
    }
}

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The command's name, or a part of it.
    Command,
    /// A word that stands for itself: an option, `*`, `>`.
    Keyword,
    /// A key.
    Key,
    /// A consumer group.
    Group,
    /// A consumer.
    Consumer,
    /// An entry's id.
    Id,
    /// A simulated service.
    Service,
    /// The name of a field.
    Field,
    /// A value of a field or a key.
    Value,
    /// A number.
    Number,
    /// Anything else that has a place.
    Other,
    /// A word that cannot stand there, or a quote that is not closed.
    Wrong,
    /// A comment.
    Comment,
}

impl Role {
    /// What a placeholder of the notation stands for.
    pub fn of_place(place: &str, head: Head) -> Role {
        if !is_placeholder(place) {
            return Role::Keyword;
        }
        match place {
            "key" | "source" | "destination" | "newkey" => Role::Key,
            "group" => Role::Group,
            "name" if matches!(head, Head::Control(_)) => Role::Service,
            "consumer" => Role::Consumer,
            "field" => Role::Field,
            "value" | "message" | "member" => Role::Value,
            "id" | "start" | "end" | "lastid" | "last-id" | "max-deleted-id"
                if head.is_about_streams() =>
            {
                Role::Id
            }
            _ if is_number_place(place) => Role::Number,
            _ => Role::Other,
        }
    }
}

fn is_number_place(place: &str) -> bool {
    const ENDS: [&str; 9] = [
        "count",
        "seconds",
        "milliseconds",
        "time",
        "threshold",
        "numids",
        "bytes",
        "n",
        "duration",
    ];
    ENDS.iter().any(|end| place == *end || place.ends_with(&format!("-{end}")))
}

/// A stretch of a line and what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// What.
    pub role: Role,
}

/// A line, read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The words, without a repeat prefix.
    pub tokens: Vec<Token>,
    /// The command, once it is complete.
    pub head: Option<Head>,
    /// How many words its name has.
    pub n_name: usize,
    /// What the other words are and what may follow (empty without a command).
    pub progress: Progress,
    /// The quote that is not closed.
    pub open_quote: Option<usize>,
}

/// Reads a line, or the part of it before the caret.
pub fn read(line: &str, profile: Profile) -> Reading {
    let skipped = match repeat::split(line) {
        Repeat::Times(_, rest) => line.len() - rest.len(),
        _ => 0,
    };
    let body = line.get(skipped..).unwrap_or_default();
    let (mut tokens, open_quote) = match redis_tokens(body.as_bytes()) {
        Ok(tokens) => (tokens, None),
        Err(unbalanced) => {
            let closed = body.as_bytes().get(..unbalanced.at).unwrap_or_default();
            (redis_tokens(closed).unwrap_or_default(), Some(skipped + unbalanced.at))
        }
    };
    for token in &mut tokens {
        token.span = token.span.start + skipped..token.span.end + skipped;
    }
    let (head, n_name) = head_of(&tokens, profile).map_or((None, 0), |(head, n)| (Some(head), n));
    let progress = match head {
        Some(head) => {
            let words: Vec<&[u8]> = tokens[n_name..].iter().map(|it| it.value.as_slice()).collect();
            Syntax::parse(head.syntax()).follow(&words)
        }
        None => Syntax::parse("").follow(&[]),
    };
    Reading { tokens, head, n_name, progress, open_quote }
}

/// The command that the first words name, and how many words that takes.
pub fn head_of(tokens: &[Token], profile: Profile) -> Option<(Head, usize)> {
    let first = tokens.first()?;
    if let Some(entry) = table::find(&first.value).filter(|entry| profile.has(entry.spec.since)) {
        if entry.spec.subcommands.is_empty() {
            return Some((Head::Redis(entry.spec), 1));
        }
        let sub = table::find_subcommand(entry, &tokens.get(1)?.value)?;
        return Some((Head::Redis(sub.spec), 2));
    }
    let names = |control: &&Control| {
        let mut words = control.name.split(' ').zip(tokens);
        let n_words = control.name.split(' ').count();
        n_words <= tokens.len()
            && words.all(|(word, token)| token.value.eq_ignore_ascii_case(word.as_bytes()))
    };
    let control = CONTROLS.iter().filter(names).max_by_key(|control| control.name.len())?;
    Some((Head::Control(control), control.name.split(' ').count()))
}

impl Reading {
    /// What each word is.
    pub fn role(&self, word_idx: usize) -> Role {
        let Some(head) = self.head else {
            return if word_idx == 0 { Role::Command } else { Role::Other };
        };
        match word_idx.checked_sub(self.n_name) {
            None => Role::Command,
            Some(idx) => match self.progress.places.get(idx).copied().flatten() {
                Some(place) => Role::of_place(place, head),
                None => Role::Wrong,
            },
        }
    }

    /// The words as stretches of the line; what is between them is blank.
    pub fn spans(&self, line: &str) -> Vec<Span> {
        if line.trim_start().starts_with('#') {
            return vec![Span { range: 0..line.len(), role: Role::Comment }];
        }
        let words = self.tokens.iter().enumerate();
        let mut spans: Vec<Span> = words
            .map(|(idx, token)| Span { range: token.span.clone(), role: self.role(idx) })
            .collect();
        spans.extend(self.open_quote.map(|at| Span { range: at..line.len(), role: Role::Wrong }));
        spans
    }

    /// What a word is, in words: for whoever hovers over it.
    pub fn explained(&self, word_idx: usize) -> String {
        let Some(head) = self.head else { return String::new() };
        match word_idx.checked_sub(self.n_name) {
            None => format!("{}: {}", head.name(), head.summary()),
            Some(idx) => match self.progress.places.get(idx).copied().flatten() {
                Some(place) => {
                    let meaning = text::meaning(place, head.name());
                    let between = if meaning.is_empty() { "" } else { ": " };
                    format!("{place}{between}{meaning}")
                }
                None => text::NO_PLACE.to_owned(),
            },
        }
    }

    /// The last word before the current one that takes a place of this role.
    pub fn word_of(&self, role: Role) -> Option<&[u8]> {
        let idx = (0..self.tokens.len()).rev().find(|idx| self.role(*idx) == role)?;
        self.tokens.get(idx).map(|token| token.value.as_slice())
    }

    /// The first word that takes a place of this role.
    pub fn first_of(&self, role: Role) -> Option<&[u8]> {
        let idx = (0..self.tokens.len()).find(|idx| self.role(*idx) == role)?;
        self.tokens.get(idx).map(|token| token.value.as_slice())
    }
}

/// What is written faintly behind the line: the notation of what may still come.
pub fn ghost(line: &str, profile: Profile) -> String {
    let reading = read(line, profile);
    let is_open = !line.ends_with(' ');
    if reading.open_quote.is_some() || line.trim().is_empty() {
        return String::new();
    }
    match reading.head {
        None if is_open => command_ending(&reading, profile),
        None => String::new(),
        Some(_) if reading.progress.rest.is_empty() => String::new(),
        Some(_) if is_open => format!(" {}", reading.progress.rest),
        Some(_) => reading.progress.rest,
    }
}

/// What the name that was begun could end in, and its arguments.
fn command_ending(reading: &Reading, profile: Profile) -> String {
    let words: Vec<String> = reading
        .tokens
        .iter()
        .map(|token| String::from_utf8_lossy(&token.value).to_ascii_uppercase())
        .collect();
    let begun = words.join(" ");
    let found = heads(profile).find(|head| head.name().starts_with(&begun));
    match found {
        Some(head) => {
            let rest = &head.name()[begun.len()..];
            if head.syntax().is_empty() {
                rest.to_owned()
            } else {
                format!("{rest} {}", head.syntax())
            }
        }
        None => String::new(),
    }
}

/// Every command that can be typed, stream commands first: they are what people come for.
pub fn heads(profile: Profile) -> impl Iterator<Item = Head> {
    let all = move || {
        table::commands(profile).flat_map(move |spec| {
            let subcommands = spec.subcommands.iter().copied();
            let leaf = spec.subcommands.is_empty().then_some(spec);
            leaf.into_iter().chain(subcommands.filter(move |sub| profile.has(sub.since)))
        })
    };
    let streams = all().filter(|spec| spec.group == "stream");
    let others = all().filter(|spec| spec.group != "stream");
    let controls = CONTROLS.iter().map(Head::Control);
    streams.map(Head::Redis).chain(controls).chain(others.map(Head::Redis))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWEST: Profile = Profile::Redis810;

    #[track_caller]
    fn check_roles(line: &str, expected: &[(&str, Role)]) {
        let spans = read(line, NEWEST).spans(line);
        let found: Vec<_> =
            spans.iter().map(|span| (&line[span.range.clone()], span.role)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn words_have_roles() {
        check_roles(
            "3 XADD orders MAXLEN ~ 9 * item 'green tea'",
            &[
                ("XADD", Role::Command),
                ("orders", Role::Key),
                ("MAXLEN", Role::Keyword),
                ("~", Role::Keyword),
                ("9", Role::Number),
                ("*", Role::Keyword),
                ("item", Role::Field),
                ("'green tea'", Role::Value),
            ],
        );
        check_roles(
            "xgroup create orders billing $",
            &[
                ("xgroup", Role::Command),
                ("create", Role::Command),
                ("orders", Role::Key),
                ("billing", Role::Group),
                ("$", Role::Keyword),
            ],
        );
        check_roles("NOPE x", &[("NOPE", Role::Command), ("x", Role::Other)]);
        check_roles("XLEN a b", &[("XLEN", Role::Command), ("a", Role::Key), ("b", Role::Wrong)]);
        check_roles("XLEN \"a", &[("XLEN", Role::Command), ("\"a", Role::Wrong)]);
        check_roles("# note", &[("# note", Role::Comment)]);
    }

    #[test]
    fn an_option_younger_than_the_profile_is_no_command_of_it() {
        assert!(read("XACKDEL a g IDS 1 1-0", Profile::Redis70).head.is_none());
    }

    #[track_caller]
    fn check_ghost(line: &str, expected: &str) {
        assert_eq!(ghost(line, NEWEST), expected, "{line:?}");
    }

    #[test]
    fn ghost_text_is_what_comes_next() {
        check_ghost("", "");
        check_ghost("XLE", "N key");
        check_ghost("XLEN", " key");
        check_ghost("XLEN ", "key");
        check_ghost("XLEN a", "");
        check_ghost("xgroup cr", "EATE key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]");
        check_ghost("XACK orders ", "group id [id ...]");
        check_ghost("XACK \"ord", "");
        check_ghost("XLEN a b", "");
    }
}
