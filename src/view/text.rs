//! All words of the page that Rust writes, in one place, so that they can be translated together.
//! (What stands in `www/index.html` is the other half.)

mod bounds;
mod console;
pub mod events;
mod glosses;
mod goals;
mod problems;
mod share;
mod why;

pub use bounds::*;
pub use console::*;
pub use glosses::*;
pub use goals::*;
pub use problems::*;
pub use share::*;
pub use why::*;

use super::picture::Health;
use crate::command::Profile;
use crate::engine::StreamId;
use crate::time::Millis;

pub const NO_STREAM: &str = "Nothing here yet. Append the first entry:";
pub const NO_STREAM_TRY: &str = "XADD orders * item tea";
pub const LAST_DELIVERED: &str = "last-delivered-id";
pub const STREAM: &str = "stream";
pub const GROUP: &str = "group";
pub const PENDING: &str = "pending";
pub const PENDING_LONG: &str = "pending: delivered, not acked yet";
pub const NOBODY: &str = "nobody";
pub const NO_CONSUMER: &str = "no consumer yet";
pub const ACKED_ROW: &str = "acked";

/// What to do with a stream that nobody reads.
pub fn no_group(stream: &str) -> String {
    format!("No group reads this stream yet. Try XGROUP CREATE {stream} readers 0")
}

/// "1 entry", "12 entries".
pub fn n_entries(n: u64) -> String {
    counted(n, "entry", "entries")
}

/// A number with its noun.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    let noun = if n == 1 { one } else { many };
    format!("{} {noun}", grouped(n))
}

/// "and 3 more".
pub fn n_more(n: usize) -> String {
    format!("and {n} more")
}

/// 12345 as "12,345".
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if 0 < idx && (digits.len() - idx).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A lag where there is room to explain it.
pub fn lag_long(lag: u64) -> String {
    format!("lag {}: not delivered yet", grouped(lag))
}

/// A lag where there is not.
pub fn lag_short(lag: u64) -> String {
    format!("lag {}", grouped(lag))
}

/// What stands under a consumer's name.
pub fn lane_note(health: Health, n_pending: u64) -> String {
    let pending = if n_pending == 0 { String::new() } else { format!("{n_pending} pending") };
    let what = match health {
        Health::Crashed => "crashed",
        Health::Frozen => "frozen",
        Health::Stopped => "stopped",
        Health::Waiting if n_pending == 0 => "waiting",
        Health::Working if n_pending == 0 => "working",
        Health::Idle if n_pending == 0 => "idle",
        Health::Unknown if n_pending == 0 => "nothing pending",
        _ => "",
    };
    match (what.is_empty(), pending.is_empty()) {
        (false, false) => format!("{what}, {pending}"),
        _ => format!("{what}{pending}"),
    }
}

/// An id short enough for a box: the last four digits of its time, unless it is short anyway.
pub fn short_id(id: StreamId) -> String {
    let ms = id.ms.to_string();
    match ms.get(ms.len().saturating_sub(4)..) {
        Some(tail) if 6 < ms.len() => format!("…{tail}-{}", id.seq),
        _ => id.to_string(),
    }
}

/// The time of day in an id, if it looks like a time at all (after 2001).
pub fn clock_of_id(id: StreamId) -> Option<String> {
    (1_000_000_000_000 <= id.ms && id.ms < 100_000_000_000_000).then(|| clock(id.ms))
}

/// The time of day (UTC) to the second: "22:13:20".
pub fn clock(at: Millis) -> String {
    let seconds = at / 1_000;
    format!("{:02}:{:02}:{:02}", seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60)
}

/// The time of day to the millisecond.
pub fn clock_ms(at: Millis) -> String {
    format!("{}.{:03}", clock(at), at % 1_000)
}

/// A duration as people say it: "850 ms", "4.2 s", "2 min 5 s", "3 h 20 min".
pub fn duration(ms: Millis) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

