//! The conditions of a goal: one line each, as data.

use super::pattern::CommandPattern;
use crate::engine::StreamId;

/// One line of a goal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// `length KEY OP N`: entries in the stream.
    Length(String, Compare, i64),
    /// `exists KEY` / `missing KEY`
    Exists(String, bool),
    /// `entry KEY ID` / `no entry KEY ID`
    Entry(String, StreamId, bool),
    /// `field KEY FIELD = VALUE`: some entry of the stream has it.
    Field(String, String, String),
    /// `fields KEY OP N`: some entry of the stream has that many fields.
    Fields(String, Compare, i64),
    /// `same-ms KEY OP N`: so many entries share one millisecond.
    SameMs(String, Compare, i64),
    /// `first KEY OP ID`: the id of the first entry.
    FirstId(String, Compare, StreamId),
    /// `group KEY GROUP` / `no group KEY GROUP`
    Group(String, String, bool),
    /// `consumer KEY GROUP NAME` / `no consumer KEY GROUP NAME`
    Consumer(String, String, String, bool),
    /// `consumers KEY GROUP OP N`
    Consumers(String, String, Compare, i64),
    /// `pending KEY GROUP [CONSUMER] OP N`
    Pending(String, String, Option<String>, Compare, i64),
    /// `owner KEY GROUP ID CONSUMER`: the entry is pending for that consumer.
    Owner(String, String, StreamId, String),
    /// `deliveries KEY GROUP ID OP N`: the delivery count of a pending entry.
    Deliveries(String, String, StreamId, Compare, i64),
    /// `dangling KEY GROUP OP N`: pending ids whose entry is gone.
    Dangling(String, String, Compare, i64),
    /// `last-delivered KEY GROUP OP ID`
    LastDelivered(String, String, Compare, StreamId),
    /// `lag KEY GROUP OP N`: entries that the group has not been offered; unknown never holds.
    Lag(String, String, Compare, i64),
    /// `value KEY = TEXT`: a string.
    Value(String, String),
    /// `items KEY OP N`: elements of a list.
    Items(String, Compare, i64),
    /// `saw CLIENT KEY OP N`: different entries of the stream in the replies to that client.
    Saw(String, String, Compare, i64),
    /// `saw-all CLIENT KEY`: every entry of the stream, none twice.
    SawAll(String, String),
    /// `saw-newest CLIENT KEY`: the newest entry of the stream was in a reply to that client.
    SawNewest(String, String),
    /// `saw-run CLIENT KEY`: from the first entry of the stream to the newest one that the client
    /// saw, none is missing and none came twice.
    SawRun(String, String),
    /// `bites KEY GROUP OP N`: the greatest number of entries that the group handed out in one
    /// reply.
    Bites(String, String, Compare, i64),
    /// `ran [N times] [CLIENT:] PATTERN [-> REPLY]`
    Ran(i64, CommandPattern),
    /// `in-order PATTERN [-> REPLY] then PATTERN [-> REPLY] …`
    InOrder(Vec<CommandPattern>),
    /// `never [CLIENT:] PATTERN [-> REPLY]`: the goal is violated once that was run.
    Never(CommandPattern),
    /// `effects NAME OP N`: how often the business saw it (charged, mailed, …).
    Effects(String, Compare, i64),
    /// `duplicates OP N`: effects that happened again for the same entry or business key.
    Duplicates(Compare, i64),
    /// `lost OP N`: effects that should have happened and never will.
    Lost(Compare, i64),
    /// `out-of-order KEY OP N`: effects that happened before the effect of an earlier entry.
    OutOfOrder(String, Compare, i64),
    /// `elapsed OP DURATION`: virtual milliseconds since the lesson began.
    Elapsed(Compare, i64),
    /// `answered NAME`: the prediction was answered, right or wrong.
    Answered(String),
    /// `right NAME`: the prediction was answered rightly.
    Right(String),
    /// `any` with conditions behind `or`: one of them is enough.
    Any(Vec<Condition>),
}

/// How two values are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compare {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    More,
}

impl Compare {
    /// Whether `left OP right`.
    pub fn holds<T: Ord>(self, left: T, right: T) -> bool {
        match self {
            Compare::Less => left < right,
            Compare::AtMost => left <= right,
            Compare::Equal => left == right,
            Compare::NotEqual => left != right,
            Compare::AtLeast => left >= right,
            Compare::More => left > right,
        }
    }

