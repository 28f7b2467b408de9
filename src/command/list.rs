//! LPUSH, RPUSH, LPOP, RPOP, LRANGE, LLEN, LINDEX, BLPOP, BRPOP: lists, the older kind of queue.

use crate::command::seconds;
use crate::engine::event::Name;
use crate::engine::{SignalKind, Value};
use crate::time::Millis;

use super::args::strict_i64;
use super::ctx::{BlockOn, Ctx, Flow, Wait};
use super::error::CommandError;
use super::{Args, Profile, Spec, notify};

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Head,
    Tail,
}

const PUSH: Spec = Spec {
    arity: -3,
    group: "list",
    flags: &["write", "denyoom", "fast"],
    keys: (1, 1, 1),
    syntax: "key element [element ...]",
    complexity: "O(1) for each element",
    ..Spec::BLANK
};

/// LPUSH.
pub static LPUSH: Spec = Spec {
    name: "LPUSH",
    summary: "Adds elements at the head of a list and answers its length.",
    why: "With RPOP or BRPOP at the other end it is a queue; a stream is one that remembers.",
    examples: &["LPUSH jobs a b"],
    run: |ctx, args| push(ctx, args, End::Head),
    ..PUSH
};

/// RPUSH.
pub static RPUSH: Spec = Spec {
    name: "RPUSH",
    summary: "Adds elements at the tail of a list and answers its length.",
    why: "With LPOP or BLPOP at the other end it is a queue; a stream is one that remembers.",
    examples: &["RPUSH jobs a b"],
    run: |ctx, args| push(ctx, args, End::Tail),
    ..PUSH
};

fn push(ctx: &mut Ctx<'_>, args: &mut Args<'_>, end: End) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let elements = args.rest();
    if ctx.store.list(ctx.db, key)?.is_none() {
        ctx.store.insert(ctx.db, key, Value::List(Default::default()), ctx.now);
    }
    let Some(Value::List(list)) = ctx.store.value_mut(ctx.db, key) else {
        return Err(CommandError::WrongType);
    };
    for element in elements {
        match end {
            End::Head => list.push_front(element.to_vec()),
            End::Tail => list.push_back(element.to_vec()),
        }
    }
    let n = list.len();
    ctx.store.changed(ctx.db, key, SignalKind::Ready, ctx.now);
    ctx.notify(notify::LIST, if end == End::Head { "lpush" } else { "rpush" }, key);
    ctx.out.int(n as i64);
    Ok(Flow::Done)
}

const POP: Spec = Spec {
    arity: -2,
    group: "list",
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key [count]",
    options_since: &[("count", (6, 2))],
    complexity: "O(N) for N elements",
    gotcha: "What was popped is gone, even if the one who popped it crashes. A stream with a group \
             keeps it pending instead.",
    ..Spec::BLANK
};

/// LPOP.
pub static LPOP: Spec = Spec {
    name: "LPOP",
    summary: "Takes elements from the head of a list.",
    why: "To take work from a queue: one element, or up to count as an array.",
    examples: &["LPOP jobs"],
    run: |ctx, args| pop(ctx, args, End::Head),
    ..POP
};

/// RPOP.
pub static RPOP: Spec = Spec {
    name: "RPOP",
    summary: "Takes elements from the tail of a list.",
    why: "To take work from a queue: one element, or up to count as an array.",
    examples: &["RPOP jobs"],
    run: |ctx, args| pop(ctx, args, End::Tail),
    ..POP
};

fn pop(ctx: &mut Ctx<'_>, args: &mut Args<'_>, end: End) -> Result<Flow, CommandError> {
    if 3 < args.words().len() {
        let name = if end == End::Head { "lpop" } else { "rpop" };
        let text = format!("ERR wrong number of arguments for '{name}' command");
        return Err(CommandError::text(&text));
    }
    let key = args.word()?;
    let count = match args.peek() {
        None => None,
        Some(word) => {
            let error = || CommandError::text("ERR value is out of range, must be positive").at(2);
            let count = strict_i64(word).filter(|count| 0 <= *count).ok_or_else(error)?;
            args.word()?;
            Some(usize::try_from(count).unwrap_or(usize::MAX))
        }
    };
    if ctx.store.list(ctx.db, key)?.is_none() {
        match count {
            None => ctx.out.nil(),
            Some(_) => ctx.out.nil_array(),
        }
        return Ok(Flow::Done);
    }
    match count {
        None => {
            if let Some(element) = take(ctx, key, end, 1).pop() {
                ctx.out.bulk(&element);
            }
        }
        Some(count) => {
            let elements = take(ctx, key, end, count);
            ctx.out.array(elements.len());
            for element in &elements {
                ctx.out.bulk(element);
            }
        }
    }
    Ok(Flow::Done)
}

