//! MONITOR: seeing every command that the server runs.

use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::server::ClientId;
use super::state::State;
use super::table::{Entry, flag};
use super::{Args, Spec};
use crate::time::Millis;

/// MONITOR.
pub static MONITOR: Spec = Spec {
    name: "MONITOR",
    arity: 1,
    group: "server",
    flags: &["admin", "noscript", "loading", "stale"],
    summary: "Shows every command that the server runs, as it runs.",
    why: "To see what a client library really sends.",
    gotcha: "It costs time for every command of everybody; the connection can do nothing else \
             until RESET or QUIT.",
    examples: &["MONITOR"],
    run,
    ..Spec::BLANK
};

fn run(ctx: &mut Ctx<'_>, _: &mut Args<'_>) -> Result<Flow, CommandError> {
    if ctx.in_exec {
        return Err(CommandError::text("ERR MONITOR isn't allowed for DENY BLOCKING client"));
    }
    ctx.client_mut()?.monitor = true;
    let id = ctx.client;
    ctx.state.clients.monitors.insert(id);
    ctx.out.ok();
    Ok(Flow::Done)
}

/// Shows one command to all who monitor, with the database that its client is in afterwards.
pub fn feed(state: &mut State, id: ClientId, entry: &Entry, words: &[&[u8]], now: Millis) {
    if state.clients.monitors.is_empty() || entry.flags & flag::HIDDEN != 0 {
        return;
    }
    let Some(client) = state.clients.get(id) else { return };
    let (time, db) = (format!("{}.{:06}", now / 1000, now % 1000 * 1000), client.db);
    let mut line = format!("+{time} [{db} ").into_bytes();
    line.extend_from_slice(&client.addr);
    line.push(b']');
    let secret = secret_words(entry, words);
    for (i, word) in words.iter().enumerate() {
        line.push(b' ');
        quote(if secret.contains(&i) { b"(redacted)" } else { word }, &mut line);
    }
    line.extend_from_slice(b"\r\n");
    let monitors: Vec<ClientId> = state.clients.monitors.iter().copied().collect();
    for monitor in monitors {
        state.send(monitor, line.clone());
    }
}

/// Which words nobody else may see: names and passwords of users.
fn secret_words(entry: &Entry, words: &[&[u8]]) -> std::ops::Range<usize> {
    match entry.spec.name {
        "AUTH" => 1..words.len(),
        "HELLO" => {
            let auth = words.iter().skip(2).position(|word| word.eq_ignore_ascii_case(b"AUTH"));
            auth.map_or(0..0, |skipped| skipped + 3..skipped + 5)
        }
        _ => 0..0,
    }
}

/// A word in double quotes, with what cannot be printed as escapes.
fn quote(word: &[u8], line: &mut Vec<u8>) {
    line.push(b'"');
    crate::resp::escape_into(word, line);
    line.push(b'"');
}
