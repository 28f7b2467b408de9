//! What can come next in a line that is being typed, and what each typed word is.
//!
//! The syntax tree of the command becomes a small automaton whose edges are words. Options that
//! stand side by side may be typed in any order, as Redis allows.

use std::collections::BTreeSet;

use super::spec::{Since, Spec};
use super::syntax::{self, Node};
use super::{Profile, table};

/// What a word of a line is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// The command's name.
    Command,
    /// The second word of a command that has subcommands.
    Subcommand,
    /// An option or another fixed word.
    Keyword,
    /// The name of a key.
    Key,
    /// The name of a consumer group.
    Group,
    /// The name of a consumer.
    Consumer,
    /// An entry id.
    Id,
    /// The name of a field.
    Field,
    /// The value of a field, or of a key.
    Value,
    /// A number.
    Number,
    /// Anything else.
    Text,
}

/// One thing that can come next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Slot {
    /// What it is.
    pub role: Role,
    /// The keyword to type, or the parameter's name.
    pub text: &'static str,
    /// For an option younger than its command: the version that brought it.
    pub since: Option<Since>,
}

/// The command that the first words mean, and how many words name it.
pub fn command(profile: Profile, words: &[&[u8]]) -> Option<(&'static Spec, usize)> {
    let entry = table::find(words.first()?).filter(|entry| profile.has(entry.spec.since))?;
    let sub = words.get(1).and_then(|word| table::find_subcommand(entry, word));
    match sub.filter(|sub| profile.has(sub.spec.since)) {
        Some(sub) => Some((sub.spec, 2)),
        None => Some((entry.spec, 1)),
    }
}

/// What can come after these complete words; nothing if they are no beginning of a command. For no
/// words at all, ask [`table::commands`].
pub fn next_slots(profile: Profile, words: &[&[u8]]) -> Vec<Slot> {
    let Some((spec, n_named)) = command(profile, words) else { return Vec::new() };
    if let Some(subcommands) = subcommands(profile, spec, n_named) {
        return if words.len() == 1 { subcommands } else { Vec::new() };
    }
    let arguments = words.get(n_named..).unwrap_or_default();
    let walk = Walk::along(spec, profile, arguments);
    let mut slots: Vec<Slot> = Vec::new();
    for edge in walk.edges() {
        let used = edge.begins_option && walk.used.contains(&edge.item);
        let slot = edge.slot(spec);
        if !used && !slots.contains(&slot) {
            slots.push(slot);
        }
    }
    slots
}

/// What each word is; `None` for words that fit nowhere.
pub fn roles(profile: Profile, words: &[&[u8]]) -> Vec<Option<Role>> {
    let mut roles = vec![None; words.len()];
    let Some((spec, n_named)) = command(profile, words) else { return roles };
    let named = [Some(Role::Command), Some(Role::Subcommand)];
    let arguments = words.get(n_named..).unwrap_or_default();
    let mut found = named[..n_named].to_vec();
    if spec.subcommands.is_empty() {
        found.extend(Walk::along(spec, profile, arguments).roles);
    }
    for (place, role) in roles.iter_mut().zip(found) {
        *place = role;
    }
    roles
}

/// The rest of the syntax after these complete words, to be shown behind the cursor: options that
/// were used are left out.
pub fn ghost(profile: Profile, words: &[&[u8]]) -> String {
    let Some((spec, n_named)) = command(profile, words) else { return String::new() };
    if let Some(subcommands) = subcommands(profile, spec, n_named) {
        let names: Vec<_> = subcommands.iter().map(|slot| slot.text).collect();
        return if words.len() == 1 { names.join(" | ") } else { String::new() };
    }
    let arguments = words.get(n_named..).unwrap_or_default();
    let walk = Walk::along(spec, profile, arguments);
    let mut parts = Vec::new();
    let inside: BTreeSet<usize> =
        walk.edges().filter(|edge| !edge.begins_item).map(|edge| edge.item).collect();
    // Parameters of an item that was begun come first: they must be typed now.
    let now: Vec<&str> =
        walk.edges().filter(|edge| !edge.begins_item).map(|edge| edge.text).collect();
    if !now.is_empty() {
        parts.push(now.join(" | "));
    }
    let first = walk.edges().map(|edge| edge.item).min().unwrap_or(usize::MAX);
    for (idx, item) in walk.items.iter().enumerate().skip(first) {
        let used = walk.used.contains(&idx);
        let repeats = matches!(item, Node::Repeated(_));
        if !used && (!inside.contains(&idx) || repeats) {
            parts.push(item.text());
        }
    }
    parts.join(" ")
}

