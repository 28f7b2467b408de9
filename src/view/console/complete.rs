//! What could stand at the caret: commands, options, and the names and ids that are there right
//! now.

use super::editor::Completion;
use super::popup::{Choice, Line};
use super::reading::{Head, Reading, Role, heads, read};
use crate::command::tokenize::quoted_if_needed;
use crate::engine::value::Value;
use crate::engine::{Store, Stream, StreamId};
use crate::sim::World;
use crate::view::text;

/// Most names that are offered for one place.
const CHOICES_MAX: usize = 60;
/// Most ids.
const IDS_MAX: usize = 20;

/// What could stand at the caret of a line typed by `who`.
pub fn complete(world: &World, who: &str, line: &Line) -> Completion {
    let profile = world.server().profile();
    let before = line.text.get(..line.caret).unwrap_or(&line.text);
    let mut reading = read(before, profile);
    if reading.open_quote.is_some() || before.trim_start().starts_with('#') {
        return Completion::default();
    }
    // The word that the caret touches is the one that was begun; the others are given.
    let is_begun = reading.tokens.last().is_some_and(|token| token.span.end == before.len());
    let (begun, range) = match reading.tokens.last().filter(|_| is_begun) {
        Some(token) => (token.value.clone(), token.span.clone()),
        None => (Vec::new(), before.len()..before.len()),
    };
    if is_begun {
        reading = read(&before[..range.start], profile);
    }
    let place = Place { world, db: db_of(world, who), reading: &reading };
    let mut choices = match reading.head {
        Some(head) => place.arguments(head),
        None => Vec::new(),
    };
    // CLOCK alone is a line, and so is CLOCK PAUSE.
    choices.extend(place.command_words());
    let begun = String::from_utf8_lossy(&begun).to_ascii_lowercase();
    let fits = |choice: &Choice| choice.text.to_ascii_lowercase().starts_with(&begun);
    let mut choices: Vec<Choice> = choices.into_iter().filter(fits).collect();
    choices.truncate(CHOICES_MAX);
    Completion { range, choices }
}

/// Most words that are offered as chips.
const CHIPS_MAX: usize = 14;
/// What one is likely to begin with.
const FIRST_WORDS: [&str; 8] =
    ["XADD", "XREADGROUP", "XACK", "XRANGE", "XPENDING", "XINFO", "XGROUP", "XREAD"];

/// Words that may come next, as chips, and whether the line could be run as it is.
pub fn next_words(world: &World, who: &str, line: &Line) -> (Vec<String>, bool) {
    if line.text.trim().is_empty() {
        return (FIRST_WORDS.iter().map(|word| (*word).to_owned()).collect(), false);
    }
    let found = complete(world, who, line);
    let begun = line.text.get(found.range.clone()).unwrap_or_default();
    let choices = found.choices.into_iter().map(|choice| choice.text);
    let words = choices.filter(|text| text != begun).take(CHIPS_MAX).collect();
    let reading = read(&line.text, world.server().profile());
    (words, reading.head.is_some() && reading.progress.is_complete)
}

/// The database that a client has selected.
fn db_of(world: &World, who: &str) -> u32 {
    let client = world.clients().find(|client| *client.name == *who);
    let id = client.and_then(|client| client.id);
    id.and_then(|id| world.server().state().clients.get(id)).map_or(0, |client| client.db)
}

struct Place<'a> {
    world: &'a World,
    db: u32,
    reading: &'a Reading,
}

