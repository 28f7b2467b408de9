//! What the fuzz targets do with their bytes. `server/tests/fuzzed.rs` does the same with bytes of
//! its own, so that the targets cannot rot.

use streamlanes::command::tokenize::redis_tokens;
use streamlanes::command::{ClientId, Profile, Server};
use streamlanes_server::request::{Parsed, Requests, Trust};

/// A typed line: its words lie in it one behind the other, mean the same when they are quoted, and
/// can be run.
pub fn line(data: &[u8]) {
    let Ok(tokens) = redis_tokens(data) else { return };
    let mut end = 0;
    for token in &tokens {
        assert!(end <= token.span.start && token.span.start <= token.span.end);
        end = token.span.end;
    }
    assert!(end <= data.len());
    let words: Vec<&[u8]> = tokens.iter().map(|token| token.value.as_slice()).collect();
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    let again = redis_tokens(quoted.join(" ").as_bytes()).unwrap_or_default();
    assert!(again.iter().map(|token| &token.value[..]).eq(words.iter().copied()));
    let mut server = Server::new(Profile::Redis810);
    let client = server.connect(1);
    server.execute(client, &words, 1, &mut Vec::new());
}

fn quote(word: &[u8]) -> String {
    let escaped = word.iter().map(|byte| format!("\\x{byte:02x}"));
    format!("\"{}\"", escaped.collect::<String>())
}

/// Bytes of a connection: however they are cut, the same commands come out of them.
pub fn door(data: &[u8]) {
    let Some((&piece, bytes)) = data.split_first() else { return };
    let trust = if piece & 128 == 0 { Trust::Full } else { Trust::Unknown };
    let whole = commands(bytes, bytes.len().max(1), trust);
    let pieces = commands(bytes, usize::from(piece & 127) + 1, trust);
    assert_eq!(whole, pieces);
}

/// The commands in some bytes that arrive in pieces, and how it ended.
fn commands(bytes: &[u8], piece: usize, trust: Trust) -> (Vec<Vec<Vec<u8>>>, String) {
    let mut found = Vec::new();
    let mut start = 0;
    let mut n_there = 0;
    let mut requests = Requests::default();
    loop {
        let mut words = Vec::new();
        match requests.parse(&bytes[start..n_there], trust, &mut words) {
            Ok(Parsed::Incomplete) if n_there == bytes.len() => return (found, "end".to_owned()),
            Ok(Parsed::Incomplete) => n_there = bytes.len().min(n_there + piece),
            Ok(Parsed::Command(n_bytes)) => {
                found.push(words.iter().map(|word| word.to_vec()).collect());
                start += n_bytes;
            }
            Ok(Parsed::Inline(n_bytes, words)) => {
                found.push(words);
                start += n_bytes;
            }
            Ok(Parsed::Nothing(n_bytes)) => start += n_bytes,
            Err(error) => return (found, String::from_utf8_lossy(&error.message()).into_owned()),
        }
        assert!(start <= n_there);
    }
}

/// Words that commands are made of, so that few bytes make a command that does something.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "XADD", "XLEN", "XRANGE", "XREVRANGE", "XREAD", "XREADGROUP", "XDEL", "XDELEX", "XTRIM",
    "XACK", "XACKDEL", "XNACK", "XPENDING", "XCLAIM", "XAUTOCLAIM", "XGROUP", "XINFO", "XSETID",
    "XCFGSET", "XIDMPRECORD", "CREATE", "SETID", "DESTROY", "CREATECONSUMER", "DELCONSUMER",
    "STREAM", "GROUPS", "CONSUMERS", "FULL", "COUNT", "MAXCOUNT", "MAXSIZE", "BLOCK", "GROUP",
    "CLAIM", "NOACK", "STREAMS", "MAXLEN", "MINID", "LIMIT", "~", "=", "KEEPREF", "DELREF",
    "ACKED", "IDMP", "IDMPAUTO", "NOMKSTREAM", "MKSTREAM", "ENTRIESREAD", "ENTRIESADDED",
    "MAXDELETEDID", "IDS", "SILENT", "FAIL", "FATAL", "RETRYCOUNT", "FORCE", "JUSTID", "LASTID",
    "IDLE", "TIME", "IDMP-MAXSIZE", "IDMP-DURATION", "*", "$", ">", "+", "-", "0", "1", "2", "5",
    "100", "-1", "1-0", "1-*", "2-0", "3-0", "9-9", "(1-0",
    "18446744073709551615-18446744073709551615", "9223372036854775807", "s", "t", "g", "h", "c",
    "d", "f", "v", "DEL", "RENAME", "COPY", "REPLACE", "MOVE", "SWAPDB", "SELECT", "MULTI", "EXEC",
    "DISCARD", "WATCH", "UNWATCH", "SET", "GET", "INCR", "APPEND", "LPUSH", "RPUSH", "LPOP",
    "BLPOP", "LRANGE", "SADD", "SMEMBERS", "EXPIRE", "PEXPIRE", "PERSIST", "TTL", "TYPE", "KEYS",
    "SCAN", "FLUSHALL", "DBSIZE", "CONFIG", "stream-node-max-entries", "stream-node-max-bytes",
    "CLIENT", "ID", "LIST", "UNBLOCK", "KILL", "HELLO", "3", "RESET", "INFO", "COMMAND", "DOCS",
    "SUBSCRIBE", "PUBLISH", "MONITOR", "DEBUG", "OBJECT", "ENCODING", "MEMORY", "USAGE",
    "notify-keyspace-events", "KEA", "maxmemory", "XADD s * f v",
];

/// A sequence of commands of three clients in virtual time. The first byte chooses the version;
/// then 255 ends a command, 254 lets time pass, 253 makes a word of the bytes behind it, and any
/// other byte is a word of [`WORDS`].
pub fn engine(data: &[u8]) {
    let Some((&first, mut rest)) = data.split_first() else { return };
    let profile = Profile::ALL[usize::from(first) % Profile::ALL.len()];
    let mut server = Server::new(profile);
    let mut now = 1_700_000_000_000;
    let clients: Vec<ClientId> = (0..3).map(|_| server.connect(now)).collect();
    let mut words: Vec<Vec<u8>> = Vec::new();
    let mut n_commands = 0;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            255 => {
                run(&mut server, clients[n_commands % 3], &words, now);
                n_commands += usize::from(words.last().is_some_and(|word| word.len() % 2 == 1)) + 1;
                words.clear();
            }
            254 => {
                now += rest.first().map_or(1, |&byte| 1 << (byte % 24));
                server.advance(now);
            }
            253 => {
                let n = rest.first().map_or(0, |&n| usize::from(n)).min(rest.len());
                words.push(rest[..n].to_vec());
                rest = &rest[n..];
            }
            byte => {
                let word = WORDS[usize::from(byte) % WORDS.len()];
                words.extend(word.split(' ').map(|word| word.as_bytes().to_vec()));
            }
        }
    }
    run(&mut server, clients[0], &words, now);
    server.store().check_invariants();
}

fn run(server: &mut Server, client: ClientId, words: &[Vec<u8>], now: u64) {
    // Huge replies to questions about everything only cost time.
    if server.is_blocked(client) || !server.is_connected(client) {
        return;
    }
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let mut out = Vec::new();
    server.execute(client, &words, now, &mut out);
    while server.poll_output().is_some() {}
    while server.poll_killed().is_some() {}
    while server.poll_event().is_some() {}
}
