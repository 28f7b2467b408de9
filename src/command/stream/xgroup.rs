//! XGROUP: makes, moves and removes consumer groups and consumers.

use crate::command::args::strict_i64;
use crate::command::{Args, CommandError, Ctx, Flow, Spec, id_text, notify};
use crate::engine::{StreamId, StreamMut};

use super::help;

/// `XGROUP subcommand [argument ...]`
pub static XGROUP: Spec = Spec {
    name: "XGROUP",
    arity: -2,
    since: (5, 0),
    group: "stream",
    flags: &[],
    keys: (0, 0, 0),
    syntax: "<CREATE | SETID | DESTROY | CREATECONSUMER | DELCONSUMER | HELP> [argument ...]",
    summary: "Makes, moves and removes consumer groups.",
    why: "A group shares the work of a stream among consumers, and remembers what was handed out.",
    examples: &["XGROUP CREATE orders billing 0", "XGROUP HELP"],
    subcommands: &[
        &XGROUP_CREATE,
        &XGROUP_CREATECONSUMER,
        &XGROUP_DELCONSUMER,
        &XGROUP_DESTROY,
        &XGROUP_HELP,
        &XGROUP_SETID,
    ],
    run: run_without_subcommand,
    ..Spec::BLANK
};

/// `XGROUP CREATE key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]`
pub static XGROUP_CREATE: Spec = Spec {
    name: "XGROUP CREATE",
    arity: -5,
    since: (5, 0),
    group: "stream",
    flags: &["write", "denyoom"],
    keys: (2, 2, 1),
    syntax: "key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]",
    options_since: &[("ENTRIESREAD", (7, 0))],
    complexity: "O(1)",
    summary: "Makes a consumer group that starts after an id.",
    why: "0 gives the group everything that is in the stream, $ only what is added from now on. \
          MKSTREAM makes an empty stream if there is none, so that consumers can start first.",
    gotcha: "With $ the entries that are there already are skipped for good (until XGROUP SETID). \
             A group of that name gives BUSYGROUP, which a start-up script usually ignores.",
    examples: &["XGROUP CREATE orders billing 0", "XGROUP CREATE orders billing $ MKSTREAM"],
    subcommands: &[],
    run: run_create,
};

/// `XGROUP SETID key group <id | $> [ENTRIESREAD entries-read]`
pub static XGROUP_SETID: Spec = Spec {
    name: "XGROUP SETID",
    arity: -5,
    since: (5, 0),
    group: "stream",
    flags: &["write"],
    keys: (2, 2, 1),
    syntax: "key group <id | $> [ENTRIESREAD entries-read]",
    options_since: &[("ENTRIESREAD", (7, 0))],
    complexity: "O(1)",
    summary: "Moves a group: what follows the id counts as new.",
    why: "Back, to process a stretch again; forward, to skip one.",
    gotcha: "What is pending stays pending. Blocked readers are not woken: they see the old \
             entries with the next XADD. The lag is unknown afterwards unless ENTRIESREAD \
             is given.",
    examples: &["XGROUP SETID orders billing 0"],
    subcommands: &[],
    run: run_setid,
};

/// `XGROUP DESTROY key group`
pub static XGROUP_DESTROY: Spec = Spec {
    name: "XGROUP DESTROY",
    arity: 4,
    since: (5, 0),
    group: "stream",
    flags: &["write"],
    keys: (2, 2, 1),
    syntax: "key group",
    options_since: &[],
    complexity: "O(n) in the pending entries",
    summary: "Removes a group with its consumers and pending entries.",
    why: "When a service is gone for good.",
    gotcha: "What was pending is forgotten; nobody is asked. Consumers that wait for the group get \
             an error.",
    examples: &["XGROUP DESTROY orders billing"],
    subcommands: &[],
    run: run_destroy,
};

/// `XGROUP CREATECONSUMER key group consumer`
pub static XGROUP_CREATECONSUMER: Spec = Spec {
    name: "XGROUP CREATECONSUMER",
    arity: 5,
    since: (6, 2),
    group: "stream",
    flags: &["write", "denyoom"],
    keys: (2, 2, 1),
    syntax: "key group consumer",
    options_since: &[],
    complexity: "O(1)",
    summary: "Makes a consumer; 1 if it is new, 0 if it was there.",
    why: "Rarely needed: reading with XREADGROUP makes the consumer by itself.",
    gotcha: "",
    examples: &["XGROUP CREATECONSUMER orders billing alice"],
    subcommands: &[],
    run: run_createconsumer,
};

