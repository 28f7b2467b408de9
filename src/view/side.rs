//! What stands beside the lanes, as tables: services, the state of streams and groups, events, the
//! ledger. Every button carries the line that it runs.

use super::biography::kind;
use super::table::{Action, Cell, Column, Row, Table};
use super::text;
use crate::command::tokenize::quoted_if_needed;
use crate::engine::Value;
use crate::engine::event::Event;
use crate::engine::group::Group;
use crate::limits::{FEED_ROWS_MAX, LEDGER_ROWS_MAX, PENDING_ROWS_MAX};
use crate::sim::quantity::{Rate, parse_duration, parse_rate, show_duration, show_rate};
use crate::sim::service::{ServiceKind, ServiceState, ServiceView};
use crate::sim::world::DEFAULT_CLIENT;
use crate::sim::{World, WorldEvent, WorldEventKind};

const fn words(title: &'static str) -> Column {
    Column { title, is_number: false }
}

const fn number(title: &'static str) -> Column {
    Column { title, is_number: true }
}

const SERVICES: &[Column] = &[
    words(text::COLUMN_NAME),
    words(text::COLUMN_STATE),
    words(text::COLUMN_PACE),
    number(text::COLUMN_SENT),
    number(text::COLUMN_DONE),
];
const STREAMS: &[Column] = &[
    words(text::COLUMN_STREAM),
    number(text::COLUMN_ENTRIES),
    number(text::COLUMN_GROUPS),
    words(text::COLUMN_LAST_ID),
];
const GROUPS: &[Column] = &[
    words(text::COLUMN_GROUP),
    number(text::COLUMN_PENDING),
    number(text::COLUMN_LAG),
    words(text::LAST_DELIVERED),
];
const CONSUMERS: &[Column] = &[
    words(text::COLUMN_CONSUMER),
    words(text::COLUMN_GROUP),
    number(text::COLUMN_PENDING),
    number(text::COLUMN_IDLE),
];
const PENDING: &[Column] = &[
    words(text::COLUMN_ENTRY),
    words(text::COLUMN_GROUP),
    words(text::COLUMN_CONSUMER),
    number(text::COLUMN_IDLE),
    number(text::COLUMN_TIMES),
];
const FEED: &[Column] = &[words(text::COLUMN_TIME), words(text::COLUMN_WHAT)];
const LEDGER: &[Column] = &[
    words(text::COLUMN_WHAT),
    words(text::COLUMN_KEY),
    words(text::COLUMN_WHO),
    words(text::COLUMN_ENTRY),
    number(text::COLUMN_TIMES),
];

/// The columns of every table, in the order in which the page has them: services, streams, groups,
/// consumers, pending entries, events, ledger.
pub fn columns() -> [&'static [Column]; 7] {
    [SERVICES, STREAMS, GROUPS, CONSUMERS, PENDING, FEED, LEDGER]
}

/// One row for each service.
pub fn services(world: &World) -> Table {
    let rows = world.services().map(|service| service_row(world, &service)).collect();
    let (caption, actions) = (text::SERVICES.to_owned(), more_services(world));
    let (columns, empty) = (SERVICES, text::NO_SERVICES);
    Table { caption, columns, rows, empty, actions, ..Table::default() }
}

/// A service of each kind, for the first stream and its first group.
fn more_services(world: &World) -> Vec<Action> {
    let mut entries = world.server().store().db(0).entries();
    let first = entries.find_map(|(key, entry)| match &entry.value {
        Value::Stream(stream) => Some((key, stream)),
        _ => None,
    });
    let key = first.map_or("orders".to_owned(), |(key, _)| quoted_if_needed(key));
    let group = first.and_then(|(_, stream)| stream.groups().next());
    let group = group.map_or("billing".to_owned(), |group| quoted_if_needed(group.name()));
    let [producer, worker, claimer] =
        ["producer", "worker", "claimer"].map(|it| free_name(world, it));
    let of_group = format!("STREAM {key} GROUP {group}");
    vec![
        Action::new(
            text::DO_ADD_PRODUCER,
            format!("SIM ADD PRODUCER {producer} STREAM {key} RATE 1/s"),
        ),
        Action::new(
            text::DO_ADD_CONSUMER,
            format!("SIM ADD CONSUMER {worker} {of_group} CREATE 0 WORK 500ms EFFECT done"),
        ),
        Action::new(
            text::DO_ADD_CLAIMER,
            format!("SIM ADD CLAIMER {claimer} {of_group} MIN-IDLE 30s WORK 500ms EFFECT done"),
        ),
    ]
}