impl Place<'_> {
    /// The words that may follow in a command's name.
    fn command_words(&self) -> Vec<Choice> {
        let words: Vec<String> = self
            .reading
            .tokens
            .iter()
            .map(|token| String::from_utf8_lossy(&token.value).to_ascii_uppercase())
            .collect();
        let is_help = words.first().is_some_and(|word| word == "HELP");
        let given = if is_help { &words[1..] } else { &words[..] };
        let mut choices: Vec<Choice> = Vec::new();
        for head in heads(self.world.server().profile()) {
            let mut name = head.name().split(' ');
            if !given.iter().all(|word| name.next() == Some(word)) {
                continue;
            }
            let Some(next) = name.next() else { continue };
            if choices.iter().any(|choice| choice.text == next) {
                continue;
            }
            let is_last = name.next().is_none();
            let note = if is_last { head.summary() } else { "" };
            choices.push(choice(next, note));
        }
        if words.is_empty() {
            choices.push(choice("HELP", "Explains a command."));
        }
        choices
    }

    fn arguments(&self, head: Head) -> Vec<Choice> {
        let mut choices = Vec::new();
        for place in &self.reading.progress.next {
            match Role::of_place(place, head) {
                Role::Keyword => choices.extend(self.keyword(place, head)),
                Role::Key => choices.extend(self.keys(head)),
                Role::Group => choices.extend(self.groups()),
                Role::Consumer => choices.extend(self.consumers()),
                Role::Id => choices.extend(self.ids(place, head)),
                Role::Field => choices.extend(self.fields()),
                Role::Service => choices.extend(self.services()),
                Role::Number => choices.extend(glossed(text::numbers(place))),
                _ => {}
            }
        }
        choices
    }

    fn keyword(&self, word: &str, head: Head) -> Option<Choice> {
        let since = match head {
            Head::Redis(spec) => spec.options_since.iter().find(|(option, _)| *option == word),
            Head::Control(_) => None,
        };
        match since {
            Some((_, since)) if !self.world.server().profile().has(*since) => None,
            Some((_, (major, minor))) => Some(choice(word, &format!("since {major}.{minor}"))),
            None => Some(choice(word, text::meaning(word, head.name()))),
        }
    }

    /// Keys, those that hold a stream first where a stream is wanted.
    fn keys(&self, head: Head) -> Vec<Choice> {
        let (mut wanted, mut others) = (Vec::new(), Vec::new());
        for (key, entry) in self.store().db(self.db).entries().take(10 * CHOICES_MAX) {
            let (is_stream, note) = match &entry.value {
                Value::Stream(stream) => (true, format!("stream, {} entries", stream.len())),
                Value::Str(_) => (false, "string".to_owned()),
                Value::List(_) => (false, "list".to_owned()),
                Value::Set(_) => (false, "set".to_owned()),
            };
            let list =
                if is_stream || !head.is_about_streams() { &mut wanted } else { &mut others };
            list.push(choice(&quoted_if_needed(key), &note));
        }
        wanted.append(&mut others);
        wanted
    }

    #[inline(never)]
    fn groups(&self) -> Vec<Choice> {
        let mut choices: Vec<Choice> = Vec::new();
        for group in self.likely_streams().into_iter().flat_map(Stream::groups).take(CHOICES_MAX) {
            let note = format!("{} pending, {} consumers", group.n_pending(), group.n_consumers());
            let choice = choice(&quoted_if_needed(group.name()), &note);
            if !choices.iter().any(|known| known.text == choice.text) {
                choices.push(choice);
            }
        }
        choices
    }

    /// The line's stream. XREADGROUP names its group before the stream is known: any will do then.
    fn likely_streams(&self) -> Vec<&Stream> {
        match self.stream() {
            Some(stream) => vec![stream],
            None => self.streams().collect(),
        }
    }

    #[inline(never)]
    fn consumers(&self) -> Vec<Choice> {
        let Some(name) = self.reading.word_of(Role::Group) else { return Vec::new() };
        let groups = self.likely_streams().into_iter().filter_map(|stream| stream.group(name));
        let mut choices: Vec<Choice> = Vec::new();
        for consumer in groups.flat_map(|group| group.consumers()).take(CHOICES_MAX) {
            let note = format!("{} pending", consumer.n_pending());
            let choice = choice(&quoted_if_needed(consumer.name()), &note);
            if !choices.iter().any(|known| known.text == choice.text) {
                choices.push(choice);
            }
        }
        choices
    }

    #[inline(never)]
    fn ids(&self, place: &str, head: Head) -> Vec<Choice> {
        let mut choices = glossed(text::special_ids(place, head.name()));
        let Some(stream) = self.stream() else { return choices };
        if wants_pending(head.name()) {
            let Some(name) = self.reading.word_of(Role::Group) else { return choices };
            let pending = stream
                .group(name)
                .into_iter()
                .flat_map(|group| group.pending_range(StreamId::MIN, StreamId::MAX).take(IDS_MAX));
            choices.extend(pending.map(|it| {
                let times = text::counted(it.delivery_count, "time", "times");
                choice(&it.id.to_string(), &format!("pending, delivered {times}"))
            }));
        } else {
            let newest = stream.range_rev(StreamId::MIN, StreamId::MAX).take(IDS_MAX);
            choices.extend(newest.map(|entry| choice(&entry.id.to_string(), "entry")));
        }
        choices
    }

    /// The field names of the newest entry: the next one is likely to have them too.
    #[inline(never)]
    fn fields(&self) -> Vec<Choice> {
        let newest =
            self.stream().and_then(|stream| stream.range_rev(StreamId::MIN, StreamId::MAX).next());
        let Some(entry) = newest else { return Vec::new() };
        entry.fields().map(|(name, _)| choice(&quoted_if_needed(name), "field")).collect()
    }

    #[inline(never)]
    fn services(&self) -> Vec<Choice> {
        let services = self.world.services().take(CHOICES_MAX);
        services.map(|service| choice(&service.name, service.kind.name())).collect()
    }

    fn store(&self) -> &Store {
        self.world.server().store()
    }

    /// The stream that the line names (the first one).
    fn stream(&self) -> Option<&Stream> {
        let key = self.reading.first_of(Role::Key)?;
        self.store().stream(self.db, key).ok().flatten()
    }

    fn streams(&self) -> impl Iterator<Item = &Stream> {
        let entries = self.store().db(self.db).entries().take(10 * CHOICES_MAX);
        entries.filter_map(|(_, entry)| match &entry.value {
            Value::Stream(stream) => Some(&**stream),
            _ => None,
        })
    }
}

