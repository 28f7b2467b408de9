//! Is a goal reached? And if not, what is missing, as data.

use super::condition::{Compare, Condition};
use super::evidence::Evidence;
use super::pattern::CommandPattern;
use super::reason::{Found, Reason};
use super::state::{State, compare_count};
use super::{Goal, Lesson};
use crate::engine::StreamId;
use crate::sim::World;
use crate::time::Millis;

/// How a goal stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Not reached; what is missing.
    Open(Reason),
    /// Reached.
    Done,
    /// Something happened that must not; what. Only undo or reset helps.
    Violated(Reason),
}

impl Standing {
    /// Whether the goal is reached.
    pub fn is_done(&self) -> bool {
        matches!(self, Standing::Done)
    }
}

type Judged = Result<(), Found>;

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
    !standings.is_empty() && standings.iter().all(Standing::is_done)
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
    if let Condition::Any(conditions) = condition {
        return any(conditions, facts);
    }
    let Err(found) = find(condition, facts) else { return Standing::Done };
    let reason = Reason { condition: condition.clone(), found };
    match condition {
        Condition::Never(_) => Standing::Violated(reason),
        _ => Standing::Open(reason),
    }
}

/// Whether a condition holds; if not, what was found instead.
fn find(condition: &Condition, facts: Facts<'_>) -> Judged {
    let evidence = facts.evidence;
    match condition {
        Condition::Never(pattern) => never(pattern, evidence),
        Condition::Ran(n, pattern) => ran(*n, pattern, evidence),
        Condition::InOrder(patterns) => in_order(patterns, evidence),
        Condition::Saw(client, key, compare, n) => {
            let mut ids = evidence.ids_seen(client, key);
            ids.sort_unstable();
            ids.dedup();
            count(ids.len(), *compare, *n)
        }
        Condition::SawAll(client, key) => saw_all(client, key, facts),
        Condition::SawNewest(client, key) => saw_newest(client, key, facts),
        Condition::SawRun(client, key) => saw_run(client, key, facts),
        Condition::Bites(key, group, compare, n) => count(evidence.bites(key, group), *compare, *n),
        Condition::Answered(name) => answered(evidence.answered(name), false),
        Condition::Right(name) => answered(evidence.answered(name), true),
        Condition::Elapsed(compare, ms) => {
            let elapsed = facts.world.now().saturating_sub(facts.since);
            compare_count(i64::try_from(elapsed).unwrap_or(i64::MAX), *compare, *ms)
        }
        Condition::OutOfOrder(..)
        | Condition::Effects(..)
        | Condition::Duplicates(..)
        | Condition::Lost(..) => of_ledger(condition, facts.world),
        condition => State::of(facts.world).judge(condition),
    }
}

/// Conditions on what the business saw.
#[inline(never)]
fn of_ledger(condition: &Condition, world: &World) -> Judged {
    let ledger = world.ledger();
    match condition {
        Condition::OutOfOrder(key, compare, n) => count(out_of_order(key, world), *compare, *n),
        Condition::Effects(effect, compare, n) => {
            let fits = |what: &str| effect == "any" || what == effect;
            let counted = ledger.effects().filter(|seen| !seen.suppressed && fits(&seen.what));
            count(counted.count(), *compare, *n)
        }
        Condition::Duplicates(compare, n) => count(ledger.n_duplicates() as usize, *compare, *n),
        Condition::Lost(compare, n) => count(ledger.n_lost() as usize, *compare, *n),
        _ => Ok(()),
    }
}

fn never(pattern: &CommandPattern, evidence: &Evidence) -> Judged {
    let Some(row) = evidence.matching(pattern).next() else { return Ok(()) };
    let words = row.words.iter().map(|word| String::from_utf8_lossy(word));
    let line = words.collect::<Vec<_>>().join(" ");
    Err(Found::Typed(line, row.who.to_string()))
}

fn answered(answer: Option<bool>, needs_right: bool) -> Judged {
    match answer {
        Some(right) if right || !needs_right => Ok(()),
        Some(_) => Err(Found::WrongAnswer),
        None => Err(Found::NotAnswered),
    }
}

/// Compares a count.
fn count(n_is: usize, compare: Compare, n: i64) -> Judged {
    compare_count(i64::try_from(n_is).unwrap_or(i64::MAX), compare, n)
}

#[inline(never)]
fn any(conditions: &[Condition], facts: Facts<'_>) -> Standing {
    let standings: Vec<Standing> =
        conditions.iter().map(|condition| judge_condition(condition, facts)).collect();
    if standings.iter().any(Standing::is_done) {
        return Standing::Done;
    }
    standings.into_iter().next().unwrap_or(Standing::Done)
}

fn ran(n: i64, pattern: &CommandPattern, evidence: &Evidence) -> Judged {
    let n_ran = i64::try_from(evidence.matching(pattern).count()).unwrap_or(i64::MAX);
    if n <= n_ran {
        return Ok(());
    }
    if 0 < n_ran {
        return Err(Found::RunTooSeldom(n_ran));
    }
    let typed = pattern.without_reply();
    Err(match (pattern.reply.is_some(), evidence.matching(&typed).next()) {
        (true, Some(_)) => Found::OtherReply,
        _ => Found::NotRun,
    })
}

#[inline(never)]
fn in_order(patterns: &[CommandPattern], evidence: &Evidence) -> Judged {
    let mut after = None;
    for pattern in patterns {
        let places = evidence.matching(pattern).map(|row| row.place);
        let next = places.filter(|place| after < Some(*place)).min();
        match next {
            Some(place) => after = Some(place),
            None if after.is_none() => return Err(Found::NotBegun(pattern.name())),
            None => return Err(Found::NextIs(pattern.name())),
        }
    }
    Ok(())
}

#[inline(never)]
fn saw_all(client: &str, key: &str, facts: Facts<'_>) -> Judged {
    let mut seen = facts.evidence.ids_seen(client, key);
    let n_seen = seen.len();
    seen.sort_unstable();
    seen.dedup();
    let all = State::of(facts.world).ids(key);
    let missing = all.iter().filter(|id| seen.binary_search(id).is_err()).count();
    if seen.len() < n_seen {
        return Err(Found::SeenTwice(n_seen - seen.len()));
    }
    if all.is_empty() || 0 < missing {
        return Err(Found::NotSeen(missing, all.len()));
    }
    Ok(())
}

#[inline(never)]
fn saw_newest(client: &str, key: &str, facts: Facts<'_>) -> Judged {
    match State::of(facts.world).ids(key).last() {
        Some(id) if facts.evidence.ids_seen(client, key).contains(id) => Ok(()),
        Some(id) => Err(Found::NewestNotSeen(*id)),
        None => Err(Found::NoEntry),
    }
}

#[inline(never)]
fn saw_run(client: &str, key: &str, facts: Facts<'_>) -> Judged {
    let mut seen = facts.evidence.ids_seen(client, key);
    let n_seen = seen.len();
    seen.sort_unstable();
    seen.dedup();
    let Some(newest) = seen.last() else { return Err(Found::NothingSeen) };
    let all = State::of(facts.world).ids(key);
    let missing = all.iter().filter(|id| *id <= newest && seen.binary_search(id).is_err()).count();
    match (n_seen - seen.len(), missing) {
        (0, 0) => Ok(()),
        (0, missing) => Err(Found::Skipped(missing)),
        (twice, _) => Err(Found::SeenTwice(twice)),
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
