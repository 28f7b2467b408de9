//! What can be said about a service in SIM ADD and SIM SET.

mod producer;
mod worker;

pub use producer::{ProducerOptions, TrimPolicy, TrimTo};
pub use worker::{AckPolicy, GroupStart, KeyBy, OnError, Slow, WorkerOptions};

use super::ServiceKind;
use crate::engine::event::Name;
use crate::sim::words::{Cursor, Refusal};

/// The options of a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Options {
    /// Of a producer.
    Producer(ProducerOptions),
    /// Of whatever reads.
    Worker(WorkerOptions),
}

impl Options {
    /// Reads everything behind the service's name in SIM ADD.
    ///
    /// # Errors
    /// When an option is unknown, its value is wrong, or one that must be there is missing.
    pub fn parse(kind: ServiceKind, cursor: &mut Cursor<'_>) -> Result<Options, Refusal> {
        let mut options = match kind {
            ServiceKind::Producer => Options::Producer(ProducerOptions::usual()),
            _ => Options::Worker(WorkerOptions::usual(kind)),
        };
        while !cursor.is_done() {
            options.set(kind, cursor)?;
        }
        options.check(kind)?;
        Ok(options)
    }

    /// Reads one option and its value.
    ///
    /// # Errors
    /// When it is unknown or its value is wrong.
    pub fn set(&mut self, kind: ServiceKind, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        let name = cursor.keyword().ok_or_else(|| Refusal::new("an option is missing"))?;
        let known = match self {
            Options::Producer(options) => options.set(&name, cursor)?,
            Options::Worker(options) => options.set(kind, &name, cursor)?,
        };
        if known {
            return Ok(());
        }
        let names: &[&str] = match kind {
            ServiceKind::Producer => ProducerOptions::NAMES,
            ServiceKind::Consumer => WorkerOptions::CONSUMER_NAMES,
            ServiceKind::Claimer => WorkerOptions::CLAIMER_NAMES,
            ServiceKind::Stage => WorkerOptions::STAGE_NAMES,
        };
        let kind = kind.name().to_ascii_lowercase();
        Err(Refusal::new(format!("a {kind} has no option {name}: it has {}", names.join(", "))))
    }

    /// Refuses combinations that cannot work.
    ///
    /// # Errors
    /// When something that must be there is missing.
    pub fn check(&self, kind: ServiceKind) -> Result<(), Refusal> {
        match self {
            Options::Producer(options) if options.stream.is_empty() => {
                Err(missing("STREAM orders"))
            }
            Options::Producer(_) => Ok(()),
            Options::Worker(options) => options.check(kind),
        }
    }

    /// The stream that it writes or reads.
    pub fn stream(&self) -> &Name {
        match self {
            Options::Producer(options) => &options.stream,
            Options::Worker(options) => &options.stream,
        }
    }

    /// The options as they would follow the name in SIM ADD; those that have their usual value are
    /// left out.
    pub fn show(&self) -> String {
        match self {
            Options::Producer(options) => options.show(),
            Options::Worker(options) => options.show(),
        }
    }
}

fn missing(example: &str) -> Refusal {
    let option = example.split(' ').next().unwrap_or_default();
    Refusal::new(format!("{option} is missing: write for example {example}"))
}

/// Collects options for showing.
#[derive(Default)]
struct Shown(String);

impl Shown {
    fn always(&mut self, name: &str, value: impl AsRef<str>) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(name);
        if !value.as_ref().is_empty() {
            self.0.push(' ');
            self.0.push_str(value.as_ref());
        }
    }

    fn unless<T: PartialEq>(&mut self, name: &str, usual: &T, value: &T, text: impl AsRef<str>) {
        if usual != value {
            self.always(name, text);
        }
    }

    fn bytes(&mut self, name: &str, value: &[u8]) {
        self.always(name, crate::sim::line::join(&[value]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::line::split;

    fn parse(kind: ServiceKind, line: &str) -> Result<Options, Refusal> {
        Options::parse(kind, &mut Cursor::new(&split(line).unwrap()))
    }

    #[test]
    fn what_is_shown_can_be_typed_again() {
        let lines = [
            (ServiceKind::Producer, "STREAM orders RATE 10/s"),
            (
                ServiceKind::Producer,
                "STREAM orders RATE 30/m JITTER 20% BURST 50 EVERY 10s KEYS 100 HOT 2.5% RETRY 3 \
                 IDMP TIMEOUT 500ms MAXLEN ~ 1000 ACKED TOTAL 500 PARTITIONS 4 \
                 FIELDS order {n} customer c{key} note \"a b\"",
            ),
            (ServiceKind::Producer, "STREAM orders RATE 1/h KEEP 1h"),
            (
                ServiceKind::Consumer,
                "STREAM orders GROUP billing CREATE 0 COUNT 10 BLOCK 2s WORK 50ms JITTER 10% \
                 SLOW 1% 5s ACK BEFORE DRAIN IDEMPOTENT GUARD DLQ orders:dlq AFTER 3 \
                 EFFECT charged BY order ON-ERROR CRASH RESTART-AFTER 2s CLAIM 30s TIMEOUT 2s",
            ),
            (ServiceKind::Consumer, "STREAM orders GROUP billing ACK NOACK BY ENTRY"),
            (ServiceKind::Consumer, "STREAM orders FROM $"),
            (ServiceKind::Claimer, "STREAM orders GROUP billing MIN-IDLE 30s EVERY 5s"),
            (ServiceKind::Claimer, "STREAM orders GROUP billing MIN-IDLE 30s VIA READ"),
            (ServiceKind::Stage, "STREAM orders GROUP pack TO parcels FIELDS from {id}"),
        ];
        for (kind, line) in lines {
            let options = parse(kind, line).unwrap();
            let shown = options.show();
            assert_eq!(parse(kind, &shown).as_ref(), Ok(&options), "{shown}");
        }
    }

    #[test]
    fn refusals_say_what_to_write() {
        let cases = [
            (ServiceKind::Producer, "RATE 10/s", "STREAM orders"),
            (ServiceKind::Producer, "STREAM s RATE fast", "10/s"),
            (ServiceKind::Producer, "STREAM s RATE", "RATE is missing"),
            (ServiceKind::Producer, "STREAM s SPEED 5", "RATE, JITTER"),
            (ServiceKind::Producer, "STREAM s BURST 5", "EVERY"),
            (ServiceKind::Producer, "STREAM s FIELDS a", "pairs"),
            (ServiceKind::Producer, "STREAM s BURST 5000 EVERY 1s", "1000"),
            (ServiceKind::Consumer, "GROUP g", "STREAM orders"),
            (ServiceKind::Consumer, "STREAM s GROUP g ACK MAYBE", "BEFORE or AFTER or NEVER"),
            (ServiceKind::Consumer, "STREAM s ACK AFTER DLQ d AFTER 3", "GROUP"),
            (ServiceKind::Claimer, "STREAM s GROUP g", "MIN-IDLE"),
            (ServiceKind::Stage, "STREAM s GROUP g", "TO parcels"),
            (ServiceKind::Consumer, "STREAM s GROUP g TO t", "has no option TO"),
        ];
        for (kind, line, advice) in cases {
            let refused = parse(kind, line).unwrap_err().0;
            assert!(refused.starts_with("ERR ") && refused.contains(advice), "{line}: {refused}");
        }
    }
}
