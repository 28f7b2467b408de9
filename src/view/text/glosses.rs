//! What words of a command mean: beside the choices of completion, and under the pointer.

/// What can be written, each with what it means there.
type Glosses = &'static [(&'static str, &'static str)];

/// Ids that are no entry's.
#[inline(never)]
pub fn special_ids(place: &str, command: &str) -> Glosses {
    match (command, place) {
        ("XREADGROUP", _) => {
            &[(">", "what nobody in the group has had"), ("0", "what is pending for this consumer")]
        }
        ("XREAD", _) => &[("$", "only what comes from now on"), ("0", "from the beginning")],
        ("XGROUP CREATE" | "XGROUP SETID", _) => &[("0", "from the beginning")],
        ("XRANGE" | "XPENDING", "start") => &[("-", "the smallest id")],
        ("XRANGE" | "XPENDING", "end") => &[("+", "the greatest id")],
        ("XREVRANGE", "end") => &[("+", "the greatest id")],
        ("XREVRANGE", "start") => &[("-", "the smallest id")],
        ("XAUTOCLAIM", _) => &[("0-0", "from the beginning")],
        _ => &[],
    }
}

/// Typical numbers, with their unit said.
#[inline(never)]
pub fn numbers(place: &str) -> Glosses {
    match place {
        "milliseconds" => &[("0", "for ever"), ("5000", "5 seconds")],
        "min-idle-time" => {
            &[("60000", "1 minute, in milliseconds"), ("0", "whatever the idle time")]
        }
        "threshold" => &[("1000", "entries, or an id with MINID")],
        "count" => &[("10", ""), ("1", "")],
        "numids" => &[("1", "how many ids follow")],
        _ => &[],
    }
}

/// What a word that stands for itself does, where its name does not say it.
#[inline(never)]
pub fn meaning(word: &str, command: &str) -> &'static str {
    match (word, command) {
        ("*", "XADD") => "let the server choose the id",
        ("$", _) => "only what comes from now on",
        ("~", _) => "roughly: whole nodes only, cheaper",
        ("=", _) => "exactly",
        ("NOMKSTREAM", _) => "do not create the stream",
        ("MKSTREAM", _) => "create the stream if there is none",
        ("MAXLEN", _) => "keep at most so many entries",
        ("MINID", _) => "keep entries from this id on",
        ("LIMIT", _) => "look at no more than so many entries",
        ("STREAMS", _) => "then the keys, then an id for each",
        ("BLOCK", _) => "wait for data",
        ("COUNT", _) => "at most so many",
        ("NOACK", _) => "do not make them pending",
        ("JUSTID", _) => "only the ids, and do not count it as a delivery",
        ("FORCE", _) => "even if it is not pending",
        ("IDLE", "XPENDING") => "only what is idle that long",
        ("FULL", _) => "everything, groups and pending entries too",
        _ => "",
    }
}

/// A word behind the last place of a command.
pub const NO_PLACE: &str = "This word has no place here.";
