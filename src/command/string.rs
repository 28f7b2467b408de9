//! SET, GET, INCR and their kin: strings and counters.

use crate::engine::{SignalKind, Text, Value};

use super::args::strict_i64;
use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::expire::{From, Unit, invalid_expire, moment, set_or_delete};
use super::{Args, Spec, notify};

/// SET.
pub static SET: Spec = Spec {
    name: "SET",
    arity: -3,
    group: "string",
    flags: &["write", "denyoom"],
    keys: (1, 1, 1),
    syntax: "key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | \
             PXAT unix-time-milliseconds | KEEPTTL]",
    options_since: &[("GET", (6, 2)), ("EXAT", (6, 2)), ("PXAT", (6, 2))],
    summary: "Puts a string at a key, whatever was there before.",
    why: "Consumers use it to remember what they have done: `SET done:<id> 1 NX EX 86400` answers \
          nil for work that was done before.",
    gotcha: "It overwrites any type and takes a time to live away, unless KEEPTTL is given.",
    examples: &["SET greeting hello", "SET done:1-0 1 NX EX 86400"],
    run: set,
    ..Spec::BLANK
};

#[derive(Default)]
struct SetOptions {
    nx: bool,
    xx: bool,
    get: bool,
    keep_ttl: bool,
    expiry: Option<(usize, Unit, From)>,
}

fn set(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (key, value) = (args.word()?, args.word()?);
    let options = set_options(ctx, args)?;
    let expires_at = match options.expiry {
        None => None,
        Some((word_idx, unit, from)) => {
            let word = args.words().get(word_idx).copied().unwrap_or_default();
            Some(expiry(ctx, word, unit, from, "set").map_err(|error| error.at(word_idx))?)
        }
    };
    let (exists, old_expiry) = match ctx.store.get(ctx.db, key) {
        None => (false, None),
        Some(entry) => {
            if options.get && !matches!(entry.value, Value::Str(_)) {
                return Err(CommandError::WrongType);
            }
            (true, entry.expires_at())
        }
    };
    let refused = (options.nx && exists) || (options.xx && !exists);
    if options.get {
        get_reply(ctx, key)?;
    } else if refused {
        ctx.out.nil();
    } else {
        ctx.out.ok();
    }
    if refused {
        return Ok(Flow::Done);
    }
    if expires_at.is_some_and(|at| at <= ctx.now as i64) && ctx.profile.sets_no_past() {
        if ctx.store.remove(ctx.db, key, ctx.now) {
            ctx.notify(notify::GENERIC, "del", key);
        }
        return Ok(Flow::Done);
    }
    ctx.store.insert(ctx.db, key, Value::Str(value.to_vec().into()), ctx.now);
    if options.keep_ttl && old_expiry.is_some() {
        ctx.store.set_expiry(ctx.db, key, old_expiry);
    }
    ctx.notify(notify::STRING, "set", key);
    if let Some(at) = expires_at {
        let is_ahead = set_or_delete(ctx, key, at);
        ctx.notify(notify::GENERIC, "expire", key);
        if !is_ahead {
            ctx.notify(notify::EXPIRED, "expired", key);
        }
    }
    Ok(Flow::Done)
}

fn set_options(ctx: &Ctx<'_>, args: &mut Args<'_>) -> Result<SetOptions, CommandError> {
    const EXPIRIES: [(&str, Unit, From); 4] = [
        ("EX", Unit::Seconds, From::Now),
        ("PX", Unit::Millis, From::Now),
        ("EXAT", Unit::Seconds, From::Epoch),
        ("PXAT", Unit::Millis, From::Epoch),
    ];
    let mut options = SetOptions::default();
    // The word that set the expiry: it alone may come again, and then its last time counts.
    let mut expiry_word = "";
    while args.peek().is_some() {
        let at = args.position();
        if !options.xx && args.eat("NX") {
            options.nx = true;
        } else if !options.nx && args.eat("XX") {
            options.xx = true;
        } else if args.eat("GET") {
            options.get = true;
        } else if options.expiry.is_none() && args.eat("KEEPTTL") {
            options.keep_ttl = true;
        } else if let Some((word, unit, from)) = EXPIRIES.into_iter().find(|(word, ..)| {
            let may_come = expiry_word.is_empty() && !options.keep_ttl || expiry_word == *word;
            may_come && 2 <= args.n_left() && args.eat(word)
        }) {
            expiry_word = word;
            options.expiry = Some((args.position(), unit, from));
            args.word()?;
        } else {
            return Err(CommandError::Syntax.at(at));
        }
    }
    // Until 7.0 the two did not go together.
    if options.nx && options.get && !ctx.profile.has((7, 0)) {
        return Err(CommandError::Syntax);
    }
    Ok(options)
}

/// The moment an EX, PX, EXAT or PXAT means: it must be positive.
fn expiry(
    ctx: &Ctx<'_>,
    word: &[u8],
    unit: Unit,
    from: From,
    command: &str,
) -> Result<i64, CommandError> {
    let number = strict_i64(word).ok_or(CommandError::NotAnInteger)?;
    let at = if 0 < number { moment(number, unit, from, ctx.now) } else { None };
    at.ok_or_else(|| invalid_expire(command, ctx.profile))
}

