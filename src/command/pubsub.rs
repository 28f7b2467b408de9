//! SUBSCRIBE, PSUBSCRIBE, UNSUBSCRIBE, PUNSUBSCRIBE, PUBLISH, PUBSUB: messages that nobody keeps.

use crate::engine::event::Name;
use crate::engine::{Event, EventKind};
use crate::sorted::SortedSet;

use super::ctx::{Ctx, Flow};
use super::error::CommandError;
use super::{Args, Spec, glob};

const LISTEN: Spec = Spec {
    arity: -2,
    since: (2, 0),
    group: "pubsub",
    flags: &["pubsub", "noscript", "loading", "stale"],
    complexity: "O(N) for N channels",
    gotcha: "A message reaches those who listen at that moment, once, and is gone: a stream keeps \
             it. In RESP2 the connection can do nothing else while it listens.",
    ..Spec::BLANK
};

/// SUBSCRIBE.
pub static SUBSCRIBE: Spec = Spec {
    name: "SUBSCRIBE",
    syntax: "channel [channel ...]",
    summary: "Listens to channels.",
    why: "For news that may be missed: whoever is away does not get it later.",
    examples: &["SUBSCRIBE news"],
    run: |ctx, args| subscribe(ctx, args, Kind::Channel),
    ..LISTEN
};

/// PSUBSCRIBE.
pub static PSUBSCRIBE: Spec = Spec {
    name: "PSUBSCRIBE",
    syntax: "pattern [pattern ...]",
    summary: "Listens to every channel whose name matches a pattern.",
    why: "For many channels at once, such as the keyspace notifications `__keyevent@0__:*`.",
    examples: &["PSUBSCRIBE news.*"],
    run: |ctx, args| subscribe(ctx, args, Kind::Pattern),
    ..LISTEN
};

/// UNSUBSCRIBE.
pub static UNSUBSCRIBE: Spec = Spec {
    name: "UNSUBSCRIBE",
    arity: -1,
    syntax: "[channel [channel ...]]",
    summary: "Stops listening to channels, or to all of them.",
    why: "When the news is of no interest any more.",
    gotcha: "Patterns stay: they have PUNSUBSCRIBE.",
    examples: &["UNSUBSCRIBE", "UNSUBSCRIBE news"],
    run: |ctx, args| unsubscribe(ctx, args, Kind::Channel),
    ..LISTEN
};

/// PUNSUBSCRIBE.
pub static PUNSUBSCRIBE: Spec = Spec {
    name: "PUNSUBSCRIBE",
    arity: -1,
    syntax: "[pattern [pattern ...]]",
    summary: "Stops listening to patterns, or to all of them.",
    why: "When the news is of no interest any more.",
    gotcha: "Channels that were subscribed by name stay: they have UNSUBSCRIBE.",
    examples: &["PUNSUBSCRIBE"],
    run: |ctx, args| unsubscribe(ctx, args, Kind::Pattern),
    ..LISTEN
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Channel,
    Pattern,
}

fn subscribe(ctx: &mut Ctx<'_>, args: &mut Args<'_>, kind: Kind) -> Result<Flow, CommandError> {
    let id = ctx.client;
    for word in args.rest() {
        let name = Name::from(*word);
        ctx.state.clients.listen(id, &name, kind == Kind::Channel);
        let n = ctx.client_mut()?.n_subscriptions();
        let event = if kind == Kind::Channel { "subscribe" } else { "psubscribe" };
        confirm(ctx, event, Some(&name), n);
    }
    Ok(Flow::Done)
}

fn unsubscribe(ctx: &mut Ctx<'_>, args: &mut Args<'_>, kind: Kind) -> Result<Flow, CommandError> {
    let id = ctx.client;
    let event = if kind == Kind::Channel { "unsubscribe" } else { "punsubscribe" };
    let mut names: Vec<Name> = args.rest().iter().map(|word| Name::from(*word)).collect();
    if names.is_empty() {
        names.extend(subscriptions(ctx, kind)?.iter().cloned());
        if names.is_empty() {
            let n = ctx.client_mut()?.n_subscriptions();
            confirm(ctx, event, None, n);
        }
    }
    for name in names {
        ctx.state.clients.stop_listening(id, &name, kind == Kind::Channel);
        let n = ctx.client_mut()?.n_subscriptions();
        confirm(ctx, event, Some(&name), n);
    }
    Ok(Flow::Done)
}

