//! DEBUG, OBJECT, MEMORY: looking under the surface.

use super::args::strict_i64;
use super::ctx::{BlockOn, Ctx, Flow, Wait};
use super::error::CommandError;
use super::memory::KEY_OVERHEAD_BYTES;
use super::seconds;
use super::{Args, Spec};
use crate::engine::{List, Set, Value};

/// DEBUG.
pub static DEBUG: Spec = Spec {
    name: "DEBUG",
    arity: -2,
    group: "server",
    flags: &["admin", "noscript", "loading", "stale"],
    syntax: "<SET-ACTIVE-EXPIRE <0 | 1> | SLEEP seconds | HELP>",
    complexity: "Depends on the subcommand",
    summary: "Things for those who test a server.",
    why: "`DEBUG SLEEP` shows what a slow command does to the one who sent it.",
    gotcha: "In Redis everybody waits while DEBUG SLEEP sleeps; here only the client that sent it. \
             What needs files or a memory allocator (RELOAD, LOADAOF, JMAP) does not exist.",
    examples: &["DEBUG SLEEP 0.5"],
    run: debug,
    ..Spec::BLANK
};

fn debug(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    if args.n_left() == 2 && args.eat("SLEEP") {
        // Redis reads the number with `strtod`, to which nonsense is 0.
        let micros = seconds::micros(args.word()?).unwrap_or(0).max(0);
        return sleep(ctx, micros.unsigned_abs() / 1000);
    }
    if args.n_left() == 2 && args.eat("SET-ACTIVE-EXPIRE") {
        // Test harnesses turn it off and on. Keys expire at their time in any case.
        args.word()?;
        ctx.out.ok();
        return Ok(Flow::Done);
    }
    if args.n_left() == 1 && args.eat("HELP") {
        let lines = [
            "DEBUG <subcommand> [<arg> ...]. Subcommands are:",
            "SET-ACTIVE-EXPIRE <0|1>",
            "    Accepted; keys expire at their time in any case.",
            "SLEEP <seconds>",
            "    Keep this client waiting.",
            "HELP",
            "    Print these lines.",
        ];
        ctx.out.array(lines.len());
        for line in lines {
            ctx.out.simple(line);
        }
        return Ok(Flow::Done);
    }
    Err(wrong_subcommand(args.word()?, "DEBUG"))
}

fn sleep(ctx: &mut Ctx<'_>, ms: u64) -> Result<Flow, CommandError> {
    if ms == 0 || ctx.in_exec {
        ctx.out.ok();
        return Ok(Flow::Done);
    }
    Ok(Flow::Block(BlockOn {
        keys: Vec::new(),
        wait: Wait::Time,
        deadline: None,
        retry_at: Some(ctx.now.saturating_add(ms)),
        polls: false,
        rerun: ["DEBUG", "SLEEP", "0"].map(str::as_bytes).into_iter().collect(),
        member: None,
    }))
}

/// The error of commands that read their subcommand themselves.
pub fn wrong_subcommand(word: &[u8], container: &str) -> CommandError {
    let pieces: [&[u8]; 5] = [
        b"ERR unknown subcommand or wrong number of arguments for '",
        super::error::c_name(word),
        b"'. Try ",
        container.as_bytes(),
        b" HELP.",
    ];
    CommandError::format(&pieces).at(1)
}

const OBJECT_LIKE: Spec =
    Spec { since: (2, 2), flags: &["readonly"], keys: (2, 2, 1), syntax: "key", ..Spec::BLANK };

/// OBJECT.
pub static OBJECT: Spec = Spec {
    name: "OBJECT",
    arity: -2,
    flags: &[],
    keys: (0, 0, 0),
    syntax: "",
    summary: "Tells how a key is stored.",
    why: "For those who look after memory.",
    subcommands: &[&ENCODING, &FREQ, &OBJECT_HELP, &REFCOUNT],
    ..OBJECT_LIKE
};

static ENCODING: Spec = Spec {
    name: "OBJECT ENCODING",
    arity: 3,
    summary: "Answers in which form Redis would store what the key holds.",
    why: "Small lists and sets are packed; CONFIG says how small.",
    gotcha: "This engine stores lists and sets in one form each; it answers what Redis would use.",
    examples: &["OBJECT ENCODING orders"],
    run: |ctx, args| {
        let key = args.word()?;
        let encoding = match ctx.store.get(ctx.db, key) {
            None => None,
            Some(entry) => Some(match &entry.value {
                Value::Stream(_) => "stream",
                Value::Str(text) if text.is_appended => "raw",
                Value::Str(text) => string_encoding(&text.bytes),
                Value::List(list) => list_encoding(ctx, list),
                Value::Set(set) => set_encoding(ctx, set),
            }),
        };
        answer(ctx, encoding, |ctx, encoding| ctx.out.bulk(encoding.as_bytes()))
    },
    ..OBJECT_LIKE
};

static REFCOUNT: Spec = Spec {
    name: "OBJECT REFCOUNT",
    arity: 3,
    summary: "Answers how often the value is shared.",
    why: "Here nothing is shared: it is always 1.",
    examples: &["OBJECT REFCOUNT orders"],
    run: |ctx, args| {
        let key = args.word()?;
        let found = ctx.store.get(ctx.db, key).map(|_| 1);
        answer(ctx, found, |ctx, n| ctx.out.int(n))
    },
    ..OBJECT_LIKE
};

