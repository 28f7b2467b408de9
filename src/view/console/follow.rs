//! Follows the words of a line along the [syntax](crate::command::syntax) of its command, so that
//! the console can tell what each word is and what may come next.
//!
//! Neighbouring `[…]` come in any order, each at most once, as Redis reads its options.

use crate::command::syntax::{self, Node as Item};

/// The syntax of a command, ready to follow words with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Syntax {
    root: Node,
}

/// What the words of a line are, and what may come after them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// For each word the place that it takes; `None` for a word that cannot stand there.
    pub places: Vec<Option<&'static str>>,
    /// What may come next: words of the notation, in its order.
    pub next: Vec<&'static str>,
    /// The notation of what may still come.
    pub rest: String,
    /// Nothing more is needed.
    pub is_complete: bool,
}

/// Whether a word of the notation is a placeholder (else it stands for itself).
pub fn is_placeholder(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_lowercase())
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Node {
    Word(&'static str),
    Seq(Vec<Node>),
    Choice(Vec<Node>),
    /// None or more.
    Repeat(Box<Node>),
    /// Neighbouring optional parts, in any order.
    Options(Vec<Node>),
}

/// Where a reader of words stands: what is still to come, the next last.
type Stack<'a> = Vec<Frame<'a>>;

#[derive(Clone, Copy, Debug)]
enum Frame<'a> {
    Node(&'a Node),
    /// The options, and a bit for each that was used.
    Options(&'a [Node], u64),
}

/// Most places where a reader may stand at once; more would only cost time.
const STACKS_MAX: usize = 16;
/// A notation is never nested deeper.
const DEPTH_MAX: usize = 64;

impl Syntax {
    /// Reads a syntax. One that cannot be read, which a test rules out, has no places.
    pub fn parse(text: &'static str) -> Syntax {
        Syntax { root: sequence(syntax::parse(text).unwrap_or_default()) }
    }

    /// Follows words (those behind the command's name).
    pub fn follow(&self, words: &[&[u8]]) -> Progress {
        let mut stacks: Vec<Stack<'_>> = vec![vec![Frame::Node(&self.root)]];
        let mut places = Vec::with_capacity(words.len());
        for word in words {
            let (place, next) = take(&stacks, word);
            places.push(place);
            match place {
                Some(_) => stacks = next,
                None => break,
            }
        }
        let is_lost = places.last() == Some(&None);
        places.resize(words.len(), None);
        split_streams(words, &mut places);
        if is_lost {
            return Progress { places, next: Vec::new(), rest: String::new(), is_complete: false };
        }
        let mut next = Vec::new();
        let mut is_complete = false;
        for stack in &stacks {
            let mut ways = Vec::new();
            is_complete |= expand(stack.clone(), 0, &mut ways);
            for (word, _) in ways {
                if !next.contains(&word) {
                    next.push(word);
                }
            }
        }
        let mut rest = String::new();
        for frame in stacks.first().into_iter().flatten().rev() {
            write_frame(*frame, &mut rest);
        }
        Progress { places, next, rest, is_complete }
    }
}

/// Follows one word from every place where a reader may stand. A word that stands for itself wins
/// over a placeholder, as option names do in Redis.
fn take<'a>(stacks: &[Stack<'a>], word: &[u8]) -> (Option<&'static str>, Vec<Stack<'a>>) {
    let mut ways = Vec::new();
    for stack in stacks {
        expand(stack.clone(), 0, &mut ways);
    }
    let is_literal =
        |place: &str| !is_placeholder(place) && word.eq_ignore_ascii_case(place.as_bytes());
    let any_literal = ways.iter().any(|(place, _)| is_literal(place));
    let fits = |place: &str| if any_literal { is_literal(place) } else { is_placeholder(place) };
    let mut next: Vec<Stack<'a>> = Vec::new();
    let mut first = None;
    for (place, stack) in ways {
        if fits(place) && next.len() < STACKS_MAX && !next.iter().any(|it| is_same(it, &stack)) {
            first.get_or_insert(place);
            next.push(stack);
        }
    }
    (first, next)
}

fn is_same(a: &Stack<'_>, b: &Stack<'_>) -> bool {
    a.len() == b.len()
        && std::iter::zip(a, b).all(|pair| match pair {
            (Frame::Node(a), Frame::Node(b)) => std::ptr::eq(*a, *b),
            (Frame::Options(a, used), Frame::Options(b, other)) => {
                std::ptr::eq(*a, *b) && used == other
            }
            _ => false,
        })
}

