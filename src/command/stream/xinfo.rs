//! XINFO: what a stream, its groups and its consumers look like from inside.

use super::{entry, help};
use crate::command::args::strict_i64;
use crate::command::{Args, CommandError, Ctx, Flow, Profile, Spec};
use crate::engine::{Group, Pending, Stream, StreamId};
use crate::resp::Writer;

/// `XINFO subcommand [argument ...]`
pub static XINFO: Spec = Spec {
    name: "XINFO",
    arity: -2,
    since: (5, 0),
    group: "stream",
    flags: &[],
    keys: (0, 0, 0),
    syntax: "<STREAM | GROUPS | CONSUMERS | HELP> [argument ...]",
    summary: "Shows the inside of a stream: its counters, groups and consumers.",
    why: "The first thing to look at when something does not move.",
    examples: &["XINFO STREAM orders", "XINFO GROUPS orders", "XINFO HELP"],
    subcommands: &[&XINFO_CONSUMERS, &XINFO_GROUPS, &XINFO_HELP, &XINFO_STREAM],
    run: run_without_subcommand,
    ..Spec::BLANK
};

/// `XINFO STREAM key [FULL [COUNT count]]`
pub static XINFO_STREAM: Spec = Spec {
    name: "XINFO STREAM",
    arity: -3,
    since: (5, 0),
    group: "stream",
    flags: &["readonly"],
    keys: (2, 2, 1),
    syntax: "key [FULL [COUNT count]]",
    options_since: &[("FULL", (6, 0))],
    complexity: "O(1); FULL: O(n) in what it shows",
    summary: "Shows the counters of a stream, with FULL also entries, groups and pending entries.",
    why: "Length, last id, first and last entry at a glance; FULL is the whole picture of one \
          stream.",
    gotcha: "FULL shows at most 10 of everything unless COUNT says otherwise; COUNT 0 shows all.",
    examples: &["XINFO STREAM orders", "XINFO STREAM orders FULL COUNT 5"],
    subcommands: &[],
    run: run_stream,
};

/// `XINFO GROUPS key`
pub static XINFO_GROUPS: Spec = Spec {
    name: "XINFO GROUPS",
    arity: 3,
    since: (5, 0),
    group: "stream",
    flags: &["readonly"],
    keys: (2, 2, 1),
    syntax: "key",
    options_since: &[],
    complexity: "O(n) in the groups",
    summary: "Lists the groups of a stream: how far they are and what is pending.",
    why: "lag is what a group has not been given yet, pending what it has not finished: the two \
          numbers to watch.",
    gotcha: "lag is nil when it cannot be known: after XDEL ahead of the group, or after moving it \
             by hand.",
    examples: &["XINFO GROUPS orders"],
    subcommands: &[],
    run: run_groups,
};

/// `XINFO CONSUMERS key group`
pub static XINFO_CONSUMERS: Spec = Spec {
    name: "XINFO CONSUMERS",
    arity: 4,
    since: (5, 0),
    group: "stream",
    flags: &["readonly"],
    keys: (2, 2, 1),
    syntax: "key group",
    options_since: &[],
    complexity: "O(n) in the consumers",
    summary: "Lists the consumers of a group: what each has pending, and its last sign of life.",
    why: "idle says how long ago a consumer last asked, inactive how long ago it last got \
          something: a dead one has both, a bored one only the second.",
    gotcha: "Consumers never disappear by themselves; remove old names with XGROUP DELCONSUMER.",
    examples: &["XINFO CONSUMERS orders billing"],
    subcommands: &[],
    run: run_consumers,
};

/// `XINFO HELP`
pub static XINFO_HELP: Spec = Spec {
    name: "XINFO HELP",
    arity: 2,
    since: (5, 0),
    group: "stream",
    flags: &["loading", "stale"],
    keys: (0, 0, 0),
    summary: "Lists the subcommands.",
    run: run_help,
    ..Spec::BLANK
};

/// Unless COUNT says otherwise, FULL shows so many of everything.
const FULL_COUNT: usize = 10;

/// Only versions before 7.0 come here, with an unknown subcommand or too few or too many words: the
/// key is looked at before that is said.
fn run_without_subcommand(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    if let [_, word, key, ..] = args.words() {
        if word.eq_ignore_ascii_case(b"HELP") {
            return run_help(ctx, args);
        }
        ctx.stream(key)?.ok_or_else(no_key)?;
    }
    Err(help::wrong_tail(args.words(), ctx.profile).at(1))
}

