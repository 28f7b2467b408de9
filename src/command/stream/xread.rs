//! XREAD: reads what is newer than an id, from several streams, and can wait for it.

use super::budget::Budget;
use super::entry;
use super::read_options::{ReadOptions, Reader};
use crate::command::{Args, BlockOn, CommandError, Ctx, Flow, Profile, Spec, Wait, id_text};
use crate::engine::event::Name;
use crate::engine::{Stream, StreamId};
use crate::resp::Protocol;

/// `XREAD [COUNT count] [MAXCOUNT count] [MAXSIZE bytes] [BLOCK ms] STREAMS key [key ...] id [id
/// ...]`
pub static XREAD: Spec = Spec {
    name: "XREAD",
    arity: -4,
    since: (5, 0),
    group: "stream",
    flags: &["readonly", "blocking", "movablekeys"],
    keys: (0, 0, 0),
    syntax: "[COUNT count] [MAXCOUNT count] [MAXSIZE bytes] [BLOCK milliseconds] STREAMS key \
             [key ...] id [id ...]",
    options_since: &[("MAXCOUNT", (8, 10)), ("MAXSIZE", (8, 10))],
    complexity: "O(m) with m entries returned, for each stream",
    summary: "Returns the entries after an id, from one or several streams.",
    why: "Every reader gets everything, like tail -f: remember the last id you saw and ask for \
          what follows. BLOCK waits for news instead of polling.",
    gotcha: "$ means what is newest now, so it is only useful with BLOCK, and only the first time: \
             asking again with $ skips what came in between. The id itself is not included.",
    examples: &[
        "XREAD COUNT 10 STREAMS orders 0",
        "XREAD BLOCK 5000 STREAMS orders $",
        "XREAD STREAMS orders payments 0 0",
    ],
    subcommands: &[],
    run,
};

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let options = ReadOptions::parse(args, Reader::Plain, ctx.profile, ctx.now)?;
    for n in 0..options.n_keys {
        let stream = ctx.stream(options.key(args, n))?;
        after(stream, options.id(args, n), ctx.profile)
            .map_err(|error| error.at(options.id_idx(n)))?;
    }
    let mut budget = Budget::new(&options);
    let outer = ctx.out.defer();
    let mut n_served = 0;
    for n in 0..options.n_keys {
        let key = options.key(args, n);
        let Some(stream) = ctx.store.stream(ctx.db, key)? else { continue };
        let start = after(Some(stream), options.id(args, n), ctx.profile)?;
        if stream.last_live_id() <= start {
            continue;
        }
        if budget.is_spent(&ctx.out) {
            break;
        }
        entry::stream_header(&mut ctx.out, key);
        let place = ctx.out.defer();
        let mut entries = stream.after(start);
        budget.begin_stream();
        while budget.allows_one(&ctx.out)
            && let Some(found) = entries.next()
        {
            entry::write(&mut ctx.out, &found);
            budget.take_one();
        }
        ctx.out.array_at(place, budget.n_in_stream());
        n_served += 1;
    }
    if n_served == 0 {
        return nothing_yet(ctx, args, &options);
    }
    match ctx.out.protocol() {
        Protocol::Resp2 => ctx.out.array_at(outer, n_served),
        Protocol::Resp3 => ctx.out.map_at(outer, n_served),
    }
    Ok(Flow::Done)
}

fn nothing_yet(
    ctx: &mut Ctx<'_>,
    args: &Args<'_>,
    options: &ReadOptions<'_>,
) -> Result<Flow, CommandError> {
    let Some(deadline) = options.block.filter(|_| !ctx.in_exec) else {
        ctx.out.nil_array();
        return Ok(Flow::Done);
    };
    let mut words = args.words().to_vec();
    let mut last_ids = Vec::with_capacity(options.n_keys);
    for n in 0..options.n_keys {
        let stream = ctx.stream(options.key(args, n))?;
        last_ids.push(stream.map_or(StreamId::MIN, Stream::last_id).to_string());
    }
    let mut keys = Vec::with_capacity(options.n_keys);
    for n in 0..options.n_keys {
        let key = options.key(args, n);
        keys.push(Name::from(key));
        if options.id(args, n) == b"$"
            && let Some(word) = words.get_mut(options.id_idx(n))
            && let Some(last_id) = last_ids.get(n)
        {
            *word = last_id.as_bytes();
        }
    }
    let rerun = words.into_iter().collect();
    let wait = Wait::Stream;
    Ok(Flow::Block(BlockOn {
        keys,
        wait,
        deadline,
        retry_at: None,
        polls: false,
        rerun,
        member: None,
    }))
}

/// The id after which to read: `$` and `+` depend on the stream as it is now.
fn after(stream: Option<&Stream>, text: &[u8], profile: Profile) -> Result<StreamId, CommandError> {
    match text {
        b"$" => Ok(stream.map_or(StreamId::MIN, Stream::last_id)),
        b"+" if profile.reads_before_last_id() => {
            match stream.map(|stream| stream.last_id().prev()) {
                Some(None) if profile.refuses_last_of_nothing() => {
                    Err(CommandError::text("ERR the stream last element ID is 0-0"))
                }
                before => Ok(before.flatten().unwrap_or(StreamId::MIN)),
            }
        }
        b"+" if profile.has_read_last() => {
            let last = stream.map_or(StreamId::MIN, Stream::last_live_id);
            Ok(last.prev().unwrap_or(StreamId::MIN))
        }
        b">" => Err(CommandError::text(
            "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> \
             <consumer> option.",
        )),
        _ => id_text::strict(text),
    }
}
