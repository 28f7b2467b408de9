//! How servers before 7.2 wake a reader of streams: for the one key that was signalled, and by what
//! that key holds, instead of running its command again. So the reply has that stream alone, can be
//! empty (added and trimmed in one transaction), and has other errors.

use super::entry;
use super::read_options::{ReadOptions, Reader};
use crate::command::{Args, Ctx, Profile, Words, id_text};
use crate::engine::{Store, StreamId, StreamMut};
use crate::resp::{Protocol, Writer};

/// What happens to one reader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ByKey {
    /// It goes on waiting, at its place in the line.
    Stay,
    /// It gets this error.
    Refuse(&'static str),
    /// It gets the reply of these words, or an empty list of entries.
    Read(Words),
}

const NO_KEY: &str = "UNBLOCKED the stream key no longer exists";
const NO_GROUP: &str = "NOGROUP the consumer group this client was blocked on no longer exists";

/// Decides for the command that a client waits in, `$` resolved, and a key of it.
pub fn decide(store: &Store, profile: Profile, db: u32, key: &[u8], words: &[&[u8]]) -> ByKey {
    let mut args = Args::new(words);
    let is_group = words.first().is_some_and(|name| name.eq_ignore_ascii_case(b"XREADGROUP"));
    let reader = if is_group { Reader::Group } else { Reader::Plain };
    let Ok(options) = ReadOptions::parse(&mut args, reader, profile, 0) else {
        return ByKey::Stay;
    };
    let Some(n) = (0..options.n_keys).find(|&n| options.key(&args, n) == key) else {
        return ByKey::Stay;
    };
    let stream = store.stream(db, key).ok().flatten();
    let (last_id, after) = match (stream, options.group) {
        (None, None) => return ByKey::Stay,
        // In 6.2 the end of a key is news for nobody.
        (None, Some(_)) if !profile.has((7, 0)) => return ByKey::Stay,
        (None, Some(_)) => return ByKey::Refuse(NO_KEY),
        (Some(stream), None) => {
            (stream.last_id(), id_text::strict(options.id(&args, n)).unwrap_or(StreamId::MAX))
        }
        (Some(stream), Some((group, _))) => match stream.group(group) {
            None => return ByKey::Refuse(NO_GROUP),
            Some(group) => (stream.last_id(), group.last_id()),
        },
    };
    if last_id <= after {
        return ByKey::Stay;
    }
    let before = words.get(..options.first_key_idx).unwrap_or_default().iter().copied();
    ByKey::Read(before.chain([key, options.id(&args, n)]).collect())
}

/// A group reader's consumer exists from the moment it is answered, even if with nothing.
pub fn open_consumer(ctx: &mut Ctx<'_>, key: &[u8], words: &[&[u8]]) {
    let mut args = Args::new(words);
    if let Ok(options) = ReadOptions::parse(&mut args, Reader::Group, ctx.profile, ctx.now)
        && let Some((group, consumer)) = options.group
        && let Ok(Some(StreamMut { stream, mut rec })) = ctx.store.stream_mut(ctx.db, key, ctx.now)
        && let Some(mut members) = stream.group_mut(group)
    {
        members.open_consumer(consumer, ctx.now, &mut rec);
    }
}

/// The reply for a stream whose new entries are gone already.
pub fn write_empty(out: &mut Writer<'_>, key: &[u8]) {
    match out.protocol() {
        Protocol::Resp2 => out.array(1),
        Protocol::Resp3 => out.map(1),
    }
    entry::stream_header(out, key);
    out.array(0);
}
