//! What stands beside the lanes: services, groups and pending entries, events, the ledger; as rows
//! of text and of lines to run, without a browser.

use crate::engine::StreamId;
use crate::limits::{FEED_ROWS_MAX, LEDGER_ROWS_MAX, PENDING_ROWS_MAX};
use crate::sim::World;
use crate::sim::service::{ServiceState, ServiceView};

/// A row: what it is called, how it is, what can be done with it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// More about it.
    pub note: String,
    /// A word for its state, for the eye (`working`, `crashed`, `duplicate`, …); may be empty.
    pub state: &'static str,
    /// What can be done: a label, and the line that does it.
    pub actions: Vec<(&'static str, String)>,
}

/// One row for each service.
pub fn services(world: &World) -> Vec<Row> {
    world.services().map(|service| service_row(&service)).collect()
}

fn service_row(service: &ServiceView) -> Row {
    let name = &service.name;
    let state = match service.state {
        ServiceState::Idle => "idle",
        ServiceState::Waiting => "waiting",
        ServiceState::Working { .. } => "working",
        ServiceState::Frozen { .. } => "frozen",
        ServiceState::Stopping => "stopping",
        ServiceState::Stopped => "stopped",
        ServiceState::Crashed => "crashed",
    };
    let is_down = matches!(service.state, ServiceState::Crashed | ServiceState::Stopped);
    let actions = if is_down {
        vec![("Restart", format!("SIM RESTART {name}")), ("Remove", format!("SIM REMOVE {name}"))]
    } else {
        vec![
            ("Crash", format!("SIM CRASH {name}")),
            ("Freeze 10 s", format!("SIM FREEZE {name} 10s")),
            ("Stop", format!("SIM STOP {name}")),
        ]
    };
    let kind = service.kind.name().to_ascii_lowercase();
    let note = format!(
        "{kind}: {} sent, {} received, {} done",
        service.n_sent, service.n_received, service.n_done
    );
    Row { name: name.to_string(), note, state, actions }
}

/// One row for each group, followed by its longest pending entries.
pub fn groups(world: &World) -> Vec<Row> {
    let store = world.server().store();
    let rule = world.server().profile().lag_rule();
    let now = world.server_now();
    let mut rows = Vec::new();
    for (key, entry) in store.db(0).entries() {
        let crate::engine::Value::Stream(stream) = &entry.value else { continue };
        let key = crate::command::tokenize::quoted_if_needed(key);
        rows.push(Row {
            name: key.clone(),
            note: format!("{} entries, last id {}", stream.len(), stream.last_id()),
            state: "stream",
            actions: Vec::new(),
        });
        for group in stream.groups() {
            let name = crate::command::tokenize::quoted_if_needed(group.name());
            let lag = stream.lag(group, rule).map_or("unknown".to_owned(), |lag| lag.to_string());
            rows.push(Row {
                note: format!(
                    "{} pending, lag {lag}, last-delivered-id {}",
                    group.n_pending(),
                    group.last_id()
                ),
                state: "group",
                actions: vec![("XPENDING", format!("XPENDING {key} {name} - + 10"))],
                name: name.clone(),
            });
            let pending = group.pending_range(StreamId::MIN, StreamId::MAX);
            for pending in pending.take(PENDING_ROWS_MAX) {
                let owner = pending.consumer.map(|it| String::from_utf8_lossy(it.name()));
                let owner = owner.unwrap_or_else(|| "nobody".into());
                let idle = pending.idle(now).map_or(0, |idle| idle / 1_000);
                rows.push(Row {
                    name: pending.id.to_string(),
                    note: format!("{owner}, idle {idle} s, {}×", pending.delivery_count),
                    state: "pending",
                    actions: vec![
                        ("Ack", format!("XACK {key} {name} {}", pending.id)),
                        ("Claim", format!("XCLAIM {key} {name} you 0 {}", pending.id)),
                    ],
                });
            }
        }
    }
    rows
}

/// The newest effects and losses first.
pub fn ledger(world: &World) -> Vec<Row> {
    let ledger = world.ledger();
    let mut rows = vec![Row {
        name: format!("{} effects", ledger.n_effects()),
        note: format!("{} too often, {} lost", ledger.n_duplicates(), ledger.n_lost()),
        state: "",
        actions: Vec::new(),
    }];
    for loss in ledger.losses().rev().take(LEDGER_ROWS_MAX) {
        rows.push(Row {
            name: format!("not {}: {}", loss.what, String::from_utf8_lossy(&loss.key)),
            note: format!("entry {}", loss.entry),
            state: "lost",
            actions: Vec::new(),
        });
    }
    for effect in ledger.effects().rev().take(LEDGER_ROWS_MAX) {
        let times = if effect.is_duplicate() {
            format!(", time {}", effect.n_times)
        } else {
            String::new()
        };
        rows.push(Row {
            name: format!("{}: {}", effect.what, String::from_utf8_lossy(&effect.key)),
            note: format!("{}, entry {}{times}", effect.who, effect.entry),
            state: if effect.is_duplicate() { "duplicate" } else { "" },
            actions: Vec::new(),
        });
    }
    rows
}

/// The newest sentences of what happened, newest first: a feed keeps what it is given.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    rows: std::collections::VecDeque<Row>,
}

impl Feed {
    /// Takes a sentence in.
    pub fn push(&mut self, time: String, sentence: String) {
        self.rows.push_front(Row { name: time, note: sentence, ..Row::default() });
        self.rows.truncate(FEED_ROWS_MAX);
    }

    /// Forgets everything: history was rewritten.
    pub fn clear(&mut self) {
        self.rows.clear();
    }

    /// The rows, newest first.
    pub fn rows(&self) -> Vec<Row> {
        self.rows.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Profile;
    use crate::sim::{Scenario, Session};

    #[test]
    fn the_shop_has_its_services_groups_and_effects() {
        let scenario = Scenario::builtin("orders").unwrap();
        let mut session = Session::new(scenario, 7, Profile::Redis86);
        session.advance_to(session.now() + 20_000, usize::MAX);
        session.submit("you", "SIM CRASH billing-2");
        let world = session.world();
        let services = services(world);
        let crashed = services.iter().find(|row| row.name == "billing-2").unwrap();
        assert_eq!(
            (crashed.state, crashed.actions[0].1.as_str()),
            ("crashed", "SIM RESTART billing-2")
        );
        let groups = groups(world);
        assert!(groups.iter().any(|row| row.name == "billing" && row.state == "group"));
        assert!(ledger(world).iter().any(|row| row.name.starts_with("charged: ")));
    }

    #[test]
    fn a_feed_keeps_the_newest() {
        let mut feed = Feed::default();
        for n in 0..FEED_ROWS_MAX + 5 {
            feed.push(n.to_string(), String::new());
        }
        assert_eq!(feed.rows().len(), FEED_ROWS_MAX);
        assert_eq!(feed.rows()[0].name, (FEED_ROWS_MAX + 4).to_string());
    }
}