fn subcommands(profile: Profile, spec: &'static Spec, n_named: usize) -> Option<Vec<Slot>> {
    if n_named == 2 || spec.subcommands.is_empty() {
        return None;
    }
    let known = spec.subcommands.iter().filter(|sub| profile.has(sub.since));
    let word = |sub: &&'static Spec| sub.name.split_once(' ').map_or(sub.name, |(_, word)| word);
    Some(
        known
            .map(|sub| Slot { role: Role::Subcommand, text: word(sub), since: Some(sub.since) })
            .collect(),
    )
}

/// What a parameter of that name is.
pub fn role_of(param: &str) -> Role {
    match param {
        "key" | "newkey" | "source" | "destination" => Role::Key,
        "group" => Role::Group,
        "consumer" => Role::Consumer,
        "id" | "start" | "end" | "lastid" | "last-id" | "max-deleted-id" => Role::Id,
        "field" => Role::Field,
        "value" | "element" | "member" | "message" => Role::Value,
        "count" | "numids" | "milliseconds" | "seconds" | "timeout" | "threshold" | "cursor"
        | "index" | "index1" | "index2" | "db" | "destination-db" | "increment" | "decrement"
        | "min-idle-time" | "bytes" | "entries-read" | "entries-added" | "client-id"
        | "numreplicas" | "stop" | "protover" => Role::Number,
        _ if param.starts_with("unix-time") => Role::Number,
        _ => Role::Text,
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Edge {
    text: &'static str,
    is_keyword: bool,
    to: usize,
    /// The item of the top sequence that it belongs to.
    item: usize,
    /// Whether it is the first word of its item.
    begins_item: bool,
    /// Whether it begins an option.
    begins_option: bool,
}

impl Edge {
    fn role(&self) -> Role {
        if self.is_keyword { Role::Keyword } else { role_of(self.text) }
    }

    fn slot(&self, spec: &Spec) -> Slot {
        let since = spec.options_since.iter().find(|(word, _)| *word == self.text);
        Slot { role: self.role(), text: self.text, since: since.map(|(_, since)| *since) }
    }
}

#[derive(Default)]
struct State {
    edges: Vec<Edge>,
    /// States that are reached without a word.
    free: Vec<usize>,
}

/// A walk through the automaton along the words that were typed.
struct Walk {
    states: Vec<State>,
    items: Vec<Node>,
    at: BTreeSet<usize>,
    /// Options that were begun, as places in `items`.
    used: BTreeSet<usize>,
    roles: Vec<Option<Role>>,
}

impl Walk {
    fn along(spec: &Spec, profile: Profile, arguments: &[&[u8]]) -> Walk {
        let items = syntax::parse(spec.syntax).unwrap_or_default();
        let mut builder = Builder { states: Vec::new(), spec, profile, item: 0 };
        let start = builder.state();
        builder.top(&items, start);
        let mut walk = Walk {
            states: builder.states,
            items,
            at: BTreeSet::from([start]),
            used: BTreeSet::new(),
            roles: Vec::new(),
        };
        walk.close();
        for word in arguments {
            walk.step(word);
        }
        walk
    }

    fn edges(&self) -> impl Iterator<Item = &Edge> {
        self.at.iter().filter_map(|state| self.states.get(*state)).flat_map(|s| s.edges.iter())
    }

    /// A word that is a keyword here is nothing else.
    fn step(&mut self, word: &[u8]) {
        let is = |edge: &&Edge| edge.is_keyword && edge.text.as_bytes().eq_ignore_ascii_case(word);
        let mut taken: Vec<Edge> = self.edges().filter(is).copied().collect();
        if taken.is_empty() {
            taken = self.edges().filter(|edge| !edge.is_keyword).copied().collect();
        }
        self.roles.push(taken.first().map(Edge::role));
        self.used.extend(taken.iter().filter(|edge| edge.begins_option).map(|edge| edge.item));
        self.at = taken.iter().map(|edge| edge.to).collect();
        self.close();
    }

    fn close(&mut self) {
        let mut open: Vec<usize> = self.at.iter().copied().collect();
        while let Some(state) = open.pop() {
            for &free in self.states.get(state).map_or(&[][..], |state| &state.free) {
                if self.at.insert(free) {
                    open.push(free);
                }
            }
        }
    }
}

struct Builder<'a> {
    states: Vec<State>,
    spec: &'a Spec,
    profile: Profile,
    item: usize,
}

impl Builder<'_> {
    fn state(&mut self) -> usize {
        self.states.push(State::default());
        self.states.len() - 1
    }

    fn free(&mut self, from: usize, to: usize) {
        if let Some(state) = self.states.get_mut(from) {
            state.free.push(to);
        }
    }

    /// The top sequence: a run of options that begin with a keyword is a loop, each may come first.
    fn top(&mut self, items: &[Node], start: usize) {
        let mut at = start;
        for (idx, item) in items.iter().enumerate() {
            self.item = idx;
            let is_option = matches!(item, Node::Optional(_)) && !item.first_keywords().is_empty();
            let Node::Optional(inner) = item else {
                at = self.node(item, at, Begin::Item);
                continue;
            };
            if is_option {
                // Back to where the run began: `at` does not move.
                let end = self.node(inner, at, Begin::Option);
                self.free(end, at);
            } else {
                at = self.node(item, at, Begin::Item);
            }
        }
    }

    /// Adds a part that begins in `from`; the state behind it.
    fn node(&mut self, node: &Node, from: usize, begin: Begin) -> usize {
        match node {
            Node::Keyword(word) => self.edge(word, true, from, begin),
            Node::Param(name) => self.edge(name, false, from, begin),
            Node::Sequence(items) => {
                let mut at = from;
                let mut begin = begin;
                for item in items {
                    at = self.node(item, at, begin);
                    begin = Begin::Inside;
                }
                at
            }
            Node::OneOf(branches) => {
                let end = self.state();
                for branch in branches {
                    let branch_end = self.node(branch, from, begin);
                    self.free(branch_end, end);
                }
                end
            }
            Node::Optional(inner) => {
                let end = self.node(inner, from, begin);
                let behind = self.state();
                self.free(end, behind);
                self.free(from, behind);
                behind
            }
            Node::Repeated(inner) => {
                // A state of its own, or what stands before would be repeated too.
                let before = self.state();
                self.free(from, before);
                let end = self.node(inner, before, begin);
                self.free(end, before);
                before
            }
        }
    }

    fn edge(&mut self, text: &'static str, is_keyword: bool, from: usize, begin: Begin) -> usize {
        let to = self.state();
        let since = self.spec.options_since.iter().find(|(word, _)| *word == text);
        if since.is_some_and(|(_, since)| !self.profile.has(*since)) {
            return to;
        }
        let edge = Edge {
            text,
            is_keyword,
            to,
            item: self.item,
            begins_item: begin != Begin::Inside,
            begins_option: begin == Begin::Option,
        };
        if let Some(state) = self.states.get_mut(from) {
            state.edges.push(edge);
        }
        to
    }
}