/// SETNX.
pub static SETNX: Spec = Spec {
    name: "SETNX",
    arity: 3,
    group: "string",
    flags: &["write", "denyoom", "fast"],
    keys: (1, 1, 1),
    syntax: "key value",
    summary: "Puts a string at a key that does not exist.",
    why: "1 for the first who comes, 0 for all others. SET NX can do more.",
    examples: &["SETNX lock me"],
    run: setnx,
    ..Spec::BLANK
};

fn setnx(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (key, value) = (args.word()?, args.word()?);
    let free = ctx.lookup(key).is_none();
    if free {
        ctx.store.insert(ctx.db, key, Value::Str(value.to_vec().into()), ctx.now);
        ctx.notify(notify::STRING, "set", key);
    }
    ctx.out.int(i64::from(free));
    Ok(Flow::Done)
}

/// SETEX.
pub static SETEX: Spec = Spec {
    name: "SETEX",
    arity: 4,
    since: (2, 0),
    group: "string",
    flags: &["write", "denyoom"],
    keys: (1, 1, 1),
    syntax: "key seconds value",
    summary: "Puts a string at a key that lives for so many seconds.",
    why: "SET with EX, in the older form.",
    examples: &["SETEX session 60 alice"],
    run: setex,
    ..Spec::BLANK
};

fn setex(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (key, seconds, value) = (args.word()?, args.word()?, args.word()?);
    let at = expiry(ctx, seconds, Unit::Seconds, From::Now, "setex");
    let at = at.map_err(|error| error.at(2))?;
    ctx.store.insert(ctx.db, key, Value::Str(value.to_vec().into()), ctx.now);
    ctx.notify(notify::STRING, "set", key);
    if set_or_delete(ctx, key, at) {
        ctx.notify(notify::GENERIC, "expire", key);
    }
    ctx.out.ok();
    Ok(Flow::Done)
}

/// GET.
pub static GET: Spec = Spec {
    name: "GET",
    arity: 2,
    group: "string",
    flags: &["readonly", "fast"],
    keys: (1, 1, 1),
    syntax: "key",
    summary: "Answers the string at a key.",
    why: "The counterpart of SET.",
    gotcha: "A stream is no string: WRONGTYPE. Read it with XRANGE.",
    examples: &["GET greeting"],
    run: get,
    ..Spec::BLANK
};

fn get(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    ctx.lookup(key);
    get_reply(ctx, key)?;
    Ok(Flow::Done)
}

fn get_reply(ctx: &mut Ctx<'_>, key: &[u8]) -> Result<(), CommandError> {
    match ctx.store.string(ctx.db, key)? {
        Some(bytes) => ctx.out.bulk(bytes),
        None => ctx.out.nil(),
    }
    Ok(())
}

/// GETDEL.
pub static GETDEL: Spec = Spec {
    name: "GETDEL",
    arity: 2,
    since: (6, 2),
    group: "string",
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key",
    summary: "Answers the string at a key and deletes the key.",
    why: "To take something that only one may have.",
    examples: &["GETDEL token"],
    run: getdel,
    ..Spec::BLANK
};

fn getdel(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    ctx.lookup(key);
    get_reply(ctx, key)?;
    if ctx.store.remove(ctx.db, key, ctx.now) {
        ctx.notify(notify::GENERIC, "del", key);
    }
    Ok(Flow::Done)
}

/// MGET.
pub static MGET: Spec = Spec {
    name: "MGET",
    arity: -2,
    group: "string",
    flags: &["readonly", "fast"],
    keys: (1, -1, 1),
    syntax: "key [key ...]",
    complexity: "O(N) for N keys",
    summary: "Answers the strings at several keys.",
    why: "One round trip instead of many; nil for what is missing or no string.",
    examples: &["MGET a b"],
    run: mget,
    ..Spec::BLANK
};

fn mget(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let keys = args.rest();
    ctx.out.array(keys.len());
    for key in keys {
        ctx.lookup(key);
        match ctx.store.string(ctx.db, key) {
            Ok(Some(bytes)) => ctx.out.bulk(bytes),
            _ => ctx.out.nil(),
        }
    }
    Ok(Flow::Done)
}

/// MSET.
pub static MSET: Spec = Spec {
    name: "MSET",
    arity: -3,
    since: (1, 1),
    group: "string",
    flags: &["write", "denyoom"],
    keys: (1, -1, 2),
    syntax: "key value [key value ...]",
    complexity: "O(N) for N keys",
    summary: "Puts strings at several keys in one step.",
    why: "Nobody sees half of them.",
    examples: &["MSET a 1 b 2"],
    run: mset,
    ..Spec::BLANK
};

fn mset(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (pairs, odd) = args.rest().as_chunks::<2>();
    if !odd.is_empty() {
        return Err(CommandError::text(match ctx.profile.has((7, 0)) {
            true => "ERR wrong number of arguments for 'mset' command",
            false => "ERR wrong number of arguments for MSET",
        }));
    }
    for [key, value] in pairs {
        ctx.store.insert(ctx.db, key, Value::Str(value.to_vec().into()), ctx.now);
        ctx.notify(notify::STRING, "set", key);
    }
    ctx.out.ok();
    Ok(Flow::Done)
}