// What the buttons of the tables do.
pub const DO_RESTART: &str = "Restart";
pub const DO_REMOVE: &str = "Remove";
pub const DO_CRASH: &str = "Crash";
pub const DO_FREEZE: &str = "Freeze";
pub const DO_STOP: &str = "Stop";
pub const DO_ONE_MORE: &str = "+1";
pub const DO_ADD_PRODUCER: &str = "Add producer";
pub const DO_ADD_CONSUMER: &str = "Add consumer";
pub const DO_ADD_CLAIMER: &str = "Add claimer";
pub const DO_INFO: &str = "Info";
pub const DO_SHOW_PENDING: &str = "Pending";
pub const DO_REPLAY: &str = "Replay";
pub const DO_DELETE: &str = "Delete";
pub const DO_ACK: &str = "Ack";
pub const DO_CLAIM: &str = "Claim";
pub const DO_SLOWER: &str = "Slower";
pub const DO_FASTER: &str = "Faster";

pub const SERVICES: &str = "Services";
pub const NO_SERVICES: &str = "No service yet: SIM ADD PRODUCER web STREAM orders adds one.";
pub const STREAMS: &str = "Streams";
pub const GROUPS: &str = "Groups";
pub const NO_GROUPS: &str = "No group yet.";
pub const CONSUMERS: &str = "Consumers";
pub const NO_CONSUMERS: &str = "No consumer yet.";
pub const PENDING_ENTRIES: &str = "Pending: delivered, not acked";
pub const NOTHING_PENDING: &str = "Nothing is pending.";
pub const EVENTS: &str = "What happened, newest first";
pub const NO_EVENTS: &str = "Nothing yet.";
pub const NO_EFFECTS: &str = "No effect yet.";
pub const COLUMN_NAME: &str = "Name";
pub const COLUMN_STATE: &str = "State";
pub const COLUMN_PACE: &str = "Pace";
pub const COLUMN_SENT: &str = "Sent";
pub const COLUMN_DONE: &str = "Done";
pub const COLUMN_STREAM: &str = "Stream";
pub const COLUMN_ENTRIES: &str = "Entries";
pub const COLUMN_GROUPS: &str = "Groups";
pub const COLUMN_LAST_ID: &str = "Last id";
pub const COLUMN_GROUP: &str = "Group";
pub const COLUMN_PENDING: &str = "Pending";
pub const COLUMN_LAG: &str = "Lag";
pub const COLUMN_CONSUMER: &str = "Consumer";
pub const COLUMN_IDLE: &str = "Idle";
pub const COLUMN_ENTRY: &str = "Entry";
pub const COLUMN_TIMES: &str = "Times";
pub const COLUMN_TIME: &str = "Time";
pub const COLUMN_WHAT: &str = "What";
pub const COLUMN_KEY: &str = "Key";
pub const COLUMN_WHO: &str = "Who";
pub const UNKNOWN: &str = "unknown";
pub const CHART_THROUGHPUT: &str = "added / acked per second";
pub const CHART_LAG: &str = "lag";
pub const CHART_PENDING: &str = "pending";
pub const POINT_AT_A_BUTTON: &str = "Each button runs a command: point at one to read it here.";

/// A group with its stream.
pub fn of_stream(group: &str, stream: &str) -> String {
    format!("{group} of {stream}")
}

/// How long a service works on one entry.
pub fn pace_of_work(duration: &str) -> String {
    format!("{duration} each")
}

/// A loss in the ledger.
pub fn lost_because(what: &str, why: &str) -> String {
    format!("not {what}: {why}")
}

/// The counters of the ledger.
pub fn ledger_counts(n_effects: u64, n_duplicates: u64, n_lost: u64) -> String {
    let (effects, twice) = (counted(n_effects, "effect", "effects"), grouped(n_duplicates));
    format!("{effects}; {twice} too often, {} lost", grouped(n_lost))
}

/// A chart in words.
pub fn chart_words(name: &str, now: &str, most: u64) -> String {
    format!("{name}: {now} now, at most {} in the last minute", grouped(most))
}

/// The caption of a table whose rows keep still while somebody is at them.
pub fn new_rows_wait(caption: &str, n: usize) -> String {
    format!("{caption} ({n} new)")
}

/// Rows beyond the limit of a table.
pub fn n_more_rows(n: usize) -> String {
    format!("… and {n} more")
}

/// An entry is appended.
pub fn caption_added(who: &str, item: &str, stream: &str) -> String {
    format!("{who} appends {item} to the log of {stream} (XADD). It stays there, whoever reads it.")
}

/// An entry goes to a consumer.
pub fn caption_delivered(group: &str, item: &str, consumer: &str) -> String {
    format!(
        "{group} hands {item} to {consumer}: pending until {consumer} says XACK. \
         last-delivered-id moves on."
    )
}

