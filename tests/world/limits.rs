//! docs/limits.md says what `limits.rs` says and which test goes there, and the page shows where it
//! stopped showing.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use streamlanes::command::Profile;
use streamlanes::lesson::Watch;
use streamlanes::limits::*;
use streamlanes::sim::{Origin, Scenario, Session};
use streamlanes::view::camera::Camera;
use streamlanes::view::console::rows;
use streamlanes::view::console::{Answer, Extra, Extras, Filter, Mark, Row, RowKey};
use streamlanes::view::lanes::{Lanes, View};
use streamlanes::view::side::{Feed, inspector, ledger};
use streamlanes::view::table::Table;

use super::{of_lines, run_seconds, say, session};

/// The names and values of all limits.
macro_rules! limits {
    ($($name:ident)*) => { [$((stringify!($name), u64::try_from($name).unwrap())),*] };
}

/// `1,234,567`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| str::from_utf8(part).unwrap()).collect();
    parts.join(",")
}

/// Bounds that stand beside the code: what they cut says so in the same place, or is nothing that
/// anybody could miss.
const BESIDE_THE_CODE: &[&str] = &[
    // Buffers that are kept for the next use.
    "REPLY_BUFFER_BYTES_MAX",
    "HELD_ROWS_MAX",
    // Redis's own.
    "ERROR_CODES_MAX",
    "TEXT_BYTES_MAX",
    // Sentences and pictures that say how much more there is.
    "SENTENCES_MAX",
    "SUMMARY_PARTS_MAX",
    "COMMANDS_NAMED_MAX",
    "ENTRIES_MAX",
    "LISTS_MAX",
    "COUNTED_MAX",
    // Ways to go on with a line that is being typed.
    "CHOICES_MAX",
    "CHIPS_MAX",
    "IDS_MAX",
    "STACKS_MAX",
    "DEPTH_MAX",
    // What is told, spoken or seen once, of what stands elsewhere in full.
    "QUEUE_MAX",
    "SPOKEN_CHARS_MAX",
    "SKIPPED_MAX",
    "LEFT_MAX",
    // One name for the limit of a client's name, and the longest that a hint looks at.
    "NAME_BYTES_MAX",
];

/// Every source below a folder of the workspace: its path and its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// What the test of that name does, if there is one.
fn test_body<'a>(sources: &'a [(PathBuf, String)], name: &str) -> Option<&'a str> {
    sources.iter().find_map(|(_, text)| {
        let at = text.find(&format!("fn {name}() {{"))?;
        let (before, rest) = text.split_at(at);
        let indent = &before[before.rfind('\n')? + 1..];
        let is_test = before.trim_end().ends_with("#[test]");
        rest.find(&format!("\n{indent}}}")).filter(|_| is_test).map(|end| &rest[..end])
    })
}

/// Whether a word stands there, and not only as a part of another one.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|part| part == word)
}

