//! XSETID: sets a stream's counters, as replication does.

use crate::command::args::strict_i64;
use crate::command::{Args, CommandError, Ctx, Flow, Profile, Spec, id_text, notify};
use crate::engine::{Stream, StreamId, StreamMut};

/// `XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]`
pub static XSETID: Spec = Spec {
    name: "XSETID",
    arity: -3,
    since: (5, 0),
    group: "stream",
    flags: &["write", "denyoom", "fast"],
    keys: (1, 1, 1),
    syntax: "key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]",
    options_since: &[("ENTRIESADDED", (7, 0)), ("MAXDELETEDID", (7, 0))],
    complexity: "O(1)",
    summary: "Sets the last generated id of a stream, and its counters.",
    why: "Replicas and append-only files use it to restore a stream exactly. By hand it is useful \
          after a copy: new ids go on where the old stream ended.",
    gotcha: "The id may not be below the newest entry, nor below the greatest deleted id.",
    examples: &["XSETID orders 1700000000000-5"],
    subcommands: &[],
    run,
};

/// What is to be set.
struct Counters {
    last_id: StreamId,
    entries_added: Option<u64>,
    max_deleted_id: Option<StreamId>,
}

fn run(ctx: &mut Ctx<'_>, args: &mut Args<'_>) -> Result<Flow, CommandError> {
    let key = args.word()?;
    if !ctx.profile.has_entry_counters() {
        if args.words().len() != 3 {
            let text = "ERR wrong number of arguments for 'xsetid' command";
            return Err(CommandError::text(text));
        }
        ctx.stream(key)?.ok_or_else(no_key)?;
    }
    let counters = Counters::parse(args, ctx.profile)?;
    let profile = ctx.profile;
    let StreamMut { stream, mut rec } = ctx.stream_mut(key)?.ok_or_else(no_key)?;
    counters.check(stream, profile)?;
    let Counters { last_id, entries_added, max_deleted_id } = counters;
    stream.set_last_id(last_id, entries_added, max_deleted_id, &mut rec);
    ctx.out.ok();
    ctx.notify(notify::STREAM, "xsetid", key);
    Ok(Flow::Done)
}

impl Counters {
    fn parse(args: &mut Args<'_>, profile: Profile) -> Result<Counters, CommandError> {
        let idx = args.position();
        let last_id = id_text::strict(args.word()?).map_err(|error| error.at(idx))?;
        let mut counters = Counters { last_id, entries_added: None, max_deleted_id: None };
        while 0 < args.n_left() {
            let idx = args.position();
            let has_value = 2 <= args.n_left() && profile.has_entry_counters();
            if has_value && args.eat("ENTRIESADDED") {
                let n = strict_i64(args.word()?).ok_or(CommandError::NotAnInteger.at(idx + 1))?;
                let negative = |_| CommandError::text("ERR entries_added must be positive");
                let n = u64::try_from(n).map_err(negative);
                counters.entries_added = Some(n.map_err(|error| error.at(idx + 1))?);
            } else if has_value && args.eat("MAXDELETEDID") {
                let id = id_text::strict(args.word()?).map_err(|error| error.at(idx + 1))?;
                if last_id < id {
                    return Err(too_small("the provided max_deleted_entry_id"));
                }
                counters.max_deleted_id = Some(id);
            } else {
                return Err(CommandError::Syntax.at(idx));
            }
        }
        Ok(counters)
    }

    /// What the stream itself forbids.
    fn check(&self, stream: &Stream, profile: Profile) -> Result<(), CommandError> {
        if profile.setid_minds_deleted_ids() && self.last_id < stream.max_deleted_id() {
            return Err(too_small("current max_deleted_entry_id"));
        }
        if stream.is_empty() {
            return Ok(());
        }
        if self.last_id < stream.last_live_id() {
            return Err(too_small("the target stream top item"));
        }
        if self.entries_added.is_some_and(|n| n < stream.len()) {
            return Err(CommandError::text(
                "ERR The entries_added specified in XSETID is smaller than the target stream \
                 length",
            ));
        }
        Ok(())
    }
}

fn too_small(than: &str) -> CommandError {
    let text = format!("ERR The ID specified in XSETID is smaller than {than}");
    CommandError::Text(text.into_bytes()).at(2)
}

fn no_key() -> CommandError {
    CommandError::text("ERR no such key").at(1)
}