fn run_help(ctx: &mut Ctx<'_>, _: &mut Args<'_>) -> Result<Flow, CommandError> {
    help::write(&mut ctx.out, ctx.profile, "XINFO", help::XINFO);
    Ok(Flow::Done)
}

fn run_stream(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let stream = ctx.store.stream(ctx.db, key)?.ok_or_else(no_key)?;
    match full_count(args, ctx.profile)? {
        Some(count) => full(&mut ctx.out, stream, ctx.profile, count),
        None => short(&mut ctx.out, stream, ctx.profile),
    }
    Ok(Flow::Done)
}

/// `[FULL [COUNT count]]`: the most to be shown of everything, or `None` for the short form.
fn full_count(args: &mut Args<'_>, profile: Profile) -> Result<Option<usize>, CommandError> {
    let idx = args.position();
    match args.rest() {
        [] => Ok(None),
        [full] if full.eq_ignore_ascii_case(b"FULL") => Ok(Some(FULL_COUNT)),
        [full, count, n]
            if full.eq_ignore_ascii_case(b"FULL") && count.eq_ignore_ascii_case(b"COUNT") =>
        {
            let n = strict_i64(n).ok_or(CommandError::NotAnInteger.at(idx + 2))?;
            Ok(Some(match usize::try_from(n) {
                Ok(0) => usize::MAX,
                Ok(n) => n,
                Err(_) => FULL_COUNT,
            }))
        }
        _ => Err(help::wrong_tail(args.words(), profile).at(idx)),
    }
}

fn short(out: &mut Writer<'_>, stream: &Stream, profile: Profile) {
    out.map(n_counters(profile) + 3);
    counters(out, stream, profile);
    out.bulk(b"groups");
    out.int(stream.n_groups() as i64);
    let first = stream.range(StreamId::MIN, StreamId::MAX).next();
    let last = stream.get(stream.last_live_id());
    for (name, found) in [(&b"first-entry"[..], first), (b"last-entry", last)] {
        out.bulk(name);
        match found {
            Some(found) => entry::write(out, &found),
            None => out.nil(),
        }
    }
}

fn n_counters(profile: Profile) -> usize {
    4 + 3 * usize::from(profile.has_entry_counters()) + 6 * usize::from(profile.shows_idmp())
}

/// What the short and the full form begin with.
fn counters(out: &mut Writer<'_>, stream: &Stream, profile: Profile) {
    int(out, "length", stream.len());
    int(out, "radix-tree-keys", stream.n_nodes() as u64);
    int(out, "radix-tree-nodes", stream.n_radix_nodes() as u64);
    id(out, "last-generated-id", stream.last_id());
    if profile.has_entry_counters() {
        id(out, "max-deleted-entry-id", stream.max_deleted_id());
        int(out, "entries-added", stream.entries_added());
        id(out, "recorded-first-entry-id", stream.first_id());
    }
    if profile.shows_idmp() {
        let idmp = stream.idmp();
        let config = idmp.config();
        int(out, "idmp-duration", config.duration_s.into());
        int(out, "idmp-maxsize", config.maxsize.into());
        int(out, "pids-tracked", idmp.n_producers() as u64);
        int(out, "iids-tracked", idmp.n_iids());
        int(out, "iids-added", idmp.iids_added());
        int(out, "iids-duplicates", idmp.iids_duplicates());
    }
}

fn id(out: &mut Writer<'_>, name: &str, id: StreamId) {
    out.bulk(name.as_bytes());
    out.bulk_id(id.ms, id.seq);
}

fn no_key() -> CommandError {
    CommandError::text("ERR no such key").at(2)
}

fn full(out: &mut Writer<'_>, stream: &Stream, profile: Profile, count: usize) {
    out.map(n_counters(profile) + 2);
    counters(out, stream, profile);
    out.bulk(b"entries");
    let place = out.defer();
    let mut n = 0;
    for found in stream.range(StreamId::MIN, StreamId::MAX).take(count) {
        entry::write(out, &found);
        n += 1;
    }
    out.array_at(place, n);
    out.bulk(b"groups");
    out.array(stream.n_groups());
    for group in stream.groups() {
        full_group(out, stream, group, profile, count);
    }
}

