//! What to do instead of a command that nobody knows.
//!
//! The error itself stays the one that a real server sends; this is the sentence that a console may
//! show beside it.

use super::{Profile, table};

/// A sentence for words that name no command or subcommand of the profile; `None` if they name one.
pub fn for_unknown(profile: Profile, words: &[&[u8]]) -> Option<String> {
    let name = words.first()?;
    let Some(entry) = table::find(name) else { return Some(unknown_command(profile, name)) };
    let (major, minor) = entry.spec.since;
    if !profile.has(entry.spec.since) {
        return Some(format!(
            "{} came with Redis {major}.{minor}; this playground now is {profile}.",
            entry.spec.name
        ));
    }
    let word = words.get(1).filter(|_| !entry.spec.subcommands.is_empty())?;
    match table::find_subcommand(entry, word) {
        Some(sub) if profile.has(sub.spec.since) => None,
        Some(sub) => {
            let (major, minor) = sub.spec.since;
            let name = sub.spec.name;
            Some(format!(
                "{name} came with Redis {major}.{minor}; this playground now is {profile}."
            ))
        }
        None => {
            let known = entry.spec.subcommands.iter().filter(|sub| profile.has(sub.since));
            let known: Vec<&str> =
                known.filter_map(|sub| sub.name.split_once(' ').map(|(_, word)| word)).collect();
            Some(match nearest(word, known.iter().copied()) {
                Some(near) => format!("Did you mean {} {near}?", entry.spec.name),
                None => format!("{} here knows {}.", entry.spec.name, known.join(", ")),
            })
        }
    }
}

fn unknown_command(profile: Profile, name: &[u8]) -> String {
    let upper = String::from_utf8_lossy(name).to_ascii_uppercase();
    if let Some((_, what)) = OUT.iter().find(|(names, _)| names.contains(&upper.as_str())) {
        return format!("{what} are not part of this playground: HELP lists what is.");
    }
    let known = table::commands(profile).map(|spec| spec.name);
    match nearest(name, known) {
        Some(near) => format!("Did you mean {near}?"),
        None => "HELP lists the commands of this playground.".to_owned(),
    }
}

/// Commands that Redis has and this server has not, by what they belong to.
const OUT: [(&[&str], &str); 9] = [
    (&["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO"], "Scripts"),
    (&["CLUSTER", "ASKING", "READONLY", "READWRITE"], "Clusters"),
    (&["MODULE", "FT.SEARCH", "JSON.SET", "JSON.GET", "TS.ADD", "BF.ADD"], "Modules"),
    (&["REPLICAOF", "SLAVEOF", "PSYNC", "SYNC", "REPLCONF", "FAILOVER", "ROLE"], "Replicas"),
    (&["SAVE", "BGSAVE", "BGREWRITEAOF", "LASTSAVE", "DUMP", "RESTORE", "MIGRATE"], "Files"),
    (&["HSET", "HGET", "HGETALL", "HDEL", "HINCRBY", "HLEN", "HMSET", "HMGET"], "Hashes"),
    (&["ZADD", "ZRANGE", "ZREM", "ZSCORE", "ZCARD", "ZPOPMIN", "ZRANGEBYSCORE"], "Sorted sets"),
    (&["GEOADD", "GEOSEARCH", "PFADD", "PFCOUNT", "SETBIT", "GETBIT", "BITCOUNT"], "Other types"),
    (&["ACL", "SSUBSCRIBE", "SPUBLISH", "SUNSUBSCRIBE"], "Access lists and sharded channels"),
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

    #[track_caller]
    fn check(profile: Profile, line: &str, expected: Option<&str>) {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        assert_eq!(for_unknown(profile, &words).as_deref(), expected, "{line}");
    }

    #[test]
    fn what_to_write_instead() {
        let now = Profile::Redis86;
        check(now, "XADD k", None);
        check(now, "xgroup create", None);
        check(now, "XAD k", Some("Did you mean XADD?"));
        check(now, "xraed", Some("Did you mean XREAD?"));
        check(now, "XGROUP CRAETE", Some("Did you mean XGROUP CREATE?"));
        check(now, "frobnicate", Some("HELP lists the commands of this playground."));
        let out = "Scripts are not part of this playground: HELP lists what is.";
        check(now, "eval", Some(out));
        let newer = "XNACK came with Redis 8.8; this playground now is 8.6.";
        check(now, "XNACK k g", Some(newer));
    }

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