/// Where a part stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    /// First in an option of the top sequence.
    Option,
    /// First in another item of the top sequence.
    Item,
    /// Further inside.
    Inside,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<&[u8]> {
        line.split_whitespace().map(str::as_bytes).collect()
    }

    #[track_caller]
    fn check(line: &str, slots: &str, ghost_text: &str) {
        let words = words(line);
        let found = next_slots(Profile::Redis86, &words);
        let found: Vec<_> = found.iter().map(|slot| slot.text).collect();
        assert_eq!(found.join(" "), slots, "{line}");
        assert_eq!(ghost(Profile::Redis86, &words), ghost_text, "{line}");
    }

    #[test]
    fn what_comes_next() {
        check("NOPE", "", "");
        check("GET", "key", "key");
        check("GET k", "", "");
        check("COPY a", "destination", "destination [DB destination-db] [REPLACE]");
        check("COPY a b", "DB REPLACE", "[DB destination-db] [REPLACE]");
        check("COPY a b REPLACE", "DB", "[DB destination-db]");
        check("COPY a b DB", "destination-db", "destination-db [REPLACE]");
        check("COPY a b replace db 1", "", "");
        check("DEL a", "key", "[key ...]");
        check("MSET a 1", "key", "[key value ...]");
        check("MSET a 1 b", "value", "value [key value ...]");
        check("LPOP q", "count", "[count]");
        check("CLIENT SETINFO", "LIB-NAME LIB-VER", "<LIB-NAME libname | LIB-VER libver>");
        check("CONFIG", "GET HELP RESETSTAT REWRITE SET", "GET | HELP | RESETSTAT | REWRITE | SET");
    }

    #[test]
    fn an_option_that_the_version_does_not_have_is_not_offered() {
        let found = next_slots(Profile::Redis62, &words("EXPIRE k 5"));
        assert!(found.is_empty());
        let found = next_slots(Profile::Redis70, &words("EXPIRE k 5"));
        assert_eq!(found.len(), 4);
        assert_eq!(found[0].since, Some((7, 0)));
    }

    #[test]
    fn every_word_has_a_role() {
        let line = words("copy a b db 1 x");
        let found = roles(Profile::Redis86, &line);
        let expected = [
            Some(Role::Command),
            Some(Role::Key),
            Some(Role::Key),
            Some(Role::Keyword),
            Some(Role::Number),
            None,
        ];
        assert_eq!(found, expected);
    }
}
