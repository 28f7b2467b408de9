//! COMMAND: the command table, for client libraries and redis-cli.

use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::spec::no_subcommand;
use super::{Args, Profile, Spec, command_docs, glob, table};

const COMMAND_LIKE: Spec = Spec {
    since: (2, 8),
    group: "server",
    flags: &["loading", "stale"],
    complexity: "O(N) for N commands",
    ..Spec::BLANK
};

/// COMMAND.
pub static COMMAND: Spec = Spec {
    name: "COMMAND",
    arity: -1,
    summary: "Describes every command.",
    why: "Client libraries ask for it to know which words are keys.",
    subcommands: &[&COUNT, &DOCS, &GETKEYS, &HELP, &INFO, &LIST],
    run: |ctx, args| {
        // Before 7.0 a subcommand that does not exist comes here.
        if 1 < args.words().len() {
            return no_subcommand(ctx, args);
        }
        let specs: Vec<&Spec> = table::commands(ctx.profile).collect();
        ctx.out.array(specs.len());
        for spec in specs {
            write_info(ctx, spec);
        }
        Ok(Flow::Done)
    },
    ..COMMAND_LIKE
};

static COUNT: Spec = Spec {
    name: "COMMAND COUNT",
    arity: 2,
    complexity: "O(1)",
    summary: "Answers how many commands there are.",
    why: "To compare versions.",
    examples: &["COMMAND COUNT"],
    run: |ctx, _| {
        ctx.out.int(table::commands(ctx.profile).count() as i64);
        Ok(Flow::Done)
    },
    ..COMMAND_LIKE
};

static HELP: Spec = Spec {
    name: "COMMAND HELP",
    arity: 2,
    since: (5, 0),
    complexity: "O(1)",
    summary: "Answers what COMMAND can do.",
    why: "For those without this page.",
    examples: &["COMMAND HELP"],
    run: |ctx, _| {
        super::help::write_subcommands(ctx, &COMMAND);
        Ok(Flow::Done)
    },
    ..COMMAND_LIKE
};

static INFO: Spec = Spec {
    name: "COMMAND INFO",
    arity: -2,
    syntax: "[command-name [command-name ...]]",
    summary: "Describes some commands: arity, flags, where the keys are.",
    why: "What COMMAND tells of all of them; nil for those that do not exist.",
    examples: &["COMMAND INFO xadd xreadgroup"],
    run: info,
    ..COMMAND_LIKE
};

fn info(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let names = args.rest();
    if names.is_empty() && ctx.profile.has((7, 0)) {
        let specs: Vec<&Spec> = table::commands(ctx.profile).collect();
        ctx.out.array(specs.len());
        for spec in specs {
            write_info(ctx, spec);
        }
        return Ok(Flow::Done);
    }
    ctx.out.array(names.len());
    for name in names {
        match by_full_name(ctx.profile, name) {
            Some(spec) => write_info(ctx, spec),
            None => ctx.out.nil(),
        }
    }
    Ok(Flow::Done)
}

/// A command, or a subcommand as `xgroup|create`, that the profile has.
pub fn by_full_name(profile: Profile, name: &[u8]) -> Option<&'static Spec> {
    let mut words = name.splitn(2, |&byte| byte == b'|');
    let entry = table::find(words.next()?)?;
    let entry = match words.next() {
        None => entry,
        Some(word) => table::find_subcommand(entry, word)?,
    };
    Some(entry.spec).filter(|spec| profile.has(spec.since))
}

/// One command as COMMAND INFO describes it: six things before 7.0, ten since.
fn write_info(ctx: &mut Ctx<'_>, spec: &Spec) {
    let profile = ctx.profile;
    let modern = profile.has((7, 0));
    ctx.out.array(if modern { 10 } else { 7 });
    ctx.out.bulk(table::full_name(spec).as_bytes());
    ctx.out.int(i64::from(spec.arity));
    ctx.out.set(spec.flags.len());
    for flag in spec.flags {
        ctx.out.simple(flag);
    }
    let (first, last, step) = spec.keys;
    for number in [first, last, step] {
        ctx.out.int(i64::from(number));
    }
    let categories = categories(spec);
    ctx.out.set(categories.len());
    for category in &categories {
        ctx.out.simple(category);
    }
    if !modern {
        return;
    }
    ctx.out.array(0);
    write_key_specs(ctx, spec);
    let subcommands: Vec<_> =
        spec.subcommands.iter().filter(|sub| profile.has(sub.since)).collect();
    ctx.out.array(subcommands.len());
    for sub in subcommands {
        write_info(ctx, sub);
    }
}

