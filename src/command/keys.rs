//! DEL, UNLINK, EXISTS, TOUCH, TYPE, RENAME, RENAMENX, COPY, MOVE: keys of any type.

use super::args::strict_i64;
use super::connection::wanted_db;
use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::{Args, Spec, notify};
use crate::engine::StreamMut;

/// DEL.
pub static DEL: Spec = Spec {
    name: "DEL",
    arity: -2,
    flags: &["write"],
    keys: (1, -1, 1),
    syntax: "key [key ...]",
    complexity: "O(N) for N keys, and O(M) for each key of M elements",
    summary: "Deletes keys of any type and answers how many there were.",
    why: "A stream that is no longer needed goes with its groups and pending entries.",
    gotcha: "Readers that wait in XREADGROUP get NOGROUP; readers that wait in XREAD go on waiting \
             for a stream of that name.",
    examples: &["DEL orders"],
    run: del,
    ..Spec::BLANK
};

/// UNLINK.
pub static UNLINK: Spec = Spec {
    name: "UNLINK",
    since: (4, 0),
    flags: &["write", "fast"],
    complexity: "O(1) for every key",
    summary: "Deletes keys like DEL.",
    why: "On a large server the memory is given back in the background.",
    gotcha: "",
    examples: &["UNLINK orders"],
    ..DEL_LIKE
};

const DEL_LIKE: Spec =
    Spec { arity: -2, keys: (1, -1, 1), syntax: "key [key ...]", run: del, ..Spec::BLANK };

fn del(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let mut n_removed = 0;
    for key in args.rest() {
        if ctx.store.remove(ctx.db, key, ctx.now) {
            ctx.notify(notify::GENERIC, "del", key);
            n_removed += 1;
        }
    }
    ctx.out.int(n_removed);
    Ok(Flow::Done)
}

/// EXISTS.
pub static EXISTS: Spec = Spec {
    name: "EXISTS",
    arity: -2,
    flags: &["readonly", "fast"],
    keys: (1, -1, 1),
    syntax: "key [key ...]",
    complexity: "O(N) for N keys",
    summary: "Answers how many of the keys exist.",
    why: "To look before reading or writing.",
    gotcha: "A key that is named twice counts twice.",
    examples: &["EXISTS orders"],
    run: exists,
    ..Spec::BLANK
};

/// TOUCH.
pub static TOUCH: Spec = Spec {
    name: "TOUCH",
    arity: -2,
    since: (3, 2),
    flags: &["readonly", "fast"],
    keys: (1, -1, 1),
    syntax: "key [key ...]",
    complexity: "O(N) for N keys",
    summary: "Answers how many of the keys exist, and counts as a use of them.",
    why: "Where memory is short, keys that were used lately are evicted last.",
    gotcha: "This server evicts nothing, so it does what EXISTS does.",
    examples: &["TOUCH orders"],
    run: exists,
    ..Spec::BLANK
};

fn exists(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let mut n_found = 0;
    for key in args.rest() {
        n_found += i64::from(ctx.lookup(key).is_some());
    }
    ctx.out.int(n_found);
    Ok(Flow::Done)
}

/// TYPE.
pub static TYPE: Spec = Spec {
    name: "TYPE",
    arity: 2,
    flags: &["readonly", "fast"],
    keys: (1, 1, 1),
    syntax: "key",
    summary: "Answers what a key holds: stream, string, list, set, or none.",
    why: "The first thing to ask when a command answers WRONGTYPE.",
    examples: &["TYPE orders"],
    run: type_of,
    ..Spec::BLANK
};

fn type_of(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let name = ctx.lookup(key).map_or("none", |entry| entry.value.type_name());
    ctx.out.simple(name);
    Ok(Flow::Done)
}

/// RENAME.
pub static RENAME: Spec = Spec {
    name: "RENAME",
    arity: 3,
    flags: &["write"],
    keys: (1, 2, 1),
    syntax: "key newkey",
    summary: "Gives a key another name; what had that name is gone.",
    why: "A stream that was built aside takes the place of the old one in one step.",
    gotcha: "Groups, pending entries and the time to live move along; readers that wait for the \
             new name are woken.",
    examples: &["RENAME orders orders-old"],
    run: rename,
    ..Spec::BLANK
};