/// An entry changes its owner.
pub fn caption_claimed(from: &str, item: &str, to: &str) -> String {
    format!("{to} takes {item} over from {from}: still pending, and delivered once more.")
}

/// An entry is done.
pub fn caption_acked(group: &str, item: &str, consumer: &str) -> String {
    format!("{consumer} is done with {item} and says XACK: it is no longer pending in {group}.")
}

/// An entry is put aside.
pub fn caption_dead(item: &str, stream: &str) -> String {
    format!("{item} failed too often: it is put aside in {stream}, as a dead letter.")
}

/// A service is gone.
pub fn caption_crashed(name: &str) -> String {
    format!("{name} crashed. What it had pending stays pending until somebody claims it.")
}

/// The same, spoken.
pub fn said_crashed(name: &str) -> String {
    format!("{name} crashed.")
}

/// What happened lately, spoken.
pub fn said_tally(tally: super::announce::Tally) -> String {
    let counts = [
        (tally.n_added, "added"),
        (tally.n_delivered, "delivered"),
        (tally.n_acked, "acked"),
        (tally.n_claimed, "claimed"),
        (tally.n_gone, "trimmed or deleted"),
    ];
    let counts = counts.iter().filter(|(n, _)| 0 < *n);
    let counts: Vec<String> = counts.map(|(n, what)| format!("{} {what}", grouped(*n))).collect();
    format!("{}.", counts.join(", "))
}

/// How the first streams and their groups stand: "orders: 31 entries; billing: 2 pending, lag 0".
pub fn summary(world: &crate::sim::World) -> String {
    let (server, mut parts) = (world.server(), Vec::new());
    for (key, entry) in server.store().db(0).entries() {
        let crate::engine::Value::Stream(stream) = &entry.value else { continue };
        parts.push(format!("{}: {}", lossy(key), n_entries(stream.len())));
        for group in stream.groups() {
            let lag = stream.lag(group, server.profile().lag_rule());
            let lag = lag.map_or("unknown".to_owned(), |lag| lag.to_string());
            let (name, n_pending) = (lossy(group.name()), grouped(group.n_pending()));
            parts.push(format!("{name}: {n_pending} pending, lag {lag}"));
        }
        if SUMMARY_PARTS_MAX <= parts.len() {
            break;
        }
    }
    parts.truncate(SUMMARY_PARTS_MAX);
    parts.join("; ")
}

/// Most streams and groups that a summary names.
const SUMMARY_PARTS_MAX: usize = 5;

/// The heading of a log in words.
pub fn twin_stream(name: &str) -> String {
    format!("Stream {name}")
}

/// What there is to say of a log.
pub fn twin_log(n: u64, n_listed: usize) -> String {
    let entries = n_entries(n);
    if n_listed as u64 == n { entries } else { format!("{entries}; the newest {n_listed}:") }
}

/// The heading of a group in words.
pub fn twin_group(name: &str, stream: &str) -> String {
    format!("Group {name} of {stream}")
}

/// What there is to say of a group.
pub fn twin_group_note(last: StreamId, n_pending: u64, n_undelivered: usize) -> String {
    let lag =
        if n_undelivered < 1_000 { n_undelivered.to_string() } else { "1,000 or more".into() };
    format!("last-delivered-id {last}, {n_pending} pending, lag {lag}")
}

/// The heading of a consumer in words.
pub fn twin_consumer(name: &str) -> String {
    format!("Consumer {name}")
}

/// What there is to say of a consumer.
pub fn twin_consumer_note(health: Health, n_pending: u64) -> String {
    let note = lane_note(health, n_pending);
    if n_pending == 0 && health != Health::Unknown {
        format!("{note}, nothing pending")
    } else {
        note
    }
}

/// A pending entry in words.
pub fn twin_pending(label: &str, n_deliveries: u64, idle_ms: Millis, exists: bool) -> String {
    let times =
        if n_deliveries == 1 { String::new() } else { format!(", delivered {n_deliveries} times") };
    let gone = if exists { "" } else { ", no longer in the log" };
    format!("{label}{times}, idle {}{gone}", duration(idle_ms))
}

pub const TIP_GONE: &str = "no longer in the log";

/// What an entry is to a group.
pub fn tip_in_group(group: &str, owner: Option<&str>, is_ahead: bool) -> String {
    match owner {
        Some(owner) => format!("{group}: pending for {owner}"),
        None if is_ahead => format!("{group}: not delivered yet"),
        None => format!("{group}: done"),
    }
}

