//! The options of what reads: consumers, claimers, pipeline stages.

use std::rc::Rc;

use super::{Shown, missing};
use crate::engine::event::Name;
use crate::limits::BATCH_MAX;
use crate::sim::quantity::{show_duration, show_percent};
use crate::sim::service::ServiceKind;
use crate::sim::service::template::Template;
use crate::sim::words::{Cursor, Refusal};

/// What a worker reads, and what it does with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkerOptions {
    /// STREAM
    pub stream: Name,
    /// GROUP; none: XREAD with a cursor of its own.
    pub group: Option<Name>,
    /// CREATE: makes the group at its start if it is not there.
    pub create: Option<GroupStart>,
    /// FROM: where a reader without a group begins.
    pub from: GroupStart,
    /// COUNT
    pub count: u64,
    /// BLOCK
    pub block_ms: u64,
    /// CLAIM: reads with XREADGROUP … CLAIM (Redis 8.4).
    pub claim_ms: Option<u64>,
    /// WORK: so long it works on an entry.
    pub work_ms: u64,
    /// JITTER, in thousandths of the work.
    pub jitter_permille: u32,
    /// SLOW: now and then an entry takes much longer.
    pub slow: Option<Slow>,
    /// ACK
    pub ack: AckPolicy,
    /// DRAIN: at its start it first works on what is pending for it (two-phase start-up).
    pub drain: bool,
    /// IDEMPOTENT: whoever has the effect recognises a repetition by the business key.
    pub idempotent: bool,
    /// GUARD: before the effect, SET NX on the business key; nil: it was done before.
    pub guard: bool,
    /// DLQ key AFTER n: an entry that failed in n deliveries goes there.
    pub dead_letters: Option<(Name, u64)>,
    /// EFFECT: the word in the ledger.
    pub effect: Rc<str>,
    /// BY: what the business recognises an entry by.
    pub by: KeyBy,
    /// ON-ERROR: what it does when its handler fails.
    pub on_error: OnError,
    /// RESTART-AFTER: so long after a crash it is started again.
    pub restart_after_ms: Option<u64>,
    /// TIMEOUT: so long it waits for a reply that does not block.
    pub timeout_ms: u64,
    /// MIN-IDLE: a claimer takes what is pending for so long.
    pub min_idle_ms: u64,
    /// EVERY: so often a claimer sweeps.
    pub every_ms: u64,
    /// VIA READ: a claimer uses XREADGROUP CLAIM instead of XAUTOCLAIM.
    pub via_read: bool,
    /// TO: where a stage writes.
    pub to: Name,
    /// FIELDS: what a stage adds to the entry's own fields.
    pub fields: Option<Template>,
}

/// What the business recognises an entry by: two entries with one key are one order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyBy {
    /// The value of the entry's first field.
    FirstField,
    /// The value of this field.
    Field(Name),
    /// The entry's id: every entry is a thing of its own.
    Entry,
}

/// When a worker acknowledges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AckPolicy {
    /// Before it works: at most once.
    Before,
    /// After the effect: at least once.
    After,
    /// Never: everything stays pending.
    Never,
    /// Redis does it on delivery (NOACK): at most once.
    NoAck,
}

/// Where a new group, or a reader without one, begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupStart {
    /// `0`: with the whole stream.
    All,
    /// `$`: with what comes from now on.
    New,
}

/// What a worker does when its handler fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnError {
    /// Leaves the entry pending and goes on.
    Keep,
    /// Crashes.
    Crash,
    /// Acknowledges it all the same.
    Ack,
}

/// Now and then an entry takes much longer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slow {
    /// So often, in thousandths.
    pub permille: u32,
    /// So long then.
    pub work_ms: u64,
}

const STARTS: [(&str, GroupStart); 2] = [("0", GroupStart::All), ("$", GroupStart::New)];
const ACKS: [(&str, AckPolicy); 4] = [
    ("BEFORE", AckPolicy::Before),
    ("AFTER", AckPolicy::After),
    ("NEVER", AckPolicy::Never),
    ("NOACK", AckPolicy::NoAck),
];
const ON_ERRORS: [(&str, OnError); 3] =
    [("KEEP", OnError::Keep), ("CRASH", OnError::Crash), ("ACK", OnError::Ack)];

