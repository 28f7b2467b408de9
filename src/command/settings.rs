//! The parameters of CONFIG: what exists, which values are legal, what they are now.
//!
//! Only parameters that mean something here exist, and those that clients and test harnesses read
//! and set back: where this server can only do one of the values (it writes no files), only that
//! value is legal.

use crate::engine::{IdmpConfig, NodeLimits};
use crate::limits::BULK_BYTES_MAX;

use super::args::strict_i64;
use super::error::c_name;
use super::spec::Since;
use super::{Profile, notify};

/// What a parameter may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A number between two bounds, both allowed.
    Int(i64, i64),
    /// A number of bytes between two bounds, both allowed: `100mb` is understood.
    Memory(i64, i64),
    /// `yes` or `no`.
    YesNo,
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// Any text.
    Text,
    /// The letters of keyspace notifications.
    Events,
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// As CONFIG GET prints it.
    pub name: &'static str,
    /// First version that has it.
    pub since: Since,
    /// What it may hold.
    pub kind: Kind,
    /// Its value at the start.
    pub default: &'static str,
    /// Only a start with other options could change it.
    pub fixed: bool,
}

const fn param(name: &'static str, kind: Kind, default: &'static str) -> Param {
    Param { name, since: (6, 2), kind, default, fixed: false }
}

const fn since(since: Since, param: Param) -> Param {
    Param { since, ..param }
}

const fn fixed(param: Param) -> Param {
    Param { fixed: true, ..param }
}

const POLICIES: &[&str] = &["noeviction"];
const ANY: Kind = Kind::Int(0, i64::MAX);
const BYTES: Kind = Kind::Memory(0, i64::MAX);

/// Every parameter, in byte order of its name.
pub static PARAMS: [Param; 33] = [
    param("appendfsync", Kind::OneOf(&["everysec", "always", "no"]), "everysec"),
    param("appendonly", Kind::OneOf(&["no"]), "no"),
    fixed(param("bind", Kind::Text, "127.0.0.1")),
    fixed(param("cluster-enabled", Kind::YesNo, "no")),
    fixed(param("databases", Kind::Int(1, 16), "16")),
    param("hz", Kind::Int(0, i32::MAX as i64), "10"),
    param("latency-monitor-threshold", ANY, "0"),
    param("lazyfree-lazy-user-del", Kind::YesNo, "no"),
    param("list-compress-depth", Kind::Int(0, i32::MAX as i64), "0"),
    since(
        (7, 0),
        param("list-max-listpack-size", Kind::Int(i32::MIN as i64, i32::MAX as i64), "-2"),
    ),
    param("list-max-ziplist-size", Kind::Int(i32::MIN as i64, i32::MAX as i64), "-2"),
    param("loglevel", Kind::OneOf(&["debug", "verbose", "notice", "warning"]), "notice"),
    param("maxclients", Kind::Int(1, 10_000), "10000"),
    param("maxmemory", BYTES, "0"),
    param("maxmemory-policy", Kind::OneOf(POLICIES), "noeviction"),
    param("maxmemory-samples", Kind::Int(1, 64), "5"),
    param("notify-keyspace-events", Kind::Events, ""),
    fixed(param("port", Kind::Int(0, 65_535), "6379")),
    param("proto-max-bulk-len", Kind::Memory(1 << 20, BULK_BYTES_MAX as i64), "536870912"),
    param("requirepass", Kind::Text, ""),
    param("save", Kind::OneOf(&[""]), ""),
    param("set-max-intset-entries", ANY, "512"),
    since((7, 2), param("set-max-listpack-entries", ANY, "128")),
    since((7, 2), param("set-max-listpack-value", ANY, "64")),
    param("slowlog-log-slower-than", Kind::Int(-1, i64::MAX), "10000"),
    param("slowlog-max-len", ANY, "128"),
    since((8, 6), param("stream-idmp-duration", Kind::Int(1, 86_400), "100")),
    since((8, 6), param("stream-idmp-maxsize", Kind::Int(1, 10_000), "100")),
    param("stream-node-max-bytes", BYTES, "4096"),
    param("stream-node-max-entries", ANY, "100"),
    param("tcp-keepalive", Kind::Int(0, i32::MAX as i64), "300"),
    param("timeout", Kind::Int(0, i32::MAX as i64), "0"),
    param("tracking-table-max-keys", ANY, "1000000"),
];