    /// The sign as authors write it.
    pub fn sign(self) -> &'static str {
        match self {
            Compare::Less => "<",
            Compare::AtMost => "<=",
            Compare::Equal => "=",
            Compare::NotEqual => "!=",
            Compare::AtLeast => ">=",
            Compare::More => ">",
        }
    }

    fn of_sign(sign: &str) -> Option<Compare> {
        let all = [
            Compare::Less,
            Compare::AtMost,
            Compare::Equal,
            Compare::NotEqual,
            Compare::AtLeast,
            Compare::More,
        ];
        all.into_iter().find(|compare| compare.sign() == sign)
    }

    /// Reads `>= 3`, `= 3` or just `3`.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub fn parse(text: &str) -> Result<(Compare, i64), String> {
        let (compare, number) = match text.split_once(' ') {
            Some((sign, number)) => (Compare::of_sign(sign), number.trim()),
            None => (Some(Compare::Equal), text),
        };
        match (compare, number.parse()) {
            (Some(compare), Ok(number)) => Ok((compare, number)),
            _ => Err(format!("`{text}` is no comparison: write for example `>= 3`")),
        }
    }
}

impl Condition {
    /// Reads one line of a goal.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub fn parse(line: &str) -> Result<Condition, String> {
        let line = line.trim();
        let alternatives: Vec<&str> = line.split(" or: ").collect();
        if 1 < alternatives.len() {
            let parsed: Result<_, _> = alternatives.into_iter().map(Condition::parse).collect();
            return Ok(Condition::Any(parsed?));
        }
        let (name, rest) = line.split_once(' ').map_or((line, ""), |(a, b)| (a, b.trim()));
        if let Some(condition) = evidence(name, rest) {
            return condition;
        }
        let words: Vec<&str> = rest.split_whitespace().collect();
        let (name, words, positive) = match (name, words.as_slice()) {
            ("no", [name, words @ ..]) => (*name, words, false),
            (_, words) => (name, words, true),
        };
        state(name, words, positive).unwrap_or_else(|| Err(usage(name)))
    }
}

/// Conditions over what was typed, seen, answered and done.
fn evidence(name: &str, rest: &str) -> Option<Result<Condition, String>> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    Some(match (name, words.as_slice()) {
        ("ran", [n, "times", ..]) => match (n.parse(), rest.split_once(" times ")) {
            (Ok(n), Some((_, pattern))) => {
                CommandPattern::parse(pattern).map(|p| Condition::Ran(n, p))
            }
            _ => Err(usage(name)),
        },
        ("ran", _) => CommandPattern::parse(rest).map(|pattern| Condition::Ran(1, pattern)),
        ("never", _) => CommandPattern::parse(rest).map(Condition::Never),
        ("in-order", _) => {
            let patterns: Result<Vec<_>, _> =
                rest.split(" then ").map(CommandPattern::parse).collect();
            match patterns {
                Ok(patterns) if patterns.len() < 2 => Err(usage(name)),
                patterns => patterns.map(Condition::InOrder),
            }
        }
        ("saw", [client, key, op @ ..]) => Compare::parse(&op.join(" "))
            .map(|(c, n)| Condition::Saw((*client).to_owned(), (*key).to_owned(), c, n)),
        ("saw-all", [client, key]) => {
            Ok(Condition::SawAll((*client).to_owned(), (*key).to_owned()))
        }
        ("saw-newest", [client, key]) => {
            Ok(Condition::SawNewest((*client).to_owned(), (*key).to_owned()))
        }
        ("saw-run", [client, key]) => {
            Ok(Condition::SawRun((*client).to_owned(), (*key).to_owned()))
        }
        ("bites", [key, group, op @ ..]) => Compare::parse(&op.join(" "))
            .map(|(c, n)| Condition::Bites((*key).to_owned(), (*group).to_owned(), c, n)),
        ("out-of-order", [key, op @ ..]) => Compare::parse(&op.join(" "))
            .map(|(c, n)| Condition::OutOfOrder((*key).to_owned(), c, n)),
        ("effects", [effect, op @ ..]) => Compare::parse(&op.join(" "))
            .map(|(c, n)| Condition::Effects((*effect).to_owned(), c, n)),
        ("duplicates", _) => Compare::parse(rest).map(|(c, n)| Condition::Duplicates(c, n)),
        ("lost", _) => Compare::parse(rest).map(|(c, n)| Condition::Lost(c, n)),
        ("elapsed", [sign, duration]) => match (Compare::of_sign(sign), millis(duration)) {
            (Some(compare), Some(ms)) => Ok(Condition::Elapsed(compare, ms)),
            _ => Err(usage(name)),
        },
        ("answered", [question]) => Ok(Condition::Answered((*question).to_owned())),
        ("right", [question]) => Ok(Condition::Right((*question).to_owned())),
        (
            "saw" | "saw-all" | "saw-newest" | "saw-run" | "bites" | "out-of-order" | "effects"
            | "elapsed" | "answered" | "right",
            _,
        ) => Err(usage(name)),
        _ => return None,
    })
}