fn rename(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (from, to) = (args.word()?, args.word()?);
    if !ctx.store.rename(ctx.db, from, to, ctx.now) {
        return Err(no_such_key());
    }
    if from != to {
        ctx.notify(notify::GENERIC, "rename_from", from);
        ctx.notify(notify::GENERIC, "rename_to", to);
    }
    ctx.out.ok();
    Ok(Flow::Done)
}

/// RENAMENX.
pub static RENAMENX: Spec = Spec {
    name: "RENAMENX",
    arity: 3,
    flags: &["write", "fast"],
    keys: (1, 2, 1),
    syntax: "key newkey",
    summary: "Gives a key another name, unless that name is taken.",
    why: "Like RENAME, without losing what is there: 1 if it was renamed, 0 if not.",
    examples: &["RENAMENX orders orders-old"],
    run: renamenx,
    ..Spec::BLANK
};

fn renamenx(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (from, to) = (args.word()?, args.word()?);
    if ctx.lookup(from).is_none() {
        return Err(no_such_key());
    }
    let free = ctx.store.get(ctx.db, to).is_none();
    if free && ctx.store.rename(ctx.db, from, to, ctx.now) {
        ctx.notify(notify::GENERIC, "rename_from", from);
        ctx.notify(notify::GENERIC, "rename_to", to);
    }
    ctx.out.int(i64::from(free));
    Ok(Flow::Done)
}

/// COPY.
pub static COPY: Spec = Spec {
    name: "COPY",
    arity: -3,
    since: (6, 2),
    flags: &["write", "denyoom"],
    keys: (1, 2, 1),
    syntax: "source destination [DB destination-db] [REPLACE]",
    complexity: "O(N) for N elements",
    summary: "Copies what a key holds, with its time to live, to another key.",
    why: "To try something on a copy of a stream: its groups and pending entries come along.",
    gotcha: "Without REPLACE a destination that exists is kept, and the answer is 0.",
    examples: &["COPY orders orders-copy"],
    run: copy,
    ..Spec::BLANK
};

fn copy(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (from, to) = (args.word()?, args.word()?);
    let mut to_db = ctx.db;
    let mut replace = false;
    while args.peek().is_some() {
        let at = args.position();
        if args.eat("REPLACE") {
            replace = true;
        } else if 2 <= args.n_left() && args.eat("DB") {
            to_db = db_word(args, at + 1)?;
        } else {
            return Err(CommandError::Syntax.at(at));
        }
    }
    if to_db == ctx.db && from == to {
        return Err(same_object());
    }
    let copied = ctx.store.copy((ctx.db, from), (to_db, to), replace, ctx.now);
    if copied
        && ctx.profile.copies_pending_by_id()
        && let Ok(Some(StreamMut { stream, .. })) = ctx.store.stream_mut(to_db, to, ctx.now)
    {
        stream.order_pending_by_id();
    }
    if copied {
        ctx.state.notify(notify::GENERIC, "copy_to", to_db, to);
    }
    ctx.out.int(i64::from(copied));
    Ok(Flow::Done)
}

/// MOVE.
pub static MOVE: Spec = Spec {
    name: "MOVE",
    arity: 3,
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key db",
    summary: "Moves a key to another database.",
    why: "Where databases keep things apart; 1 if it was moved.",
    gotcha: "A key of that name in the other database is kept, and the answer is 0.",
    examples: &["MOVE orders 1"],
    run: move_key,
    ..Spec::BLANK
};

fn move_key(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let to_db = db_word(args, 2)?;
    if to_db == ctx.db {
        return Err(same_object());
    }
    let moved = ctx.store.move_key(ctx.db, key, to_db, ctx.now);
    if moved {
        ctx.notify(notify::GENERIC, "move_from", key);
        ctx.state.notify(notify::GENERIC, "move_to", to_db, key);
    }
    ctx.out.int(i64::from(moved));
    Ok(Flow::Done)
}

fn db_word(args: &mut Args<'_>, word_idx: usize) -> Result<u32, CommandError> {
    let number = strict_i64(args.word()?).ok_or(CommandError::NotAnInteger.at(word_idx))?;
    wanted_db(number, word_idx)
}

/// `ERR no such key`
pub fn no_such_key() -> CommandError {
    CommandError::text("ERR no such key").at(1)
}

fn same_object() -> CommandError {
    CommandError::text("ERR source and destination objects are the same")
}
