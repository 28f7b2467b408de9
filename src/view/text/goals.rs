//! How the goals of a lesson stand, and what they lack.

use super::n_entries;
use crate::lesson::condition::Compare;
use crate::lesson::{Condition, Found, Reason, Standing};

/// How a goal stands, in words.
pub fn goal_note(standing: &Standing) -> String {
    match standing {
        Standing::Done => "done".to_owned(),
        Standing::Open(reason) | Standing::Violated(reason) => goal_reason(reason),
    }
}

/// Why a goal is not reached.
pub fn goal_reason(reason: &Reason) -> String {
    let Reason { condition, found } = reason;
    match condition {
        Condition::Never(_)
        | Condition::Ran(..)
        | Condition::InOrder(_)
        | Condition::Answered(_)
        | Condition::Right(_) => of_doing(condition, found),
        Condition::Saw(who, ..)
        | Condition::SawAll(who, _)
        | Condition::SawNewest(who, _)
        | Condition::SawRun(who, _) => of_seeing(who, condition, found),
        Condition::Elapsed(compare, ms) => {
            let now = if let Found::Number(now) = found { now / 1_000 } else { 0 };
            let (words, s) = (compare_words(*compare), ms / 1_000);
            format!("{now} s of virtual time went by; it takes {words} {s} s")
        }
        _ => of_state(condition, found),
    }
}

/// Conditions on what was run and answered.
fn of_doing(condition: &Condition, found: &Found) -> String {
    let (n, name, whose) = match condition {
        Condition::Ran(n, pattern) => {
            let whose = pattern.client.as_ref().map(|who| format!(" by {who}"));
            (*n, pattern.name(), whose.unwrap_or_default())
        }
        _ => (1, String::new(), String::new()),
    };
    match found {
        Found::Typed(line, who) => format!("{who} typed `{line}`: undo it, or reset the lesson"),
        Found::WrongAnswer => {
            "the answer was not right: read why, reset the lesson and answer again".to_owned()
        }
        Found::NotAnswered => "the question is not answered yet".to_owned(),
        Found::RunTooSeldom(n_ran) => format!("{name}{whose} fits {n_ran} of {n} times"),
        Found::OtherReply => {
            format!("{name}{whose} was run, but did not get the reply that counts")
        }
        Found::NotBegun(first) => format!("no {first} yet"),
        Found::NextIs(next) => format!("the order matters: {next} comes next"),
        _ => format!("no {name}{whose} that fits yet"),
    }
}

/// Conditions on what a client saw.
fn of_seeing(who: &str, condition: &Condition, found: &Found) -> String {
    let (Condition::Saw(_, key, ..)
    | Condition::SawAll(_, key)
    | Condition::SawNewest(_, key)
    | Condition::SawRun(_, key)) = condition
    else {
        return String::new();
    };
    match found {
        Found::SeenTwice(n) => format!("{who} saw {} of {key} twice", n_entries(*n as u64)),
        Found::NotSeen(n, n_all) => format!("{n} of {n_all} entries were not seen by {who} yet"),
        Found::NewestNotSeen(id) => format!("{id}, the newest of {key}, was not seen by {who} yet"),
        Found::NoEntry => format!("{key} has no entry yet"),
        Found::NothingSeen => format!("nothing of {key} was seen by {who} yet"),
        Found::Skipped(n) => format!("{who} skipped {} of {key}", n_entries(*n as u64)),
        _ => counted_too(condition, found),
    }
}

