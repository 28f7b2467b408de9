//! KEYS, SCAN, DBSIZE, FLUSHDB, FLUSHALL, SWAPDB, RANDOMKEY: whole databases.

use super::args::strict_i64;
use super::connection::db_index;
use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::{Args, Spec, glob};

/// KEYS.
pub static KEYS: Spec = Spec {
    name: "KEYS",
    arity: 2,
    flags: &["readonly"],
    syntax: "pattern",
    complexity: "O(N) for N keys in the database",
    summary: "Answers the names of all keys that match a pattern.",
    why: "To look around in a small database: `*` is everything, `?` one byte, `[ab]` one of some.",
    gotcha: "It looks at every key while everybody waits; on a large server use SCAN.",
    examples: &["KEYS *", "KEYS order*"],
    run: keys,
    ..Spec::BLANK
};

fn keys(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let pattern = args.word()?;
    let place = ctx.out.defer();
    let mut n = 0;
    for name in ctx.store.db(ctx.db).keys() {
        if glob::matches(pattern, name) {
            ctx.out.bulk(name);
            n += 1;
        }
    }
    ctx.out.array_at(place, n);
    Ok(Flow::Done)
}

/// SCAN.
pub static SCAN: Spec = Spec {
    name: "SCAN",
    arity: -2,
    since: (2, 8),
    flags: &["readonly"],
    syntax: "cursor [MATCH pattern] [COUNT count] [TYPE type]",
    options_since: &[("TYPE", (6, 0))],
    complexity: "O(1) for every call",
    summary: "Answers some keys and a cursor with which to go on.",
    why: "To walk over a large database without holding everybody up: begin with 0, end when the \
          cursor is 0 again.",
    gotcha: "MATCH and TYPE are applied to what was looked at, so an answer without keys is not \
             the end: only the cursor 0 is.",
    examples: &["SCAN 0", "SCAN 0 MATCH order* COUNT 100 TYPE stream"],
    run: scan,
    ..Spec::BLANK
};