/// The words that may come first, each with what is to come after it. Returns whether nothing need
/// come at all.
fn expand<'a>(
    mut stack: Stack<'a>,
    depth: usize,
    ways: &mut Vec<(&'static str, Stack<'a>)>,
) -> bool {
    if DEPTH_MAX < depth {
        return false;
    }
    let Some(frame) = stack.pop() else { return true };
    let with = |more: &[Frame<'a>]| {
        let mut stack = stack.clone();
        stack.extend_from_slice(more);
        stack
    };
    match frame {
        Frame::Node(Node::Word(word)) => {
            ways.push((word, stack));
            false
        }
        Frame::Node(Node::Seq(nodes)) => {
            let frames: Vec<_> = nodes.iter().rev().map(Frame::Node).collect();
            expand(with(&frames), depth + 1, ways)
        }
        Frame::Node(Node::Choice(nodes)) => {
            // Every choice is expanded, also behind one that may end here.
            let mut may_end = false;
            for node in nodes {
                may_end |= expand(with(&[Frame::Node(node)]), depth + 1, ways);
            }
            may_end
        }
        Frame::Node(Node::Repeat(node)) => {
            expand(with(&[frame, Frame::Node(node)]), depth + 1, ways);
            expand(stack, depth + 1, ways)
        }
        Frame::Node(Node::Options(nodes)) => {
            expand(with(&[Frame::Options(nodes, 0)]), depth + 1, ways)
        }
        Frame::Options(nodes, used) => {
            for (idx, node) in nodes.iter().enumerate().take(64) {
                let bit = 1 << idx;
                if used & bit == 0 {
                    let more = [Frame::Options(nodes, used | bit), Frame::Node(node)];
                    expand(with(&more), depth + 1, ways);
                }
            }
            expand(stack, depth + 1, ways)
        }
    }
}

/// `STREAMS key [key ...] id [id ...]`: only the number of words says which half is which.
fn split_streams(words: &[&[u8]], places: &mut [Option<&str>]) {
    let is_streams = |place: &Option<&str>| *place == Some("STREAMS");
    let Some(at) = places.iter().position(is_streams) else { return };
    let n_after = words.len() - at - 1;
    for (idx, place) in places[at + 1..].iter_mut().enumerate() {
        *place = Some(if idx < n_after.div_ceil(2) { "key" } else { "id" });
    }
}

fn write_frame(frame: Frame<'_>, out: &mut String) {
    match frame {
        Frame::Node(node) => write_node(node, false, out),
        Frame::Options(nodes, used) => {
            for (idx, node) in nodes.iter().enumerate() {
                if used >> idx.min(63) & 1 == 0 {
                    write_optional(node, out);
                }
            }
        }
    }
}

/// `in_brackets`: a choice needs no brackets of its own.
fn write_node(node: &Node, in_brackets: bool, out: &mut String) {
    match node {
        Node::Word(word) => {
            if !out.is_empty() && !out.ends_with(['[', '<', ' ']) {
                out.push(' ');
            }
            out.push_str(word);
        }
        Node::Seq(nodes) => nodes.iter().for_each(|node| write_node(node, false, out)),
        Node::Choice(nodes) => {
            if !in_brackets {
                open('<', out);
            }
            for (idx, node) in nodes.iter().enumerate() {
                if 0 < idx {
                    out.push_str(" | ");
                }
                write_node(node, false, out);
            }
            if !in_brackets {
                out.push('>');
            }
        }
        Node::Repeat(node) => {
            open('[', out);
            write_node(node, true, out);
            out.push_str(" ...]");
        }
        Node::Options(nodes) => nodes.iter().for_each(|node| write_optional(node, out)),
    }
}

fn write_optional(node: &Node, out: &mut String) {
    open('[', out);
    write_node(node, true, out);
    out.push(']');
}

fn open(bracket: char, out: &mut String) {
    if !out.is_empty() && !out.ends_with(['[', '<', ' ']) {
        out.push(' ');
    }
    out.push(bracket);
}

fn node(item: Item) -> Node {
    match item {
        Item::Keyword(word) | Item::Param(word) => Node::Word(word),
        Item::Sequence(items) => sequence(items),
        Item::OneOf(branches) => Node::Choice(branches.into_iter().map(node).collect()),
        Item::Optional(inner) => Node::Options(vec![node(*inner)]),
        Item::Repeated(inner) => Node::Repeat(Box::new(node(*inner))),
    }
}

