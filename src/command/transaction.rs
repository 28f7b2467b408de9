//! MULTI, EXEC, DISCARD, WATCH, UNWATCH: several commands as one step.

use crate::engine::event::Name;

use super::clients::Queued;
use super::ctx::{Ctx, Flow};
use super::dispatch;
use super::error::CommandError;
use super::server::ClientId;
use super::state::State;
use super::table;
use super::{Args, Spec, monitor};

/// MULTI.
pub static MULTI: Spec = Spec {
    name: "MULTI",
    arity: 1,
    since: (1, 2),
    group: "transactions",
    flags: &["noscript", "loading", "stale", "fast", "allow_busy"],
    summary: "Begins a transaction: the commands that follow are queued until EXEC.",
    why: "Use it when several changes must appear as one: nobody sees half of them, and readers \
          that wait are woken once, with everything.",
    gotcha: "Nothing runs before EXEC, so no reply can decide what to queue next; read first, \
             under WATCH.",
    examples: &["MULTI", "XADD orders * item tea", "EXEC"],
    run: multi,
    ..Spec::BLANK
};

fn multi(ctx: &mut Ctx<'_>, _: &mut Args<'_>) -> Result<Flow, CommandError> {
    let client = ctx.client_mut()?;
    if client.multi.is_some() {
        return Err(CommandError::text("ERR MULTI calls can not be nested"));
    }
    client.multi = Some(Vec::new());
    client.multi_failed = false;
    ctx.out.ok();
    Ok(Flow::Done)
}

/// EXEC.
pub static EXEC: Spec = Spec {
    name: "EXEC",
    arity: 1,
    since: (1, 2),
    group: "transactions",
    flags: &["noscript", "loading", "stale", "skip_slowlog"],
    complexity: "That of the queued commands",
    summary: "Runs the commands queued since MULTI, one after another with nothing in between.",
    why: "It ends what MULTI began and answers all replies in one array.",
    gotcha: "A command that fails while it runs does not undo the others. A nil reply means that a \
             WATCHed key changed and nothing ran; EXECABORT that a command was refused when \
             queued.",
    examples: &["EXEC"],
    run: exec,
    ..Spec::BLANK
};

fn exec(ctx: &mut Ctx<'_>, _: &mut Args<'_>) -> Result<Flow, CommandError> {
    let Some(queue) = ctx.state.clients.take_queue(ctx.client) else {
        return Err(CommandError::text("ERR EXEC without MULTI"));
    };
    let client = ctx.client_mut()?;
    let (failed, dirty) = (client.multi_failed, client.dirty);
    client.multi_failed = false;
    ctx.state.clients.unwatch(ctx.client);
    if failed {
        return Err(CommandError::text(
            "EXECABORT Transaction discarded because of previous errors.",
        ));
    }
    if dirty {
        ctx.out.nil_array();
        return Ok(Flow::Done);
    }
    ctx.out.array(queue.len());
    for queued in &queue {
        run_queued(ctx, queued)?;
    }
    Ok(Flow::Done)
}

/// Runs one queued command with the database and protocol that the commands before it left.
fn run_queued(ctx: &mut Ctx<'_>, queued: &Queued) -> Result<(), CommandError> {
    let words: Vec<&[u8]> = queued.words.iter().map(Vec::as_slice).collect();
    let entry = table::entry(queued.number);
    let client = ctx.client_mut()?;
    let (db, protocol) = (client.db, client.protocol);
    let mut out = ctx.out.nested();
    out.set_protocol(protocol);
    let mut inner = Ctx {
        client: ctx.client,
        now: ctx.now,
        profile: ctx.profile,
        in_exec: true,
        db,
        store: &mut *ctx.store,
        state: &mut *ctx.state,
        out,
    };
    dispatch::call(&mut inner, entry, &words);
    monitor::feed(ctx.state, ctx.client, entry, &words, ctx.now);
    Ok(())
}

/// DISCARD.
pub static DISCARD: Spec = Spec {
    name: "DISCARD",
    arity: 1,
    since: (2, 0),
    group: "transactions",
    flags: &["noscript", "loading", "stale", "fast", "allow_busy"],
    complexity: "O(N) for N queued commands",
    summary: "Throws the commands queued since MULTI away and stops watching.",
    why: "The way out of a transaction that is no longer wanted.",
    examples: &["DISCARD"],
    run: run_discard,
    ..Spec::BLANK
};

fn run_discard(ctx: &mut Ctx<'_>, _: &mut Args<'_>) -> Result<Flow, CommandError> {
    if ctx.client_mut()?.multi.is_none() {
        return Err(CommandError::text("ERR DISCARD without MULTI"));
    }
    discard(ctx.state, ctx.client);
    ctx.out.ok();
    Ok(Flow::Done)
}

/// Ends a client's transaction without running it.
pub fn discard(state: &mut State, id: ClientId) {
    state.clients.unwatch(id);
    if let Some(client) = state.clients.get_mut(id) {
        client.multi_failed = false;
    }
    state.clients.take_queue(id);
}

/// WATCH.
pub static WATCH: Spec = Spec {
    name: "WATCH",
    arity: -2,
    since: (2, 2),
    group: "transactions",
    flags: &["noscript", "loading", "stale", "fast", "allow_busy"],
    keys: (1, -1, 1),
    syntax: "key [key ...]",
    complexity: "O(1) for every key",
    summary: "Makes the next EXEC answer nil if one of the keys changes before it.",
    why: "Optimistic locking: read, decide, queue, and run only if nobody was faster.",
    gotcha: "It ends with EXEC, DISCARD, UNWATCH or the connection; a key that expires counts as \
             changed.",
    examples: &["WATCH orders"],
    run: watch,
    ..Spec::BLANK
};

fn watch(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    if ctx.client_mut()?.multi.is_some() {
        return Err(CommandError::text("ERR WATCH inside MULTI is not allowed"));
    }
    for key in args.rest() {
        ctx.state.clients.watch(ctx.client, ctx.db, Name::from(*key));
    }
    ctx.out.ok();
    Ok(Flow::Done)
}

/// UNWATCH.
pub static UNWATCH: Spec = Spec {
    name: "UNWATCH",
    arity: 1,
    since: (2, 2),
    group: "transactions",
    flags: &["noscript", "loading", "stale", "fast", "allow_busy"],
    summary: "Stops watching every key.",
    why: "When the values that were read make a transaction unnecessary.",
    examples: &["UNWATCH"],
    run: unwatch,
    ..Spec::BLANK
};

fn unwatch(ctx: &mut Ctx<'_>, _: &mut Args<'_>) -> Result<Flow, CommandError> {
    ctx.state.clients.unwatch(ctx.client);
    ctx.out.ok();
    Ok(Flow::Done)
}