/// Conditions on what is stored, and on the ledger.
fn of_state(condition: &Condition, found: &Found) -> String {
    let (key, group) = key_and_group(condition);
    match (found, condition) {
        (Found::NoStream, _) => format!("there is no stream {key} yet"),
        (Found::OtherType, _) => format!("{key} is no stream"),
        (Found::NoGroup, _) => format!("{key} has no group {group}"),
        (Found::NoString, _) => format!("{key} holds no string yet"),
        (Found::LagUnknown, _) => format!("the lag of {group} is unknown (nil)"),
        (Found::OtherString(is), Condition::Value(_, text)) => {
            format!("{key} is \"{is}\", not \"{text}\"")
        }
        (Found::NoField, Condition::Field(_, field, value)) => {
            format!("no entry of {key} has {field} = {value}")
        }
        (
            Found::NotPending,
            Condition::Owner(_, _, id, _) | Condition::Deliveries(_, _, id, ..),
        ) => {
            format!("{id} is not pending in {group}")
        }
        (Found::PendingFor(owner), Condition::Owner(_, _, id, wanted)) => {
            format!("{id} is pending for {}, not for {wanted}", or_nobody(owner))
        }
        (Found::StillPending(n, id, owner), _) => {
            let owner = or_nobody(owner);
            format!("{n} pending in {group}: {id} is still pending for {owner}")
        }
        (Found::Opposite, _) => is_or_is_not(condition),
        (Found::Id(is), Condition::FirstId(_, compare, id)) => {
            format!("the first id of {key} is {is}; it takes {} {id}", compare.sign())
        }
        (Found::Id(is), Condition::LastDelivered(_, _, compare, id)) => {
            let sign = compare.sign();
            format!("the last-delivered-id of {group} is {is}; it takes {sign} {id}")
        }
        _ => counted_too(condition, found),
    }
}

fn or_nobody(owner: &Option<String>) -> &str {
    owner.as_deref().unwrap_or(super::NOBODY)
}

/// Something is there, or is not.
fn is_or_is_not(condition: &Condition) -> String {
    let (what, wanted) = match condition {
        Condition::Exists(key, wanted) => (format!("the key {key}"), wanted),
        Condition::Entry(key, id, wanted) => (format!("the entry {id} in {key}"), wanted),
        Condition::Group(key, group, wanted) => (format!("the group {group} of {key}"), wanted),
        Condition::Consumer(_, group, name, wanted) => {
            (format!("the consumer {name} in {group}"), wanted)
        }
        _ => return String::new(),
    };
    if *wanted { format!("{what} is not there") } else { format!("{what} is there") }
}

/// A number is not what it should be.
fn counted_too(condition: &Condition, found: &Found) -> String {
    let (Found::Number(is), Some((what, compare, n))) = (found, counted_thing(condition)) else {
        return String::new();
    };
    let words = compare_words(compare);
    match condition {
        Condition::Pending(_, group, None, ..) => {
            format!("{is} pending in {group}; it takes {words} {n}")
        }
        _ => format!("{what}: {is}; it takes {words} {n}"),
    }
}

/// What a condition counts, and how it compares.
fn counted_thing(condition: &Condition) -> Option<(String, Compare, i64)> {
    Some(match condition {
        Condition::Saw(who, key, compare, n) => {
            (format!("different entries of {key} in replies to {who}"), *compare, *n)
        }
        Condition::Bites(key, group, compare, n) => {
            (format!("most entries of {key} in one reply to {group}"), *compare, *n)
        }
        Condition::OutOfOrder(key, compare, n) => {
            (format!("effects of {key} that came too early"), *compare, *n)
        }
        Condition::Effects(effect, compare, n) => {
            let what = if effect == "any" { "effects" } else { effect };
            (what.to_owned(), *compare, *n)
        }
        Condition::Duplicates(compare, n) => ("duplicates in the ledger".to_owned(), *compare, *n),
        Condition::Lost(compare, n) => ("losses in the ledger".to_owned(), *compare, *n),
        Condition::Length(key, compare, n) => (format!("entries in {key}"), *compare, *n),
        Condition::Fields(key, compare, n) => {
            (format!("fields of an entry in {key}"), *compare, *n)
        }
        Condition::SameMs(key, compare, n) => {
            (format!("entries of {key} in one millisecond"), *compare, *n)
        }
        Condition::Items(key, compare, n) => (format!("elements in the list {key}"), *compare, *n),
        Condition::Consumers(_, group, compare, n) => {
            (format!("consumers in {group}"), *compare, *n)
        }
        Condition::Pending(_, group, Some(name), compare, n) => {
            (format!("pending for {name} in {group}"), *compare, *n)
        }
        Condition::Pending(_, _, None, compare, n) => (String::new(), *compare, *n),
        Condition::Deliveries(_, _, id, compare, n) => {
            (format!("deliveries of {id}"), *compare, *n)
        }
        Condition::Dangling(_, group, compare, n) => {
            (format!("pending ids in {group} whose entry is gone"), *compare, *n)
        }
        Condition::Lag(_, group, compare, n) => {
            (format!("entries that {group} was not offered"), *compare, *n)
        }
        _ => return None,
    })
}

