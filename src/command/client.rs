//! CLIENT: who is connected, under which name, and what can be done about it.

use super::args::strict_i64;
use super::client_kill::KILL;
use super::clients::{Client, ReplyMode};
use super::connection::{checked_name, is_client_attribute};
use super::ctx::{Ctx, Flow};
use super::debug::wrong_subcommand;
use super::error::CommandError;
use super::server::ClientId;
use super::{Args, Profile, Spec, table};
use crate::resp::Protocol;
use crate::time::Millis;

/// What the subcommands have in common.
pub const CLIENT_LIKE: Spec =
    Spec { group: "connection", flags: &["noscript", "loading", "stale"], ..Spec::BLANK };

/// CLIENT.
pub static CLIENT: Spec = Spec {
    name: "CLIENT",
    arity: -2,
    since: (2, 4),
    summary: "Lists connections, names them, and acts on them.",
    why: "To see who is there and who waits, and to free a client that waits.",
    subcommands: &[
        &GETNAME, &HELP, &ID, &INFO, &KILL, &LIST, &NO_EVICT, &NO_TOUCH, &REPLY, &SETINFO,
        &SETNAME, &UNBLOCK,
    ],
    ..CLIENT_LIKE
};

static HELP: Spec = Spec {
    name: "CLIENT HELP",
    arity: 2,
    since: (5, 0),
    flags: &["loading", "stale"],
    summary: "Answers what CLIENT can do.",
    why: "For those without this page.",
    examples: &["CLIENT HELP"],
    run: |ctx, _| {
        super::help::write_subcommands(ctx, &CLIENT);
        Ok(Flow::Done)
    },
    ..CLIENT_LIKE
};

static ID: Spec = Spec {
    name: "CLIENT ID",
    arity: 2,
    since: (5, 0),
    summary: "Answers the number of this connection.",
    why: "CLIENT UNBLOCK and CLIENT KILL want it.",
    examples: &["CLIENT ID"],
    run: |ctx, _| {
        ctx.out.int(ctx.client as i64);
        Ok(Flow::Done)
    },
    ..CLIENT_LIKE
};

static SETNAME: Spec = Spec {
    name: "CLIENT SETNAME",
    arity: 3,
    since: (2, 6),
    syntax: "connection-name",
    summary: "Gives this connection a name.",
    why: "Names tell connections apart in CLIENT LIST; the lanes show them too.",
    examples: &["CLIENT SETNAME billing-1"],
    run: |ctx, args| {
        let name = checked_name(args.word()?, ctx.profile).map_err(|error| error.at(2))?;
        ctx.client_mut()?.name = name;
        ctx.out.ok();
        Ok(Flow::Done)
    },
    ..CLIENT_LIKE
};

static GETNAME: Spec = Spec {
    name: "CLIENT GETNAME",
    arity: 2,
    since: (2, 6),
    summary: "Answers the name of this connection.",
    why: "To see whether SETNAME was done.",
    examples: &["CLIENT GETNAME"],
    run: |ctx, _| {
        let client = ctx.state.clients.get(ctx.client);
        match client.map(|client| client.name.as_slice()) {
            Some(name) if !name.is_empty() => ctx.out.bulk(name),
            _ => ctx.out.nil(),
        }
        Ok(Flow::Done)
    },
    ..CLIENT_LIKE
};

static SETINFO: Spec = Spec {
    name: "CLIENT SETINFO",
    arity: 4,
    since: (7, 2),
    syntax: "<LIB-NAME libname | LIB-VER libver>",
    summary: "Tells which client library this connection uses.",
    why: "Libraries do it by themselves; CLIENT LIST shows it.",
    examples: &["CLIENT SETINFO LIB-NAME redis-py"],
    run: set_info,
    ..CLIENT_LIKE
};

fn set_info(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let option = args.peek().unwrap_or_default();
    let is_name = args.eat("LIB-NAME");
    if !is_name && !args.eat("LIB-VER") {
        let pieces: [&[u8]; 3] = [b"ERR Unrecognized option '", args.word()?, b"'"];
        return Err(CommandError::format(&pieces).at(2));
    }
    let value = args.word()?;
    if !is_client_attribute(value, ctx.profile) {
        let text: &[u8] = b" cannot contain spaces, newlines or special characters.";
        return Err(CommandError::format(&[b"ERR ", option, text]).at(3));
    }
    let client = ctx.client_mut()?;
    let place = if is_name { &mut client.lib_name } else { &mut client.lib_ver };
    *place = value.to_vec();
    ctx.out.ok();
    Ok(Flow::Done)
}