/// `XGROUP DELCONSUMER key group consumer`
pub static XGROUP_DELCONSUMER: Spec = Spec {
    name: "XGROUP DELCONSUMER",
    arity: 5,
    since: (5, 0),
    group: "stream",
    flags: &["write"],
    keys: (2, 2, 1),
    syntax: "key group consumer",
    options_since: &[],
    complexity: "O(n) in its pending entries",
    summary: "Removes a consumer and counts the pending entries that went with it.",
    why: "To tidy up names that no process uses any more.",
    gotcha: "Its pending entries are lost for the group: nobody will be handed them again. Claim \
             them first (XAUTOCLAIM), then delete.",
    examples: &["XGROUP DELCONSUMER orders billing alice"],
    subcommands: &[],
    run: run_delconsumer,
};

/// `XGROUP HELP`
pub static XGROUP_HELP: Spec = Spec {
    name: "XGROUP HELP",
    arity: 2,
    since: (5, 0),
    group: "stream",
    flags: &["loading", "stale"],
    keys: (0, 0, 0),
    summary: "Lists the subcommands.",
    run: |ctx, _| {
        help::write(&mut ctx.out, ctx.profile, "XGROUP", help::xgroup(ctx.profile));
        Ok(Flow::Done)
    },
    ..Spec::BLANK
};

/// Whether the group may be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GroupMust {
    Exist,
    NotExist,
}

/// `MKSTREAM` and `ENTRIESREAD n`.
#[derive(Clone, Copy, Default)]
struct Options {
    make_stream: bool,
    entries_read: Option<u64>,
}

/// Only versions before 7.0 come here, with an unknown subcommand or too few or too many words: the
/// key and the group are looked at before that is said.
fn run_without_subcommand(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    if let [_, subcommand, key, group, ..] = args.words() {
        let needs_group = [&b"SETID"[..], b"CREATECONSUMER", b"DELCONSUMER"].into_iter();
        let must = match needs_group.into_iter().any(|word| subcommand.eq_ignore_ascii_case(word)) {
            true => GroupMust::Exist,
            false => GroupMust::NotExist,
        };
        check_key(ctx, key, group, must)?;
    }
    Err(help::wrong_tail(args.words(), ctx.profile).at(1))
}

fn run_create(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    if !ctx.profile.has_entry_counters() && 6 < args.words().len() {
        return run_without_subcommand(ctx, args);
    }
    let [key, group, id] = [args.word()?, args.word()?, args.word()?];
    let options = Options::parse(args, ctx, true)?;
    if !options.make_stream || ctx.stream(key)?.is_some() {
        check_key(ctx, key, group, GroupMust::NotExist)?;
    }
    check_n_words(args, ctx, 8)?;
    let id = match id {
        b"$" => ctx.stream(key)?.map_or(StreamId::MIN, |stream| stream.last_id()),
        text => id_text::strict(text).map_err(|error| error.at(4))?,
    };
    let caps = ctx.profile.caps_entries_read();
    let idmp = ctx.idmp_config();
    let StreamMut { stream, mut rec } = ctx.store.stream_or_create(ctx.db, key, idmp, ctx.now)?;
    let entries_read = options.entries_read.map(|n| cap(n, stream.entries_added(), caps));
    if !stream.create_group(group, id, entries_read, &mut rec) {
        let text = "BUSYGROUP Consumer Group name already exists";
        return Err(CommandError::text(text).at(3));
    }
    ctx.out.ok();
    ctx.notify(notify::STREAM, "xgroup-create", key);
    Ok(Flow::Done)
}

fn run_setid(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    if !ctx.profile.has_entry_counters() && 5 < args.words().len() {
        return run_without_subcommand(ctx, args);
    }
    let [key, group, id] = [args.word()?, args.word()?, args.word()?];
    let options = Options::parse(args, ctx, false)?;
    check_key(ctx, key, group, GroupMust::Exist)?;
    check_n_words(args, ctx, 7)?;
    let caps = ctx.profile.caps_entries_read();
    let Some(StreamMut { stream, mut rec }) = ctx.store.stream_mut(ctx.db, key, ctx.now)? else {
        return Err(no_key());
    };
    let id = match id {
        b"$" => stream.last_id(),
        text => id_text::loose(text).map_err(|error| error.at(4))?,
    };
    let entries_read = options.entries_read.map(|n| cap(n, stream.entries_added(), caps));
    if let Some(mut group) = stream.group_mut(group) {
        group.set_last_id(id, entries_read, &mut rec);
    }
    ctx.out.ok();
    ctx.notify(notify::STREAM, "xgroup-setid", key);
    Ok(Flow::Done)
}

