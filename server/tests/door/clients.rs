//! Real clients, unchanged: redis-cli, redis-py, ioredis, node-redis and redis-rs.
//!
//! `cargo xtask test` gets them and says where they are; without it they are said to be missing.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::process::{Command, Stdio};

use redis::streams::{StreamMaxlen, StreamReadOptions, StreamReadReply};
use redis::{Commands, ErrorKind, ServerErrorKind};

use super::harness::{Door, PATIENCE};

/// A path from the environment.
fn path(variable: &str) -> OsString {
    std::env::var_os(variable).unwrap_or_else(|| {
        panic!("{variable} is not set: run this as `cargo xtask test`, which gets the clients")
    })
}

/// Runs a program to its end; what it printed.
#[track_caller]
fn output_of(command: &mut Command, input: &[u8]) -> String {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    stdin.write_all(input).expect("the program reads");
    drop(stdin);
    let process = child.id();
    // One that hangs is ended from outside, and fails by that.
    let (ended, watched) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if watched.recv_timeout(2 * PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            let _ = Command::new("sh").args(["-c", &format!("kill -KILL {process}")]).status();
        }
    });
    let output = child.wait_with_output().expect("it can be waited for");
    drop(ended);
    watch.join().expect("the watch does not panic");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}:\n{said}\n{complained}", output.status);
    said
}

/// Runs a script of `clients/` with the door's port.
#[track_caller]
fn run_script(interpreter: &str, script: &str, further: Option<&str>, variables: &[(&str, &str)]) {
    let door = Door::open();
    let mut command = Command::new(path(interpreter));
    command.arg(format!("{}/tests/door/clients/{script}", env!("CARGO_MANIFEST_DIR")));
    command.arg(door.address.port().to_string()).args(further.map(path));
    command.envs(variables.iter().map(|(name, variable)| (name, path(variable))));
    assert_eq!(output_of(&mut command, b""), "");
}

#[test]
fn redis_py() {
    let folder = [("PYTHONPATH", "STREAMLANES_REDIS_PY")];
    run_script("STREAMLANES_PYTHON", "redis_py.py", None, &folder);
}

#[test]
fn ioredis() {
    run_script("STREAMLANES_NODE", "ioredis.cjs", Some("STREAMLANES_NODE_CLIENTS"), &[]);
}

#[test]
fn node_redis() {
    run_script("STREAMLANES_NODE", "node_redis.cjs", Some("STREAMLANES_NODE_CLIENTS"), &[]);
}

/// What redis-cli prints for the words of a line.
#[track_caller]
fn check_cli(door: &Door, line: &str, input: &str, expected: &str) {
    let mut command = Command::new(path("STREAMLANES_REDIS_CLI"));
    command.args(["-p", &door.address.port().to_string()]).args(line.split(' '));
    assert_eq!(output_of(&mut command, input.as_bytes()), expected, "{line}");
}

#[test]
fn redis_cli() {
    let door = Door::open();
    let too_old =
        "ERR The ID specified in XADD is equal or smaller than the target stream top item";
    let group = "\"name\",\"g\",\"consumers\",3,\"pending\",0,\"last-delivered-id\",\"1-0\",\
                 \"entries-read\",1,\"lag\",0\n";
    for (line, expected) in [
        ("XADD s 1-0 f v", "1-0\n"),
        ("XGROUP CREATE s g 0", "OK\n"),
        ("--csv XREADGROUP GROUP g c COUNT 1 STREAMS s >", "\"s\",\"1-0\",\"f\",\"v\"\n"),
        ("--csv XPENDING s g", "1,\"1-0\",\"1-0\",\"c\",\"1\"\n"),
        ("-3 --csv XREAD STREAMS s 0", "\"s\",\"1-0\",\"f\",\"v\"\n"),
        ("--csv XCLAIM s g d 0 1-0", "\"1-0\",\"f\",\"v\"\n"),
        ("--csv XAUTOCLAIM s g e 0 0 JUSTID", "\"0-0\",\"1-0\",\n"),
        ("XACK s g 1-0", "1\n"),
        ("-3 --csv XINFO GROUPS s", group),
        ("-n 1 EXISTS s", "0\n"),
        ("--scan", "s\n"),
        ("XADD s 1-0 f v", &format!("{too_old}\n\n")),
    ] {
        check_cli(&door, line, "", expected);
    }
    // Lines on standard input, a transaction among them, and mass insertion.
    let lines = "MULTI\nXADD t 1-0 f v\nXLEN t\nEXEC\nPING 'a b'\n";
    check_cli(
        &door,
        "--no-raw",
        lines,
        "OK\nQUEUED\nQUEUED\n1) \"1-0\"\n2) (integer) 1\n\"a b\"\n",
    );
    let many: String = (1..=10_000).map(|i| format!("XADD many {i}-0 n {i}\r\n")).collect();
    let told = "All data transferred. Waiting for the last reply...\n\
                Last reply received from server.\nerrors: 0, replies: 10000\n";
    check_cli(&door, "--pipe", &many, told);
    check_cli(&door, "XLEN many", "", "10000\n");
}