static INFO: Spec = Spec {
    name: "CLIENT INFO",
    arity: 2,
    since: (6, 2),
    summary: "Tells about this connection.",
    why: "CLIENT LIST for oneself.",
    examples: &["CLIENT INFO"],
    run: |ctx, _| {
        let line = describe_one(ctx, ctx.client);
        ctx.out.verbatim(line.as_bytes());
        Ok(Flow::Done)
    },
    ..CLIENT_LIKE
};

static LIST: Spec = Spec {
    name: "CLIENT LIST",
    arity: -2,
    syntax: "[TYPE <normal | master | replica | pubsub>] [ID client-id [client-id ...]]",
    options_since: &[("TYPE", (5, 0)), ("ID", (6, 2))],
    flags: &["admin", "noscript", "loading", "stale"],
    complexity: "O(N) for N clients",
    summary: "Tells about every connection, one on each line.",
    why: "To see who is there: the flag `b` marks those that wait.",
    examples: &["CLIENT LIST"],
    run: list,
    ..CLIENT_LIKE
};

fn list(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let mut ids: Option<Vec<ClientId>> = None;
    let mut kind = None;
    if 2 == args.n_left() && args.eat("TYPE") {
        kind = Some(ClientType::parse(args.word()?).map_err(|error| error.at(3))?);
    } else if 2 <= args.n_left() && args.eat("ID") {
        let mut wanted = Vec::new();
        for word in args.rest() {
            let id = strict_i64(word).and_then(|id| ClientId::try_from(id).ok());
            let invalid = || CommandError::text("ERR Invalid client ID").at(3);
            wanted.push(id.filter(|id| *id != 0).ok_or_else(invalid)?);
        }
        ids = Some(wanted);
    } else if args.peek().is_some() {
        return Err(CommandError::Syntax.at(2));
    }
    let ids = match ids {
        Some(ids) => ids,
        None => {
            let clients = ctx.state.clients.iter().filter(|client| !client.closing);
            let wanted = clients.filter(|client| kind.is_none_or(|kind| kind.is_of(client)));
            wanted.map(|client| client.id).collect()
        }
    };
    let lines: String = ids.into_iter().map(|id| describe_one(ctx, id)).collect();
    ctx.out.verbatim(lines.as_bytes());
    Ok(Flow::Done)
}

/// The kinds of clients that LIST and KILL tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientType {
    /// Those that run commands.
    Normal,
    /// Those that listen to channels.
    Pubsub,
    /// Masters and replicas; there are none here.
    Replication,
}

impl ClientType {
    /// Reads the word of TYPE.
    ///
    /// # Errors
    /// If there is no such type.
    pub fn parse(word: &[u8]) -> Result<ClientType, CommandError> {
        match word.to_ascii_lowercase().as_slice() {
            b"normal" => Ok(ClientType::Normal),
            b"pubsub" => Ok(ClientType::Pubsub),
            b"master" | b"replica" | b"slave" => Ok(ClientType::Replication),
            _ => {
                let pieces: [&[u8]; 3] = [b"ERR Unknown client type '", word, b"'"];
                Err(CommandError::format(&pieces))
            }
        }
    }

    /// Whether a client is of this kind.
    pub fn is_of(self, client: &Client) -> bool {
        let listens = 0 < client.n_subscriptions();
        match self {
            ClientType::Normal => !listens,
            ClientType::Pubsub => listens,
            ClientType::Replication => false,
        }
    }
}

fn describe_one(ctx: &Ctx<'_>, id: ClientId) -> String {
    match ctx.state.clients.get(id) {
        Some(client) if !client.closing => {
            // The command that asks has not ended yet.
            let n_ended = client.n_commands - u64::from(id == ctx.client);
            describe(client, n_ended, ctx.profile, ctx.now)
        }
        _ => String::new(),
    }
}

