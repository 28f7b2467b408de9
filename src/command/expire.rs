//! EXPIRE and its family: keys with a time to live.

use crate::time::Millis;

use super::args::strict_i64;
use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::{Args, Profile, Spec, notify};

const EXPIRE_LIKE: Spec = Spec {
    arity: -3,
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    options_since: &[("NX", (7, 0)), ("XX", (7, 0)), ("GT", (7, 0)), ("LT", (7, 0))],
    gotcha: "A time that is over already deletes the key at once, and the answer is still 1.",
    ..Spec::BLANK
};

/// EXPIRE.
pub static EXPIRE: Spec = Spec {
    name: "EXPIRE",
    syntax: "key seconds [NX | XX | GT | LT]",
    summary: "Lets a key live for so many seconds more.",
    why: "Data that nobody needs later goes by itself; NX, XX, GT and LT make it depend on the \
          time to live that the key has.",
    examples: &["EXPIRE orders 60"],
    run: |ctx, args| expire(ctx, args, Unit::Seconds, From::Now, "expire"),
    ..EXPIRE_LIKE
};

/// PEXPIRE.
pub static PEXPIRE: Spec = Spec {
    name: "PEXPIRE",
    since: (2, 6),
    syntax: "key milliseconds [NX | XX | GT | LT]",
    summary: "Lets a key live for so many milliseconds more.",
    why: "EXPIRE for those who need it finer.",
    examples: &["PEXPIRE orders 1500"],
    run: |ctx, args| expire(ctx, args, Unit::Millis, From::Now, "pexpire"),
    ..EXPIRE_LIKE
};

/// EXPIREAT.
pub static EXPIREAT: Spec = Spec {
    name: "EXPIREAT",
    since: (1, 2),
    syntax: "key unix-time-seconds [NX | XX | GT | LT]",
    summary: "Lets a key live until a moment, in Unix seconds.",
    why: "For an end that does not depend on when the command arrives.",
    examples: &["EXPIREAT orders 1900000000"],
    run: |ctx, args| expire(ctx, args, Unit::Seconds, From::Epoch, "expireat"),
    ..EXPIRE_LIKE
};

/// PEXPIREAT.
pub static PEXPIREAT: Spec = Spec {
    name: "PEXPIREAT",
    since: (2, 6),
    syntax: "key unix-time-milliseconds [NX | XX | GT | LT]",
    summary: "Lets a key live until a moment, in Unix milliseconds.",
    why: "EXPIREAT for those who need it finer.",
    examples: &["PEXPIREAT orders 1900000000000"],
    run: |ctx, args| expire(ctx, args, Unit::Millis, From::Epoch, "pexpireat"),
    ..EXPIRE_LIKE
};

/// What a number of a time to live counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// 1000 ms.
    Seconds,
    /// 1 ms.
    Millis,
}

/// From when it counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum From {
    /// From the moment of the command.
    Now,
    /// From 1970.
    Epoch,
}

/// The moment that a number means; negative ones are before 1970. `None` if it is out of range.
pub fn moment(number: i64, unit: Unit, from: From, now: Millis) -> Option<i64> {
    let ms = match unit {
        Unit::Seconds => number.checked_mul(1000)?,
        Unit::Millis => number,
    };
    match from {
        From::Now => ms.checked_add_unsigned(now),
        From::Epoch => Some(ms),
    }
}

/// `ERR invalid expire time in 'set' command`
pub fn invalid_expire(command: &str, profile: Profile) -> CommandError {
    CommandError::text(&match profile.has((7, 0)) {
        true => format!("ERR invalid expire time in '{command}' command"),
        false => format!("ERR invalid expire time in {command}"),
    })
}

fn expire(
    ctx: &mut Ctx<'_>,
    args: &mut Args<'_>,
    unit: Unit,
    from: From,
    command: &str,
) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let number = args.word()?;
    let condition = Condition::parse(ctx, args)?;
    let number = strict_i64(number).ok_or(CommandError::NotAnInteger.at(2))?;
    let at = moment(number, unit, from, ctx.now);
    let at = at.ok_or_else(|| invalid_expire(command, ctx.profile).at(2))?;
    let Some(entry) = ctx.lookup(key) else {
        ctx.out.int(0);
        return Ok(Flow::Done);
    };
    if !condition.allows(entry.expires_at(), at) {
        ctx.out.int(0);
        return Ok(Flow::Done);
    }
    if set_or_delete(ctx, key, at) {
        ctx.notify(notify::GENERIC, "expire", key);
    } else {
        ctx.notify(notify::GENERIC, "del", key);
    }
    ctx.out.int(1);
    Ok(Flow::Done)
}

/// Sets when a key ends, or deletes it if that is over; `false` if it was deleted.
pub fn set_or_delete(ctx: &mut Ctx<'_>, key: &[u8], at: i64) -> bool {
    match Millis::try_from(at).ok().filter(|at| ctx.now < *at) {
        Some(at) => ctx.store.set_expiry(ctx.db, key, Some(at)),
        None => !ctx.store.remove(ctx.db, key, ctx.now),
    }
}

#[derive(Clone, Copy, Default)]
struct Condition {
    nx: bool,
    xx: bool,
    gt: bool,
    lt: bool,
}