fn service_row(world: &World, service: &ServiceView) -> Row {
    let name = &service.name;
    let state = state_word(service.state);
    let is_down = matches!(service.state, ServiceState::Crashed | ServiceState::Stopped);
    let mut actions = if is_down {
        vec![
            Action::new(text::DO_RESTART, format!("SIM RESTART {name}")),
            Action::new(text::DO_REMOVE, format!("SIM REMOVE {name}")),
        ]
    } else {
        vec![
            Action::new(text::DO_CRASH, format!("SIM CRASH {name}")),
            Action::new(text::DO_FREEZE, format!("SIM FREEZE {name} 10s")),
            Action::new(text::DO_STOP, format!("SIM STOP {name}")),
        ]
    };
    let pace = Pace::of(&service.options);
    if let Some(pace) = pace {
        for (label, faster) in [(text::DO_SLOWER, false), (text::DO_FASTER, true)] {
            if let Some(option) = pace.changed(faster) {
                actions.push(Action::new(label, format!("SIM SET {name} {option}")));
            }
        }
    }
    if service.kind != ServiceKind::Claimer {
        let twin = free_name(world, name);
        let kind = service.kind.name();
        actions.push(Action::new(
            text::DO_ONE_MORE,
            format!("SIM ADD {kind} {twin} {}", service.options),
        ));
    }
    let cells = vec![
        Cell::text(name.as_ref()),
        Cell::text(state),
        Cell::text(pace.map(Pace::text).unwrap_or_default()),
        number_if(service.n_sent, service.kind == ServiceKind::Producer),
        number_if(service.n_done, service.kind != ServiceKind::Producer),
    ];
    Row { key: name.to_string(), state, cells, actions }
}

/// A number where it means something.
fn number_if(n: u64, means_something: bool) -> Cell {
    if means_something || 0 < n { Cell::number(n) } else { Cell::text("") }
}

fn state_word(state: ServiceState) -> &'static str {
    match state {
        ServiceState::Idle => "idle",
        ServiceState::Waiting => "waiting",
        ServiceState::Working { .. } => "working",
        ServiceState::Frozen { .. } => "frozen",
        ServiceState::Stopping => "stopping",
        ServiceState::Stopped => "stopped",
        ServiceState::Crashed => "crashed",
    }
}

/// How fast a service is: what it sends, or how long it works on one entry.
#[derive(Clone, Copy)]
enum Pace {
    Rate(Rate),
    Work(u64),
}

impl Pace {
    /// As the options of SIM ADD say.
    fn of(options: &str) -> Option<Pace> {
        let mut words = options.split(' ').take_while(|word| *word != "FIELDS");
        while let Some(word) = words.next() {
            let value = match word {
                "RATE" => parse_rate(words.next()?).map(Pace::Rate),
                "WORK" => parse_duration(words.next()?).map(Pace::Work),
                _ => continue,
            };
            return value;
        }
        None
    }

    fn text(self) -> String {
        match self {
            Pace::Rate(rate) => show_rate(rate),
            Pace::Work(ms) => text::pace_of_work(&show_duration(ms)),
        }
    }

    /// The option for twice or half as much; `None` at the ends.
    fn changed(self, faster: bool) -> Option<String> {
        match self {
            Pace::Rate(Rate { n, per_ms }) => {
                let rate = match (faster, n % 2) {
                    (true, _) => Rate { n: n * 2, per_ms },
                    (false, 0) => Rate { n: n / 2, per_ms },
                    (false, _) if per_ms == 1_000 => Rate { n: n * 30, per_ms: 60_000 },
                    (false, _) => return None,
                };
                parse_rate(&show_rate(rate)).map(|rate| format!("RATE {}", show_rate(rate)))
            }
            Pace::Work(ms) => {
                let ms = if faster { ms / 2 } else { ms * 2 };
                (0 < ms).then(|| format!("WORK {}", show_duration(ms)))
            }
        }
    }
}