/// Conditions over what is stored; `positive` is false behind `no`.
fn state(name: &str, words: &[&str], positive: bool) -> Option<Result<Condition, String>> {
    let own = |word: &&str| (*word).to_owned();
    let number = |op: &[&str]| Compare::parse(&op.join(" "));
    let condition = match (name, words) {
        ("exists", [key]) => Condition::Exists(own(key), true),
        ("missing", [key]) => Condition::Exists(own(key), false),
        ("entry", [key, id]) => Condition::Entry(own(key), id_of(id)?, positive),
        ("group", [key, group]) => Condition::Group(own(key), own(group), positive),
        ("consumer", [key, group, consumer]) => {
            Condition::Consumer(own(key), own(group), own(consumer), positive)
        }
        _ if !positive => return None,
        ("length", [key, op @ ..]) => {
            return Some(number(op).map(|(c, n)| Condition::Length(own(key), c, n)));
        }
        ("field", [key, field, "=", value @ ..]) => {
            Condition::Field(own(key), own(field), value.join(" "))
        }
        ("fields", [key, op @ ..]) => {
            return Some(number(op).map(|(c, n)| Condition::Fields(own(key), c, n)));
        }
        ("same-ms", [key, op @ ..]) => {
            return Some(number(op).map(|(c, n)| Condition::SameMs(own(key), c, n)));
        }
        ("first", [key, sign, id]) => {
            Condition::FirstId(own(key), Compare::of_sign(sign)?, id_of(id)?)
        }
        ("consumers", [key, group, op @ ..]) => {
            return Some(number(op).map(|(c, n)| Condition::Consumers(own(key), own(group), c, n)));
        }
        ("pending", [key, group, consumer, sign, n]) => {
            let (compare, n) = (Compare::of_sign(sign)?, n.parse().ok()?);
            Condition::Pending(own(key), own(group), Some(own(consumer)), compare, n)
        }
        ("pending", [key, group, op @ ..]) => {
            let pending = |(c, n)| Condition::Pending(own(key), own(group), None, c, n);
            return Some(number(op).map(pending));
        }
        ("owner", [key, group, id, consumer]) => {
            Condition::Owner(own(key), own(group), id_of(id)?, own(consumer))
        }
        ("deliveries", [key, group, id, op @ ..]) => {
            let id = id_of(id)?;
            let deliveries = |(c, n)| Condition::Deliveries(own(key), own(group), id, c, n);
            return Some(number(op).map(deliveries));
        }
        ("dangling", [key, group, op @ ..]) => {
            return Some(number(op).map(|(c, n)| Condition::Dangling(own(key), own(group), c, n)));
        }
        ("last-delivered", [key, group, sign, id]) => {
            let (compare, id) = (Compare::of_sign(sign)?, id_of(id)?);
            Condition::LastDelivered(own(key), own(group), compare, id)
        }
        ("lag", [key, group, op @ ..]) => {
            return Some(number(op).map(|(c, n)| Condition::Lag(own(key), own(group), c, n)));
        }
        ("value", [key, "=", value @ ..]) => Condition::Value(own(key), value.join(" ")),
        ("items", [key, op @ ..]) => {
            return Some(number(op).map(|(c, n)| Condition::Items(own(key), c, n)));
        }
        _ => return None,
    };
    Some(Ok(condition))
}

