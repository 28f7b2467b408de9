//! Is a goal reached? And if not, what is missing, in a sentence.

use super::condition::{Compare, Condition};
use super::evidence::Evidence;
use super::pattern::CommandPattern;
use super::state::State;
use super::{Goal, Lesson};
use crate::engine::StreamId;
use crate::sim::World;
use crate::time::Millis;

/// How a goal stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Not reached; what is missing.
    Open(String),
    /// Reached.
    Done,
    /// Something happened that must not; what. Only undo or reset helps.
    Violated(String),
}

/// Everything that a goal is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The world as it is now.
    pub world: &'a World,
    /// What was typed and seen since the lesson began.
    pub evidence: &'a Evidence,
    /// When the lesson began, in virtual time.
    pub since: Millis,
}

/// How each goal of a lesson stands, in the lesson's order.
pub fn judge(lesson: &Lesson, facts: Facts<'_>) -> Vec<Standing> {
    lesson.goals.iter().map(|goal| judge_goal(goal, facts)).collect()
}

/// Whether every goal is reached.
pub fn solved(standings: &[Standing]) -> bool {
    !standings.is_empty() && standings.iter().all(|standing| *standing == Standing::Done)
}

/// Whether a condition holds.
pub fn holds(condition: &Condition, facts: Facts<'_>) -> bool {
    judge_condition(condition, facts) == Standing::Done
}

fn judge_goal(goal: &Goal, facts: Facts<'_>) -> Standing {
    let standings: Vec<Standing> =
        goal.conditions.iter().map(|condition| judge_condition(condition, facts)).collect();
    let violated = standings.iter().find(|standing| matches!(standing, Standing::Violated(_)));
    let open = standings.iter().find(|standing| matches!(standing, Standing::Open(_)));
    violated.or(open).cloned().unwrap_or(Standing::Done)
}

fn judge_condition(condition: &Condition, facts: Facts<'_>) -> Standing {
    let evidence = facts.evidence;
    match condition {
        Condition::Any(conditions) => any(conditions, facts),
        Condition::Never(pattern) => never(pattern, evidence),
        Condition::Ran(n, pattern) => ran(*n, pattern, evidence),
        Condition::InOrder(patterns) => in_order(patterns, evidence),
        Condition::Saw(client, key, compare, n) => {
            let mut ids = evidence.ids_seen(client, key);
            ids.sort_unstable();
            ids.dedup();
            let what = format!("different entries of {key} in replies to {client}");
            count(ids.len(), *compare, *n, &what)
        }
        Condition::SawAll(client, key) => saw_all(client, key, facts),
        Condition::SawNewest(client, key) => saw_newest(client, key, facts),
        Condition::SawRun(client, key) => saw_run(client, key, facts),
        Condition::Bites(key, group, compare, n) => {
            let most = evidence.bites(key, group);
            count(most, *compare, *n, &format!("most entries of {key} in one reply to {group}"))
        }
        Condition::Answered(name) | Condition::Right(name) => {
            let needs_right = matches!(condition, Condition::Right(_));
            answered(evidence.answered(name), needs_right)
        }
        Condition::Elapsed(compare, ms) => elapsed(*compare, *ms, facts),
        Condition::OutOfOrder(..)
        | Condition::Effects(..)
        | Condition::Duplicates(..)
        | Condition::Lost(..) => of_ledger(condition, facts.world),
        condition => match State::of(facts.world).judge(condition) {
            Ok(()) => Standing::Done,
            Err(reason) => Standing::Open(reason),
        },
    }
}

/// Conditions on what the business saw.
#[inline(never)]
fn of_ledger(condition: &Condition, world: &World) -> Standing {
    let ledger = world.ledger();
    match condition {
        Condition::OutOfOrder(key, compare, n) => {
            let what = format!("effects of {key} that came too early");
            count(out_of_order(key, world), *compare, *n, &what)
        }
        Condition::Effects(effect, compare, n) => {
            let fits = |what: &str| effect == "any" || what == effect;
            let counted = ledger.effects().filter(|seen| !seen.suppressed && fits(&seen.what));
            let what = if effect == "any" { "effects" } else { effect };
            count(counted.count(), *compare, *n, what)
        }
        Condition::Duplicates(compare, n) => {
            count(ledger.n_duplicates() as usize, *compare, *n, "duplicates in the ledger")
        }
        Condition::Lost(compare, n) => {
            count(ledger.n_lost() as usize, *compare, *n, "losses in the ledger")
        }
        _ => Standing::Done,
    }
}

fn never(pattern: &CommandPattern, evidence: &Evidence) -> Standing {
    let Some(row) = evidence.matching(pattern).next() else { return Standing::Done };
    let words = row.words.iter().map(|word| String::from_utf8_lossy(word));
    let line = words.collect::<Vec<_>>().join(" ");
    Standing::Violated(format!("{} typed `{line}`: undo it, or reset the lesson", row.who))
}

fn answered(answer: Option<bool>, needs_right: bool) -> Standing {
    match answer {
        Some(right) if right || !needs_right => Standing::Done,
        Some(_) => Standing::Open(
            "the answer was not right: read why, reset the lesson and answer again".to_owned(),
        ),
        None => Standing::Open("the question is not answered yet".to_owned()),
    }
}