/// About a consumer.
pub fn tip_lane(consumer: &str, group: &str, health: Health, n_pending: u64) -> String {
    let note = lane_note(health, n_pending);
    format!("{consumer}, consumer of {group}\n{note}")
}

/// About a marker.
pub fn tip_marker(group: &str, last: StreamId) -> String {
    format!(
        "last-delivered-id of {group}: {last}\nEverything up to here was handed to some consumer \
         of the group. What lies to the right is its lag."
    )
}

/// About a pending entry.
pub fn tip_pending(
    label: &str,
    owner: &str,
    n_deliveries: u64,
    idle_ms: Option<Millis>,
    exists: bool,
) -> String {
    let times = counted(n_deliveries, "time", "times");
    let idle =
        idle_ms.map_or("idle time unknown".to_owned(), |ms| format!("idle {}", duration(ms)));
    let gone = if exists { "" } else { "\nIts entry is no longer in the log: a dangling id." };
    format!("{label}\npending for {owner}: delivered {times}, {idle}, not acked yet{gone}")
}

/// A version profile as people call it: "Redis 8.6", "Valkey 9".
pub fn profile_name(profile: Profile) -> String {
    match profile.name().strip_prefix("valkey-") {
        Some(version) => format!("Valkey {version}"),
        None => format!("Redis {profile}"),
    }
}

/// The version profile was changed.
pub fn another_profile(profile: Profile) -> String {
    let name = profile_name(profile);
    format!("This is {name} now: the scenario and your lines were run on it from the beginning.")
}

/// What the id of an entry tells of its birth.
pub fn life_born(stream: &str, id: StreamId) -> String {
    format!("{stream}: entry {id} was added, as its id says.")
}

/// The title of a biography.
pub fn life_title(stream: &str, id: StreamId) -> String {
    format!("{id} in {stream}")
}

/// A pending entry in a biography.
pub fn life_pending(
    group: &str,
    owner: &str,
    n_deliveries: u64,
    idle_ms: Option<Millis>,
) -> String {
    let times = counted(n_deliveries, "time", "times");
    let idle = idle_ms.map_or(String::new(), |ms| format!(", idle {}", duration(ms)));
    format!("{group}: pending for {owner}, delivered {times}{idle}")
}

