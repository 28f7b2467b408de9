//! PING, ECHO, SELECT, HELLO, AUTH, RESET, QUIT: about the connection itself.

use crate::engine::Store;
use crate::resp::Protocol;

use super::args::strict_i64;
use super::clients::Client;
use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::{Args, Profile, Spec, info};

/// PING.
pub static PING: Spec = Spec {
    name: "PING",
    arity: -1,
    group: "connection",
    flags: &["fast"],
    syntax: "[message]",
    summary: "Answers PONG, or the message.",
    why: "To see that the server is there, and how long it takes.",
    examples: &["PING", "PING hello"],
    run: ping,
    ..Spec::BLANK
};

fn ping(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let message = args.peek();
    if 1 < args.n_left() {
        return Err(CommandError::text("ERR wrong number of arguments for 'ping' command"));
    }
    // A client that listens must be able to tell the answer from a message.
    if ctx.client_mut()?.only_listens() {
        ctx.out.array(2);
        ctx.out.bulk(b"pong");
        ctx.out.bulk(message.unwrap_or_default());
    } else if let Some(message) = message {
        ctx.out.bulk(message);
    } else {
        ctx.out.simple("PONG");
    }
    Ok(Flow::Done)
}

/// ECHO.
pub static ECHO: Spec = Spec {
    name: "ECHO",
    arity: 2,
    group: "connection",
    flags: &["loading", "stale", "fast"],
    syntax: "message",
    summary: "Answers the message.",
    why: "To see how a word is quoted and sent.",
    examples: &["ECHO \"two words\""],
    run: echo,
    ..Spec::BLANK
};

fn echo(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let message = args.word()?;
    ctx.out.bulk(message);
    Ok(Flow::Done)
}

/// SELECT.
pub static SELECT: Spec = Spec {
    name: "SELECT",
    arity: 2,
    group: "connection",
    flags: &["loading", "stale", "fast"],
    syntax: "index",
    summary: "Changes to another of the sixteen databases.",
    why: "Databases keep keys apart, for tests for instance; most people stay in 0.",
    gotcha: "It holds for this connection only; a new one begins in database 0.",
    examples: &["SELECT 1"],
    run: select,
    ..Spec::BLANK
};

fn select(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let word = args.word()?;
    let index = strict_i64(word).ok_or(CommandError::NotAnInteger.at(1))?;
    let db = wanted_db(index, 1)?;
    ctx.client_mut()?.db = db;
    ctx.db = db;
    ctx.out.ok();
    Ok(Flow::Done)
}

/// The database of that number.
///
/// # Errors
/// There is none; Redis words it differently when the number is none that an `int` can hold.
pub fn wanted_db(number: i64, word_idx: usize) -> Result<u32, CommandError> {
    let text = match i32::try_from(number) {
        Ok(_) => "ERR DB index is out of range",
        Err(_) => "ERR value is out of range, value must between -2147483648 and 2147483647",
    };
    db_index(number).ok_or_else(|| CommandError::text(text).at(word_idx))
}

/// The database of that number, if there is one.
pub fn db_index(number: i64) -> Option<u32> {
    u32::try_from(number).ok().filter(|db| *db < Store::N_DBS)
}