#[inline(never)]
fn elapsed(compare: Compare, ms: i64, facts: Facts<'_>) -> Standing {
    let elapsed = facts.world.now().saturating_sub(facts.since);
    let elapsed = i64::try_from(elapsed).unwrap_or(i64::MAX);
    if compare.holds(elapsed, ms) {
        return Standing::Done;
    }
    let (words, s, now) = (compare.words(), ms / 1_000, elapsed / 1_000);
    Standing::Open(format!("{now} s of virtual time went by; it takes {words} {s} s"))
}

/// A standing that compares a count, with a reason that names it.
fn count(n_is: usize, compare: Compare, n: i64, what: &str) -> Standing {
    let n_is = i64::try_from(n_is).unwrap_or(i64::MAX);
    if compare.holds(n_is, n) {
        return Standing::Done;
    }
    Standing::Open(format!("{what}: {n_is}; it takes {} {n}", compare.words()))
}

#[inline(never)]
fn any(conditions: &[Condition], facts: Facts<'_>) -> Standing {
    let standings: Vec<Standing> =
        conditions.iter().map(|condition| judge_condition(condition, facts)).collect();
    if standings.contains(&Standing::Done) {
        return Standing::Done;
    }
    standings.into_iter().next().unwrap_or(Standing::Done)
}

fn ran(n: i64, pattern: &CommandPattern, evidence: &Evidence) -> Standing {
    let n_ran = i64::try_from(evidence.matching(pattern).count()).unwrap_or(i64::MAX);
    if n <= n_ran {
        return Standing::Done;
    }
    let typed = pattern.without_reply();
    let whose = match &pattern.client {
        Some(client) => format!(" by {client}"),
        None => String::new(),
    };
    let name = pattern.name();
    if 0 < n_ran {
        return Standing::Open(format!("{name}{whose} fits {n_ran} of {n} times"));
    }
    Standing::Open(match (pattern.reply.is_some(), evidence.matching(&typed).next()) {
        (true, Some(_)) => format!("{name}{whose} was run, but did not get the reply that counts"),
        _ => format!("no {name}{whose} that fits yet"),
    })
}

#[inline(never)]
fn in_order(patterns: &[CommandPattern], evidence: &Evidence) -> Standing {
    let mut after = None;
    for pattern in patterns {
        let places = evidence.matching(pattern).map(|row| row.place);
        let next = places.filter(|place| after < Some(*place)).min();
        match next {
            Some(place) => after = Some(place),
            None if after.is_none() => return Standing::Open(format!("no {} yet", pattern.name())),
            None => {
                return Standing::Open(format!("the order matters: {} comes next", pattern.name()));
            }
        }
    }
    Standing::Done
}

#[inline(never)]
fn saw_all(client: &str, key: &str, facts: Facts<'_>) -> Standing {
    let mut seen = facts.evidence.ids_seen(client, key);
    let n_seen = seen.len();
    seen.sort_unstable();
    seen.dedup();
    let all = State::of(facts.world).ids(key);
    let missing = all.iter().filter(|id| seen.binary_search(id).is_err()).count();
    if seen.len() < n_seen {
        return Standing::Open(format!(
            "{client} saw {} entries of {key} twice",
            n_seen - seen.len()
        ));
    }
    if all.is_empty() || 0 < missing {
        return Standing::Open(format!("{client} has not seen {missing} of {} entries", all.len()));
    }
    Standing::Done
}

#[inline(never)]
fn saw_newest(client: &str, key: &str, facts: Facts<'_>) -> Standing {
    match State::of(facts.world).ids(key).last() {
        Some(id) if facts.evidence.ids_seen(client, key).contains(id) => Standing::Done,
        Some(id) => Standing::Open(format!("{client} has not seen {id}, the newest of {key}")),
        None => Standing::Open(format!("{key} has no entry yet")),
    }
}

#[inline(never)]
fn saw_run(client: &str, key: &str, facts: Facts<'_>) -> Standing {
    let mut seen = facts.evidence.ids_seen(client, key);
    let n_seen = seen.len();
    seen.sort_unstable();
    seen.dedup();
    let Some(newest) = seen.last() else {
        return Standing::Open(format!("{client} has seen nothing of {key} yet"));
    };
    let all = State::of(facts.world).ids(key);
    let missing = all.iter().filter(|id| *id <= newest && seen.binary_search(id).is_err()).count();
    match (n_seen - seen.len(), missing) {
        (0, 0) => Standing::Done,
        (0, missing) => Standing::Open(format!("{client} skipped {missing} entries of {key}")),
        (twice, _) => Standing::Open(format!("{client} saw {twice} entries of {key} twice")),
    }
}

/// How many effects of a stream's entries happened before that of an entry with a smaller id.
#[inline(never)]
fn out_of_order(key: &str, world: &World) -> usize {
    let effects = world.ledger().effects();
    let ids: Vec<_> = effects
        .filter(|effect| *effect.stream == *key.as_bytes() && !effect.suppressed)
        .map(|effect| effect.entry)
        .collect();
    // From the newest effect back, with the smallest id seen so far: one look at each.
    let mut smallest = StreamId::MAX;
    let early = ids.iter().rev().filter(|id| {
        smallest = smallest.min(**id);
        smallest < **id
    });
    early.count()
}
