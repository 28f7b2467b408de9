//! What is said where a bound of `limits.rs` was met.

use super::{counted, grouped};
use crate::limits::{
    CHRONICLE_EVENTS_MAX, CONSOLE_CLIENTS_MAX, EVIDENCE_ROWS_MAX, EXPLAINED_CHANGES_MAX,
    HISTORY_LINES_KEPT, HISTORY_LINES_MAX, LAST_WORDS_BYTES_MAX, LEDGER_ENTRIES_MAX,
    LEDGER_GROUPS_MAX, LEDGER_KEYS_MAX, LEDGER_LINES_MAX, LEDGER_STREAMS_MAX, TIME_MARKS_MAX,
    WAITING_LINES_MAX,
};
use crate::sim::ledger::Bound;

/// A limit as it is written for people.
fn limit(n: usize) -> String {
    grouped(n as u64)
}

/// What the ledger no longer knows.
pub fn ledger_bound(bound: Bound) -> String {
    match bound {
        Bound::Lines => {
            let n = limit(LEDGER_LINES_MAX);
            format!("Older lines are forgotten: the newest {n} are kept. The counters go on.")
        }
        Bound::Entries => {
            let n = limit(LEDGER_ENTRIES_MAX);
            format!("Of a stream the newest {n} entries are watched: older ones cannot get lost.")
        }
        Bound::Groups => {
            let n = limit(LEDGER_GROUPS_MAX);
            format!("Of a stream {n} groups are watched: what further ones lose is not counted.")
        }
        Bound::Streams => {
            let n = limit(LEDGER_STREAMS_MAX);
            format!("{n} streams are watched: what gets lost in further ones is not counted.")
        }
        Bound::Keys => {
            let n = limit(LEDGER_KEYS_MAX);
            format!("{n} business keys are counted: further ones each look like the first time.")
        }
    }
}

/// What of a stream is not in the picture.
pub fn not_drawn(n_groups: usize, n_entries: u64) -> String {
    let groups = (0 < n_groups).then(|| more_groups(n_groups));
    let entries = counted(n_entries, "oldest entry", "oldest entries");
    let entries = (0 < n_entries).then(|| format!("the {entries} have no place here"));
    groups.into_iter().chain(entries).collect::<Vec<_>>().join("; ")
}

/// More moves than can be followed.
pub const TOO_MUCH_MOVES: &str = "Too much moves at once: some changes are shown without motion.";

/// Too much was typed in a lesson.
pub fn lesson_is_full() -> String {
    let n = limit(EVIDENCE_ROWS_MAX);
    format!("This lesson looked at {n} lines, and at no further ones: begin it anew (Reset).")
}

/// Streams that are not drawn or listed.
pub fn more_streams(n: usize) -> String {
    format!("and {}", counted(n as u64, "more stream", "more streams"))
}

/// Groups that are not drawn or listed.
pub fn more_groups(n: usize) -> String {
    format!("and {}", counted(n as u64, "more group", "more groups"))
}

/// Consumers that are not listed.
pub fn more_consumers(n: usize) -> String {
    format!("and {}", counted(n as u64, "more consumer", "more consumers"))
}

/// Lines of the history that match and are not listed.
pub fn more_matches(n: usize) -> String {
    format!("and {} more: type on to find them.", grouped(n as u64))
}

/// Events came faster than the page took them.
pub fn events_missed(n: u64) -> String {
    let events = counted(n, "event was", "events were");
    format!("{events} left out: they came faster than the page could take them.")
}

/// The history forgets.
pub fn history_cut() -> String {
    let (now, later) = (limit(HISTORY_LINES_MAX), limit(HISTORY_LINES_KEPT));
    format!("Older lines are forgotten: at most {now} are kept, {later} over a reload.")
}

/// A line is too long to be run.
pub fn line_limit(n_bytes: usize) -> String {
    format!("A line may have at most {} bytes.", limit(n_bytes))
}

/// Lines came faster than they could be run.
pub fn lines_left_out(n: u64) -> String {
    let lines = counted(n, "line was", "lines were");
    let waiting = limit(WAITING_LINES_MAX);
    format!("{lines} not run: {waiting} wait to be run already. Try again in a moment.")
}

/// What the crash panel no longer knows.
pub fn words_cut() -> String {
    format!(
        "# Older lines are left out: the newest {} bytes are kept.",
        limit(LAST_WORDS_BYTES_MAX)
    )
}

/// The older lines of a journal have no mark in the time bar.
pub fn marks_cut(n_older: usize) -> String {
    let (newest, older) = (limit(TIME_MARKS_MAX), counted(n_older as u64, "line", "lines"));
    format!(
        "The newest {newest} lines have a mark; {older} before them {} none.",
        if n_older == 1 { "has" } else { "have" }
    )
}

/// More crashed than are named.
pub fn said_more_crashed(n: usize) -> String {
    format!("{} more crashed.", grouped(n as u64))
}

/// A line did more than is kept of it.
pub fn changes_cut(n_more: usize) -> String {
    let (kept, more) = (limit(EXPLAINED_CHANGES_MAX), grouped(n_more as u64));
    format!("Of what this line did the first {kept} changes are told, {more} further ones are not.")
}

/// What a line did is not known any more (or never was: it ran before the page was opened).
pub const CHANGES_UNKNOWN: &str = "What this line changed is not known here any more.";

/// Nobody else gets a tab.
pub fn tabs_full() -> String {
    format!("No more tabs: at most {} clients can be here.", limit(CONSOLE_CLIENTS_MAX))
}

/// A biography begins in the middle.
pub fn life_is_partial() -> String {
    format!(
        "What happened before this page saw it, or more than {} events ago, is not told here.",
        limit(CHRONICLE_EVENTS_MAX)
    )
}