/// The key and the group that a condition is about, where it is about them.
fn key_and_group(condition: &Condition) -> (&str, &str) {
    match condition {
        Condition::Group(key, group, _)
        | Condition::Consumer(key, group, ..)
        | Condition::Consumers(key, group, ..)
        | Condition::Pending(key, group, ..)
        | Condition::Owner(key, group, ..)
        | Condition::Deliveries(key, group, ..)
        | Condition::Dangling(key, group, ..)
        | Condition::LastDelivered(key, group, ..)
        | Condition::Lag(key, group, ..) => (key, group),
        Condition::Field(key, ..)
        | Condition::Fields(key, ..)
        | Condition::FirstId(key, ..)
        | Condition::Value(key, _) => (key, ""),
        _ => ("", ""),
    }
}

/// How two values are compared, in a sentence: "at least" (3).
fn compare_words(compare: Compare) -> &'static str {
    match compare {
        Compare::Less => "less than",
        Compare::AtMost => "at most",
        Compare::Equal => "exactly",
        Compare::NotEqual => "anything but",
        Compare::AtLeast => "at least",
        Compare::More => "more than",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Profile;
    use crate::lesson::{Attempt, Block, Lesson, ScriptLine};

    /// What is said of a goal with one condition after these lines.
    #[track_caller]
    fn check(lines: &[&str], condition: &str, expected: &str) {
        let block =
            |info: &str, text: &str| Block { info: info.into(), line: 1, text: text.into() };
        let (lesson, _) = Lesson::from_blocks(&[
            block("setup", "XADD orders 1-0 item tea\nXADD orders 1-1 item milk\nSET note a"),
            block("predict q", "Q?\n- a\n- [x] b\nbecause: c"),
            block("goal one", &format!("One.\n  {condition}")),
        ]);
        assert_eq!(lesson.goals.len(), 1, "{condition}");
        let mut attempt = Attempt::start(&lesson, Profile::Redis810).unwrap();
        for line in lines {
            let (who, line) = line.split_once("> ").unwrap_or(("you", line));
            let line =
                ScriptLine { who: who.into(), line: line.into(), optional: false, at_line: 1 };
            attempt.play(&lesson, &line);
        }
        let notes: Vec<String> = attempt.standings(&lesson).iter().map(goal_note).collect();
        assert_eq!(notes, [expected], "{condition}");
    }

    const GROUP: &str = "XGROUP CREATE orders billing 0";
    const READ: &str = "bob> XREADGROUP GROUP billing bob STREAMS orders >";

    #[test]
    fn what_is_stored_and_is_not_what_it_should_be() {
        let none: [&str; 0] = [];
        check(&none, "length orders >= 3", "entries in orders: 2; it takes at least 3");
        check(&none, "length orders = 2", "done");
        check(&none, "exists mails", "the key mails is not there");
        check(&none, "missing orders", "the key orders is there");
        check(&none, "no entry orders 1-0", "the entry 1-0 in orders is there");
        check(&none, "field orders item = tea cup", "no entry of orders has item = tea cup");
        check(&none, "fields orders > 1", "fields of an entry in orders: 1; it takes more than 1");
        check(&none, "fields mails > 1", "there is no stream mails yet");
        check(&none, "fields note > 1", "note is no stream");
        let one_ms = "entries of orders in one millisecond: 2; it takes less than 2";
        check(&none, "same-ms orders < 2", one_ms);
        check(&none, "first orders >= 2-0", "the first id of orders is 1-0; it takes >= 2-0");
        check(&none, "value note = b", "note is \"a\", not \"b\"");
        check(&none, "value text = b", "text holds no string yet");
        check(&none, "items jobs = 1", "elements in the list jobs: 0; it takes exactly 1");
        check(&none, "length orders = 3 or: exists x", "entries in orders: 2; it takes exactly 3");
    }

    #[test]
    fn groups_that_are_not_what_they_should_be() {
        check(&[], "group orders billing", "the group billing of orders is not there");
        check(&[], "pending orders billing = 0", "orders has no group billing");
        let nobody = "the consumer bob in billing is not there";
        check(&[GROUP], "consumer orders billing bob", nobody);
        let three = "consumers in billing: 1; it takes exactly 3";
        check(&[GROUP, READ], "consumers orders billing = 3", three);
        let still = "2 pending in billing: 1-0 is still pending for bob";
        check(&[GROUP, READ], "pending orders billing = 0", still);
        let more = "2 pending in billing; it takes more than 5";
        check(&[GROUP, READ], "pending orders billing > 5", more);
        let one = "pending for bob in billing: 2; it takes at most 1";
        check(&[GROUP, READ], "pending orders billing bob <= 1", one);
        check(&[GROUP], "owner orders billing 1-0 al", "1-0 is not pending in billing");
        let owner = "1-0 is pending for bob, not for al";
        check(&[GROUP, READ], "owner orders billing 1-0 al", owner);
        let gone = "pending ids in billing whose entry is gone: 1; it takes exactly 0";
        check(&[GROUP, READ, "XDEL orders 1-0"], "dangling orders billing = 0", gone);
        let twice = "deliveries of 1-0: 1; it takes at least 2";
        check(&[GROUP, READ], "deliveries orders billing 1-0 >= 2", twice);
        let last = "the last-delivered-id of billing is 1-1; it takes = 0-0";
        check(&[GROUP, READ], "last-delivered orders billing = 0-0", last);
        let lag = "entries that billing was not offered: 2; it takes exactly 0";
        check(&[GROUP], "lag orders billing = 0", lag);
        let unknown = "the lag of billing is unknown (nil)";
        let group = "XGROUP CREATE orders billing 1-0";
        check(&[group, "XDEL orders 1-1"], "lag orders billing = 7", unknown);
    }

    #[test]
    fn what_was_not_done_or_seen() {
        check(&[], "ran 2 times you: XLEN orders", "no XLEN by you that fits yet");
        let half = "XLEN fits 1 of 2 times";
        check(&["XLEN orders"], "ran 2 times XLEN orders", half);
        let other = "XLEN was run, but did not get the reply that counts";
        check(&["XLEN orders"], "ran XLEN orders -> 3", other);
        check(&[], "in-order XLEN ** then XADD **", "no XLEN yet");
        let order = "the order matters: XADD comes next";
        check(&["XLEN orders"], "in-order XLEN ** then XADD **", order);
        let typed = "you typed `XDEL orders 1-0`: undo it, or reset the lesson";
        check(&["XDEL orders 1-0"], "never XDEL **", typed);
        check(&[], "right q", "the question is not answered yet");
        let wrong = "the answer was not right: read why, reset the lesson and answer again";
        check(&["answer q 1"], "right q", wrong);
        let time = "5 s of virtual time went by; it takes at least 60 s";
        check(&["wait 5s"], "elapsed >= 60s", time);
        let first = "XRANGE orders - + COUNT 1";
        check(&[first], "saw-all you orders", "1 of 2 entries were not seen by you yet");
        check(&[first, first], "saw-all you orders", "you saw 1 entry of orders twice");
        check(
            &[first],
            "saw-newest you orders",
            "1-1, the newest of orders, was not seen by you yet",
        );
        check(&[], "saw-newest you mails", "mails has no entry yet");
        check(&[], "saw-run you orders", "nothing of orders was seen by you yet");
        let last = "XREVRANGE orders + - COUNT 1";
        check(&[last], "saw-run you orders", "you skipped 1 entry of orders");
        let different = "different entries of orders in replies to you: 1; it takes exactly 2";
        check(&[first], "saw you orders = 2", different);
        let bites = "most entries of orders in one reply to billing: 2; it takes at most 1";
        check(&[GROUP, READ], "bites orders billing <= 1", bites);
    }

    #[test]
    fn what_the_ledger_says() {
        check(&[], "effects any >= 1", "effects: 0; it takes at least 1");
        check(&[], "effects charged >= 1", "charged: 0; it takes at least 1");
        check(&[], "duplicates >= 1", "duplicates in the ledger: 0; it takes at least 1");
        check(&[], "lost >= 1", "losses in the ledger: 0; it takes at least 1");
        let early = "effects of orders that came too early: 0; it takes anything but 0";
        check(&[], "out-of-order orders != 0", early);
    }
}
