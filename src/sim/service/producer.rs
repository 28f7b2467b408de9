//! A producer: appends messages at a rate, in bursts, and again when it hears nothing.

use std::rc::Rc;

use super::options::{ProducerOptions, TrimPolicy, TrimTo};
use super::reply::Reply;
use super::template::Filling;
use super::{Action, Life, ROUND_TRIP_MS, Turn};
use crate::command::Words;
use crate::engine::StreamId;
use crate::time::Millis;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Producer {
    /// When the next message of the rate is due, in microseconds so that odd rates keep step.
    due_micros: u64,
    burst_at: Option<Millis>,
    n_burst_left: u64,
    /// The number of the last message.
    number: u64,
    /// The message under way, and how often it may still be sent again.
    in_flight: Option<(Rc<Words>, u64)>,
    /// It must be sent (again).
    send_again: bool,
}

impl Producer {
    pub(super) fn new(now: Millis) -> Producer {
        Producer {
            due_micros: now.saturating_mul(1_000),
            burst_at: None,
            n_burst_left: 0,
            number: 0,
            in_flight: None,
            send_again: false,
        }
    }

    /// Message numbers go on: a restarted shop does not give an order number twice.
    pub(super) fn restart(&mut self, now: Millis) {
        *self = Producer { number: self.number, ..Producer::new(now) };
    }

    pub(super) fn turn(&mut self, options: &ProducerOptions, turn: &mut Turn<'_>) -> Action {
        if let Some((words, _)) = &self.in_flight
            && self.send_again
        {
            self.send_again = false;
            return Action::Send(Rc::clone(words));
        }
        let is_complete = options.n_total.is_some_and(|n_total| n_total <= self.number);
        if turn.life != Life::Running || is_complete {
            return Action::Stop;
        }
        if self.n_burst_left == 0 {
            self.begin_burst(options, turn.now);
        }
        if 0 < self.n_burst_left {
            self.n_burst_left -= 1;
            return self.message(options, turn);
        }
        if options.rate.is_some() && self.due_micros / 1_000 <= turn.now {
            self.plan_next(options, turn);
            return self.message(options, turn);
        }
        Action::Sleep(self.next_due(options).max(turn.now + 1))
    }

    pub(super) fn reply(
        &mut self,
        reply: &Reply<'_>,
        options: &ProducerOptions,
        turn: &mut Turn<'_>,
    ) -> Millis {
        self.in_flight = None;
        match reply {
            Reply::Error(text) => turn.count_error(text),
            _ => turn.stats.n_sent += 1,
        }
        let is_complete = options.n_total.is_some_and(|n_total| n_total <= self.number);
        if 0 < self.n_burst_left || is_complete {
            // A burst is pipelined: its entries share a millisecond.
            return turn.now;
        }
        self.next_due(options).max(turn.now + ROUND_TRIP_MS)
    }

    pub(super) fn no_reply(&mut self, _options: &ProducerOptions) {
        match &mut self.in_flight {
            Some((_, n_retries)) if 0 < *n_retries => {
                *n_retries -= 1;
                self.send_again = true;
            }
            _ => self.in_flight = None,
        }
    }

    fn begin_burst(&mut self, options: &ProducerOptions, now: Millis) {
        let Some((n, every_ms)) = options.burst else {
            self.burst_at = None;
            return;
        };
        let burst_at = *self.burst_at.get_or_insert(now);
        if burst_at <= now {
            self.n_burst_left = n;
            self.burst_at = Some(now + every_ms);
        }
    }

    /// Puts the next message of the rate on the calendar. What was missed (frozen, retrying) is
    /// not made up for.
    fn plan_next(&mut self, options: &ProducerOptions, turn: &mut Turn<'_>) {
        let Some(rate) = options.rate else { return };
        let gap = turn.rng.jittered(rate.gap_micros(), options.jitter_permille);
        let next = self.due_micros.saturating_add(gap);
        let now_micros = turn.now.saturating_mul(1_000);
        self.due_micros = if next < now_micros { now_micros + gap } else { next };
    }

    fn next_due(&self, options: &ProducerOptions) -> Millis {
        let by_rate = options.rate.map(|_| self.due_micros / 1_000);
        let by_burst = options.burst.and(self.burst_at);
        // Without rate and burst there is nothing to do: look again now and then, in case SIM SET
        // changes that, which also makes a turn.
        [by_rate, by_burst].into_iter().flatten().min().unwrap_or(Millis::MAX)
    }

    fn message(&mut self, options: &ProducerOptions, turn: &mut Turn<'_>) -> Action {
        self.number += 1;
        let hot = 0 < options.hot_permille && turn.rng.chance(options.hot_permille);
        let key = if hot { 1 } else { turn.rng.between(1, options.n_keys) };
        let mut words = Words::with_capacity(160);
        words.push("XADD");
        words.append(&options.stream);
        if 1 < options.n_partitions {
            words.append(b":");
            words.append_number((key - 1) % options.n_partitions);
        }
        words.end_word();
        if options.idmp {
            words.push("IDMP");
            words.push(turn.name);
            words.push_number(self.number);
        }
        if let Some(trim) = options.trim {
            push_trim(trim, turn.server_now, &mut words);
        }
        words.push("*");
        match &options.fields {
            Some(fields) => {
                let name = turn.name;
                let filling = Filling { number: self.number, key, name, id: StreamId::MIN };
                fields.fill(filling, turn.rng, &mut words);
            }
            None => {
                words.push("order");
                words.push_number(self.number);
                words.push("customer");
                words.append(b"c");
                words.append_number(key);
                words.end_word();
                words.push("amount");
                words.push_number(turn.rng.between(1, 500));
            }
        }
        let words = Rc::new(words);
        self.in_flight = Some((Rc::clone(&words), options.n_retries));
        Action::Send(words)
    }
}

fn push_trim(trim: TrimPolicy, server_now: Millis, words: &mut Words) {
    let (option, threshold) = match trim.to {
        TrimTo::Length(n) => ("MAXLEN", n),
        TrimTo::AgeMs(ms) => ("MINID", server_now.saturating_sub(ms)),
    };
    words.push(option);
    words.push(if trim.exact { "=" } else { "~" });
    words.push_number(threshold);
    if let Some(references) = trim.references {
        words.push(references);
    }
}
