//! What to do instead of a command that nobody knows.
//!
//! The error itself stays the one that a real server sends; this is what a console may say beside
//! it, as data.

use super::{Profile, Spec, table};

/// What helps whoever wrote a word that is no command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hint {
    /// It came with a later version than the profile.
    Newer { name: &'static str, since: (u8, u8), profile: Profile },
    /// A command, with its subcommand, that is nearly written like that.
    DidYouMean(String),
    /// The subcommands of a command.
    Knows { name: &'static str, words: Vec<&'static str> },
    /// Redis has it, and this server has not.
    NotHere(Missing),
    /// Nothing is like it.
    SeeHelp,
}

/// What Redis has and this server has not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    Scripts,
    Clusters,
    Modules,
    Replicas,
    Files,
    Hashes,
    SortedSets,
    OtherTypes,
    AccessLists,
}

/// What to say of words that name no command or subcommand of the profile; `None` if they name one.
pub fn for_unknown(profile: Profile, words: &[&[u8]]) -> Option<Hint> {
    let name = words.first()?;
    let Some(entry) = table::find(name) else { return Some(unknown_command(profile, name)) };
    let newer = |spec: &Spec| Hint::Newer { name: spec.name, since: spec.since, profile };
    if !profile.has(entry.spec.since) {
        return Some(newer(entry.spec));
    }
    let word = words.get(1).filter(|_| !entry.spec.subcommands.is_empty())?;
    match table::find_subcommand(entry, word) {
        Some(sub) if profile.has(sub.spec.since) => None,
        Some(sub) => Some(newer(sub.spec)),
        None => {
            let name = entry.spec.name;
            let known = entry.spec.subcommands.iter().filter(|sub| profile.has(sub.since));
            let words: Vec<&'static str> =
                known.filter_map(|sub| sub.name.split_once(' ').map(|(_, word)| word)).collect();
            Some(match nearest(word, words.iter().copied()) {
                Some(near) => Hint::DidYouMean(format!("{name} {near}")),
                None => Hint::Knows { name, words },
            })
        }
    }
}

fn unknown_command(profile: Profile, name: &[u8]) -> Hint {
    let upper = String::from_utf8_lossy(name).to_ascii_uppercase();
    if let Some((_, what)) = OUT.iter().find(|(names, _)| names.contains(&upper.as_str())) {
        return Hint::NotHere(*what);
    }
    let known = table::commands(profile).map(|spec| spec.name);
    match nearest(name, known) {
        Some(near) => Hint::DidYouMean(near.to_owned()),
        None => Hint::SeeHelp,
    }
}

/// Commands that Redis has and this server has not, by what they belong to.
const OUT: [(&[&str], Missing); 9] = [
    (&["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO"], Missing::Scripts),
    (&["CLUSTER", "ASKING", "READONLY", "READWRITE"], Missing::Clusters),
    (&["MODULE", "FT.SEARCH", "JSON.SET", "JSON.GET", "TS.ADD", "BF.ADD"], Missing::Modules),
    (&["REPLICAOF", "SLAVEOF", "PSYNC", "SYNC", "REPLCONF", "FAILOVER", "ROLE"], Missing::Replicas),
    (&["SAVE", "BGSAVE", "BGREWRITEAOF", "LASTSAVE", "DUMP", "RESTORE", "MIGRATE"], Missing::Files),
    (&["HSET", "HGET", "HGETALL", "HDEL", "HINCRBY", "HLEN", "HMSET", "HMGET"], Missing::Hashes),
    (
        &["ZADD", "ZRANGE", "ZREM", "ZSCORE", "ZCARD", "ZPOPMIN", "ZRANGEBYSCORE"],
        Missing::SortedSets,
    ),
    (
        &["GEOADD", "GEOSEARCH", "PFADD", "PFCOUNT", "SETBIT", "GETBIT", "BITCOUNT"],
        Missing::OtherTypes,
    ),
    (&["ACL", "SSUBSCRIBE", "SPUBLISH", "SUNSUBSCRIBE"], Missing::AccessLists),
];

/// The candidate that is the fewest typing mistakes away, if that is few enough for its length.
fn nearest<'a>(word: &[u8], candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // No command is nearly this long, and the time grows with the product of the lengths.
    if NAME_BYTES_MAX < word.len() {
        return None;
    }
    let word = word.to_ascii_uppercase();
    let with_distance = candidates.map(|name| (distance(&word, name.as_bytes()), name));
    let (n_mistakes, name) = with_distance.min()?;
    (n_mistakes <= 1 + name.len() / 5).then_some(name)
}

const NAME_BYTES_MAX: usize = 32;

/// How many letters must be put in, left out, replaced or exchanged with their neighbour.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let width = b.len() + 1;
    let mut rows: Vec<usize> = (0..width * (a.len() + 1)).collect();
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let at = i * width + j;
            rows[at] = match (i, j) {
                (0, j) => j,
                (i, 0) => i,
                (i, j) => {
                    let replaced = rows[at - width - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let other = rows[at - width].min(rows[at - 1]) + 1;
                    let is_swap = 1 < i && 1 < j && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    let swapped = if is_swap { rows[at - 2 * width - 2] + 1 } else { usize::MAX };
                    replaced.min(other).min(swapped)
                }
            };
        }
    }
    rows.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_to_be_missing_is_missing() {
        for name in OUT.iter().flat_map(|(names, _)| *names) {
            assert!(table::find(name.as_bytes()).is_none(), "{name}");
        }
    }

    #[test]
    fn a_very_long_word_costs_nothing() {
        let word = vec![b'x'; 1_000_000];
        assert_eq!(nearest(&word, ["XADD"].into_iter()), None);
    }
}