impl Condition {
    fn parse(ctx: &Ctx<'_>, args: &mut Args<'_>) -> Result<Condition, CommandError> {
        let mut condition = Condition::default();
        if args.peek().is_some() && !ctx.profile.has((7, 0)) {
            let name = args.words().first().copied().unwrap_or_default().to_ascii_lowercase();
            let text: [&[u8]; 3] = [b"ERR wrong number of arguments for '", &name, b"' command"];
            return Err(CommandError::format(&text));
        }
        while let Some(word) = args.peek() {
            let at = args.position();
            if args.eat("NX") {
                condition.nx = true;
            } else if args.eat("XX") {
                condition.xx = true;
            } else if args.eat("GT") {
                condition.gt = true;
            } else if args.eat("LT") {
                condition.lt = true;
            } else {
                let text: [&[u8]; 2] = [b"ERR Unsupported option ", super::error::c_name(word)];
                return Err(CommandError::format(&text).at(at));
            }
        }
        let Condition { nx, xx, gt, lt } = condition;
        if nx && (xx || gt || lt) {
            return Err(CommandError::text(
                "ERR NX and XX, GT or LT options at the same time are not compatible",
            ));
        }
        if gt && lt {
            return Err(CommandError::text(
                "ERR GT and LT options at the same time are not compatible",
            ));
        }
        Ok(condition)
    }

    /// A key without a time to live counts as one that lives for ever.
    fn allows(self, old: Option<Millis>, new: i64) -> bool {
        let old = old.map(|at| i64::try_from(at).unwrap_or(i64::MAX));
        let refused = (self.nx && old.is_some())
            || (self.xx && old.is_none())
            || (self.gt && old.is_none_or(|old| new <= old))
            || (self.lt && old.is_some_and(|old| old <= new));
        !refused
    }
}

const TTL_LIKE: Spec = Spec {
    arity: 2,
    flags: &["readonly", "fast"],
    keys: (1, 1, 1),
    syntax: "key",
    gotcha: "-1: it lives for ever; -2: there is no such key.",
    ..Spec::BLANK
};

/// TTL.
pub static TTL: Spec = Spec {
    name: "TTL",
    summary: "Answers how many seconds a key has left.",
    why: "To see whether, and when, a key will go by itself.",
    examples: &["TTL orders"],
    run: |ctx, args| ttl(ctx, args, Unit::Seconds, From::Now),
    ..TTL_LIKE
};

/// PTTL.
pub static PTTL: Spec = Spec {
    name: "PTTL",
    since: (2, 6),
    summary: "Answers how many milliseconds a key has left.",
    why: "TTL for those who need it finer.",
    examples: &["PTTL orders"],
    run: |ctx, args| ttl(ctx, args, Unit::Millis, From::Now),
    ..TTL_LIKE
};

/// EXPIRETIME.
pub static EXPIRETIME: Spec = Spec {
    name: "EXPIRETIME",
    since: (7, 0),
    summary: "Answers the moment at which a key ends, in Unix seconds.",
    why: "Unlike TTL it does not depend on when one asks.",
    examples: &["EXPIRETIME orders"],
    run: |ctx, args| ttl(ctx, args, Unit::Seconds, From::Epoch),
    ..TTL_LIKE
};

/// PEXPIRETIME.
pub static PEXPIRETIME: Spec = Spec {
    name: "PEXPIRETIME",
    since: (7, 0),
    summary: "Answers the moment at which a key ends, in Unix milliseconds.",
    why: "EXPIRETIME for those who need it finer.",
    examples: &["PEXPIRETIME orders"],
    run: |ctx, args| ttl(ctx, args, Unit::Millis, From::Epoch),
    ..TTL_LIKE
};

fn ttl(
    ctx: &mut Ctx<'_>,
    args: &mut Args<'_>,
    unit: Unit,
    from: From,
) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let reply = match ctx.lookup(key).map(|entry| entry.expires_at()) {
        None => -2,
        Some(None) => -1,
        Some(Some(at)) => {
            let ms = match from {
                From::Now => at.saturating_sub(ctx.now),
                From::Epoch => at,
            };
            let number = match unit {
                Unit::Seconds => ms.saturating_add(500) / 1000,
                Unit::Millis => ms,
            };
            i64::try_from(number).unwrap_or(i64::MAX)
        }
    };
    ctx.out.int(reply);
    Ok(Flow::Done)
}

/// PERSIST.
pub static PERSIST: Spec = Spec {
    name: "PERSIST",
    arity: 2,
    since: (2, 2),
    flags: &["write", "fast"],
    keys: (1, 1, 1),
    syntax: "key",
    summary: "Takes the time to live away: the key lives for ever.",
    why: "When data turns out to be needed after all; 1 if there was a time to live.",
    examples: &["PERSIST orders"],
    run: persist,
    ..Spec::BLANK
};

fn persist(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    let had = ctx.lookup(key).is_some_and(|entry| entry.expires_at().is_some());
    if had {
        ctx.store.set_expiry(ctx.db, key, None);
        ctx.notify(notify::GENERIC, "persist", key);
    }
    ctx.out.int(i64::from(had));
    Ok(Flow::Done)
}
