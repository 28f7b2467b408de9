//! Whether two replies are the same.

use streamlanes::resp::{Value, decode};

/// What may differ between two replies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leeway {
    /// How far times may be apart, in milliseconds: as long as the sequence took.
    pub time_ms: i64,
    /// Names whose values are not compared.
    pub names: &'static [&'static [u8]],
}

/// Map keys whose integer is a time or a duration in milliseconds.
const TIME_NAMES: [&[u8]; 4] = [b"seen-time", b"active-time", b"idle", b"inactive"];
/// Commands whose reply is a duration until, or the time of, an expiry.
const EXPIRY_COMMANDS: [&[u8]; 4] = [b"TTL", b"PTTL", b"EXPIRETIME", b"PEXPIRETIME"];
/// Commands whose reply's order is that of a hash table.
const UNORDERED_COMMANDS: [&[u8]; 2] = [b"KEYS", b"SMEMBERS"];

/// Whether two replies (any number of RESP values each) to a command are the same but for times.
pub fn is_same(words: &[Vec<u8>], ours: &[u8], theirs: &[u8], leeway: Leeway) -> bool {
    if ours == theirs {
        return true;
    }
    let (Some(ours), Some(theirs)) = (values(ours), values(theirs)) else { return false };
    let name = words.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
    let (ours, theirs) = if UNORDERED_COMMANDS.contains(&name.as_slice()) {
        (ours.into_iter().map(sorted).collect(), theirs.into_iter().map(sorted).collect())
    } else {
        (ours, theirs)
    };
    let is_expiry = EXPIRY_COMMANDS.contains(&name.as_slice());
    let is_exec = name == b"EXEC";
    let same = Same { leeway, is_expiry, is_exec };
    same.all(&ours, &theirs)
}

/// All values in some bytes; `None` if they are no replies.
fn values(mut bytes: &[u8]) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        let (value, n_bytes) = decode(bytes).ok()?;
        values.push(value);
        bytes = &bytes[n_bytes..];
    }
    Some(values)
}

fn sorted(value: Value) -> Value {
    let key = |value: &Value| format!("{value:?}");
    match value {
        Value::Array(mut items) => {
            items.sort_by_key(key);
            Value::Array(items)
        }
        Value::Set(mut items) => {
            items.sort_by_key(key);
            Value::Set(items)
        }
        other => other,
    }
}

struct Same {
    leeway: Leeway,
    is_expiry: bool,
    /// In EXEC a great number may be an expiry.
    is_exec: bool,
}

/// Above this a number in EXEC can only be a time.
const TIME_IN_EXEC_MIN: i64 = 100_000;

impl Same {
    fn all(&self, ours: &[Value], theirs: &[Value]) -> bool {
        let is_time = |idx: usize| is_pending_time(ours, idx) || is_named(ours, idx, &TIME_NAMES);
        ours.len() == theirs.len()
            && ours.iter().zip(theirs).enumerate().all(|(idx, (our, their))| {
                if is_named(ours, idx, &[b"radix-tree-nodes"]) {
                    return is_positive(our) && is_positive(their);
                }
                self.one(our, their)
                    || is_named(ours, idx, self.leeway.names)
                    || is_time(idx) && self.is_near(our, their)
            })
    }

    fn one(&self, ours: &Value, theirs: &Value) -> bool {
        match (ours, theirs) {
            (Value::Array(ours), Value::Array(theirs))
            | (Value::Push(ours), Value::Push(theirs))
            | (Value::Set(ours), Value::Set(theirs)) => self.all(ours, theirs),
            (Value::Map(ours), Value::Map(theirs)) => self.all(&flat(ours), &flat(theirs)),
            _ => ours == theirs || self.may_be_time(ours) && self.is_near(ours, theirs),
        }
    }

    fn may_be_time(&self, ours: &Value) -> bool {
        self.is_expiry
            || self.is_exec && matches!(ours, Value::Int(time) if TIME_IN_EXEC_MIN < *time)
    }

    /// Times since 1970 or durations that mean "never" (-1) differ by more than any tolerance.
    fn is_near(&self, ours: &Value, theirs: &Value) -> bool {
        match (ours, theirs) {
            (Value::Int(ours), Value::Int(theirs)) => {
                let is_number = (0 <= *ours) == (0 <= *theirs);
                is_number && ours.abs_diff(*theirs) <= self.leeway.time_ms.unsigned_abs()
            }
            _ => false,
        }
    }
}

fn flat(pairs: &[(Value, Value)]) -> Vec<Value> {
    pairs.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect()
}

fn is_positive(value: &Value) -> bool {
    matches!(value, Value::Int(n) if 0 < *n)
}

/// Whether the item before this one is one of these names.
fn is_named(items: &[Value], idx: usize, names: &[&[u8]]) -> bool {
    match idx.checked_sub(1).and_then(|before| items.get(before)) {
        Some(Value::Bulk(name) | Value::Simple(name)) => names.contains(&name.as_slice()),
        _ => false,
    }
}

/// Whether this is the time in a pending entry: `[id, consumer, time, count]` of XPENDING and of a
/// group in XINFO STREAM FULL, or `[id, time, count]` of a consumer there; or an idle time.
fn is_pending_time(items: &[Value], idx: usize) -> bool {
    match items {
        [Value::Bulk(_), Value::Bulk(_), Value::Int(_), Value::Int(_)] => idx == 2,
        [Value::Bulk(_), Value::Int(_), Value::Int(_)] => idx == 1,
        // An entry that XREADGROUP CLAIM took: `[id, fields, idle, count]`.
        [Value::Bulk(_), Value::Array(_), Value::Int(_), Value::Int(_)] => idx == 2,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(command: &str, ours: &str, theirs: &str, expected: bool) {
        let words: Vec<_> = command.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        let reply = |text: &str| text.replace(' ', "\r\n").into_bytes();
        let leeway = Leeway { time_ms: 10, names: &[b"lag"] };
        assert_eq!(is_same(&words, &reply(ours), &reply(theirs), leeway), expected);
    }

    #[test]
    fn only_times_may_differ_and_only_a_little() {
        let pending = "*1 *4 $3 1-0 $1 a :1000 :1 ";
        check("XPENDING", pending, pending, true);
        check("XPENDING", pending, "*1 *4 $3 1-0 $1 a :1009 :1 ", true);
        check("XPENDING", pending, "*1 *4 $3 1-0 $1 a :1011 :1 ", false);
        check("XPENDING", pending, "*1 *4 $3 1-0 $1 a :1000 :2 ", false);
        check("XINFO", "*2 $9 seen-time :5 ", "*2 $9 seen-time :6 ", true);
        check("XINFO", "*2 $9 seen-time :0 ", "*2 $9 seen-time :-1 ", false);
        check("XINFO", "%1 $4 idle :5 ", "%1 $4 idle :6 ", true);
        check("XINFO", "*2 $7 pending :5 ", "*2 $7 pending :6 ", false);
        check("XINFO", "*2 $16 radix-tree-nodes :5 ", "*2 $16 radix-tree-nodes :60 ", true);
        check("XINFO", "*2 $3 lag :5 ", "*2 $3 lag $-1 ", true);
        check("XLEN", ":5 ", ":6 ", false);
        check("PTTL", ":5 ", ":6 ", true);
        check("PTTL", ":0 ", ":-1 ", false);
        check("KEYS", "*2 $1 a $1 b ", "*2 $1 b $1 a ", true);
        check("XRANGE", "*2 $1 a $1 b ", "*2 $1 b $1 a ", false);
        check("XADD", "-ERR a ", "-ERR b ", false);
    }
}