/// One line of CLIENT LIST. What this server does not have (buffers, descriptors) is 0.
fn describe(client: &Client, n_ended: u64, profile: Profile, now: Millis) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let command = client.last_command.map(|number| table::full_name(table::entry(number).spec));
    let multi = client.multi.as_ref().map_or(-1, |queue| queue.len() as i64);
    let mut line = format!(
        "id={} addr={} laddr={} fd=0 name={} age={} idle={} flags={}{} db={} sub={} psub={}",
        client.id,
        text(&client.addr),
        text(&client.laddr),
        text(&client.name),
        now.saturating_sub(client.connected_at) / 1000,
        now.saturating_sub(client.active_at) / 1000,
        flags(client),
        if profile.is_valkey() { " capa=" } else { "" },
        client.db,
        client.channels.len(),
        client.patterns.len(),
    );
    if profile.has((7, 0)) {
        line.push_str(" ssub=0");
    }
    line.push_str(&format!(" multi={multi}"));
    if profile.has((7, 4)) || profile.is_valkey() {
        line.push_str(&format!(" watch={}", client.watched.len()));
    }
    line.push_str(" qbuf=0 qbuf-free=0 argv-mem=0");
    if profile.has((7, 0)) {
        line.push_str(" multi-mem=0 rbs=0 rbp=0");
    }
    line.push_str(&format!(
        " obl=0 oll=0 omem=0 tot-mem=0 events=r cmd={} user=default redir=-1",
        command.as_deref().unwrap_or("NULL"),
    ));
    if profile.has((7, 0)) {
        line.push_str(if client.protocol == Protocol::Resp3 { " resp=3" } else { " resp=2" });
    }
    if profile.has((7, 2)) {
        let (name, ver) = (text(&client.lib_name), text(&client.lib_ver));
        line.push_str(&format!(" lib-name={name} lib-ver={ver}"));
    }
    if profile.has((8, 0)) {
        line.push_str(" io-thread=0");
    }
    if profile.has((8, 2)) || profile.is_valkey() {
        line.push_str(&format!(" tot-net-in=0 tot-net-out=0 tot-cmds={n_ended}"));
    }
    line.push('\n');
    line
}

fn flags(client: &Client) -> String {
    let marks = [
        (client.monitor, 'O'),
        (0 < client.n_subscriptions(), 'P'),
        (client.multi.is_some(), 'x'),
        (client.waiting.is_some(), 'b'),
        (client.dirty, 'd'),
        (client.no_evict, 'e'),
        (client.no_touch, 'T'),
    ];
    let flags: String = marks.into_iter().filter(|(set, _)| *set).map(|(_, mark)| mark).collect();
    if flags.is_empty() { "N".to_owned() } else { flags }
}

static UNBLOCK: Spec = Spec {
    name: "CLIENT UNBLOCK",
    arity: -3,
    since: (5, 0),
    flags: &["admin", "noscript", "loading", "stale"],
    syntax: "client-id [TIMEOUT | ERROR]",
    summary: "Makes a client that waits answer now, as if its time were over, or with an error.",
    why: "To stop a consumer that waits, without closing its connection.",
    examples: &["CLIENT UNBLOCK 3", "CLIENT UNBLOCK 3 ERROR"],
    run: unblock,
    ..CLIENT_LIKE
};

fn unblock(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let word = args.word()?;
    let with_error = match args.n_left() {
        0 => false,
        1 if args.eat("TIMEOUT") => false,
        1 if args.eat("ERROR") => true,
        1 => {
            let text = "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR";
            return Err(CommandError::text(text).at(3));
        }
        _ => {
            return Err(wrong_subcommand(
                args.words().get(1).copied().unwrap_or_default(),
                "CLIENT",
            ));
        }
    };
    let id = strict_i64(word).ok_or(CommandError::NotAnInteger.at(2))?;
    let id = ClientId::try_from(id).unwrap_or(0);
    let waits = ctx.state.clients.get(id).is_some_and(|client| client.waiting.is_some());
    if waits && with_error {
        ctx.state.unblock_with_error(id, b"UNBLOCKED client unblocked via CLIENT UNBLOCK");
    } else if waits {
        ctx.state.time_out(id);
    }
    ctx.out.int(i64::from(waits));
    Ok(Flow::Done)
}