/// `ms-seq`, or `ms` for `ms-0`.
fn id_of(text: &str) -> Option<StreamId> {
    let (ms, seq) = text.split_once('-').unwrap_or((text, "0"));
    Some(StreamId::new(ms.parse().ok()?, seq.parse().ok()?))
}

/// `500ms`, `60s`, `2m` as milliseconds.
pub fn millis(text: &str) -> Option<i64> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(factor)
}

/// Every condition and how it is written, for errors and for `docs/authoring.md`.
pub const USAGE: &[(&str, &str)] = &[
    ("length", "length KEY >= 3"),
    ("exists", "exists KEY"),
    ("missing", "missing KEY"),
    ("entry", "entry KEY 1-0, or: no entry KEY 1-0"),
    ("field", "field KEY FIELD = VALUE"),
    ("fields", "fields KEY >= 3"),
    ("same-ms", "same-ms KEY >= 3"),
    ("first", "first KEY >= 1700000000000-0"),
    ("group", "group KEY GROUP, or: no group KEY GROUP"),
    ("consumer", "consumer KEY GROUP NAME, or: no consumer KEY GROUP NAME"),
    ("consumers", "consumers KEY GROUP = 2"),
    ("pending", "pending KEY GROUP = 0, or for one consumer: pending KEY GROUP alice = 0"),
    ("owner", "owner KEY GROUP 1-0 alice"),
    ("deliveries", "deliveries KEY GROUP 1-0 >= 2"),
    ("dangling", "dangling KEY GROUP = 0"),
    ("last-delivered", "last-delivered KEY GROUP = 0-0"),
    ("lag", "lag KEY GROUP = 0"),
    ("value", "value KEY = TEXT"),
    ("items", "items KEY = 0"),
    ("saw", "saw CLIENT KEY >= 3"),
    ("saw-all", "saw-all CLIENT KEY"),
    ("saw-newest", "saw-newest CLIENT KEY"),
    ("saw-run", "saw-run CLIENT KEY"),
    ("bites", "bites KEY GROUP <= 20"),
    ("ran", "ran [2 times] [CLIENT:] XACK orders ** [-> 0]"),
    ("in-order", "in-order XREAD ** -> waited then XADD **"),
    ("never", "never [CLIENT:] XDEL **"),
    ("effects", "effects charged = 3"),
    ("duplicates", "duplicates = 0"),
    ("lost", "lost = 0"),
    ("out-of-order", "out-of-order KEY = 0"),
    ("elapsed", "elapsed >= 60s"),
    ("answered", "answered QUESTION"),
    ("right", "right QUESTION"),
];

fn usage(name: &str) -> String {
    match USAGE.iter().find(|(known, _)| *known == name) {
        Some((_, example)) => format!("`{name}` is not written like that: {example}"),
        None => {
            let names: Vec<&str> = USAGE.iter().map(|(name, _)| *name).collect();
            format!("no condition is called `{name}`: there are {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_condition_can_be_written_as_documented() {
        for (name, example) in USAGE {
            for line in example.split(", or: ").flat_map(|l| l.split(", or for one consumer: ")) {
                let line = line.replace(['[', ']'], "");
                let parsed = Condition::parse(&line);
                assert!(parsed.is_ok(), "{name}: {line}: {parsed:?}");
            }
        }
    }

    #[test]
    fn mistakes_say_what_to_write() {
        for (line, part) in [
            ("lenght orders = 1", "no condition is called `lenght`"),
            ("length orders about 3", "`about 3` is no comparison"),
            ("pending orders", "pending KEY GROUP = 0"),
            ("owner orders billing x alice", "owner KEY GROUP 1-0 alice"),
            ("in-order XADD **", "in-order XREAD"),
            ("elapsed >= soon", "elapsed >= 60s"),
            ("no lag orders billing = 1", "is not written like that"),
        ] {
            let message = Condition::parse(line).unwrap_err();
            assert!(message.contains(part), "{line}: {message}");
        }
    }

    #[test]
    fn one_of_several_is_written_with_or() {
        let any = Condition::parse("missing orders or: length orders = 0").unwrap();
        assert!(matches!(any, Condition::Any(conditions) if conditions.len() == 2));
    }
}