/// A name that no service has: `billing-2` becomes `billing-4` when there are three.
fn free_name(world: &World, name: &str) -> String {
    let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let stem = stem.trim_end_matches('-');
    let is_free = |name: &String| !world.services().any(|service| *service.name == **name);
    let first = if stem == name { 1 } else { 2 };
    let mut names = (first..=u32::MAX).map(|n| format!("{stem}-{n}"));
    names.find(is_free).unwrap_or_default()
}

/// Streams, groups, consumers, and what is pending.
pub fn inspector(world: &World) -> [Table; 4] {
    let table = |caption: &str, columns, empty| {
        let (caption, rows) = (caption.to_owned(), Vec::new());
        Table { caption, columns, rows, empty, ..Table::default() }
    };
    let mut streams = table(text::STREAMS, STREAMS, text::NO_STREAM);
    let mut groups = table(text::GROUPS, GROUPS, text::NO_GROUPS);
    let mut consumers = table(text::CONSUMERS, CONSUMERS, text::NO_CONSUMERS);
    let mut pending = table(text::PENDING_ENTRIES, PENDING, text::NOTHING_PENDING);
    let server = world.server();
    for (key, entry) in server.store().db(0).entries() {
        let Value::Stream(stream) = &entry.value else { continue };
        let key = quoted_if_needed(key);
        streams.rows.push(Row {
            cells: vec![
                Cell::text(key.clone()),
                Cell::number(stream.len()),
                Cell::number(stream.n_groups() as u64),
                Cell::text(stream.last_id().to_string()),
            ],
            actions: vec![Action::new(text::DO_INFO, format!("XINFO STREAM {key}"))],
            key: key.clone(),
            state: "",
        });
        for group in stream.groups() {
            let lag = stream.lag(group, server.profile().lag_rule());
            groups.rows.push(group_row(&key, group, lag));
            consumers_of(world, &key, group, &mut consumers);
            pending_of(world, &key, group, &mut pending);
        }
    }
    [streams, groups, consumers, pending]
}

fn group_row(key: &str, group: &Group, lag: Option<i64>) -> Row {
    let name = quoted_if_needed(group.name());
    let lag = match lag {
        Some(lag) => Cell { text: lag.to_string(), rank: lag.max(0).unsigned_abs() },
        None => Cell::text(text::UNKNOWN),
    };
    let actions = vec![
        Action::new(text::DO_SHOW_PENDING, format!("XPENDING {key} {name} - + 10")),
        Action::new(text::DO_REPLAY, format!("XGROUP SETID {key} {name} 0")),
    ];
    let cells = vec![
        Cell::text(text::of_stream(&name, key)),
        Cell::number(group.n_pending()),
        lag,
        Cell::text(group.last_id().to_string()),
    ];
    Row { key: format!("{key} {name}"), state: "", cells, actions }
}

fn consumers_of(world: &World, key: &str, group: &Group, table: &mut Table) {
    let group_name = quoted_if_needed(group.name());
    for consumer in group.consumers() {
        let name = quoted_if_needed(consumer.name());
        let line = format!("XGROUP DELCONSUMER {key} {group_name} {name}");
        table.rows.push(Row {
            key: format!("{key} {group_name} {name}"),
            state: "",
            cells: vec![
                Cell::text(name),
                Cell::text(text::of_stream(&group_name, key)),
                Cell::number(consumer.n_pending()),
                Cell::duration(world.server_now().saturating_sub(consumer.seen_time())),
            ],
            actions: vec![Action::new(text::DO_DELETE, line)],
        });
    }
}