/// The categories that access lists know, from the flags and the group.
fn categories(spec: &Spec) -> Vec<&'static str> {
    let has = |flag: &str| spec.flags.contains(&flag);
    let group = match spec.group {
        "generic" => "@keyspace",
        "stream" => "@stream",
        "string" => "@string",
        "list" => "@list",
        "set" => "@set",
        "pubsub" => "@pubsub",
        "transactions" => "@transaction",
        "connection" => "@connection",
        _ => "",
    };
    let all = [
        (has("write"), "@write"),
        (has("readonly"), "@read"),
        (!group.is_empty(), group),
        (has("admin"), "@admin"),
        (has("admin"), "@dangerous"),
        (has("blocking"), "@blocking"),
        (has("fast"), "@fast"),
        (!has("fast"), "@slow"),
    ];
    all.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect()
}

/// Where the keys are: at fixed places, or behind STREAMS.
fn write_key_specs(ctx: &mut Ctx<'_>, spec: &Spec) {
    let after_streams = spec.flags.contains(&"movablekeys");
    let (first, last, step) = spec.keys;
    if first == 0 && !after_streams {
        return ctx.out.set(0);
    }
    let flags: &[&str] = match spec.flags.contains(&"write") {
        true => &["RW", "update"],
        false => &["RO", "access"],
    };
    ctx.out.set(1);
    ctx.out.map(3);
    ctx.out.bulk(b"flags");
    ctx.out.set(flags.len());
    for flag in flags {
        ctx.out.simple(flag);
    }
    ctx.out.bulk(b"begin_search");
    ctx.out.map(2);
    ctx.out.bulk(b"type");
    if after_streams {
        ctx.out.bulk(b"keyword");
        ctx.out.bulk(b"spec");
        ctx.out.map(2);
        ctx.out.bulk(b"keyword");
        ctx.out.bulk(b"STREAMS");
        ctx.out.bulk(b"startfrom");
        ctx.out.int(1);
    } else {
        ctx.out.bulk(b"index");
        ctx.out.bulk(b"spec");
        ctx.out.map(1);
        ctx.out.bulk(b"index");
        ctx.out.int(i64::from(first));
    }
    // `lastkey` counts from the first key; the keys behind STREAMS are half of what follows.
    let last_key = if after_streams || last < 0 { last.min(-1) } else { last - first };
    ctx.out.bulk(b"find_keys");
    ctx.out.map(2);
    ctx.out.bulk(b"type");
    ctx.out.bulk(b"range");
    ctx.out.bulk(b"spec");
    ctx.out.map(3);
    ctx.out.bulk(b"lastkey");
    ctx.out.int(i64::from(last_key));
    ctx.out.bulk(b"keystep");
    ctx.out.int(i64::from(step.max(1)));
    ctx.out.bulk(b"limit");
    ctx.out.int(if after_streams { 2 } else { 0 });
}

static DOCS: Spec = Spec {
    name: "COMMAND DOCS",
    arity: -2,
    since: (7, 0),
    syntax: "[command-name [command-name ...]]",
    summary: "Explains commands: summary, syntax, since when.",
    why: "redis-cli shows its hints from it.",
    examples: &["COMMAND DOCS xadd"],
    run: |ctx, args| {
        let names = args.rest();
        let specs: Vec<&Spec> = if names.is_empty() {
            table::commands(ctx.profile).collect()
        } else {
            names.iter().filter_map(|name| by_full_name(ctx.profile, name)).collect()
        };
        ctx.out.map(specs.len());
        for spec in specs {
            command_docs::write(ctx, spec);
        }
        Ok(Flow::Done)
    },
    ..COMMAND_LIKE
};