#[test]
fn redis_rs() {
    for query in ["", "?protocol=resp3"] {
        let door = Door::open();
        let client = redis::Client::open(format!("redis://{}/{query}", door.address)).unwrap();
        let mut connection = client.get_connection().unwrap();
        streams(&mut connection);
        groups(&mut connection);
        waits(&client, &mut connection);
        transactions(&client, &mut connection);
    }
}

fn streams(connection: &mut redis::Connection) {
    let id: String = connection.xadd("s", "1-0", &[("n", "1")]).unwrap();
    assert_eq!(id, "1-0");
    let max = StreamMaxlen::Approx(10);
    let _: String = connection.xadd_maxlen("s", max, "2-0", &[("n", "2")]).unwrap();
    assert_eq!(connection.xlen("s"), Ok(2));
    let range: redis::streams::StreamRangeReply = connection.xrange_all("s").unwrap();
    assert_eq!(range.ids.len(), 2);
    assert_eq!(range.ids[1].get::<String>("n").as_deref(), Some("2"));
    let old = connection.xadd::<_, _, _, _, String>("s", "1-0", &[("n", "0")]).unwrap_err();
    assert_eq!(old.kind(), ErrorKind::Server(ServerErrorKind::ResponseError));
}

fn groups(connection: &mut redis::Connection) {
    let _: () = connection.xgroup_create("s", "g", "0").unwrap();
    let options = StreamReadOptions::default().group("g", "ann").count(2);
    let read: StreamReadReply = connection.xread_options(&["s"], &[">"], &options).unwrap();
    assert_eq!(read.keys[0].ids.len(), 2);
    assert_eq!(connection.xack("s", "g", &["1-0"]), Ok(1));
    let pending: redis::streams::StreamPendingCountReply =
        connection.xpending_count("s", "g", "-", "+", 10).unwrap();
    assert_eq!((pending.ids[0].id.as_str(), pending.ids[0].times_delivered), ("2-0", 1));
    let claimed: redis::streams::StreamClaimReply =
        connection.xclaim("s", "g", "bob", 0, &["2-0"]).unwrap();
    assert_eq!(claimed.ids[0].id, "2-0");
    let options = redis::streams::StreamAutoClaimOptions::default();
    let claimed: redis::streams::StreamAutoClaimReply =
        connection.xautoclaim_options("s", "g", "cid", 0, "0", options).unwrap();
    assert_eq!((claimed.next_stream_id.as_str(), claimed.claimed.len()), ("0-0", 1));
    let info: redis::streams::StreamInfoGroupsReply = connection.xinfo_groups("s").unwrap();
    assert_eq!((info.groups[0].consumers, info.groups[0].pending), (3, 1));
    assert_eq!((info.groups[0].entries_read, info.groups[0].lag), (Some(2), Some(0)));
}

fn waits(client: &redis::Client, connection: &mut redis::Connection) {
    let mut other = client.get_connection().unwrap();
    let reader = std::thread::spawn(move || {
        let options = StreamReadOptions::default().block(PATIENCE.as_millis() as usize);
        other.xread_options::<_, _, StreamReadReply>(&["w"], &["$"], &options).unwrap()
    });
    loop {
        let info: redis::InfoDict = redis::cmd("INFO").query(connection).unwrap();
        if info.get::<u32>("blocked_clients") == Some(1) {
            break;
        }
    }
    let _: String = connection.xadd("w", "1-0", &[("n", "1")]).unwrap();
    assert_eq!(reader.join().unwrap().keys[0].ids[0].id, "1-0");
}

fn transactions(client: &redis::Client, connection: &mut redis::Connection) {
    let mut pipe = redis::pipe();
    for i in 1..=1000 {
        pipe.xadd("p", format!("{i}-0"), &[("n", i)]);
    }
    let ids: Vec<String> = pipe.query(connection).unwrap();
    assert_eq!((ids.len(), ids[999].as_str()), (1000, "1000-0"));
    let (length, n): (u64, u64) =
        redis::pipe().atomic().xlen("p").incr("n", 1).query(connection).unwrap();
    assert_eq!((length, n), (1000, 1));
    // WATCH: a change by another makes EXEC answer nil.
    let mut other = client.get_connection().unwrap();
    let _: () = redis::cmd("WATCH").arg("p").query(connection).unwrap();
    let _: String = other.xadd("p", "2000-0", &[("n", "x")]).unwrap();
    let none: Option<(u64,)> = redis::pipe().atomic().xlen("p").query(connection).unwrap();
    assert_eq!(none, None);
    let counts: BTreeMap<String, u64> =
        redis::cmd("CONFIG").arg("GET").arg("databases").query(connection).unwrap();
    assert_eq!(counts.get("databases"), Some(&16));
}
