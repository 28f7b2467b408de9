//! Throughput, lag and pending over the last minute of virtual time: small curves, and the same in
//! words.

use std::collections::VecDeque;

use super::text;
use crate::engine::{EventKind, Value};
use crate::sim::{World, WorldEvent, WorldEventKind};

/// Seconds that a chart shows.
const SECONDS: usize = 60;
/// The charts' own coordinates; the page stretches them.
pub const WIDTH: u64 = 600;
/// See [`WIDTH`].
pub const HEIGHT: u64 = 100;

/// A second of virtual time.
#[derive(Clone, Copy, Default, Debug)]
struct Second {
    n_added: u64,
    n_acked: u64,
    lag: u64,
    n_pending: u64,
}

/// The last minute.
#[derive(Clone, Default, Debug)]
pub struct History {
    seconds: VecDeque<Second>,
    /// The second that is being counted, since 1970.
    now: u64,
}

/// One chart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chart {
    /// What it shows.
    pub name: &'static str,
    /// How much it is now.
    pub value: String,
    /// The same as a sentence, with the most of the minute.
    pub words: String,
    /// For each curve, its points as SVG wants them.
    pub curves: Vec<String>,
}

impl History {
    /// Takes note of what happened.
    pub fn follow(&mut self, event: &WorldEvent) {
        if event.kind == WorldEventKind::Reset {
            *self = History::default();
            return;
        }
        let WorldEventKind::Engine(event) = &event.kind else { return };
        self.go_to(event.at / 1_000);
        let Some(second) = self.seconds.back_mut() else { return };
        match event.kind {
            EventKind::Added { .. } => second.n_added += 1,
            EventKind::Acked { .. } => second.n_acked += 1,
            _ => {}
        }
    }

    /// Measures lag and pending entries as they are now.
    pub fn measure(&mut self, world: &World) {
        self.go_to(world.now() / 1_000);
        let Some(second) = self.seconds.back_mut() else { return };
        (second.lag, second.n_pending) = (0, 0);
        let server = world.server();
        for (_, entry) in server.store().db(0).entries() {
            let Value::Stream(stream) = &entry.value else { continue };
            for group in stream.groups() {
                let lag = stream.lag(group, server.profile().lag_rule()).unwrap_or(0);
                second.lag = second.lag.max(lag.max(0).unsigned_abs());
                second.n_pending += group.n_pending();
            }
        }
    }

    /// Seconds in which nothing was seen are like the last one, without its events.
    fn go_to(&mut self, second: u64) {
        if self.seconds.is_empty() {
            self.seconds.push_back(Second::default());
            self.now = second;
        }
        let n_new = second.saturating_sub(self.now).min(SECONDS as u64);
        for _ in 0..n_new {
            let last = self.seconds.back().copied().unwrap_or_default();
            self.seconds.push_back(Second { n_added: 0, n_acked: 0, ..last });
        }
        self.now = self.now.max(second);
        while SECONDS < self.seconds.len() {
            self.seconds.pop_front();
        }
    }

    /// Entries added and acknowledged in each second, the largest lag, and all that is pending.
    pub fn charts(&self) -> [Chart; 3] {
        // The last second is not over yet: its counts would always dip.
        let over = self.seconds.len().saturating_sub(1);
        let per_second = |of: fn(&Second) -> u64| self.seconds.iter().take(over).map(of).collect();
        let all = |of: fn(&Second) -> u64| self.seconds.iter().map(of).collect();
        let (added, acked) = (per_second(|it| it.n_added), per_second(|it| it.n_acked));
        [
            chart(text::CHART_THROUGHPUT, &[added, acked]),
            chart(text::CHART_LAG, &[all(|it| it.lag)]),
            chart(text::CHART_PENDING, &[all(|it| it.n_pending)]),
        ]
    }
}

fn chart(name: &'static str, series: &[Vec<u64>]) -> Chart {
    let most = series.iter().flatten().max().copied().unwrap_or(0);
    let values: Vec<String> =
        series.iter().map(|one| text::grouped(one.last().copied().unwrap_or(0))).collect();
    let value = values.join(" / ");
    let words = text::chart_words(name, &value, most);
    let curves = series.iter().map(|one| points(one, most.max(4))).collect();
    Chart { name, value, words, curves }
}

/// The newest value stands at the right edge.
fn points(values: &[u64], most: u64) -> String {
    let step = WIDTH / (SECONDS as u64 - 1);
    let first_x = WIDTH.saturating_sub(step * (values.len() as u64).saturating_sub(1));
    let mut out = String::new();
    for (value, idx) in values.iter().zip(0..) {
        let x = first_x + idx * step;
        let y = HEIGHT - (HEIGHT * value / most).min(HEIGHT);
        out.push_str(&x.to_string());
        out.push(',');
        out.push_str(&y.to_string());
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Profile;
    use crate::sim::{Scenario, Session};

    #[test]
    fn a_shop_without_a_worker_shows_its_lag() {
        let scenario = Scenario::builtin("orders").unwrap();
        let mut session = Session::new(scenario, 7, Profile::Redis86);
        let mut history = History::default();
        for second in 0..90 {
            session.advance_to(session.now() + 1_000, usize::MAX);
            if second == 60 {
                session.submit("you", "SIM FREEZE mailer 10m");
            }
            while let Some(event) = session.poll_event() {
                history.follow(&event);
            }
            history.measure(session.world());
        }
        let [throughput, lag, _] = history.charts();
        assert_eq!(throughput.curves.len(), 2);
        assert_eq!(lag.curves[0].split_whitespace().count(), SECONDS);
        let lag_now: u64 = lag.value.parse().unwrap();
        assert!((10..60).contains(&lag_now), "{}", lag.value);
        assert!(lag.curves[0].ends_with("600,0 "), "{}", lag.curves[0]);
        assert_eq!(lag.words, format!("lag: {lag_now} now, at most {lag_now} in the last minute"));
    }

    #[test]
    fn an_empty_world_has_flat_charts() {
        let charts = History::default().charts();
        assert!(charts.iter().all(|chart| chart.curves.iter().all(String::is_empty)));
    }
}