/// Neighbouring optional parts become options in any order.
fn sequence(items: Vec<Item>) -> Node {
    let mut nodes: Vec<Node> = Vec::new();
    for item in items {
        match (nodes.last_mut(), node(item)) {
            (Some(Node::Options(options)), Node::Options(more)) => options.extend(more),
            (_, node) => nodes.push(node),
        }
    }
    if nodes.len() == 1 { nodes.remove(0) } else { Node::Seq(nodes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::table::COMMANDS;
    use crate::command::tokenize::redis_tokens;
    use crate::sim::control::CONTROLS;

    const XADD: &str = "key [NOMKSTREAM] [KEEPREF | DELREF] [<MAXLEN | MINID> [= | ~] threshold \
                        [LIMIT count]] <* | id> field value [field value ...]";
    const XREAD: &str = "[COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]";

    fn follow(syntax: &'static str, line: &str) -> Progress {
        let words: Vec<&[u8]> = line.split_ascii_whitespace().map(str::as_bytes).collect();
        Syntax::parse(syntax).follow(&words)
    }

    #[track_caller]
    fn check(syntax: &'static str, line: &str, places: &str, next: &str) {
        let progress = follow(syntax, line);
        let found: Vec<_> = progress.places.iter().map(|it| it.unwrap_or("?")).collect();
        assert_eq!((found.join(" ").as_str(), progress.next.join(" ").as_str()), (places, next));
    }

    #[test]
    fn words_take_places() {
        check(XADD, "", "", "key");
        check(XADD, "s", "key", "NOMKSTREAM KEEPREF DELREF MAXLEN MINID * id");
        check(XADD, "s maxlen", "key MAXLEN", "= ~ threshold");
        check(
            XADD,
            "s MAXLEN ~ 5",
            "key MAXLEN ~ threshold",
            "LIMIT NOMKSTREAM KEEPREF DELREF * id",
        );
        check(XADD, "s NOMKSTREAM *", "key NOMKSTREAM *", "field");
        check(XADD, "s 1-1 LIMIT 5", "key id field value", "field");
        check(XADD, "s * f", "key * field", "value");
        check("[message]", "a b", "message ?", "");
    }

    #[test]
    fn the_words_behind_streams_are_keys_and_as_many_ids() {
        check(XREAD, "block 0 streams a", "BLOCK milliseconds STREAMS key", "key id");
        check(XREAD, "STREAMS a b $ $", "STREAMS key key id id", "key id");
        check(XREAD, "STREAMS a b c", "STREAMS key key id", "key id");
    }

    #[test]
    fn options_come_in_any_order_and_once() {
        let options = "id [id ...] [IDLE ms] [FORCE] [JUSTID]";
        check(options, "1-0 2-0 FORCE IDLE 5", "id id FORCE IDLE ms", "JUSTID");
        assert!(follow(options, "1-0").is_complete);
        assert!(!follow(options, "1-0 IDLE").is_complete);
    }

    #[test]
    fn the_rest_is_in_the_same_notation() {
        let rest = |line| follow(XADD, line).rest;
        assert_eq!(rest(""), XADD.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!(rest("s MAXLEN 5 *"), "field value [field value ...]");
        assert_eq!(
            rest("s MAXLEN"),
            "[= | ~] threshold [LIMIT count] [NOMKSTREAM] [KEEPREF | DELREF] <* | id> field value \
             [field value ...]"
        );
    }

    #[test]
    fn every_control_can_be_followed() {
        for control in CONTROLS {
            let rest = Syntax::parse(control.syntax).follow(&[]).rest;
            assert_eq!(unspaced(&rest), unspaced(control.syntax), "{}", control.name);
            for example in control.examples.iter().filter(|it| it.starts_with(control.name)) {
                check_example(control.name, control.syntax, example);
            }
        }
    }

    #[track_caller]
    fn check_example(name: &str, syntax: &'static str, example: &str) {
        let tokens = redis_tokens(example.as_bytes()).unwrap();
        let words: Vec<&[u8]> = tokens.iter().map(|it| it.value.as_slice()).collect();
        let n_name = name.split(' ').count();
        let progress = Syntax::parse(syntax).follow(&words[n_name..]);
        let fits = progress.places.iter().all(Option::is_some);
        assert!(fits && progress.is_complete, "{example}: {progress:?}");
    }

    fn unspaced(text: &str) -> String {
        text.split_ascii_whitespace().collect()
    }

    #[test]
    fn every_command_can_be_followed() {
        for spec in COMMANDS.iter().flat_map(|spec| std::iter::once(spec).chain(spec.subcommands)) {
            let progress = Syntax::parse(spec.syntax).follow(&[]);
            assert_eq!(unspaced(&progress.rest), unspaced(spec.syntax), "{}", spec.name);
            // Some examples are what one types before or after.
            for example in spec.examples.iter().filter(|it| it.starts_with(spec.name)) {
                check_example(spec.name, spec.syntax, example);
            }
        }
    }
}