/// HELLO.
pub static HELLO: Spec = Spec {
    name: "HELLO",
    arity: -1,
    since: (6, 0),
    group: "connection",
    flags: &["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    syntax: "[protover [AUTH username password] [SETNAME clientname]]",
    summary: "Tells what the server is, and chooses the protocol: 2 or 3.",
    why: "Client libraries say it first. With 3, maps, sets and pushes arrive as what they are.",
    examples: &["HELLO", "HELLO 3"],
    run: hello,
    ..Spec::BLANK
};

fn hello(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let mut protocol = None;
    if let Some(word) = args.peek() {
        args.word()?;
        protocol = Some(match strict_i64(word) {
            Some(2) => Protocol::Resp2,
            Some(3) => Protocol::Resp3,
            Some(_) => return Err(CommandError::text("NOPROTO unsupported protocol version").at(1)),
            None => {
                let text = "ERR Protocol version is not an integer or out of range";
                return Err(CommandError::text(text).at(1));
            }
        });
    }
    let mut name = None;
    let mut login = None;
    let mut authenticated = false;
    while let Some(word) = args.peek() {
        let at = args.position();
        if args.n_left() >= 3 && args.eat("AUTH") {
            let (user, password) = (args.word()?, args.word()?);
            // Since 7.2 the other options are looked at first.
            if ctx.profile.has((7, 2)) {
                login = Some((user, password));
            } else {
                check_login(ctx, user, password)?;
                authenticated = true;
            }
        } else if args.n_left() >= 2 && args.eat("SETNAME") {
            let wanted = args.word()?;
            name = Some(checked_name(wanted, ctx.profile)?);
        } else {
            let text: [&[u8]; 3] = [b"ERR Syntax error in HELLO option '", word, b"'"];
            return Err(CommandError::format(&text).at(at));
        }
    }
    if let Some((user, password)) = login {
        check_login(ctx, user, password)?;
        authenticated = true;
    }
    let profile = ctx.profile;
    let client = ctx.client_mut()?;
    client.authenticated |= authenticated;
    if !client.authenticated {
        let hello = if profile.has((7, 2)) { "HELLO <proto>" } else { "HELLO" };
        return Err(CommandError::text(&format!(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the \
             {hello} AUTH <user> <pass> option can be used to authenticate the client and select \
             the RESP protocol version at the same time",
        )));
    }
    if let Some(name) = name {
        client.name = name;
    }
    if let Some(protocol) = protocol {
        client.protocol = protocol;
    }
    let (id, protocol) = (client.id, client.protocol);
    ctx.out.set_protocol(protocol);
    write_hello(ctx, id, protocol);
    Ok(Flow::Done)
}

fn write_hello(ctx: &mut Ctx<'_>, id: u64, protocol: Protocol) {
    let valkey = ctx.profile.is_valkey();
    ctx.out.map(7);
    ctx.out.bulk(b"server");
    ctx.out.bulk(if valkey { b"valkey" } else { b"redis" });
    ctx.out.bulk(b"version");
    ctx.out.bulk(info::version(ctx.profile).as_bytes());
    ctx.out.bulk(b"proto");
    ctx.out.int(if protocol == Protocol::Resp3 { 3 } else { 2 });
    ctx.out.bulk(b"id");
    ctx.out.int(id as i64);
    ctx.out.bulk(b"mode");
    ctx.out.bulk(b"standalone");
    ctx.out.bulk(b"role");
    ctx.out.bulk(b"master");
    ctx.out.bulk(b"modules");
    ctx.out.array(0);
}

/// A name for CLIENT SETNAME and HELLO SETNAME: printable, without blanks.
///
/// # Errors
/// If it has other characters.
pub fn checked_name(name: &[u8], profile: Profile) -> Result<Vec<u8>, CommandError> {
    if is_client_attribute(name, profile) {
        return Ok(name.to_vec());
    }
    Err(CommandError::text(
        "ERR Client names cannot contain spaces, newlines or special characters.",
    ))
}

/// Whether a name or a library's name may be given to a client. Since 7.2 a server looks at it up
/// to the first NUL only (`CLIENT SETNAME "a\0\1"` is OK in 8.2.3 and refused in 7.0.15).
pub fn is_client_attribute(text: &[u8], profile: Profile) -> bool {
    let looked_at = match text.iter().position(|byte| *byte == 0) {
        Some(nul) if profile.has((7, 2)) => &text[..nul],
        _ => text,
    };
    looked_at.iter().all(u8::is_ascii_graphic)
}

/// AUTH.
pub static AUTH: Spec = Spec {
    name: "AUTH",
    arity: -2,
    group: "connection",
    flags: &["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    syntax: "[username] password",
    options_since: &[("username", (6, 0))],
    summary: "Gives the password.",
    why: "Only where the server was started with one; the playground has none.",
    gotcha: "There is one user, `default`.",
    examples: &["AUTH secret"],
    run: auth,
    ..Spec::BLANK
};

fn auth(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let words = args.rest();
    match words {
        [password] => {
            if ctx.state.settings.password.is_empty() {
                return Err(CommandError::text(
                    "ERR AUTH <password> called without any password configured for the default \
                     user. Are you sure your configuration is correct?",
                ));
            }
            check_login(ctx, b"default", password)?;
        }
        [user, password] => check_login(ctx, user, password)?,
        _ => return Err(CommandError::Syntax),
    }
    ctx.client_mut()?.authenticated = true;
    ctx.out.ok();
    Ok(Flow::Done)
}

fn check_login(ctx: &Ctx<'_>, user: &[u8], password: &[u8]) -> Result<(), CommandError> {
    let wanted = &ctx.state.settings.password;
    if user == b"default" && (wanted.is_empty() || equal_in_constant_time(wanted, password)) {
        return Ok(());
    }
    Err(CommandError::text("WRONGPASS invalid username-password pair or user is disabled."))
}

/// Compares without telling by its duration where the first difference is.
fn equal_in_constant_time(wanted: &[u8], given: &[u8]) -> bool {
    let n = wanted.len().max(given.len());
    let byte = |bytes: &[u8], i: usize| bytes.get(i).copied().unwrap_or(0);
    let differences = (0..n).fold(0, |sum, i| sum | (byte(wanted, i) ^ byte(given, i)));
    differences == 0 && wanted.len() == given.len()
}

/// QUIT.
pub static QUIT: Spec = Spec {
    name: "QUIT",
    arity: -1,
    group: "connection",
    flags: &["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    summary: "Answers OK and closes the connection.",
    why: "A tidy end; simply closing the connection does the same.",
    examples: &["QUIT"],
    run: quit,
    ..Spec::BLANK
};

fn quit(ctx: &mut Ctx<'_>, _: &mut Args<'_>) -> Result<Flow, CommandError> {
    ctx.client_mut()?.closing = true;
    ctx.out.ok();
    Ok(Flow::Done)
}

/// RESET.
pub static RESET: Spec = Spec {
    name: "RESET",
    arity: 1,
    since: (6, 2),
    group: "connection",
    flags: &["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
    summary: "Makes the connection as it was when it opened.",
    why: "Ends a transaction, subscriptions and MONITOR, and goes back to database 0 and RESP2.",
    examples: &["RESET"],
    run: reset,
    ..Spec::BLANK
};

fn reset(ctx: &mut Ctx<'_>, _: &mut Args<'_>) -> Result<Flow, CommandError> {
    let needs_auth = !ctx.state.settings.password.is_empty();
    let id = ctx.client;
    ctx.state.clients.unwatch(id);
    ctx.state.clients.unlisten(id);
    let client = ctx.client_mut()?;
    let fresh = Client::new(id, client.connected_at);
    *client = Client {
        authenticated: !needs_auth,
        addr: std::mem::take(&mut client.addr),
        laddr: std::mem::take(&mut client.laddr),
        lib_name: std::mem::take(&mut client.lib_name),
        lib_ver: std::mem::take(&mut client.lib_ver),
        active_at: client.active_at,
        last_command: client.last_command,
        n_commands: client.n_commands,
        ..fresh
    };
    ctx.out.set_protocol(Protocol::Resp2);
    ctx.out.simple("RESET");
    Ok(Flow::Done)
}
