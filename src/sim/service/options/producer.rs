//! The options of a producer.

use super::Shown;
use crate::engine::event::Name;
use crate::limits::BURST_MAX;
use crate::sim::quantity::{DURATION_MS_MAX, Rate, show_duration, show_percent, show_rate};
use crate::sim::service::template::Template;
use crate::sim::words::{Cursor, Refusal};

/// What a producer writes, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProducerOptions {
    /// STREAM
    pub stream: Name,
    /// PARTITIONS: above 1 the stream's name gets `:0`, `:1` … by the message's key.
    pub n_partitions: u64,
    /// RATE; none: only bursts.
    pub rate: Option<Rate>,
    /// JITTER, in thousandths of the gap between two messages.
    pub jitter_permille: u32,
    /// BURST n EVERY duration.
    pub burst: Option<(u64, u64)>,
    /// KEYS: `{key}` is one of 1 to this.
    pub n_keys: u64,
    /// HOT: so often `{key}` is 1, whatever KEYS says.
    pub hot_permille: u32,
    /// RETRY: so often a message without a reply is sent again.
    pub n_retries: u64,
    /// IDMP: a retry carries the same idempotent id, so that Redis 8.6 adds nothing twice.
    pub idmp: bool,
    /// TIMEOUT: so long it waits for a reply.
    pub timeout_ms: u64,
    /// MAXLEN or KEEP.
    pub trim: Option<TrimPolicy>,
    /// TOTAL: it ends after this many messages.
    pub n_total: Option<u64>,
    /// FIELDS
    pub fields: Option<Template>,
}

/// How a producer keeps the stream short.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrimPolicy {
    /// What goes.
    pub to: TrimTo,
    /// `=` instead of `~`.
    pub exact: bool,
    /// KEEPREF, DELREF or ACKED (Redis 8.2).
    pub references: Option<&'static str>,
}

/// What trimming leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrimTo {
    /// MAXLEN: so many entries.
    Length(u64),
    /// KEEP: entries younger than this, as MINID.
    AgeMs(u64),
}

const USUAL_TIMEOUT_MS: u64 = 1_000;

impl ProducerOptions {
    /// The options there are.
    pub const NAMES: &'static [&'static str] = &[
        "STREAM",
        "RATE",
        "JITTER",
        "BURST",
        "KEYS",
        "HOT",
        "RETRY",
        "IDMP",
        "TIMEOUT",
        "MAXLEN",
        "KEEP",
        "TOTAL",
        "PARTITIONS",
        "FIELDS",
    ];

    /// One message a second to a stream that is still to be named.
    pub fn usual() -> ProducerOptions {
        ProducerOptions {
            stream: Name::from(&b""[..]),
            n_partitions: 1,
            rate: Some(Rate { n: 1, per_ms: 1_000 }),
            jitter_permille: 0,
            burst: None,
            n_keys: 10,
            hot_permille: 0,
            n_retries: 0,
            idmp: false,
            timeout_ms: USUAL_TIMEOUT_MS,
            trim: None,
            n_total: None,
            fields: None,
        }
    }

    /// Reads the value of one option; false if there is no such option.
    ///
    /// # Errors
    /// When the value is wrong.
    pub fn set(&mut self, name: &str, cursor: &mut Cursor<'_>) -> Result<bool, Refusal> {
        match name {
            "STREAM" => self.stream = cursor.bytes(name)?,
            "RATE" if cursor.eat("none") => self.rate = None,
            "RATE" => self.rate = Some(cursor.rate(name)?),
            "JITTER" => self.jitter_permille = cursor.percent(name)?,
            "BURST" if cursor.eat("none") => self.burst = None,
            "BURST" => {
                let n = cursor.number(name, 1, BURST_MAX)?;
                if !cursor.eat("EVERY") {
                    return Err(Refusal::new(format!("write BURST {n} EVERY 10s")));
                }
                self.burst = Some((n, cursor.duration("EVERY")?.max(1)));
            }
            "KEYS" => self.n_keys = cursor.number(name, 1, 1_000_000_000)?,
            "HOT" => self.hot_permille = cursor.percent(name)?,
            "RETRY" => self.n_retries = cursor.number(name, 0, 1_000)?,
            "IDMP" => self.idmp = cursor.yes(),
            "TIMEOUT" => self.timeout_ms = cursor.duration(name)?.max(1),
            "MAXLEN" | "KEEP" if cursor.eat("none") => self.trim = None,
            "MAXLEN" | "KEEP" => self.trim = Some(trim_policy(name, cursor)?),
            "TOTAL" => self.n_total = Some(cursor.number(name, 1, u64::MAX)?),
            "PARTITIONS" => self.n_partitions = cursor.number(name, 1, 1_000)?,
            "FIELDS" => self.fields = Some(Template::parse(cursor.rest())?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    #[inline(never)]
    pub(super) fn show(&self) -> String {
        let usual = ProducerOptions::usual();
        let mut shown = Shown::default();
        shown.bytes("STREAM", &self.stream);
        shown.always("RATE", self.rate.map_or("none".to_owned(), show_rate));
        let jitter = show_percent(self.jitter_permille);
        shown.unless("JITTER", &usual.jitter_permille, &self.jitter_permille, jitter);
        if let Some((n, every_ms)) = self.burst {
            shown.always("BURST", format!("{n} EVERY {}", show_duration(every_ms)));
        }
        shown.unless("KEYS", &usual.n_keys, &self.n_keys, self.n_keys.to_string());
        let hot = show_percent(self.hot_permille);
        shown.unless("HOT", &usual.hot_permille, &self.hot_permille, hot);
        shown.unless("RETRY", &usual.n_retries, &self.n_retries, self.n_retries.to_string());
        shown.unless("IDMP", &false, &self.idmp, "");
        let timeout = show_duration(self.timeout_ms);
        shown.unless("TIMEOUT", &USUAL_TIMEOUT_MS, &self.timeout_ms, timeout);
        if let Some(trim) = self.trim {
            let sign = if trim.exact { "= " } else { "~ " };
            let references = trim.references.map_or(String::new(), |word| format!(" {word}"));
            match trim.to {
                TrimTo::Length(n) => shown.always("MAXLEN", format!("{sign}{n}{references}")),
                TrimTo::AgeMs(ms) => {
                    shown.always("KEEP", format!("{sign}{}{references}", show_duration(ms)));
                }
            }
        }
        if let Some(n_total) = self.n_total {
            shown.always("TOTAL", n_total.to_string());
        }
        shown.unless("PARTITIONS", &1, &self.n_partitions, self.n_partitions.to_string());
        if let Some(fields) = &self.fields {
            shown.always("FIELDS", fields.show());
        }
        shown.0
    }
}

#[inline(never)]
fn trim_policy(name: &str, cursor: &mut Cursor<'_>) -> Result<TrimPolicy, Refusal> {
    let exact = !cursor.eat("~");
    if exact {
        cursor.eat("=");
    }
    let to = match name {
        "MAXLEN" => TrimTo::Length(cursor.number(name, 0, 1_000_000_000)?),
        _ => TrimTo::AgeMs(cursor.duration(name)?.min(DURATION_MS_MAX)),
    };
    let words = ["KEEPREF", "DELREF", "ACKED"];
    let references = words.into_iter().find(|word| cursor.eat(word));
    Ok(TrimPolicy { to, exact, references })
}