static FREQ: Spec = Spec {
    name: "OBJECT FREQ",
    arity: 3,
    since: (4, 0),
    summary: "Answers how often a key was used, where eviction goes by that.",
    why: "This server evicts nothing, so it answers Redis's error.",
    examples: &["OBJECT FREQ orders"],
    run: |ctx, args| {
        let key = args.word()?;
        if ctx.store.get(ctx.db, key).is_none() {
            return answer(ctx, None::<i64>, |_, _| {});
        }
        Err(CommandError::text(
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please \
             note that when switching between policies at runtime LRU and LFU data will take some \
             time to adjust.",
        ))
    },
    ..OBJECT_LIKE
};

static OBJECT_HELP: Spec = Spec {
    name: "OBJECT HELP",
    arity: 2,
    since: (6, 2),
    flags: &["loading", "stale"],
    keys: (0, 0, 0),
    syntax: "",
    summary: "Answers what OBJECT can do.",
    why: "For those without this page.",
    examples: &["OBJECT HELP"],
    run: |ctx, _| {
        super::help::write_subcommands(ctx, &OBJECT);
        Ok(Flow::Done)
    },
    ..OBJECT_LIKE
};

/// Nil for a missing key.
fn answer<T>(
    ctx: &mut Ctx<'_>,
    found: Option<T>,
    write: impl FnOnce(&mut Ctx<'_>, T),
) -> Result<Flow, CommandError> {
    match found {
        Some(found) => write(ctx, found),
        None => ctx.out.nil(),
    }
    Ok(Flow::Done)
}

fn string_encoding(bytes: &[u8]) -> &'static str {
    if strict_i64(bytes).is_some() {
        "int"
    } else if bytes.len() <= 44 {
        "embstr"
    } else {
        "raw"
    }
}

fn list_encoding(ctx: &Ctx<'_>, list: &List) -> &'static str {
    if !ctx.profile.has((7, 2)) {
        return "quicklist";
    }
    // A negative limit is a size: -1 is 4 KiB, each further step doubles it. Each element takes its
    // bytes and about two more for their lengths.
    let limit = ctx.state.settings.int("list-max-listpack-size");
    let bytes: usize = list.iter().map(|element| element.len() + 2).sum();
    let fits = match limit {
        0.. => list.len() as i64 <= limit,
        -5..0 => bytes <= 2048 << limit.unsigned_abs(),
        _ => bytes <= 64 << 10,
    };
    if fits { "listpack" } else { "quicklist" }
}

fn set_encoding(ctx: &Ctx<'_>, set: &Set) -> &'static str {
    let most = |name: &str| ctx.state.settings.int(name);
    let n = set.len() as i64;
    if n <= most("set-max-intset-entries") && set.iter().all(|m| strict_i64(m).is_some()) {
        return "intset";
    }
    let longest = set.iter().map(Vec::len).max().unwrap_or(0) as i64;
    let packed = ctx.profile.has((7, 2))
        && n <= most("set-max-listpack-entries")
        && longest <= most("set-max-listpack-value");
    if packed { "listpack" } else { "hashtable" }
}

const MEMORY_LIKE: Spec =
    Spec { since: (4, 0), group: "server", flags: &["readonly"], ..Spec::BLANK };

/// MEMORY.
pub static MEMORY: Spec = Spec {
    name: "MEMORY",
    arity: -2,
    flags: &[],
    summary: "Tells how much memory keys take.",
    why: "To see what a stream costs.",
    subcommands: &[&MEMORY_HELP, &USAGE],
    ..MEMORY_LIKE
};

static USAGE: Spec = Spec {
    name: "MEMORY USAGE",
    arity: -3,
    keys: (2, 2, 1),
    syntax: "key [SAMPLES count]",
    complexity: "O(N) for N nodes or elements",
    summary: "Answers about how many bytes a key takes.",
    why: "To see what an entry, or a pending entry, costs.",
    gotcha: "It is this engine's number: Redis's differs a little.",
    examples: &["MEMORY USAGE orders"],
    run: |ctx, args| {
        let key = args.word()?;
        while args.peek().is_some() {
            let at = args.position();
            if args.n_left() < 2 || !args.eat("SAMPLES") {
                return Err(CommandError::Syntax.at(at));
            }
            if args.int().map_err(|error| error.at(at + 1))? < 0 {
                return Err(CommandError::Syntax.at(at + 1));
            }
        }
        match ctx.store.get(ctx.db, key) {
            None => ctx.out.nil(),
            Some(entry) => {
                let n = KEY_OVERHEAD_BYTES + key.len() + entry.value.memory_bytes();
                ctx.out.int(n as i64);
            }
        }
        Ok(Flow::Done)
    },
    ..MEMORY_LIKE
};

static MEMORY_HELP: Spec = Spec {
    name: "MEMORY HELP",
    arity: 2,
    flags: &["loading", "stale"],
    summary: "Answers what MEMORY can do.",
    why: "For those without this page.",
    examples: &["MEMORY HELP"],
    run: |ctx, _| {
        super::help::write_subcommands(ctx, &MEMORY);
        Ok(Flow::Done)
    },
    ..MEMORY_LIKE
};