#[test]
fn the_table_of_the_limits_is_complete_and_right() {
    let all = limits!(
        BULK_BYTES_MAX ARGS_MAX HISTORY_LINES_MAX HISTORY_LINES_KEPT TRANSCRIPT_ROWS_MAX EXTRAS_MAX
        REPLY_LINES_SHOWN_MAX REPEAT_MAX RAW_BYTES_MAX EXPLAINED_LINES_MAX EXPLAINED_CHANGES_MAX
        FOUND_LINES_MAX CLOSED_TABS_MAX WAITING_LINES_MAX LAST_WORDS_BYTES_MAX TIME_MARKS_MAX
        FAULTS_SAID_MAX PASTE_LINES_MAX PASTE_BYTES_MAX TRANSCRIPT_LINES_MAX TRANSCRIPT_BYTES_MAX
        TRANSCRIPT_REPLY_BYTES_MAX LINE_BYTES_MAX QUEUED_LINES_MAX CONSOLE_CLIENTS_MAX
        JOURNAL_INPUTS_MAX JOURNAL_BYTES_MAX ASIDES_MAX CHECKPOINT_BYTES_MAX CHECKPOINT_COMMANDS
        CHECKPOINTS_MAX ADVANCE_SLICE JUMP_STEPS_MAX LOAD_STEPS_MAX EVENTS_MAX SERVICES_MAX
        BURST_MAX BATCH_MAX HAND_BYTES_MAX LEDGER_LINES_MAX LEDGER_ENTRIES_MAX LEDGER_STREAMS_MAX
        LEDGER_GROUPS_MAX LEDGER_KEYS_MAX SCENARIO_BYTES_MAX SCENARIO_LINES_MAX WORLD_BYTES_MAX
        CLIENT_BYTES_MAX LINK_BYTES_MAX LINK_DECODED_BYTES_MAX LINK_INPUTS_MAX FILE_BYTES_MAX
        FILE_DECODED_BYTES_MAX SPEED_PERMILLE_MIN SPEED_PERMILLE_MAX NAME_BYTES_MAX FLIGHTS_MAX
        STREAMS_SHOWN_MAX GROUPS_SHOWN_MAX LANES_SHOWN_MAX LANE_NAMES_MAX PLACES_MAX
        EVIDENCE_ROWS_MAX FEED_ROWS_MAX TABLE_ROWS_MAX LEDGER_ROWS_MAX PENDING_ROWS_MAX
        CHRONICLE_EVENTS_MAX
    );
    let source = include_str!("../../src/limits.rs").lines();
    let declared: Vec<&str> =
        source.filter_map(|line| line.strip_prefix("pub const ")?.split(':').next()).collect();
    assert_eq!(declared, all.map(|(name, _)| name));
    let document = include_str!("../../docs/limits.md").lines();
    let rows: Vec<Vec<&str>> = document
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), all.len());
    let tests = ["src", "tests/world", "server/tests"].map(sources).concat();
    for (row, (name, value)) in rows.iter().zip(all) {
        assert_eq!(row[..2], [format!("`{name}`"), grouped(value)]);
        assert!(8 <= row[2].len(), "{name}: what one sees");
        let test = row[3].trim_matches('`');
        let body = test_body(&tests, test).unwrap_or_else(|| panic!("{name}: no test {test}"));
        assert!(has_word(body, name), "{name}: the test {test} does not go there");
    }
}

#[test]
fn no_bound_hides_from_the_table() {
    let mut beside = Vec::new();
    for (path, text) in ["command", "sim", "lesson", "view", "ui"]
        .map(|it| format!("src/{it}"))
        .iter()
        .flat_map(|folder| sources(folder))
    {
        for line in text.lines() {
            let declared = line.trim_start().trim_start_matches("pub ").strip_prefix("const ");
            let Some((name, kind)) = declared.and_then(|it| it.split_once(": ")) else { continue };
            if name.ends_with("_MAX") && kind.starts_with("usize") {
                assert!(BESIDE_THE_CODE.contains(&name), "{}: {name}", path.display());
                beside.push(name.to_owned());
            }
        }
    }
    let gone: Vec<_> =
        BESIDE_THE_CODE.iter().filter(|name| !beside.contains(&(**name).into())).collect();
    assert!(gone.is_empty(), "no longer there: {gone:?}");
}

#[test]
fn the_lanes_say_how_much_they_do_not_draw() {
    let mut session = of_lines("");
    for n in 0..STREAMS_SHOWN_MAX + 2 {
        say(&mut session, &format!("XADD stream-{n:02} * f v"));
    }
    for n in 0..GROUPS_SHOWN_MAX + 3 {
        say(&mut session, &format!("XGROUP CREATE stream-00 group-{n:02} 0"));
    }
    for n in 0..LANES_SHOWN_MAX + 4 {
        say(&mut session, &format!("XGROUP CREATECONSUMER stream-00 group-00 consumer-{n}"));
    }
    let mut lanes = Lanes::default();
    lanes.rebuild(session.world());
    let picture = lanes.picture(session.world(), View { camera: &Camera::default(), width: 800.0 });
    assert_eq!((picture.streams.len(), picture.n_more_streams), (STREAMS_SHOWN_MAX, 2));
    let first = picture.streams.iter().find(|stream| stream.title == "stream-00").unwrap();
    assert_eq!((first.groups.len(), first.n_more_groups), (GROUPS_SHOWN_MAX, 3));
    let group = &first.groups[0];
    assert_eq!((group.lanes.len(), group.n_more_lanes), (LANES_SHOWN_MAX, 4));
    let twin = streamlanes::view::twin::describe(&lanes, session.world());
    let titles: Vec<&str> = twin.sections.iter().map(|section| section.title.as_str()).collect();
    for expected in ["and 2 more streams", "and 7 more groups", "and 56 more consumers"] {
        assert!(titles.contains(&expected), "{expected}: {titles:?}");
    }
}

