//! SADD, SREM, SMEMBERS, SISMEMBER, SCARD: sets.

use crate::engine::{SignalKind, Value};

use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::{Args, Spec, notify};

/// SADD.
pub static SADD: Spec = Spec {
    name: "SADD",
    arity: -3,
    group: "set",
    flags: &["write", "denyoom", "fast"],
    keys: (1, 1, 1),
    syntax: "key member [member ...]",
    complexity: "O(1) for each member",
    summary: "Adds members to a set and answers how many are new.",
    why: "To remember what was seen: 0 means that it was there already.",
    examples: &["SADD seen 1-0"],
    run: sadd,
    ..Spec::BLANK
};

fn sadd(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let members = args.rest();
    if ctx.store.set(ctx.db, key)?.is_none() {
        ctx.store.insert(ctx.db, key, Value::Set(Default::default()), ctx.now);
    }
    let Some(Value::Set(set)) = ctx.store.value_mut(ctx.db, key) else {
        return Err(CommandError::WrongType);
    };
    let n_new = members.iter().filter(|member| set.insert(member.to_vec())).count();
    if 0 < n_new {
        ctx.store.changed(ctx.db, key, SignalKind::Changed, ctx.now);
        ctx.notify(notify::SET, "sadd", key);
    }
    ctx.out.int(n_new as i64);
    Ok(Flow::Done)
}

/// SREM.
pub static SREM: Spec = Spec {
    name: "SREM",
    arity: -3,
    group: "set",
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key member [member ...]",
    complexity: "O(N) for N members",
    summary: "Takes members out of a set and answers how many were there.",
    why: "The counterpart of SADD; an empty set is no key any more.",
    examples: &["SREM seen 1-0"],
    run: srem,
    ..Spec::BLANK
};

fn srem(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let members = args.rest();
    if ctx.store.set(ctx.db, key)?.is_none() {
        ctx.out.int(0);
        return Ok(Flow::Done);
    }
    let Some(Value::Set(set)) = ctx.store.value_mut(ctx.db, key) else {
        return Err(CommandError::WrongType);
    };
    let n_removed = members.iter().filter(|member| set.remove(**member)).count();
    let empty = set.is_empty();
    if 0 < n_removed {
        ctx.notify(notify::SET, "srem", key);
        if empty {
            ctx.store.remove(ctx.db, key, ctx.now);
            ctx.notify(notify::GENERIC, "del", key);
        } else {
            ctx.store.changed(ctx.db, key, SignalKind::Changed, ctx.now);
        }
    }
    ctx.out.int(n_removed as i64);
    Ok(Flow::Done)
}

/// SMEMBERS.
pub static SMEMBERS: Spec = Spec {
    name: "SMEMBERS",
    arity: 2,
    group: "set",
    flags: &["readonly"],
    keys: (1, 1, 1),
    syntax: "key",
    complexity: "O(N) for N members",
    summary: "Answers all members of a set.",
    why: "To look into a set.",
    gotcha: "A set has no order; this server answers in byte order, Redis in any.",
    examples: &["SMEMBERS seen"],
    run: smembers,
    ..Spec::BLANK
};

fn smembers(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    ctx.lookup(key);
    match ctx.store.set(ctx.db, key)? {
        None => ctx.out.set(0),
        Some(set) => {
            ctx.out.set(set.len());
            for member in set {
                ctx.out.bulk(member);
            }
        }
    }
    Ok(Flow::Done)
}

/// SISMEMBER.
pub static SISMEMBER: Spec = Spec {
    name: "SISMEMBER",
    arity: 3,
    group: "set",
    flags: &["readonly", "fast"],
    keys: (1, 1, 1),
    syntax: "key member",
    summary: "Answers 1 if something is a member of a set, else 0.",
    why: "To ask whether something was seen before.",
    examples: &["SISMEMBER seen 1-0"],
    run: sismember,
    ..Spec::BLANK
};

fn sismember(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (key, member) = (args.word()?, args.word()?);
    ctx.lookup(key);
    let found = ctx.store.set(ctx.db, key)?.is_some_and(|set| set.contains(member));
    ctx.out.int(i64::from(found));
    Ok(Flow::Done)
}

/// SCARD.
pub static SCARD: Spec = Spec {
    name: "SCARD",
    arity: 2,
    group: "set",
    flags: &["readonly", "fast"],
    keys: (1, 1, 1),
    syntax: "key",
    summary: "Answers how many members a set has.",
    why: "0 for a key that does not exist.",
    examples: &["SCARD seen"],
    run: scard,
    ..Spec::BLANK
};

fn scard(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    ctx.lookup(key);
    let n = ctx.store.set(ctx.db, key)?.map_or(0, |set| set.len());
    ctx.out.int(n as i64);
    Ok(Flow::Done)
}
