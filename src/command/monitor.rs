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

/// Shows one command to all who monitor.
pub fn feed(state: &mut State, id: ClientId, db: u32, entry: &Entry, words: &[&[u8]], now: Millis) {
    if entry.flags & flag::HIDDEN != 0 {
        return;
    }
    let addr = state.clients.get(id).map_or_else(Vec::new, |client| client.addr.clone());
    let mut line = format!("+{}.{:06} [{db} ", now / 1000, now % 1000 * 1000).into_bytes();
    line.extend_from_slice(&addr);
    line.push(b']');
    for word in words {
        line.push(b' ');
        quote(word, &mut line);
    }
    line.extend_from_slice(b"\r\n");
    let monitors: Vec<ClientId> = state.clients.monitors.iter().copied().collect();
    for monitor in monitors {
        state.send(monitor, line.clone());
    }
}

/// A word in double quotes, with what cannot be printed as escapes.
fn quote(word: &[u8], line: &mut Vec<u8>) {
    line.push(b'"');
    crate::resp::escape_into(word, line);
    line.push(b'"');
}