/// The values. Those that commands ask for are kept as numbers too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    values: Vec<Vec<u8>>,
    /// `maxmemory`, in bytes; 0: no limit of its own.
    pub maxmemory: u64,
    /// `notify-keyspace-events` as bits.
    pub notify: u16,
    /// `requirepass`; empty: no password.
    pub password: Vec<u8>,
    /// `stream-node-max-bytes`; 0: no limit.
    pub node_bytes_max: i64,
    /// `stream-node-max-entries`; 0: no limit.
    pub node_entries_max: i64,
    /// `maxclients`.
    pub n_clients_max: usize,
    /// `proto-max-bulk-len`: the longest word of a command, in bytes.
    pub bulk_bytes_max: usize,
    idmp_duration_s: i64,
    idmp_ids_max: i64,
}

impl Settings {
    /// The defaults.
    pub fn new() -> Settings {
        let values = PARAMS.iter().map(|param| param.default.as_bytes().to_vec()).collect();
        let mut settings = Settings {
            values,
            maxmemory: 0,
            notify: 0,
            password: Vec::new(),
            node_bytes_max: 0,
            node_entries_max: 0,
            n_clients_max: 0,
            bulk_bytes_max: 0,
            idmp_duration_s: 0,
            idmp_ids_max: 0,
        };
        settings.refresh();
        settings
    }

    /// The value of a parameter by its place in [`PARAMS`].
    pub fn value(&self, param_idx: usize) -> &[u8] {
        self.values.get(param_idx).map_or(b"", Vec::as_slice)
    }

    /// The value of a number by the parameter's name; 0 if there is no such number.
    pub fn int(&self, name: &str) -> i64 {
        let idx = PARAMS.iter().position(|param| param.name == name);
        idx.and_then(|idx| strict_i64(self.value(idx))).unwrap_or(0)
    }

    /// Sets a parameter to a value that [`check`] made.
    pub fn set(&mut self, param_idx: usize, value: Vec<u8>) {
        if let Some(place) = self.values.get_mut(param_idx) {
            *place = value;
        }
        self.refresh();
    }

    /// The same by the parameter's name, for values that are legal by construction.
    pub fn set_by_name(&mut self, name: &str, value: Vec<u8>) {
        if let Some(idx) = PARAMS.iter().position(|param| param.name == name) {
            self.set(idx, value);
        }
    }

    /// When a node of a stream is full.
    pub fn node_limits(&self) -> NodeLimits {
        NodeLimits {
            max_bytes: self.node_bytes_max.unsigned_abs(),
            max_entries: self.node_entries_max.unsigned_abs(),
        }
    }

    /// What a new stream remembers of idempotent producers.
    pub fn idmp_config(&self) -> IdmpConfig {
        IdmpConfig { duration_s: self.idmp_duration_s as u32, maxsize: self.idmp_ids_max as u32 }
    }

    fn refresh(&mut self) {
        self.maxmemory = self.int("maxmemory").unsigned_abs();
        self.node_bytes_max = self.int("stream-node-max-bytes");
        self.node_entries_max = self.int("stream-node-max-entries");
        self.n_clients_max = self.int("maxclients") as usize;
        self.bulk_bytes_max = self.int("proto-max-bulk-len") as usize;
        self.idmp_duration_s = self.int("stream-idmp-duration");
        self.idmp_ids_max = self.int("stream-idmp-maxsize");
        self.password = self.text("requirepass");
        self.notify = notify::parse(&self.text("notify-keyspace-events")).unwrap_or(0);
    }

    fn text(&self, name: &str) -> Vec<u8> {
        let idx = PARAMS.iter().position(|param| param.name == name);
        idx.map_or_else(Vec::new, |idx| self.value(idx).to_vec())
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings::new()
    }
}

/// The parameter of that name, in any case, if the profile has it.
pub fn find(name: &[u8], profile: Profile) -> Option<usize> {
    PARAMS.iter().position(|param| {
        param.name.as_bytes().eq_ignore_ascii_case(name) && profile.has(param.since)
    })
}