/// Bytes as text: what is not UTF-8 becomes `\x..`, control characters too.
pub fn lossy(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() {
                out.push_str(&format!("\\x{:02x}", u32::from(letter)));
            } else {
                out.push(letter);
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

pub const NO_LESSON: &str = "This page has no lesson: choose one from the course.";
pub const LAST_LESSON: &str = "This is the last lesson.";
pub const ANSWER_RIGHT: &str = "Your guess is right.";
pub const ANSWER_WRONG: &str = "Not quite: the answer is below the question.";

/// Said once all goals of a lesson are reached; seeing the solution does not count as solving.
/// `has_fast`: the lesson belongs to the fast path.
pub fn lesson_done(was_shown: bool, has_fast: bool) -> String {
    let next =
        if has_fast { "`next` goes on, `next fast` on the fast path." } else { "`next` goes on." };
    match was_shown {
        true => {
            "All goals are reached, with the solution in view. Start the lesson again to solve it."
                .to_owned()
        }
        false => format!("All goals are reached: the lesson is solved. {next}"),
    }
}

/// Said when a goal was reached and others are open.
pub fn goals_done(n_done: usize, n_goals: usize) -> String {
    format!("{n_done} of {n_goals} goals reached.")
}

/// Said when another lesson came into the page.
pub fn lesson_opened(number: &str, title: &str, keeps_world: bool) -> String {
    let world = if keeps_world { " Your world goes on." } else { "" };
    format!("Lesson {number}: {title}.{world}")
}

/// The link to where the learner was.
pub fn go_on_with(title: &str) -> String {
    format!("Go on with {title}")
}

/// Said when progress came from a file.
pub fn progress_taken(n_solved: usize, n_skipped: usize) -> String {
    let solved = counted(n_solved as u64, "lesson is", "lessons are");
    let skipped = match n_skipped {
        0 => String::new(),
        n => format!(" {} of the file could not be read.", counted(n as u64, "line", "lines")),
    };
    format!("Progress taken over: {solved} solved now.{skipped}")
}

/// How far the course is done.
pub fn course_progress(n_solved: usize, n_lessons: usize) -> String {
    format!("{n_solved} of {n_lessons} lessons solved")
}

/// A mark before a lesson's title.
pub fn lesson_mark(status: Option<crate::lesson::Status>) -> &'static str {
    use crate::lesson::Status;
    match status {
        None => "[ ]",
        Some(Status::Begun) => "[.]",
        Some(Status::Shown) => "[-]",
        Some(Status::Solved) => "[x]",
    }
}

pub const NOTHING_CHANGED: &str = "Nothing changed.";
pub const OPEN_ELSEWHERE: &str = "This page is open in another tab. This one works on a copy of \
                                  its session, which will not be kept.";
pub const WORLD_IS_LOST: &str = "The stored session was damaged: how it began cannot be read, so \
                                 its lines were run in a new world.";

/// The browser's store does not work, from the start or from now on.
pub fn not_kept(problem: &str, from_now_on: bool) -> String {
    let start = if from_now_on { "From here on nothing" } else { "Nothing" };
    format!("{start} is kept for the next visit: {problem}.")
}

/// Lines of the stored session are lost.
pub fn session_damaged(n_damaged: usize, n_kept: usize) -> String {
    format!(
        "The stored session was damaged: {} could not be read and left out, {} came back.",
        counted(n_damaged as u64, "line", "lines"),
        counted(n_kept as u64, "line", "lines")
    )
}

// The console.
pub const TOOL_SERVICES: &str = "All lines";
pub const TOOL_SERVICES_ABOUT: &str =
    "Also show the lines of services, and those with which the scenario began";
pub const TOOL_RAW: &str = "Raw";
pub const TOOL_RAW_ABOUT: &str = "Show replies as bytes on the wire";
pub const TOOL_COPY: &str = "Copy";
pub const TOOL_COPY_ABOUT: &str = "Copy everything that was done as a script for redis-cli";
pub const TAB_RENAME: &str = "Double-click or F2: another name";
pub const TAB_NEW: &str = "Another client";
pub const TAB_NAME: &str = "Name of the client; Enter takes it, Escape does not";
pub const TABS: &str = "Clients";
pub const CHIPS: &str = "Words that may come next";
pub const SCRIPT_COPIED: &str = "Copied, as a script for redis-cli.";
pub const SCRIPT_NOT_COPIED: &str = "The browser does not let this page copy.";
pub const CANCEL_ABOUT: &str = "Let go of the blocked command (Ctrl-C)";
pub const ROW_WAITS: &str = "waiting … ";
pub const CANCEL: &str = "Cancel";
pub const WHY: &str = "Why?";
pub const NO_LINE_MATCHES: &str = "No line matches.";

/// The button that explains a reply, for a screen reader.
pub fn why_about(line: &str) -> String {
    format!("{WHY} About the reply to {line}")
}

/// The rest of a long reply.
pub fn show_more_lines(n: usize) -> String {
    format!("Show {n} more lines")
}

/// The console forgets.
pub fn rows_cut(n_rows: usize) -> String {
    format!("Older rows are not shown; the newest {n_rows} are.")
}

/// Too much was pasted.
pub fn paste_limit(n: usize, what: &str) -> String {
    format!("At most {n} {what} can be pasted.")
}

/// A line is not to be repeated that often.
pub fn repeat_limit(n: u64) -> String {
    format!("A line can be repeated at most {n} times.")
}

/// Closes the tab of a client.
pub fn tab_close(client: &str) -> String {
    format!("Close {client}")
}

pub const PLAY: &str = "Play";
pub const PAUSE: &str = "Pause";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_numbers_and_times_are_short() {
        assert_eq!(short_id(StreamId::new(1_700_000_003_412, 0)), "…3412-0");
        assert_eq!(short_id(StreamId::new(5, 1)), "5-1");
        assert_eq!(clock(1_700_000_003_412), "22:13:23");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(123), "123");
        let durations = [850, 4_250, 125_000, 12_000_000].map(duration);
        assert_eq!(durations, ["850 ms", "4.2 s", "2 min 5 s", "3 h 20 min"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_numbers() {
        assert_eq!(lossy(b"te\xffa\n\x00"), "te\\xffa\\x0a\\x00");
        assert_eq!(lossy("grün ☕".as_bytes()), "grün ☕");
    }
}