/// Takes up to `count` elements off a list that exists; the key goes with the last one.
fn take(ctx: &mut Ctx<'_>, key: &[u8], end: End, count: usize) -> Vec<Vec<u8>> {
    let mut taken = Vec::new();
    let Some(Value::List(list)) = ctx.store.value_mut(ctx.db, key) else { return taken };
    while taken.len() < count {
        let next = match end {
            End::Head => list.pop_front(),
            End::Tail => list.pop_back(),
        };
        let Some(element) = next else { break };
        taken.push(element);
    }
    let empty = list.is_empty();
    if taken.is_empty() {
        return taken;
    }
    ctx.notify(notify::LIST, if end == End::Head { "lpop" } else { "rpop" }, key);
    if empty {
        ctx.store.remove(ctx.db, key, ctx.now);
        ctx.notify(notify::GENERIC, "del", key);
    } else {
        ctx.store.changed(ctx.db, key, SignalKind::Changed, ctx.now);
    }
    taken
}

/// LRANGE.
pub static LRANGE: Spec = Spec {
    name: "LRANGE",
    arity: 4,
    group: "list",
    flags: &["readonly"],
    keys: (1, 1, 1),
    syntax: "key start stop",
    complexity: "O(S+N) for S elements before the first and N shown",
    summary: "Answers the elements from start to stop, both included.",
    why: "To look into a list: 0 is its head, -1 its tail.",
    examples: &["LRANGE jobs 0 -1"],
    run: lrange,
    ..Spec::BLANK
};

fn lrange(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let start = args.int().map_err(|error| error.at(2))?;
    let stop = args.int().map_err(|error| error.at(3))?;
    ctx.lookup(key);
    let Some(list) = ctx.store.list(ctx.db, key)? else {
        ctx.out.array(0);
        return Ok(Flow::Done);
    };
    let n = list.len() as i64;
    let from_head = |at: i64| if at < 0 { at.saturating_add(n).max(0) } else { at };
    let start = from_head(start);
    let stop = if stop < -n { -1 } else { from_head(stop) }.min(n - 1);
    let n_shown = usize::try_from(stop - start + 1).unwrap_or(0);
    ctx.out.array(n_shown);
    let skipped = usize::try_from(start).unwrap_or(usize::MAX);
    for element in list.iter().skip(skipped).take(n_shown) {
        ctx.out.bulk(element);
    }
    Ok(Flow::Done)
}

/// LLEN.
pub static LLEN: Spec = Spec {
    name: "LLEN",
    arity: 2,
    group: "list",
    flags: &["readonly", "fast"],
    keys: (1, 1, 1),
    syntax: "key",
    summary: "Answers how many elements a list has.",
    why: "To see how long a queue is; 0 for a key that does not exist.",
    examples: &["LLEN jobs"],
    run: llen,
    ..Spec::BLANK
};

fn llen(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    ctx.lookup(key);
    let n = ctx.store.list(ctx.db, key)?.map_or(0, |list| list.len());
    ctx.out.int(n as i64);
    Ok(Flow::Done)
}

/// LINDEX.
pub static LINDEX: Spec = Spec {
    name: "LINDEX",
    arity: 3,
    group: "list",
    flags: &["readonly"],
    keys: (1, 1, 1),
    syntax: "key index",
    complexity: "O(N) for N elements to walk over",
    summary: "Answers one element of a list.",
    why: "0 is the head, -1 the tail; nil if there is none.",
    examples: &["LINDEX jobs 0"],
    run: lindex,
    ..Spec::BLANK
};

fn lindex(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let word = args.word()?;
    ctx.lookup(key);
    let Some(list) = ctx.store.list(ctx.db, key)? else {
        ctx.out.nil();
        return Ok(Flow::Done);
    };
    let index = strict_i64(word).ok_or(CommandError::NotAnInteger.at(2))?;
    let index = if index < 0 { index.saturating_add(list.len() as i64) } else { index };
    match usize::try_from(index).ok().and_then(|index| list.get(index)) {
        Some(element) => ctx.out.bulk(element),
        None => ctx.out.nil(),
    }
    Ok(Flow::Done)
}