/// Commands whose ids are those of pending entries.
fn wants_pending(name: &str) -> bool {
    matches!(name, "XACK" | "XCLAIM" | "XNACK" | "XACKDEL")
}

/// Choices with what is said of each.
fn glossed(pairs: &[(&str, &str)]) -> Vec<Choice> {
    pairs.iter().map(|(text, note)| choice(text, note)).collect()
}

fn choice(text: &str, note: &str) -> Choice {
    Choice { text: text.to_owned(), note: note.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Profile;
    use crate::sim::{Scenario, Session};

    fn session() -> Session {
        let mut session = Session::new(Scenario::empty(), 1, Profile::Redis810);
        for line in [
            "XADD orders 1-1 item tea",
            "XADD orders 2-1 item milk size 2",
            "SET text x",
            "XGROUP CREATE orders billing 0",
            "XREADGROUP GROUP billing alice COUNT 1 STREAMS orders >",
            "XGROUP CREATECONSUMER orders billing 'b b'",
        ] {
            session.submit("you", line);
        }
        session
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let session = session();
        let found = complete(session.world(), "you", &Line::ending(text));
        let texts: Vec<&str> = found.choices.iter().map(|choice| choice.text.as_str()).collect();
        assert_eq!(texts, expected, "{text:?}");
    }

    #[test]
    fn completion_knows_the_place() {
        check("xle", &["XLEN"]);
        check("XGROUP CR", &["CREATE", "CREATECONSUMER"]);
        check("HELP XAU", &["XAUTOCLAIM"]);
        check("XLEN ", &["orders", "text"]);
        check("GET te", &["text"]);
        check("3 XLEN o", &["orders"]);
        check("XACK orders ", &["billing"]);
        check("XACK orders billing ", &["1-1"]);
        check("XPENDING orders billing - + 5 ", &["alice", "\"b b\""]);
        check("XREADGROUP GROUP b", &["billing"]);
        check("XREADGROUP GROUP billing a", &["alice"]);
        check("XREADGROUP GROUP billing alice NO", &["NOACK"]);
        check("XDEL orders ", &["2-1", "1-1"]);
        check("XADD orders * ", &["item", "size"]);
        check("XADD orders NO", &["NOMKSTREAM"]);
        check("XRANGE orders ", &["-", "2-1", "1-1"]);
        check("XLEN \"o", &[]);
        check("# X", &[]);
        assert!(next_words(session().world(), "you", &Line::ending("XLEN orders")).1);
        assert!(!next_words(session().world(), "you", &Line::ending("XLEN")).1);
        check("NOPE ", &[]);
    }

    #[test]
    fn the_word_at_the_caret_is_replaced() {
        let session = session();
        let line = Line { text: "XLEN or COUNT".into(), caret: 6 };
        let found = complete(session.world(), "you", &line);
        assert_eq!((found.range, found.choices[0].text.as_str()), (5..6, "orders"));
    }
}