fn run_destroy(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, group] = [args.word()?, args.word()?];
    let Some(StreamMut { stream, mut rec }) = ctx.store.stream_mut(ctx.db, key, ctx.now)? else {
        return Err(no_key());
    };
    let destroyed =
        stream.destroy_group(group, ctx.profile.keeps_floor_of_destroyed_groups(), &mut rec);
    ctx.out.int(i64::from(destroyed));
    if destroyed {
        ctx.notify(notify::STREAM, "xgroup-destroy", key);
    }
    Ok(Flow::Done)
}

fn run_createconsumer(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, group, consumer] = [args.word()?, args.word()?, args.word()?];
    check_key(ctx, key, group, GroupMust::Exist)?;
    let created = match ctx.store.stream_mut(ctx.db, key, ctx.now)? {
        Some(StreamMut { stream, mut rec }) => stream
            .group_mut(group)
            .is_some_and(|mut group| group.create_consumer(consumer, ctx.now, &mut rec)),
        None => false,
    };
    ctx.out.int(i64::from(created));
    if created {
        ctx.notify(notify::STREAM, "xgroup-createconsumer", key);
    }
    Ok(Flow::Done)
}

fn run_delconsumer(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let [key, group, consumer] = [args.word()?, args.word()?, args.word()?];
    check_key(ctx, key, group, GroupMust::Exist)?;
    let deleted = match ctx.store.stream_mut(ctx.db, key, ctx.now)? {
        Some(StreamMut { stream, mut rec }) => {
            stream.group_mut(group).and_then(|mut group| group.delete_consumer(consumer, &mut rec))
        }
        None => None,
    };
    ctx.out.int(deleted.unwrap_or(0) as i64);
    if deleted.is_some() {
        ctx.notify(notify::STREAM, "xgroup-delconsumer", key);
    }
    Ok(Flow::Done)
}

impl Options {
    fn parse(args: &mut Args<'_>, ctx: &Ctx<'_>, create: bool) -> Result<Options, CommandError> {
        let mut options = Options::default();
        while 0 < args.n_left() {
            let idx = args.position();
            if create && args.eat("MKSTREAM") {
                options.make_stream = true;
            } else if ctx.profile.has_entry_counters()
                && 2 <= args.n_left()
                && args.eat("ENTRIESREAD")
            {
                let n = strict_i64(args.word()?).ok_or(CommandError::NotAnInteger.at(idx + 1))?;
                if n < -1 {
                    let text = "ERR value for ENTRIESREAD must be positive or -1";
                    return Err(CommandError::text(text).at(idx + 1));
                }
                options.entries_read = u64::try_from(n).ok();
            } else {
                return Err(help::wrong_tail(args.words(), ctx.profile).at(idx));
            }
        }
        Ok(options)
    }
}

/// The checks that all subcommands share once their own words are read.
fn check_key(ctx: &Ctx<'_>, key: &[u8], group: &[u8], must: GroupMust) -> Result<(), CommandError> {
    let stream = ctx.stream(key)?.ok_or_else(no_key)?;
    if must == GroupMust::Exist && stream.group(group).is_none() {
        return Err(help::no_group(key, group).at(3));
    }
    Ok(())
}

fn check_n_words(args: &Args<'_>, ctx: &Ctx<'_>, n_words_max: usize) -> Result<(), CommandError> {
    if n_words_max < args.words().len() {
        return Err(help::wrong_tail(args.words(), ctx.profile).at(n_words_max));
    }
    Ok(())
}

fn no_key() -> CommandError {
    CommandError::text(
        "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to \
         use the MKSTREAM option to create an empty stream automatically.",
    )
    .at(2)
}

/// An entries-read counter beyond what was ever added makes no sense; newer servers cut it.
fn cap(entries_read: u64, entries_added: u64, caps: bool) -> u64 {
    if caps { entries_read.min(entries_added) } else { entries_read }
}