/// What waits longest, first.
fn pending_of(world: &World, key: &str, group: &Group, table: &mut Table) {
    let (now, group_name) = (world.server_now(), quoted_if_needed(group.name()));
    for one in group.pending_by_time().take(PENDING_ROWS_MAX) {
        let owner = one.consumer.map(|consumer| text::lossy(consumer.name()));
        let id = one.id;
        let claim = format!("XCLAIM {key} {group_name} {DEFAULT_CLIENT} 0 {id}");
        table.rows.push(Row {
            key: format!("{key} {group_name} {id}"),
            state: "pending",
            cells: vec![
                Cell::text(id.to_string()),
                Cell::text(text::of_stream(&group_name, key)),
                Cell::text(owner.unwrap_or_else(|| text::NOBODY.to_owned())),
                Cell::duration(one.idle(now).unwrap_or(0)),
                Cell::number(one.delivery_count),
            ],
            actions: vec![
                Action::new(text::DO_ACK, format!("XACK {key} {group_name} {id}")),
                Action::new(text::DO_CLAIM, claim),
                Action::new(text::DO_DELETE, format!("XDEL {key} {id}")),
            ],
        });
    }
    let n_more = usize::try_from(group.n_pending()).unwrap_or(usize::MAX);
    table.n_more += n_more.saturating_sub(PENDING_ROWS_MAX);
}

/// The newest effects and losses first.
pub fn ledger(world: &World) -> Table {
    let ledger = world.ledger();
    let mut rows = Vec::new();
    let losses = ledger.losses().rev().filter(|loss| !loss.recovered);
    for (loss, idx) in losses.take(LEDGER_ROWS_MAX).zip(0_u32..) {
        let why = text::lost_because(&loss.what, text::loss_reason(loss.why));
        rows.push(Row {
            key: format!("lost {idx}"),
            state: "lost",
            cells: vec![
                Cell::text(why),
                Cell::text(text::lossy(&loss.key)),
                Cell::text(""),
                Cell::text(text::short_id(loss.entry)),
                Cell::number(0),
            ],
            actions: Vec::new(),
        });
    }
    let n_lost_shown = rows.len();
    let n_effects = ledger.n_effects();
    let newest = ledger.effects().rev().take(LEDGER_ROWS_MAX);
    for (effect, number) in newest.zip((0..n_effects).rev()) {
        rows.push(Row {
            key: number.to_string(),
            state: if effect.is_duplicate() { "duplicate" } else { "" },
            cells: vec![
                Cell::text(effect.what.as_ref()),
                Cell::text(text::lossy(&effect.key)),
                Cell::text(effect.who.as_ref()),
                Cell::text(text::short_id(effect.entry)),
                Cell::number(u64::from(effect.n_times)),
            ],
            actions: Vec::new(),
        });
    }
    let caption = text::ledger_counts(n_effects, ledger.n_duplicates(), ledger.n_lost());
    let n_all = usize::try_from(n_effects + ledger.n_lost()).unwrap_or(usize::MAX);
    // A loss whose line was forgotten may have recovered: there are never fewer than are shown.
    let n_more = n_all.max(n_lost_shown).saturating_sub(rows.len());
    let note: Vec<String> = ledger.bounds_met().map(text::ledger_bound).collect();
    let (note, empty) = (note.join(" "), text::NO_EFFECTS);
    Table { caption, columns: LEDGER, rows, empty, n_more, note, ..Table::default() }
}

/// The newest sentences of what happened, newest first.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    events: std::collections::VecDeque<(u64, Event)>,
    n_events: u64,
    /// Of those since the last time that everything may have changed.
    n_forgotten: usize,
    /// The number that the world gives its next event; `None` when everything may have changed.
    next_seq: Option<u64>,
    /// Events that nobody took in time.
    n_missed: u64,
}

impl Feed {
    /// Takes note of what happened.
    pub fn follow(&mut self, event: &WorldEvent) {
        if event.kind == WorldEventKind::Reset {
            *self = Feed { n_events: self.n_events, ..Feed::default() };
            return;
        }
        self.n_missed += self.next_seq.map_or(0, |next| event.seq.saturating_sub(next));
        self.next_seq = Some(event.seq + 1);
        if let WorldEventKind::Engine(event) = &event.kind {
            self.events.push_front((self.n_events, event.clone()));
            self.n_events += 1;
            if FEED_ROWS_MAX < self.events.len() {
                self.events.truncate(FEED_ROWS_MAX);
                self.n_forgotten += 1;
            }
        }
    }