static LIST: Spec = Spec {
    name: "COMMAND LIST",
    arity: -2,
    since: (7, 0),
    syntax: "[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]",
    summary: "Answers the names of all commands.",
    why: "The shortest overview.",
    examples: &["COMMAND LIST FILTERBY PATTERN x*"],
    run: list,
    ..COMMAND_LIKE
};

fn list(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let mut all = Vec::new();
    for spec in table::commands(ctx.profile) {
        all.push(spec);
        all.extend(spec.subcommands.iter().filter(|sub| ctx.profile.has(sub.since)));
    }
    if args.peek().is_none() {
        all.retain(|spec| !spec.name.contains(' '));
    } else {
        if args.n_left() != 3 || !args.eat("FILTERBY") {
            return Err(CommandError::Syntax.at(2));
        }
        let is_module = args.eat("MODULE");
        let is_category = !is_module && args.eat("ACLCAT");
        if !is_module && !is_category && !args.eat("PATTERN") {
            return Err(CommandError::Syntax.at(3));
        }
        let word = args.word()?;
        all.retain(|spec| {
            if is_module {
                false
            } else if is_category {
                let wanted = |name: &&str| name.as_bytes()[1..].eq_ignore_ascii_case(word);
                categories(spec).iter().any(wanted)
            } else {
                glob::matches_ignore_case(word, table::full_name(spec).as_bytes())
            }
        });
    }
    ctx.out.array(all.len());
    for spec in all {
        ctx.out.bulk(table::full_name(spec).as_bytes());
    }
    Ok(Flow::Done)
}

static GETKEYS: Spec = Spec {
    name: "COMMAND GETKEYS",
    arity: -3,
    syntax: "command [arg ...]",
    complexity: "O(N) for N words",
    summary: "Answers which words of a command are keys.",
    why: "To check what a client library would do.",
    examples: &["COMMAND GETKEYS XREAD STREAMS a b 0 0"],
    run: get_keys,
    ..COMMAND_LIKE
};

fn get_keys(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let words = args.rest();
    let name = words.first().copied().unwrap_or_default();
    let found = table::find(name).filter(|entry| ctx.profile.has(entry.spec.since));
    let Some(entry) = found else {
        return Err(CommandError::text("ERR Invalid command specified").at(2));
    };
    let sub = words.get(1).and_then(|word| table::find_subcommand(entry, word));
    let spec = sub.map_or(entry.spec, |sub| sub.spec);
    let movable = spec.flags.contains(&"movablekeys");
    if spec.keys.0 == 0 && !movable {
        return Err(CommandError::text("ERR The command has no key arguments").at(2));
    }
    if !spec.accepts(words.len()) {
        let text = "ERR Invalid number of arguments specified for command";
        return Err(CommandError::text(text));
    }
    let keys = if movable { keys_after_streams(words) } else { keys_at(spec, words) };
    if keys.is_empty() {
        return Err(CommandError::text("ERR Invalid arguments specified for command"));
    }
    ctx.out.array(keys.len());
    for key in keys {
        ctx.out.bulk(key);
    }
    Ok(Flow::Done)
}

fn keys_at<'a>(spec: &Spec, words: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let (first, last, step) = spec.keys;
    let first = usize::from(first.unsigned_abs());
    let end = if last < 0 {
        (words.len() + 1).saturating_sub(usize::from(last.unsigned_abs()))
    } else {
        usize::from(last.unsigned_abs()) + 1
    };
    let range = words.get(first..end.min(words.len())).unwrap_or_default();
    range.iter().step_by(usize::from(step.unsigned_abs()).max(1)).copied().collect()
}

/// The first half of the words behind STREAMS.
fn keys_after_streams<'a>(words: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let at = words.iter().position(|word| word.eq_ignore_ascii_case(b"STREAMS"));
    let rest = at.and_then(|at| words.get(at + 1..)).unwrap_or_default();
    if rest.len() % 2 == 1 {
        return Vec::new();
    }
    rest.iter().take(rest.len() / 2).copied().collect()
}
