//! CONFIG GET, SET, RESETSTAT, REWRITE: reading and changing parameters while the server runs.

use super::ctx::{Ctx, Flow};
use super::error::{CommandError, c_name};
use super::settings::{self, PARAMS};
use super::{Args, Spec, glob};

const CONFIG_LIKE: Spec = Spec {
    since: (2, 0),
    group: "server",
    flags: &["admin", "noscript", "loading", "stale"],
    ..Spec::BLANK
};

/// CONFIG.
pub static CONFIG: Spec = Spec {
    name: "CONFIG",
    arity: -2,
    summary: "Reads and changes the server's parameters.",
    why: "For streams: how large a node may be, and how long idempotent producers are remembered.",
    subcommands: &[&GET, &HELP, &RESETSTAT, &REWRITE, &SET],
    ..CONFIG_LIKE
};

static GET: Spec = Spec {
    name: "CONFIG GET",
    arity: -3,
    syntax: "parameter [parameter ...]",
    complexity: "O(N) for N parameters",
    summary: "Answers the parameters whose names match a pattern, with their values.",
    why: "To see what holds.",
    examples: &["CONFIG GET stream*"],
    run: get,
    ..CONFIG_LIKE
};

fn get(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let patterns = args.rest();
    // A parameter that is named in full is answered as it was written (7.0).
    let as_written = |name: &'static str| -> Option<&[u8]> {
        let is_same = |pattern: &&&[u8]| name.as_bytes().eq_ignore_ascii_case(pattern);
        let written = patterns.iter().find(is_same).filter(|_| ctx.profile.has((7, 0)));
        let is_found = || patterns.iter().any(|p| glob::matches_ignore_case(p, name.as_bytes()));
        written.copied().or_else(|| is_found().then_some(name.as_bytes()))
    };
    let wanted: Vec<(usize, &[u8])> = (0..PARAMS.len())
        .filter_map(|idx| {
            let param = PARAMS.get(idx).filter(|param| ctx.profile.has(param.since))?;
            Some((idx, as_written(param.name)?))
        })
        .collect();
    ctx.out.map(wanted.len());
    for (idx, name) in wanted {
        ctx.out.bulk(name);
        ctx.out.bulk(ctx.state.settings.value(idx));
    }
    Ok(Flow::Done)
}

static SET: Spec = Spec {
    name: "CONFIG SET",
    arity: -4,
    syntax: "parameter value [parameter value ...]",
    complexity: "O(N) for N parameters",
    summary: "Changes parameters, all of them or none.",
    why: "To try out what a parameter does: `stream-node-max-entries 5` makes the effect of `~` in \
          XTRIM visible with few entries.",
    gotcha: "A stream that exists keeps its nodes; only new ones follow.",
    examples: &["CONFIG SET stream-node-max-entries 5"],
    run: set,
    ..CONFIG_LIKE
};

fn set(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (pairs, odd) = args.rest().as_chunks::<2>();
    if !odd.is_empty() {
        return Err(CommandError::Syntax);
    }
    let mut changes: Vec<(usize, Vec<u8>)> = Vec::new();
    for (i, [name, value]) in pairs.iter().enumerate() {
        let unknown = || {
            let new: &[u8] = b"ERR Unknown option or number of arguments for CONFIG SET - '";
            let old: &[u8] = b"ERR Unsupported CONFIG parameter: ";
            let is_new = ctx.profile.has((7, 0));
            let pieces: [&[u8]; 3] =
                [if is_new { new } else { old }, c_name(name), if is_new { b"'" } else { b"" }];
            CommandError::format(&pieces).at(2 + 2 * i)
        };
        let idx = settings::find(name, ctx.profile).ok_or_else(unknown)?;
        let Some(param) = PARAMS.get(idx) else { continue };
        let failed = |why: &str| {
            let name = param.name;
            let text = if ctx.profile.has((7, 0)) {
                format!("ERR CONFIG SET failed (possibly related to argument '{name}') - {why}")
            } else {
                old_refusal(name, value, why)
            };
            CommandError::text(&text).at(3 + 2 * i)
        };
        if changes.iter().any(|(other, _)| *other == idx) {
            return Err(failed("duplicate parameter"));
        }
        changes
            .push((idx, settings::check(param, value, ctx.profile).map_err(|why| failed(&why))?));
    }
    for (idx, value) in changes {
        ctx.state.settings.set(idx, value);
    }
    ctx.out.ok();
    Ok(Flow::Done)
}

/// As before 7.0, where some reasons are worded otherwise, and one is not given.
fn old_refusal(name: &str, value: &[u8], why: &str) -> String {
    let value = c_name(value).escape_ascii();
    let why = why.replacen("argument(s) must", "argument must", 1);
    let why = if name == "notify-keyspace-events" { "" } else { &why };
    let dash = if why.is_empty() { "" } else { " - " };
    format!("ERR Invalid argument '{value}' for CONFIG SET '{name}'{dash}{why}")
}

static RESETSTAT: Spec = Spec {
    name: "CONFIG RESETSTAT",
    arity: 2,
    summary: "Sets the counters of INFO back to 0.",
    why: "To count from here on.",
    examples: &["CONFIG RESETSTAT"],
    run: |ctx, _| {
        ctx.state.stats.reset();
        ctx.out.ok();
        Ok(Flow::Done)
    },
    ..CONFIG_LIKE
};

static REWRITE: Spec = Spec {
    name: "CONFIG REWRITE",
    arity: 2,
    since: (2, 8),
    summary: "Writes the parameters into the configuration file, if the server has one.",
    why: "So that a change survives a restart.",
    gotcha: "This server has no file: it answers as Redis does when it was started without one.",
    examples: &["CONFIG REWRITE"],
    run: |_, _| Err(CommandError::text("ERR The server is running without a config file")),
    ..CONFIG_LIKE
};

static HELP: Spec = Spec {
    name: "CONFIG HELP",
    arity: 2,
    since: (5, 0),
    flags: &["loading", "stale"],
    summary: "Answers what CONFIG can do.",
    why: "For those without this page.",
    examples: &["CONFIG HELP"],
    run: |ctx, _| {
        super::help::write_subcommands(ctx, &CONFIG);
        Ok(Flow::Done)
    },
    ..CONFIG_LIKE
};