/// The value as it will be kept.
///
/// # Errors
/// Why it is not legal, in Redis's words.
pub fn check(param: &Param, value: &[u8], profile: Profile) -> Result<Vec<u8>, String> {
    if param.fixed {
        return Err("can't set immutable config".to_owned());
    }
    // Redis reads numbers and text as they are, and the others as far as a NUL.
    let value = match param.kind {
        Kind::Int(..) | Kind::Text => value,
        Kind::Memory(..) | Kind::YesNo | Kind::OneOf(_) | Kind::Events => c_name(value),
    };
    match param.kind {
        Kind::Int(min, max) => {
            let number = strict_i64(value)
                .ok_or_else(|| "argument couldn't be parsed into an integer".to_owned())?;
            if number < min || max < number {
                return Err(format!("argument must be between {min} and {max} inclusive"));
            }
            Ok(number.to_string().into_bytes())
        }
        Kind::Memory(min, max) => match memory(value) {
            Some(bytes) => match i64::try_from(bytes) {
                Ok(bytes) if (min..=max).contains(&bytes) => Ok(bytes.to_string().into_bytes()),
                _ => Err(out_of_bounds(min, max, profile)),
            },
            None => Err("argument must be a memory value".to_owned()),
        },
        Kind::YesNo => {
            one_of(value, &["yes", "no"]).ok_or_else(|| "argument must be 'yes' or 'no'".to_owned())
        }
        Kind::OneOf(words) => one_of(value, words).ok_or_else(|| {
            format!("argument(s) must be one of the following: {}", words.join(", "))
        }),
        Kind::Text => Ok(value.to_vec()),
        Kind::Events => match notify::parse(value) {
            Some(classes) => Ok(notify::print(classes)),
            None => {
                let more = if profile.has((8, 8)) { "ocaSTIV" } else { "" };
                Err(format!("Invalid event class character. Use 'Ag$lshzxeKEtmdn{more}'."))
            }
        },
    }
}

fn one_of(value: &[u8], words: &[&str]) -> Option<Vec<u8>> {
    let found = words.iter().find(|word| word.as_bytes().eq_ignore_ascii_case(value));
    found.map(|word| word.as_bytes().to_vec())
}

fn out_of_bounds(min: i64, max: i64, profile: Profile) -> String {
    match profile {
        Profile::Redis82 if max == i64::MAX => {
            format!("argument must be greater or equal to {min}")
        }
        Profile::Valkey9 if max == i64::MAX => "argument must be a memory value".to_owned(),
        _ => format!("argument must be between {min} and {max} inclusive"),
    }
}

/// A number of bytes: digits and a unit (`k` is 1000, `kb` is 1024, and so on). No digits are 0,
/// too many are the greatest number there is, and the unit may overflow it.
fn memory(text: &[u8]) -> Option<u64> {
    let n_digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, unit) = text.split_at(n_digits);
    let factor: u64 = match unit.to_ascii_lowercase().as_slice() {
        b"" | b"b" => 1,
        b"k" => 1_000,
        b"kb" => 1 << 10,
        b"m" => 1_000_000,
        b"mb" => 1 << 20,
        b"g" => 1_000_000_000,
        b"gb" => 1 << 30,
        _ => return None,
    };
    let digit = |sum: u64, byte: &u8| sum.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
    Some(digits.iter().fold(0, digit).wrapping_mul(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_in_order_and_their_defaults_are_legal() {
        for pair in PARAMS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
        }
        for param in &PARAMS {
            let open = Param { fixed: false, ..*param };
            assert_eq!(
                check(&open, param.default.as_bytes(), Profile::Redis86),
                Ok(param.default.into())
            );
        }
    }

    #[test]
    fn memory_has_units() {
        for (text, bytes) in [("0", 0), ("1k", 1000), ("2MB", 2 << 20), ("", 0), ("kb", 0)] {
            assert_eq!(memory(text.as_bytes()), Some(bytes));
        }
        assert_eq!(memory(b"18446744073709551616"), Some(u64::MAX));
        for text in ["x", "1tb", "-1", "+1", " 1", "1.5"] {
            assert_eq!(memory(text.as_bytes()), None, "{text}");
        }
    }
}
