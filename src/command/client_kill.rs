//! CLIENT KILL: closing the connections of others, or one's own.

use super::args::strict_i64;
use super::client::{CLIENT_LIKE, ClientType};
use super::clients::Client;
use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::server::ClientId;
use super::{Args, Spec};
use crate::time::Millis;

/// CLIENT KILL.
pub static KILL: Spec = Spec {
    name: "CLIENT KILL",
    arity: -3,
    flags: &["admin", "noscript", "loading", "stale"],
    syntax: "<ip:port | [ID client-id] [TYPE <normal | master | replica | pubsub>] [ADDR ip:port] \
             [LADDR ip:port] [USER username] [SKIPME <yes | no>] [MAXAGE seconds]>",
    options_since: &[("LADDR", (6, 2)), ("USER", (6, 0)), ("MAXAGE", (7, 4))],
    complexity: "O(N) for N clients",
    summary: "Closes connections: by address (answers OK) or by filters (answers how many).",
    why: "To see what the others do when a consumer is suddenly gone: its entries stay pending.",
    gotcha: "With filters one's own connection stays, unless SKIPME no.",
    examples: &["CLIENT KILL ID 3"],
    run: kill,
    ..CLIENT_LIKE
};

#[derive(Default)]
struct Filters<'a> {
    id: Option<ClientId>,
    addr: Option<&'a [u8]>,
    laddr: Option<&'a [u8]>,
    kind: Option<ClientType>,
    max_age_s: Option<u64>,
    keeps_me: bool,
}

fn kill(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let old_form = args.n_left() == 1;
    let filters = if old_form {
        Filters { addr: Some(args.word()?), ..Filters::default() }
    } else {
        parse(ctx, args)?
    };
    let now = ctx.now;
    let me = ctx.client;
    let clients = ctx.state.clients.iter().filter(|client| !client.closing);
    let wanted = clients
        .filter(|client| filters.allow(client, now) && !(filters.keeps_me && client.id == me));
    let ids: Vec<ClientId> = wanted.map(|client| client.id).collect();
    for &id in &ids {
        if id != me {
            ctx.state.stop_waiting(id);
            ctx.state.killed.push_back(id);
        }
        if let Some(client) = ctx.state.clients.get_mut(id) {
            client.closing = true;
        }
    }
    if !old_form {
        ctx.out.int(ids.len() as i64);
    } else if ids.is_empty() {
        return Err(CommandError::text("ERR No such client").at(2));
    } else {
        ctx.out.ok();
    }
    Ok(Flow::Done)
}

fn parse<'a>(ctx: &Ctx<'_>, args: &mut Args<'a>) -> Result<Filters<'a>, CommandError> {
    let mut filters = Filters { keeps_me: true, ..Filters::default() };
    while args.peek().is_some() {
        let at = args.position();
        if args.n_left() < 2 {
            return Err(CommandError::Syntax.at(at));
        }
        if args.eat("ID") {
            let id = strict_i64(args.word()?).and_then(|id| ClientId::try_from(id).ok());
            let text = "ERR client-id should be greater than 0";
            let id = id.filter(|id| 0 < *id).ok_or_else(|| CommandError::text(text).at(at + 1))?;
            filters.id = Some(id);
        } else if ctx.profile.has((7, 4)) && args.eat("MAXAGE") {
            let age = strict_i64(args.word()?).and_then(|age| u64::try_from(age).ok());
            let text = "ERR maxage is not an integer or out of range";
            filters.max_age_s = Some(age.ok_or_else(|| CommandError::text(text).at(at + 1))?);
        } else if args.eat("TYPE") {
            filters.kind = Some(ClientType::parse(args.word()?).map_err(|error| error.at(at + 1))?);
        } else if args.eat("ADDR") {
            filters.addr = Some(args.word()?);
        } else if args.eat("LADDR") {
            filters.laddr = Some(args.word()?);
        } else if args.eat("USER") {
            let user = args.word()?;
            if user != b"default" {
                let pieces: [&[u8]; 3] = [b"ERR No such user '", user, b"'"];
                return Err(CommandError::format(&pieces).at(at + 1));
            }
        } else if args.eat("SKIPME") {
            filters.keeps_me = match args.word()?.to_ascii_lowercase().as_slice() {
                b"yes" => true,
                b"no" => false,
                _ => return Err(CommandError::Syntax.at(at + 1)),
            };
        } else {
            return Err(CommandError::Syntax.at(at));
        }
    }
    Ok(filters)
}

impl Filters<'_> {
    fn allow(&self, client: &Client, now: Millis) -> bool {
        let age_s = now.saturating_sub(client.connected_at) / 1000;
        self.id.is_none_or(|id| client.id == id)
            && self.addr.is_none_or(|addr| client.addr == addr)
            && self.laddr.is_none_or(|laddr| client.laddr == laddr)
            && self.kind.is_none_or(|kind| kind.is_of(client))
            && self.max_age_s.is_none_or(|max| max <= age_s)
    }
}