    /// The events as sentences.
    pub fn table(&self) -> Table {
        let rows = self.events.iter().map(|(number, event)| Row {
            key: number.to_string(),
            state: kind(&event.kind).unwrap_or_default(),
            cells: vec![
                Cell::text(text::clock(event.at)),
                Cell::text(text::events::sentence(event)),
            ],
            actions: Vec::new(),
        });
        let (rows, caption) = (rows.collect(), text::EVENTS.to_owned());
        let (n_more, empty) = (self.n_forgotten, text::NO_EVENTS);
        let note = match self.n_missed {
            0 => String::new(),
            n => text::events_missed(n),
        };
        Table { caption, columns: FEED, rows, empty, n_more, note, ..Table::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Profile;
    use crate::sim::{EntryState, Scenario, Session};

    fn shop() -> Session {
        let scenario = Scenario::builtin("orders").unwrap();
        let mut session = Session::new(scenario, 7, Profile::Redis86);
        session.advance_to(session.now() + 20_000, usize::MAX);
        session.submit("you", "SIM CRASH billing-2");
        session
    }

    fn lines<'a>(table: &'a Table, key: &str) -> Vec<&'a str> {
        let row = table.rows.iter().find(|row| row.key == key).unwrap();
        row.actions.iter().map(|action| action.line.as_str()).collect()
    }

    #[test]
    fn services_can_be_crashed_restarted_multiplied_and_made_faster() {
        let session = shop();
        let table = services(session.world());
        let crashed = lines(&table, "billing-2");
        assert_eq!(crashed[..2], ["SIM RESTART billing-2", "SIM REMOVE billing-2"]);
        assert_eq!(
            crashed[2..4],
            ["SIM SET billing-2 WORK 1s800ms", "SIM SET billing-2 WORK 450ms"]
        );
        assert!(crashed[4].starts_with("SIM ADD CONSUMER billing-4 STREAM orders GROUP billing"));
        assert_eq!(lines(&table, "web")[3..5], ["SIM SET web RATE 30/m", "SIM SET web RATE 2/s"]);
    }

    #[test]
    fn every_line_of_a_button_is_one_that_the_world_takes() {
        let mut session = shop();
        session.submit("you", "XADD orders 99999999999999-0 item tea");
        session.submit("you", "XREADGROUP GROUP billing me STREAMS orders >");
        let mut tables = vec![services(session.world())];
        tables.extend(inspector(session.world()));
        let of_rows = tables.iter().flat_map(|table| &table.rows).flat_map(|row| &row.actions);
        let actions = tables.iter().flat_map(|table| &table.actions).chain(of_rows);
        let all: Vec<String> = actions.map(|action| action.line.clone()).collect();
        assert!(20 < all.len());
        for line in all {
            // Each on its own copy: they undo one another.
            let mut session = session.clone();
            let seq = session.world().transcript().next_seq();
            session.submit("you", &line);
            let entry = session.world().transcript().get(seq).unwrap();
            let refused =
                matches!(&entry.state, EntryState::Replied { reply, .. } if reply[0] == b'-');
            assert!(!refused, "{line}");
        }
    }

    #[test]
    fn what_is_pending_stands_there_with_what_can_be_done() {
        let mut session = shop();
        session.submit("you", "XGROUP CREATE orders audit 0");
        session.submit("you", "XREADGROUP GROUP audit me COUNT 2 STREAMS orders >");
        let [streams, groups, consumers, pending] = inspector(session.world());
        assert_eq!(streams.rows.len(), 1);
        assert!(groups.rows.iter().any(|row| row.key == "orders audit"));
        assert!(consumers.rows.iter().any(|row| row.key == "orders audit me"));
        let mine: Vec<&Row> = pending.rows.iter().filter(|row| row.cells[2].text == "me").collect();
        assert_eq!(mine.len(), 2);
        let id = &mine[0].cells[0].text;
        assert_eq!(mine[0].actions[0].line, format!("XACK orders audit {id}"));
    }

    #[test]
    fn the_ledger_and_the_feed_tell_the_newest_first() {
        let session = shop();
        assert!(ledger(session.world()).rows.iter().any(|row| row.cells[0].text == "charged"));
        let mut feed = Feed::default();
        let mut session = shop();
        while let Some(event) = session.poll_event() {
            feed.follow(&event);
        }
        let table = feed.table();
        assert!(60 < table.rows.len() && table.rows.len() <= FEED_ROWS_MAX);
        assert!(table.rows[1].cells[0].text <= table.rows[0].cells[0].text);
    }
}