/// What stands under a table, as `n more` and a note.
fn below(mut table: Table) -> (usize, usize, String) {
    table.arrange(None, "", TABLE_ROWS_MAX);
    (table.rows.len(), table.n_more, table.note)
}

#[test]
fn what_is_pending_beyond_the_limit_is_counted() {
    let mut session = of_lines("XGROUP CREATE orders billing 0 MKSTREAM\n");
    let n = PENDING_ROWS_MAX + 30;
    for _ in 0..n {
        say(&mut session, "XADD orders * f v");
    }
    say(&mut session, &format!("XREADGROUP GROUP billing me COUNT {n} STREAMS orders >"));
    let [.., pending] = inspector(session.world());
    assert_eq!((pending.rows.len(), pending.n_more), (PENDING_ROWS_MAX, 30));
    assert_eq!(below(pending), (TABLE_ROWS_MAX, n - TABLE_ROWS_MAX, String::new()));
}

#[test]
fn the_feed_says_what_it_does_not_show_and_what_it_never_saw() {
    let mut session = session("iot-burst");
    let mut feed = Feed::default();
    let mut n_events = 0;
    let mut take = |session: &mut Session| {
        while let Some(event) = session.poll_event() {
            n_events +=
                usize::from(matches!(event.kind, streamlanes::sim::WorldEventKind::Engine(_)));
            feed.follow(&event);
        }
        (n_events, feed.table())
    };
    run_seconds(&mut session, 20);
    let (n_events, table) = take(&mut session);
    assert_eq!((table.rows.len(), table.n_more), (FEED_ROWS_MAX, n_events - FEED_ROWS_MAX));
    assert_eq!(table.note, "");
    // Nobody looks for a while.
    run_seconds(&mut session, 300);
    let (_, table) = take(&mut session);
    assert!(table.note.contains("left out"), "{}", table.note);
    // Going somewhere else is no gap.
    session.seek(session.now() - 30_000);
    run_seconds(&mut session, 1);
    assert_eq!(take(&mut session).1.note, "");
}

#[test]
fn the_ledger_says_where_it_ends() {
    let mut session = of_lines(
        "XGROUP CREATE orders billing 0 MKSTREAM\n\
         SIM ADD PRODUCER web STREAM orders RATE 100/s MAXLEN ~ 100\n\
         SIM ADD CONSUMER billing STREAM orders GROUP billing COUNT 100 WORK 1ms EFFECT charged\n",
    );
    run_seconds(&mut session, 3);
    let n_effects = session.world().ledger().n_effects() as usize;
    let (n_shown, n_more, note) = below(ledger(session.world()));
    assert_eq!((n_shown, n_more), (LEDGER_ROWS_MAX, n_effects - LEDGER_ROWS_MAX));
    assert_eq!(note, "");
    for n in 0..=LEDGER_GROUPS_MAX {
        say(&mut session, &format!("XGROUP CREATE orders g{n} $"));
    }
    for n in 0..=LEDGER_STREAMS_MAX {
        say(&mut session, &format!("XADD stream-{n} * f v"));
    }
    run_seconds(&mut session, 205);
    let (_, _, note) = below(ledger(session.world()));
    for expected in ["the newest 20,000 are kept", "32 groups", "1,000 streams"] {
        assert!(note.contains(expected), "{expected}: {note}");
    }
    assert!(!note.contains("business keys"), "{note}");
}