fn word_of<T: Copy + PartialEq>(choices: &[(&'static str, T)], value: T) -> &'static str {
    choices.iter().find(|(_, choice)| *choice == value).map_or("", |(word, _)| word)
}

impl WorkerOptions {
    /// The options of a consumer.
    pub const CONSUMER_NAMES: &'static [&'static str] = &[
        "STREAM",
        "GROUP",
        "CREATE",
        "FROM",
        "COUNT",
        "BLOCK",
        "CLAIM",
        "WORK",
        "JITTER",
        "SLOW",
        "ACK",
        "DRAIN",
        "IDEMPOTENT",
        "GUARD",
        "DLQ",
        "EFFECT",
        "BY",
        "ON-ERROR",
        "RESTART-AFTER",
        "TIMEOUT",
    ];
    /// The options of a claimer.
    pub const CLAIMER_NAMES: &'static [&'static str] = &[
        "STREAM",
        "GROUP",
        "MIN-IDLE",
        "EVERY",
        "VIA",
        "COUNT",
        "WORK",
        "JITTER",
        "SLOW",
        "ACK",
        "IDEMPOTENT",
        "GUARD",
        "DLQ",
        "EFFECT",
        "BY",
        "ON-ERROR",
        "RESTART-AFTER",
        "TIMEOUT",
    ];
    /// The options of a stage.
    pub const STAGE_NAMES: &'static [&'static str] = &[
        "STREAM",
        "GROUP",
        "CREATE",
        "TO",
        "COUNT",
        "BLOCK",
        "CLAIM",
        "WORK",
        "JITTER",
        "SLOW",
        "ACK",
        "DRAIN",
        "IDEMPOTENT",
        "GUARD",
        "DLQ",
        "EFFECT",
        "BY",
        "ON-ERROR",
        "RESTART-AFTER",
        "TIMEOUT",
        "FIELDS",
    ];

    /// Usual values; the stream is still to be named.
    pub fn usual(kind: ServiceKind) -> WorkerOptions {
        let effect = if kind == ServiceKind::Stage { "forwarded" } else { "done" };
        WorkerOptions {
            stream: Name::from(&b""[..]),
            group: None,
            create: None,
            from: GroupStart::All,
            count: if kind == ServiceKind::Claimer { 10 } else { 1 },
            block_ms: 5_000,
            claim_ms: None,
            work_ms: 100,
            jitter_permille: 0,
            slow: None,
            ack: AckPolicy::After,
            drain: false,
            idempotent: false,
            guard: false,
            dead_letters: None,
            effect: effect.into(),
            by: KeyBy::FirstField,
            on_error: OnError::Keep,
            restart_after_ms: None,
            timeout_ms: 1_000,
            min_idle_ms: 0,
            every_ms: 1_000,
            via_read: false,
            to: Name::from(&b""[..]),
            fields: None,
        }
    }

    pub(super) fn check(&self, kind: ServiceKind) -> Result<(), Refusal> {
        if self.stream.is_empty() {
            return Err(missing("STREAM orders"));
        }
        let needs_group = kind != ServiceKind::Consumer || self.dead_letters.is_some();
        if self.group.is_none() && needs_group {
            return Err(missing("GROUP billing"));
        }
        if kind == ServiceKind::Claimer && self.min_idle_ms == 0 {
            return Err(missing("MIN-IDLE 30s"));
        }
        if kind == ServiceKind::Stage && self.to.is_empty() {
            return Err(missing("TO parcels"));
        }
        Ok(())
    }

    /// Reads the value of one option; false if this kind has no such option.
    ///
    /// # Errors
    /// When the value is wrong.
    pub fn set(
        &mut self,
        kind: ServiceKind,
        name: &str,
        cursor: &mut Cursor<'_>,
    ) -> Result<bool, Refusal> {
        let names = match kind {
            ServiceKind::Claimer => WorkerOptions::CLAIMER_NAMES,
            ServiceKind::Stage => WorkerOptions::STAGE_NAMES,
            _ => WorkerOptions::CONSUMER_NAMES,
        };
        if !names.contains(&name) {
            return Ok(false);
        }
        match name {
            "STREAM" => self.stream = cursor.bytes(name)?,
            "GROUP" => self.group = Some(cursor.bytes(name)?),
            "CREATE" => self.create = Some(cursor.one_of(name, &STARTS)?),
            "FROM" => self.from = cursor.one_of(name, &STARTS)?,
            "TO" => self.to = cursor.bytes(name)?,
            "FIELDS" => self.fields = Some(Template::parse(cursor.rest())?),
            "COUNT" => self.count = cursor.number(name, 1, BATCH_MAX)?,
            "BLOCK" => self.block_ms = cursor.duration(name)?,
            "CLAIM" => self.claim_ms = Some(cursor.duration(name)?),
            "MIN-IDLE" => self.min_idle_ms = cursor.duration(name)?.max(1),
            "EVERY" => self.every_ms = cursor.duration(name)?.max(1),
            "VIA" => {
                self.via_read = cursor.one_of(name, &[("XAUTOCLAIM", false), ("READ", true)])?;
            }
            _ => self.set_handler(name, cursor)?,
        }
        Ok(true)
    }

    /// The options of what it does with an entry.
    #[inline(never)]
    fn set_handler(&mut self, name: &str, cursor: &mut Cursor<'_>) -> Result<(), Refusal> {
        match name {
            "WORK" => self.work_ms = cursor.duration(name)?,
            "JITTER" => self.jitter_permille = cursor.percent(name)?,
            "SLOW" if cursor.eat("none") => self.slow = None,
            "SLOW" => {
                let permille = cursor.percent(name)?;
                self.slow = Some(Slow { permille, work_ms: cursor.duration("SLOW 1% 5s")? });
            }
            "ACK" => self.ack = cursor.one_of(name, &ACKS)?,
            "DRAIN" => self.drain = cursor.yes(),
            "IDEMPOTENT" => self.idempotent = cursor.yes(),
            "GUARD" => self.guard = cursor.yes(),
            "DLQ" if cursor.eat("none") => self.dead_letters = None,
            "DLQ" => {
                let key = cursor.bytes(name)?;
                let n = if cursor.eat("AFTER") { cursor.number("AFTER", 1, 1_000)? } else { 3 };
                self.dead_letters = Some((key, n));
            }
            "EFFECT" => self.effect = cursor.name()?,
            "BY" if cursor.eat("ENTRY") => self.by = KeyBy::Entry,
            "BY" => self.by = KeyBy::Field(cursor.bytes(name)?),
            "ON-ERROR" => self.on_error = cursor.one_of(name, &ON_ERRORS)?,
            "RESTART-AFTER" if cursor.eat("none") => self.restart_after_ms = None,
            "RESTART-AFTER" => self.restart_after_ms = Some(cursor.duration(name)?),
            _ => self.timeout_ms = cursor.duration(name)?.max(1),
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn show(&self) -> String {
        let mut shown = Shown::default();
        shown.bytes("STREAM", &self.stream);
        if let Some(group) = &self.group {
            shown.bytes("GROUP", group);
        }
        if !self.to.is_empty() {
            shown.bytes("TO", &self.to);
        }
        if let Some(create) = self.create {
            shown.always("CREATE", word_of(&STARTS, create));
        }
        shown.unless("FROM", &GroupStart::All, &self.from, word_of(&STARTS, self.from));
        if self.min_idle_ms == 0 {
            shown.always("COUNT", self.count.to_string());
            shown.unless("BLOCK", &5_000, &self.block_ms, show_duration(self.block_ms));
            if let Some(claim_ms) = self.claim_ms {
                shown.always("CLAIM", show_duration(claim_ms));
            }
        } else {
            shown.always("MIN-IDLE", show_duration(self.min_idle_ms));
            shown.always("EVERY", show_duration(self.every_ms));
            shown.unless("VIA", &false, &self.via_read, "READ");
            shown.always("COUNT", self.count.to_string());
        }
        self.show_handler(&mut shown);
        if let Some(fields) = &self.fields {
            shown.always("FIELDS", fields.show());
        }
        shown.0
    }

    #[inline(never)]
    fn show_handler(&self, shown: &mut Shown) {
        shown.always("WORK", show_duration(self.work_ms));
        shown.unless("JITTER", &0, &self.jitter_permille, show_percent(self.jitter_permille));
        if let Some(slow) = self.slow {
            let text = format!("{} {}", show_percent(slow.permille), show_duration(slow.work_ms));
            shown.always("SLOW", text);
        }
        shown.always("ACK", word_of(&ACKS, self.ack));
        shown.unless("DRAIN", &false, &self.drain, "");
        shown.unless("IDEMPOTENT", &false, &self.idempotent, "");
        shown.unless("GUARD", &false, &self.guard, "");
        if let Some((key, n)) = &self.dead_letters {
            shown.bytes("DLQ", key);
            shown.always("AFTER", n.to_string());
        }
        shown.always("EFFECT", &self.effect);
        match &self.by {
            KeyBy::FirstField => {}
            KeyBy::Field(field) => shown.bytes("BY", field),
            KeyBy::Entry => shown.always("BY", "ENTRY"),
        }
        let on_error = word_of(&ON_ERRORS, self.on_error);
        shown.unless("ON-ERROR", &OnError::Keep, &self.on_error, on_error);
        if let Some(ms) = self.restart_after_ms {
            shown.always("RESTART-AFTER", show_duration(ms));
        }
        shown.unless("TIMEOUT", &1_000, &self.timeout_ms, show_duration(self.timeout_ms));
    }
}
