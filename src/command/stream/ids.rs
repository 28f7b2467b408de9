//! Lists of ids: all are read before anything is done with the first.

use crate::command::{Args, CommandError, id_text};
use crate::engine::StreamId;

/// The ids that are left, once it is known that all of them are ids.
///
/// Reading them twice costs less than keeping them: mostly there is one.
pub fn checked<'a>(
    args: &mut Args<'a>,
) -> Result<impl Iterator<Item = StreamId> + 'a, CommandError> {
    let first_idx = args.position();
    all(args.rest(), first_idx)
}

/// The same for words that stand anywhere.
pub fn all<'a>(
    words: &'a [&'a [u8]],
    first_idx: usize,
) -> Result<impl Iterator<Item = StreamId> + 'a, CommandError> {
    for (n, word) in words.iter().enumerate() {
        id_text::strict(word).map_err(|error| error.at(first_idx + n))?;
    }
    Ok(words.iter().filter_map(|word| id_text::strict(word).ok()))
}