#[test]
fn the_console_says_that_older_rows_are_gone() {
    let mut session = session("iot-burst");
    let filter = Filter { who: Rc::from("you"), services: true };
    let cut = |session: &Session| {
        rows::rows(session, &Extras::default(), &filter, Mark::default(), 500).1
    };
    say(&mut session, "PING");
    assert!(session.world().transcript().len() < 500 && !cut(&session));
    run_seconds(&mut session, 200);
    assert!(session.world().transcript().first_seq() != 0 && cut(&session));
    // Also where few rows are shown: the services' lines took the place of one's own.
    let own = Filter { services: false, ..filter.clone() };
    let (rows, cut) =
        rows::rows(&session, &Extras::default(), &own, Mark::default(), TRANSCRIPT_ROWS_MAX);
    assert!(rows.is_empty() && cut);
}

#[test]
fn the_console_says_that_older_rows_of_its_own_are_gone() {
    let session = of_lines("");
    let filter = Filter { who: Rc::from("you"), services: false };
    let mut extras = Extras::default();
    let row = |n: usize| Row {
        key: RowKey::Extra(0),
        at: session.now(),
        who: Rc::from("you"),
        line: format!("HELP {n}").into(),
        from: Origin::Human,
        answer: Answer::Note("".into()),
    };
    for n in 0..EXTRAS_MAX {
        extras.push(Extra { before_seq: 0, row: row(n), everywhere: false });
    }
    let shown = |extras: &Extras, extra_idx: usize| {
        let mark = Mark { line_seq: 0, extra_idx };
        let (rows, cut) = rows::rows(&session, extras, &filter, mark, usize::MAX - 1);
        (rows.len(), rows[0].key, cut)
    };
    assert_eq!(shown(&extras, 0), (EXTRAS_MAX, RowKey::Extra(0), false));
    for n in 0..30 {
        extras.push(Extra { before_seq: 0, row: row(n), everywhere: false });
    }
    assert_eq!(shown(&extras, 0), (EXTRAS_MAX, RowKey::Extra(30), true));
    assert_eq!(shown(&extras, EXTRAS_MAX), (30, RowKey::Extra(EXTRAS_MAX), false));
    assert!(extras.get(29).is_none());
    assert_eq!(&*extras.get(30).unwrap().row.line, "HELP 30");
}

#[test]
fn the_lanes_forget_the_names_of_what_is_gone() {
    let mut session = of_lines("XGROUP CREATE orders billing 0 MKSTREAM\n");
    let mut lanes = Lanes::default();
    let n_known = |lanes: &Lanes| (0..).take_while(|n| lanes.key(*n).is_some()).count();
    for n in 0..LANE_NAMES_MAX + 2_000 {
        say(&mut session, &format!("XADD stream-{n} * f v"));
        say(&mut session, &format!("DEL stream-{n}"));
        while let Some(event) = session.poll_event() {
            lanes.follow(session.world(), &event);
        }
    }
    assert!(n_known(&lanes) < LANE_NAMES_MAX, "{}", n_known(&lanes));
    assert_eq!(lanes.numbering(), 1);
    say(&mut session, "XADD orders * f v");
    while let Some(event) = session.poll_event() {
        lanes.follow(session.world(), &event);
    }
    let picture = lanes.picture(session.world(), View { camera: &Camera::default(), width: 800.0 });
    let titles: Vec<&str> = picture.streams.iter().map(|stream| stream.title.as_str()).collect();
    assert_eq!(titles, ["orders"]);
    assert_eq!(picture.streams[0].groups[0].name, "billing");
}

#[test]
fn a_lesson_says_when_it_looks_at_nothing_any_more() {
    let mut session = Session::new(Scenario::empty(), 1, Profile::Redis86);
    let mut watch = Watch::begin(&session);
    for _ in 1..EVIDENCE_ROWS_MAX {
        session.submit("", "PING");
    }
    watch.observe(&session);
    assert!(!watch.is_full());
    session.submit("", "PING");
    watch.observe(&session);
    assert!(watch.is_full());
}