const COUNTER: Spec = Spec {
    group: "string",
    flags: &["write", "denyoom", "fast"],
    keys: (1, 1, 1),
    gotcha: "A missing key counts as 0; a string that is no number is an error.",
    ..Spec::BLANK
};

/// INCR.
pub static INCR: Spec = Spec {
    name: "INCR",
    arity: 2,
    syntax: "key",
    summary: "Adds one to a counter and answers the new value.",
    why: "To count without reading first; two clients never get the same number.",
    examples: &["INCR visits"],
    run: |ctx, args| {
        let key = args.word()?;
        add(ctx, key, 1, "incrby")
    },
    ..COUNTER
};

/// DECR.
pub static DECR: Spec = Spec {
    name: "DECR",
    arity: 2,
    syntax: "key",
    summary: "Takes one from a counter and answers the new value.",
    why: "The other direction of INCR.",
    examples: &["DECR stock"],
    run: |ctx, args| {
        let key = args.word()?;
        add(ctx, key, -1, "incrby")
    },
    ..COUNTER
};

/// INCRBY.
pub static INCRBY: Spec = Spec {
    name: "INCRBY",
    arity: 3,
    syntax: "key increment",
    summary: "Adds a number to a counter and answers the new value.",
    why: "To count in steps, or down with a negative number.",
    examples: &["INCRBY visits 10"],
    run: |ctx, args| {
        let key = args.word()?;
        let n = args.int().map_err(|error| error.at(2))?;
        add(ctx, key, n, "incrby")
    },
    ..COUNTER
};

/// DECRBY.
pub static DECRBY: Spec = Spec {
    name: "DECRBY",
    arity: 3,
    syntax: "key decrement",
    summary: "Takes a number from a counter and answers the new value.",
    why: "The other direction of INCRBY.",
    examples: &["DECRBY stock 3"],
    run: |ctx, args| {
        let key = args.word()?;
        let n = args.int().map_err(|error| error.at(2))?;
        if n == i64::MIN && ctx.profile.has((7, 0)) {
            return Err(CommandError::text("ERR decrement would overflow").at(2));
        }
        add(ctx, key, n.wrapping_neg(), "incrby")
    },
    ..COUNTER
};

fn add(ctx: &mut Ctx<'_>, key: &[u8], n: i64, event: &str) -> Result<Flow, CommandError> {
    let old = match ctx.store.string(ctx.db, key)? {
        None => 0,
        Some(bytes) => strict_i64(bytes).ok_or(CommandError::NotAnInteger)?,
    };
    let overflow = || CommandError::text("ERR increment or decrement would overflow");
    let new = old.checked_add(n).ok_or_else(overflow)?;
    put(ctx, key, new.to_string().into_bytes().into());
    ctx.notify(notify::STRING, event, key);
    ctx.out.int(new);
    Ok(Flow::Done)
}

/// Changes a string in place, so that its time to live stays, or makes it.
fn put(ctx: &mut Ctx<'_>, key: &[u8], text: Text) {
    if let Some(value) = ctx.store.value_mut(ctx.db, key) {
        *value = Value::Str(text);
        ctx.store.changed(ctx.db, key, SignalKind::Changed, ctx.now);
    } else {
        ctx.store.insert(ctx.db, key, Value::Str(text), ctx.now);
    }
}

/// APPEND.
pub static APPEND: Spec = Spec {
    name: "APPEND",
    arity: 3,
    since: (2, 0),
    group: "string",
    flags: &["write", "denyoom", "fast"],
    keys: (1, 1, 1),
    syntax: "key value",
    summary: "Adds bytes at the end of a string and answers its length.",
    why: "To build up a text without reading it.",
    examples: &["APPEND log more"],
    run: append,
    ..Spec::BLANK
};

fn append(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (key, more) = (args.word()?, args.word()?);
    let old = ctx.store.string(ctx.db, key)?;
    let is_appended = old.is_some();
    let bytes = [old.unwrap_or_default(), more].concat();
    let n_bytes = bytes.len();
    put(ctx, key, Text { bytes, is_appended });
    ctx.notify(notify::STRING, "append", key);
    ctx.out.int(n_bytes as i64);
    Ok(Flow::Done)
}

/// STRLEN.
pub static STRLEN: Spec = Spec {
    name: "STRLEN",
    arity: 2,
    since: (2, 2),
    group: "string",
    flags: &["readonly", "fast"],
    keys: (1, 1, 1),
    syntax: "key",
    summary: "Answers the length of a string in bytes.",
    why: "0 for a key that does not exist.",
    examples: &["STRLEN greeting"],
    run: strlen,
    ..Spec::BLANK
};

fn strlen(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    ctx.lookup(key);
    let n_bytes = ctx.store.string(ctx.db, key)?.map_or(0, <[u8]>::len);
    ctx.out.int(n_bytes as i64);
    Ok(Flow::Done)
}