fn scan(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let cursor = scan_cursor(args.word()?);
    let cursor = cursor.ok_or_else(|| CommandError::text("ERR invalid cursor").at(1))?;
    let (mut pattern, mut count, mut kind) = (None, 10, None);
    while args.peek().is_some() {
        let at = args.position();
        if args.n_left() < 2 {
            return Err(CommandError::Syntax.at(at));
        }
        if args.eat("COUNT") {
            count = args.int().map_err(|error| error.at(at + 1))?;
            if count < 1 {
                return Err(CommandError::Syntax.at(at + 1));
            }
        } else if args.eat("MATCH") {
            pattern = Some(args.word()?);
        } else if args.eat("TYPE") {
            kind = Some(args.word()?);
        } else {
            return Err(CommandError::Syntax.at(at));
        }
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let db = ctx.store.db(ctx.db);
    let mut n_seen = 0;
    let mut next = 0;
    let mut found = Vec::new();
    for (after, name) in db.scan(cursor) {
        n_seen += 1;
        if count < n_seen {
            break;
        }
        next = after;
        let type_name = db.get(name).map_or("", |entry| entry.value.type_name());
        let wanted = pattern.is_none_or(|pattern| glob::matches(pattern, name))
            && kind.is_none_or(|kind| kind.eq_ignore_ascii_case(type_name.as_bytes()));
        if wanted {
            found.push(name.clone());
        }
    }
    // The walk came to an end unless it was cut off.
    let next = if count < n_seen { next } else { 0 };
    ctx.out.array(2);
    ctx.out.bulk(next.to_string().as_bytes());
    ctx.out.array(found.len());
    for name in &found {
        ctx.out.bulk(name);
    }
    Ok(Flow::Done)
}

/// A cursor as C's `strtoul` reads it: a sign is allowed and a negative number wraps.
fn scan_cursor(word: &[u8]) -> Option<u64> {
    let (negative, digits) = match word {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: u64 = match digits {
        [] if word.is_empty() => 0,
        _ => std::str::from_utf8(digits).ok()?.parse().ok()?,
    };
    Some(if negative { number.wrapping_neg() } else { number })
}

/// DBSIZE.
pub static DBSIZE: Spec = Spec {
    name: "DBSIZE",
    arity: 1,
    group: "server",
    flags: &["readonly", "fast"],
    summary: "Answers how many keys the database has.",
    why: "The quickest look at how much there is.",
    examples: &["DBSIZE"],
    run: dbsize,
    ..Spec::BLANK
};

fn dbsize(ctx: &mut Ctx<'_>, _: &mut Args<'_>) -> Result<Flow, CommandError> {
    ctx.out.int(ctx.store.db(ctx.db).len() as i64);
    Ok(Flow::Done)
}

/// FLUSHDB.
pub static FLUSHDB: Spec = Spec {
    name: "FLUSHDB",
    arity: -1,
    group: "server",
    flags: &["write"],
    syntax: "[ASYNC | SYNC]",
    options_since: &[("ASYNC", (4, 0)), ("SYNC", (6, 2))],
    complexity: "O(N) for N keys",
    summary: "Deletes every key of the database.",
    why: "To begin again.",
    gotcha: "There is no question and no way back, except UNDO in this playground.",
    examples: &["FLUSHDB"],
    run: flushdb,
    ..Spec::BLANK
};

fn flushdb(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    flush_option(args)?;
    ctx.store.flush_db(ctx.db, ctx.now);
    ctx.out.ok();
    Ok(Flow::Done)
}

/// FLUSHALL.
pub static FLUSHALL: Spec = Spec {
    name: "FLUSHALL",
    arity: -1,
    group: "server",
    flags: &["write"],
    syntax: "[ASYNC | SYNC]",
    options_since: &[("ASYNC", (4, 0)), ("SYNC", (6, 2))],
    complexity: "O(N) for N keys",
    summary: "Deletes every key of every database.",
    why: "To begin again.",
    gotcha: "There is no question and no way back, except UNDO in this playground.",
    examples: &["FLUSHALL"],
    run: flushall,
    ..Spec::BLANK
};

fn flushall(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    flush_option(args)?;
    ctx.store.flush_all(ctx.now);
    ctx.out.ok();
    Ok(Flow::Done)
}

fn flush_option(args: &mut Args<'_>) -> Result<(), CommandError> {
    if args.peek().is_some() && !(args.eat("ASYNC") || args.eat("SYNC")) {
        return Err(CommandError::Syntax.at(1));
    }
    if args.peek().is_some() {
        return Err(CommandError::Syntax.at(args.position()));
    }
    Ok(())
}

/// SWAPDB.
pub static SWAPDB: Spec = Spec {
    name: "SWAPDB",
    arity: 3,
    since: (4, 0),
    group: "server",
    flags: &["write", "fast"],
    syntax: "index1 index2",
    complexity: "O(N) for N clients that wait or watch",
    summary: "Exchanges two databases, for everybody at once.",
    why: "To put a database that was built aside into use in one step.",
    gotcha: "Clients stay in their database number and see the other keys; those that wait are \
             woken.",
    examples: &["SWAPDB 0 1"],
    run: swapdb,
    ..Spec::BLANK
};

fn swapdb(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (first, second) = (args.word()?, args.word()?);
    let number = |word: &[u8], text: &str, at: usize| {
        let int = strict_i64(word).filter(|&number| i32::try_from(number).is_ok());
        int.ok_or_else(|| CommandError::text(text).at(at))
    };
    let first = number(first, "ERR invalid first DB index", 1)?;
    let second = number(second, "ERR invalid second DB index", 2)?;
    let out_of_range = || CommandError::text("ERR DB index is out of range");
    let (Some(first), Some(second)) = (db_index(first), db_index(second)) else {
        return Err(out_of_range());
    };
    ctx.store.swap_db(first, second, ctx.now);
    ctx.out.ok();
    Ok(Flow::Done)
}