static REPLY: Spec = Spec {
    name: "CLIENT REPLY",
    arity: 3,
    since: (3, 2),
    syntax: "<ON | OFF | SKIP>",
    summary: "Turns the replies of this connection off, on, or off for one command.",
    why: "For a client that sends a lot and does not care for the answers.",
    gotcha: "With OFF errors are not seen either.",
    examples: &["CLIENT REPLY ON"],
    run: reply,
    ..CLIENT_LIKE
};

fn reply(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let client = ctx.client_mut()?;
    if args.eat("ON") {
        client.reply = ReplyMode::On;
        ctx.out.ok();
    } else if args.eat("OFF") {
        client.reply = ReplyMode::Off;
    } else if args.eat("SKIP") {
        if client.reply != ReplyMode::Off {
            client.reply = ReplyMode::SkipNext;
        }
    } else {
        return Err(CommandError::Syntax.at(2));
    }
    Ok(Flow::Done)
}

static NO_EVICT: Spec = Spec {
    name: "CLIENT NO-EVICT",
    arity: 3,
    since: (7, 0),
    flags: &["admin", "noscript", "loading", "stale"],
    syntax: "<ON | OFF>",
    summary: "Keeps this connection even when clients take too much memory.",
    why: "For the connection with which one repairs things.",
    gotcha: "This server closes no connection for its memory, so it changes only a flag.",
    examples: &["CLIENT NO-EVICT ON"],
    run: |ctx, args| {
        let on = on_or_off(args)?;
        ctx.client_mut()?.no_evict = on;
        ctx.out.ok();
        Ok(Flow::Done)
    },
    ..CLIENT_LIKE
};

static NO_TOUCH: Spec = Spec {
    name: "CLIENT NO-TOUCH",
    arity: 3,
    since: (7, 2),
    syntax: "<ON | OFF>",
    summary: "Lets commands of this connection not count as a use of keys.",
    why: "To look at data without changing what would be evicted.",
    gotcha: "This server evicts nothing, so it changes only a flag.",
    examples: &["CLIENT NO-TOUCH ON"],
    run: |ctx, args| {
        let on = on_or_off(args)?;
        ctx.client_mut()?.no_touch = on;
        ctx.out.ok();
        Ok(Flow::Done)
    },
    ..CLIENT_LIKE
};

fn on_or_off(args: &mut Args<'_>) -> Result<bool, CommandError> {
    if args.eat("ON") {
        return Ok(true);
    }
    if args.eat("OFF") { Ok(false) } else { Err(CommandError::Syntax.at(2)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::testing::Session;

    /// The names of what CLIENT INFO tells, as servers of the version do.
    #[track_caller]
    fn check(profile: Profile, from_flags_to_sub: &str, after_resp: &str) {
        let info = Session::of(profile).run("CLIENT INFO");
        let names: Vec<&str> =
            info.split_whitespace().filter_map(|field| field.split('=').next()).collect();
        let names = names.join(" ");
        assert!(names.contains(&format!(" flags {from_flags_to_sub} sub ")), "{names}");
        assert!(names.ends_with(&format!(" redir{after_resp}")), "{names}");
    }

    #[test]
    fn info_has_the_fields_of_the_version() {
        check(Profile::Redis62, "db", "");
        check(Profile::Redis70, "db", " resp");
        check(Profile::Redis72, "db", " resp lib-name lib-ver");
        check(Profile::Redis80, "db", " resp lib-name lib-ver io-thread");
        let since_8_2 = " resp lib-name lib-ver io-thread tot-net-in tot-net-out tot-cmds";
        check(Profile::Redis82, "db", since_8_2);
        let valkey = " resp lib-name lib-ver tot-net-in tot-net-out tot-cmds";
        check(Profile::Valkey8, "capa db", valkey);
    }

    #[test]
    fn a_command_counts_once_it_has_ended() {
        let mut session = Session::new();
        session.check("PING", "PONG");
        let other = session.connect();
        let info = session.run("CLIENT INFO");
        assert!(info.contains(" tot-cmds=1"), "{info}");
        let list = session.run_as(other, "CLIENT LIST ID 1");
        assert!(list.contains(" tot-cmds=2"), "{list}");
    }
}