fn subscriptions<'a>(
    ctx: &'a mut Ctx<'_>,
    kind: Kind,
) -> Result<&'a mut SortedSet<Name>, CommandError> {
    let client = ctx.client_mut()?;
    Ok(match kind {
        Kind::Channel => &mut client.channels,
        Kind::Pattern => &mut client.patterns,
    })
}

fn confirm(ctx: &mut Ctx<'_>, event: &str, name: Option<&[u8]>, n: usize) {
    ctx.out.push(3);
    ctx.out.bulk(event.as_bytes());
    match name {
        Some(name) => ctx.out.bulk(name),
        None => ctx.out.nil(),
    }
    ctx.out.int(n as i64);
}

/// PUBLISH.
pub static PUBLISH: Spec = Spec {
    name: "PUBLISH",
    arity: 3,
    since: (2, 0),
    group: "pubsub",
    flags: &["pubsub", "loading", "stale", "fast"],
    syntax: "channel message",
    complexity: "O(N+M) for N listeners and M patterns",
    summary: "Sends a message to those who listen to a channel and answers how many got it.",
    why: "Fire and forget; use XADD for what must not be lost.",
    gotcha: "0 means that nobody was there, and the message is gone.",
    examples: &["PUBLISH news hello"],
    run: publish,
    ..Spec::BLANK
};

fn publish(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let (channel, message) = (args.word()?, args.word()?);
    let n = ctx.state.publish(channel, message);
    // Since 7.2 a message to the one who published it follows the reply.
    if !ctx.profile.has((7, 2)) {
        for bytes in ctx.state.take_outputs(ctx.client) {
            ctx.out.raw(&bytes);
        }
    }
    if ctx.store.sink.is_recording() {
        let kind = EventKind::Published { n_receivers: n.unsigned_abs() };
        let event = Event { at: ctx.now, db: ctx.db, key: Name::from(channel), kind };
        ctx.store.sink.push_event(event);
    }
    ctx.out.int(n);
    Ok(Flow::Done)
}

const ABOUT: Spec = Spec {
    since: (2, 8),
    group: "pubsub",
    flags: &["pubsub", "loading", "stale"],
    complexity: "O(N) for N channels",
    ..Spec::BLANK
};

/// PUBSUB.
pub static PUBSUB: Spec = Spec {
    name: "PUBSUB",
    arity: -2,
    summary: "Tells who listens to what.",
    why: "To find out why nobody gets a message.",
    subcommands: &[&CHANNELS, &NUMPAT, &NUMSUB],
    ..ABOUT
};

static CHANNELS: Spec = Spec {
    name: "PUBSUB CHANNELS",
    arity: -2,
    syntax: "[pattern]",
    summary: "Answers the channels that somebody listens to by name.",
    why: "To see what is in use.",
    examples: &["PUBSUB CHANNELS"],
    run: channels,
    ..ABOUT
};

static NUMPAT: Spec = Spec {
    name: "PUBSUB NUMPAT",
    arity: 2,
    complexity: "O(1)",
    summary: "Answers how many patterns are listened to.",
    why: "Patterns cost time at each PUBLISH.",
    examples: &["PUBSUB NUMPAT"],
    run: |ctx, _| {
        ctx.out.int(ctx.state.clients.patterns.len() as i64);
        Ok(Flow::Done)
    },
    ..ABOUT
};

static NUMSUB: Spec = Spec {
    name: "PUBSUB NUMSUB",
    arity: -2,
    syntax: "[channel [channel ...]]",
    summary: "Answers for each channel how many listen to it by name.",
    why: "To see whether a message would reach anybody.",
    examples: &["PUBSUB NUMSUB news"],
    run: numsub,
    ..ABOUT
};

fn channels(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let pattern = args.peek();
    let names = ctx.state.clients.channels.keys();
    let names: Vec<&Name> =
        names.filter(|name| pattern.is_none_or(|pattern| glob::matches(pattern, name))).collect();
    ctx.out.array(names.len());
    for name in names {
        ctx.out.bulk(name);
    }
    Ok(Flow::Done)
}

fn numsub(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let names = args.rest();
    ctx.out.array(2 * names.len());
    for name in names {
        let n = ctx.state.clients.channels.get(*name).map_or(0, SortedSet::len);
        ctx.out.bulk(name);
        ctx.out.int(n as i64);
    }
    Ok(Flow::Done)
}
