//! INFO: what the server knows about itself.

use std::fmt::Write;

use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::{Args, Profile, Spec, table};
use crate::engine::Store;

/// INFO.
pub static INFO: Spec = Spec {
    name: "INFO",
    arity: -1,
    group: "server",
    flags: &["loading", "stale"],
    syntax: "[section [section ...]]",
    summary: "Tells about the server, in sections of `name:value` lines.",
    why: "`INFO commandstats` counts commands, `INFO errorstats` errors; `blocked_clients` says \
          how many wait.",
    gotcha: "A page measures no time: the durations of commands are 0 there.",
    examples: &["INFO", "INFO clients"],
    run,
    ..Spec::BLANK
};

/// The version that the server says it is.
pub fn version(profile: Profile) -> &'static str {
    match profile {
        Profile::Redis62 => "6.2.21",
        Profile::Redis70 => "7.0.15",
        Profile::Redis72 => "7.2.13",
        Profile::Valkey8 => "8.1.6",
        Profile::Valkey9 => "9.1.2",
        Profile::Redis74 => "7.4.8",
        Profile::Redis80 => "8.0.6",
        Profile::Redis82 => "8.2.5",
        Profile::Redis84 => "8.4.2",
        Profile::Redis86 => "8.6.3",
        Profile::Redis88 => "8.8.0",
        Profile::Redis810 => "8.10.1",
    }
}

/// Writes one section into the text.
type Section = fn(&mut Ctx<'_>, &mut String) -> std::fmt::Result;

/// Name, whether it belongs to the default, and what writes it.
const SECTIONS: [(&str, bool, Section); 10] = [
    ("server", true, server),
    ("clients", true, clients),
    ("memory", true, memory),
    ("persistence", true, persistence),
    ("stats", true, stats),
    ("replication", true, replication),
    ("commandstats", false, commandstats),
    ("errorstats", true, errorstats),
    ("cluster", true, cluster),
    ("keyspace", true, keyspace),
];

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    if 1 < args.n_left() && !ctx.profile.has((7, 0)) {
        return Err(CommandError::Syntax.at(2));
    }
    let wanted = args.rest();
    let asks = |name: &str| wanted.iter().any(|word| word.eq_ignore_ascii_case(name.as_bytes()));
    let all = asks("all") || asks("everything");
    let default = wanted.is_empty() || asks("default");
    let mut text = String::new();
    for (name, in_default, write) in SECTIONS {
        if !(all || (default && in_default) || asks(name)) {
            continue;
        }
        if !text.is_empty() {
            text.push_str("\r\n");
        }
        // Writing to a String cannot fail.
        write(ctx, &mut text).map_err(|_| CommandError::Syntax)?;
    }
    ctx.out.verbatim(text.as_bytes());
    Ok(Flow::Done)
}

fn server(ctx: &mut Ctx<'_>, text: &mut String) -> std::fmt::Result {
    let uptime_s = ctx.now.saturating_sub(ctx.state.started_at.unwrap_or(ctx.now)) / 1000;
    write!(text, "# Server\r\n")?;
    if ctx.profile.is_valkey() {
        write!(text, "redis_version:7.2.4\r\nserver_name:valkey\r\n")?;
        write!(text, "valkey_version:{}\r\n", version(ctx.profile))?;
    } else {
        write!(text, "redis_version:{}\r\n", version(ctx.profile))?;
    }
    write!(text, "redis_mode:standalone\r\nserver_mode:standalone\r\n")?;
    write!(text, "os:streamlanes {}\r\n", env!("CARGO_PKG_VERSION"))?;
    write!(text, "arch_bits:64\r\nprocess_id:1\r\n")?;
    write!(text, "tcp_port:{}\r\n", ctx.state.settings.int("port"))?;
    write!(text, "server_time_usec:{}\r\n", ctx.now.saturating_mul(1000))?;
    write!(text, "uptime_in_seconds:{uptime_s}\r\nuptime_in_days:{}\r\n", uptime_s / 86_400)?;
    write!(text, "hz:{}\r\nconfigured_hz:{0}\r\n", ctx.state.settings.int("hz"))
}

fn clients(ctx: &mut Ctx<'_>, text: &mut String) -> std::fmt::Result {
    let clients = &ctx.state.clients;
    let waiters = &ctx.state.waiters;
    write!(text, "# Clients\r\nconnected_clients:{}\r\n", clients.len())?;
    write!(text, "maxclients:{}\r\n", ctx.state.settings.int("maxclients"))?;
    write!(text, "blocked_clients:{}\r\ntracking_clients:0\r\n", waiters.len())?;
    if ctx.profile.has((7, 4)) {
        write!(text, "pubsub_clients:{}\r\n", clients.n_listening())?;
        write!(text, "watching_clients:{}\r\n", clients.n_watching())?;
    }
    write!(text, "clients_in_timeout_table:{}\r\n", waiters.n_deadlines())?;
    if ctx.profile.has((7, 2)) {
        write!(text, "total_watched_keys:{}\r\n", clients.n_watched_keys())?;
        write!(text, "total_blocking_keys:{}\r\n", waiters.n_keys())?;
        write!(text, "total_blocking_keys_on_nokey:{}\r\n", waiters.n_keys_on_end())?;
    }
    Ok(())
}