fn full_group(
    out: &mut Writer<'_>,
    stream: &Stream,
    group: &Group,
    profile: Profile,
    count: usize,
) {
    let n_pairs = 5
        + 2 * usize::from(profile.has_entry_counters())
        + usize::from(profile.shows_nacked_count());
    out.map(n_pairs);
    out.bulk(b"name");
    out.bulk(group.name());
    id(out, "last-delivered-id", group.last_id());
    progress(out, stream, group, profile);
    int(out, "pel-count", group.n_pending());
    if profile.shows_nacked_count() {
        int(out, "nacked-count", group.n_nacked());
    }
    out.bulk(b"pending");
    let all = group.pending_range(StreamId::MIN, StreamId::MAX);
    pending_list(out, all.take(count), true);
    out.bulk(b"consumers");
    out.array(group.n_consumers());
    for consumer in group.consumers() {
        out.map(4 + usize::from(profile.shows_active_time()));
        out.bulk(b"name");
        out.bulk(consumer.name());
        int(out, "seen-time", consumer.seen_time());
        if profile.shows_active_time() {
            out.bulk(b"active-time");
            out.int(consumer.active_time().map_or(-1, |time| time as i64));
        }
        int(out, "pel-count", consumer.n_pending());
        out.bulk(b"pending");
        let own = group.pending_of(consumer, StreamId::MIN, StreamId::MAX);
        pending_list(out, own.take(count), false);
    }
}

/// `[id, consumer, delivery-time, delivery-count]` for each; a consumer's own list leaves its name
/// out.
fn pending_list<'a>(
    out: &mut Writer<'_>,
    pending: impl Iterator<Item = Pending<'a>>,
    names_consumer: bool,
) {
    let place = out.defer();
    let mut n = 0;
    for entry in pending {
        out.array(3 + usize::from(names_consumer));
        out.bulk_id(entry.id.ms, entry.id.seq);
        if names_consumer {
            out.bulk(entry.consumer.map_or(b"", |consumer| consumer.name()));
        }
        out.int(entry.delivery_time as i64);
        out.int(entry.delivery_count as i64);
        n += 1;
    }
    out.array_at(place, n);
}

/// `entries-read` and `lag`, which both may be unknown.
fn progress(out: &mut Writer<'_>, stream: &Stream, group: &Group, profile: Profile) {
    if !profile.has_entry_counters() {
        return;
    }
    out.bulk(b"entries-read");
    match group.entries_read() {
        Some(n) => out.int(n as i64),
        None => out.nil(),
    }
    out.bulk(b"lag");
    match stream.lag(group, profile.lag_rule()) {
        Some(n) => out.int(n),
        None => out.nil(),
    }
}

fn run_groups(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let stream = ctx.store.stream(ctx.db, key)?.ok_or_else(no_key)?;
    let out = &mut ctx.out;
    out.array(stream.n_groups());
    for group in stream.groups() {
        out.map(4 + 2 * usize::from(ctx.profile.has_entry_counters()));
        out.bulk(b"name");
        out.bulk(group.name());
        int(out, "consumers", group.n_consumers() as u64);
        int(out, "pending", group.n_pending());
        id(out, "last-delivered-id", group.last_id());
        progress(out, stream, group, ctx.profile);
    }
    Ok(Flow::Done)
}

fn run_consumers(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, name] = [args.word()?, args.word()?];
    let stream = ctx.store.stream(ctx.db, key)?.ok_or_else(no_key)?;
    let group = stream.group(name).ok_or_else(|| help::no_group(key, name).at(3))?;
    let out = &mut ctx.out;
    out.array(group.n_consumers());
    for consumer in group.consumers() {
        out.map(3 + usize::from(ctx.profile.shows_active_time()));
        out.bulk(b"name");
        out.bulk(consumer.name());
        int(out, "pending", consumer.n_pending());
        int(out, "idle", ctx.now.saturating_sub(consumer.seen_time()));
        if ctx.profile.shows_active_time() {
            let inactive = consumer.active_time().map(|time| ctx.now.saturating_sub(time));
            out.bulk(b"inactive");
            out.int(inactive.map_or(-1, |ms| ms as i64));
        }
    }
    Ok(Flow::Done)
}

fn int(out: &mut Writer<'_>, name: &str, n: u64) {
    out.bulk(name.as_bytes());
    out.int(n as i64);
}