const BLOCKING_POP: Spec = Spec {
    arity: -3,
    since: (2, 0),
    group: "list",
    flags: &["write", "blocking"],
    keys: (1, -2, 1),
    syntax: "key [key ...] timeout",
    complexity: "O(N) for N keys",
    gotcha: "Inside MULTI it never waits. A timeout of 0 means for ever.",
    ..Spec::BLANK
};

/// BLPOP.
pub static BLPOP: Spec = Spec {
    name: "BLPOP",
    summary: "Takes an element from the head of the first list that has one, or waits for it.",
    why: "A queue whose workers need not ask again and again; the first who waits is served first.",
    examples: &["BLPOP jobs 5"],
    run: |ctx, args| blocking_pop(ctx, args, End::Head),
    ..BLOCKING_POP
};

/// BRPOP.
pub static BRPOP: Spec = Spec {
    name: "BRPOP",
    summary: "Takes an element from the tail of the first list that has one, or waits for it.",
    why: "A queue whose workers need not ask again and again; the first who waits is served first.",
    examples: &["BRPOP jobs 5"],
    run: |ctx, args| blocking_pop(ctx, args, End::Tail),
    ..BLOCKING_POP
};

fn blocking_pop(ctx: &mut Ctx<'_>, args: &mut Args<'_>, end: End) -> Result<Flow, CommandError> {
    let Some((timeout, keys)) = args.rest().split_last() else {
        return Err(CommandError::Syntax);
    };
    let deadline =
        deadline(timeout, ctx.now, ctx.profile).map_err(|e| e.at(args.words().len() - 1))?;
    for key in keys {
        if ctx.store.list(ctx.db, key)?.is_none() {
            continue;
        }
        if let Some(element) = take(ctx, key, end, 1).pop() {
            ctx.out.array(2);
            ctx.out.bulk(key);
            ctx.out.bulk(&element);
            return Ok(Flow::Done);
        }
    }
    Ok(Flow::Block(BlockOn {
        keys: keys.iter().map(|key| Name::from(*key)).collect(),
        wait: Wait::List,
        deadline,
        retry_at: None,
        polls: false,
        rerun: args.words().iter().copied().collect(),
        member: None,
    }))
}

/// The end of a time-out in seconds, which may have a fraction; 0 is never.
fn deadline(timeout: &[u8], now: Millis, profile: Profile) -> Result<Option<Millis>, CommandError> {
    let not_a_float = || CommandError::text("ERR timeout is not a float or out of range");
    let micros = seconds::micros(timeout).ok_or_else(not_a_float)?;
    let negative = || CommandError::text("ERR timeout is negative");
    // Before 7.2 what is too far away overflows.
    let out_of_range = || match profile.refuses_far_timeouts() {
        true => CommandError::text("ERR timeout is out of range"),
        false => negative(),
    };
    if micros == i64::MAX {
        return Err(out_of_range());
    }
    if micros <= -1000 {
        return Err(negative());
    }
    // Less than a millisecond ago is rounded to 0 as well.
    if micros <= profile.micros_for_ever() {
        return Ok(None);
    }
    // Rounded up, so that a tiny time-out does not become "for ever".
    let ms = u64::try_from(micros).unwrap_or(u64::MAX).div_ceil(1000);
    let at = now.checked_add(ms).filter(|at| *at <= i64::MAX as u64);
    Ok(Some(at.ok_or_else(out_of_range)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tiny_time_out_is_for_ever_in_6_2_only() {
        assert_eq!(deadline(b"0.0001", 10, Profile::Redis86), Ok(Some(11)));
        assert_eq!(deadline(b"0.001", 10, Profile::Redis62), Ok(None));
        assert_eq!(deadline(b"0.0011", 10, Profile::Redis62), Ok(Some(12)));
        assert_eq!(deadline(b"0", 10, Profile::Redis86), Ok(None));
        let out_of_range = Err(CommandError::text("ERR timeout is out of range"));
        assert_eq!(deadline(b"99999999999999999999", 10, Profile::Redis86), out_of_range);
    }
}