fn memory(ctx: &mut Ctx<'_>, text: &mut String) -> std::fmt::Result {
    let used = ctx.state.memory.count(ctx.store);
    let peak = ctx.state.memory.peak_bytes();
    let max = ctx.state.settings.maxmemory;
    write!(text, "# Memory\r\nused_memory:{used}\r\nused_memory_human:{}\r\n", human(used))?;
    write!(text, "used_memory_peak:{peak}\r\nused_memory_peak_human:{}\r\n", human(peak))?;
    write!(text, "used_memory_dataset:{used}\r\n")?;
    write!(text, "maxmemory:{max}\r\nmaxmemory_human:{}\r\n", human(max))?;
    write!(text, "maxmemory_policy:noeviction\r\n")
}

/// Bytes as INFO writes them: `512B`, `1.50K`, `2.00M`.
fn human(bytes: u64) -> String {
    let (unit, suffix) = match bytes {
        0..=1023 => return format!("{bytes}B"),
        1024..=0xf_ffff => (1u64 << 10, 'K'),
        0x10_0000..=0x3fff_ffff => (1 << 20, 'M'),
        _ => (1 << 30, 'G'),
    };
    let hundredths = bytes % unit * 100 / unit;
    format!("{}.{hundredths:02}{suffix}", bytes / unit)
}

/// Nothing is ever saved; test harnesses wait for these numbers to be 0.
fn persistence(ctx: &mut Ctx<'_>, text: &mut String) -> std::fmt::Result {
    let changes = ctx.store.sink.n_changes();
    write!(text, "# Persistence\r\nloading:0\r\nasync_loading:0\r\n")?;
    write!(text, "rdb_changes_since_last_save:{changes}\r\nrdb_bgsave_in_progress:0\r\n")?;
    write!(text, "aof_enabled:0\r\naof_rewrite_in_progress:0\r\n")?;
    write!(text, "aof_rewrite_scheduled:0\r\n")
}

fn stats(ctx: &mut Ctx<'_>, text: &mut String) -> std::fmt::Result {
    let stats = &ctx.state.stats;
    let clients = &ctx.state.clients;
    write!(text, "# Stats\r\ntotal_connections_received:{}\r\n", stats.n_connections)?;
    write!(text, "total_commands_processed:{}\r\n", stats.n_commands)?;
    write!(text, "rejected_connections:0\r\n")?;
    write!(text, "expired_keys:{}\r\nevicted_keys:0\r\n", stats.n_expired)?;
    write!(text, "keyspace_hits:{}\r\nkeyspace_misses:{}\r\n", stats.n_hits, stats.n_misses)?;
    write!(text, "pubsub_channels:{}\r\n", clients.channels.len())?;
    write!(text, "pubsub_patterns:{}\r\n", clients.patterns.len())?;
    write!(text, "total_error_replies:{}\r\n", stats.n_errors)
}

fn replication(_: &mut Ctx<'_>, text: &mut String) -> std::fmt::Result {
    write!(text, "# Replication\r\nrole:master\r\nconnected_slaves:0\r\n")?;
    write!(text, "master_repl_offset:0\r\n")
}

fn commandstats(ctx: &mut Ctx<'_>, text: &mut String) -> std::fmt::Result {
    write!(text, "# Commandstats\r\n")?;
    for (number, stat) in ctx.state.stats.commands() {
        let name = table::full_name(table::entry(number).spec);
        // In hundredths of a microsecond.
        let per_call = stat.nanos / 10 / stat.n_calls.max(1);
        write!(
            text,
            "cmdstat_{name}:calls={},usec={},usec_per_call={}.{:02},rejected_calls={},\
             failed_calls={}\r\n",
            stat.n_calls,
            stat.nanos / 1000,
            per_call / 100,
            per_call % 100,
            stat.n_rejected,
            stat.n_failed
        )?;
    }
    Ok(())
}

fn errorstats(ctx: &mut Ctx<'_>, text: &mut String) -> std::fmt::Result {
    write!(text, "# Errorstats\r\n")?;
    for (code, count) in ctx.state.stats.errors() {
        write!(text, "errorstat_{}:count={count}\r\n", String::from_utf8_lossy(code))?;
    }
    Ok(())
}

fn cluster(_: &mut Ctx<'_>, text: &mut String) -> std::fmt::Result {
    write!(text, "# Cluster\r\ncluster_enabled:0\r\n")
}

fn keyspace(ctx: &mut Ctx<'_>, text: &mut String) -> std::fmt::Result {
    write!(text, "# Keyspace\r\n")?;
    for db in 0..Store::N_DBS {
        let keys = ctx.store.db(db);
        if keys.is_empty() {
            continue;
        }
        write!(text, "db{db}:keys={},expires={},avg_ttl=0", keys.len(), keys.n_expiring())?;
        text.push_str(if ctx.profile.has((7, 4)) { ",subexpiry=0\r\n" } else { "\r\n" });
    }
    Ok(())
}
