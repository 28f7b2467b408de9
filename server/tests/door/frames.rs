//! What comes in, however it comes: in pieces, all at once, too large, or as nonsense.

use std::io::{Read, Write};
use std::time::Duration;

use streamlanes::limits::{ARGS_MAX, BULK_BYTES_MAX};

use super::harness::{Door, request, request_of};

#[test]
fn commands_may_come_byte_by_byte() {
    let door = Door::open();
    let mut client = door.connect();
    let mut bytes = request("XADD k 1-1 field value");
    bytes.extend_from_slice(b"\r\nPING  'a b'\r\n");
    bytes.extend(request_of(&[b"ECHO", b"\r\n$3\r\n\0\xff"]));
    bytes.extend_from_slice(b"*0\r\n*-1\r\nXLEN k\n");
    for byte in bytes {
        client.send(&[byte]);
    }
    client.expect(b"$3\r\n1-1\r\n$3\r\na b\r\n$8\r\n\r\n$3\r\n\0\xff\r\n:1\r\n");
}

#[test]
fn thousands_of_commands_may_come_at_once() {
    let door = Door::open();
    let mut client = door.connect();
    let n = 20_000;
    let mut bytes = Vec::new();
    let mut replies = String::new();
    for i in 1..=n {
        bytes.extend(request(&format!("XADD k {i}-0 n {i}")));
        let id = format!("{i}-0");
        replies.push_str(&format!("${}\r\n{id}\r\n", id.len()));
    }
    bytes.extend(request("XLEN k"));
    replies.push_str(&format!(":{n}\r\n"));
    // Whoever sends so much at once must read meanwhile, as every client library does.
    let mut writer = client.socket.try_clone().unwrap();
    let sender = std::thread::spawn(move || writer.write_all(&bytes));
    client.expect(replies.as_bytes());
    sender.join().unwrap().unwrap();
}

#[test]
fn every_byte_is_kept() {
    let door = Door::open();
    let mut client = door.connect();
    let all: Vec<u8> = (0..=255).collect();
    let reversed: Vec<u8> = all.iter().rev().copied().collect();
    client.send(&request_of(&[b"XADD", &all, b"1-0", &reversed, &all]));
    client.expect(b"$3\r\n1-0\r\n");
    client.send(&request_of(&[b"XRANGE", &all, b"-", b"+"]));
    let entry =
        [b"*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$256\r\n", &reversed[..], b"\r\n$256\r\n", &all, b"\r\n"];
    client.expect(&entry.concat());
}

#[test]
fn nonsense_gets_redis_s_error_and_ends_only_its_own_connection() {
    let door = Door::open();
    let mut other = door.connect();
    let long = "x".repeat(70_000);
    let cases = [
        ("*x\r\n", "invalid multibulk length"),
        (&format!("*{}\r\n", ARGS_MAX + 1), "invalid multibulk length"),
        ("*1\r\nPING\r\n", "expected '$', got 'P'"),
        ("*1\r\n$-1\r\n", "invalid bulk length"),
        (&format!("*1\r\n${}\r\n", BULK_BYTES_MAX + 1), "invalid bulk length"),
        ("*2\r\n$4\r\nECHO\r\n$x\r\n", "invalid bulk length"),
        ("SET k \"v\r\n", "unbalanced quotes in request"),
        ("SET k \"v\"w\r\n", "unbalanced quotes in request"),
        (&long, "too big inline request"),
        (&format!("*{long}"), "too big mbulk count string"),
        (&format!("*1\r\n${long}"), "too big bulk count string"),
    ];
    for (bytes, error) in cases {
        let mut client = door.connect();
        // What came before is answered, what comes behind is not.
        client.ask("PING");
        client.send(bytes.as_bytes());
        client.expect(format!("+PONG\r\n-ERR Protocol error: {error}\r\n").as_bytes());
        client.expect_end();
        other.check("PING", "+PONG\r\n");
    }
    other.wait_for_info("clients", "connected_clients:1\r\n");
}

#[test]
fn a_web_page_that_makes_a_browser_ask_gets_no_answer() {
    let door = Door::open();
    for head in ["POST / HTTP/1.1\r\n", "Host: localhost\r\n"] {
        let mut client = door.connect();
        client.send(head.as_bytes());
        client.send(b"FLUSHALL\r\n");
        client.expect_end();
    }
}

#[test]
fn words_may_be_as_long_as_configured() {
    let door = Door::open();
    let mut client = door.connect();
    client.check(
        "CONFIG SET proto-max-bulk-len 1000",
        "-ERR CONFIG SET failed (possibly related to argument 'proto-max-bulk-len') - argument \
         must be between 1048576 and 536870912 inclusive\r\n",
    );
    client.check("CONFIG SET proto-max-bulk-len 1mb", "+OK\r\n");
    let value = vec![b'v'; 1 << 20];
    client.send(&request_of(&[b"SET", b"k", &value]));
    client.expect(b"+OK\r\n");
    client.check("STRLEN k", ":1048576\r\n");
    client.send(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1048577\r\n");
    client.expect(b"-ERR Protocol error: invalid bulk length\r\n");
    client.expect_end();
}

#[test]
fn whoever_stops_sending_still_gets_every_answer() {
    let door = Door::open();
    let mut client = door.connect();
    let value = "v".repeat(100_000);
    client.check(&format!("SET k {value}"), "+OK\r\n");
    // Far more answers than the door keeps at a time, and nothing is read before the end was told.
    let n = 100;
    let mut bytes = Vec::new();
    for _ in 0..n {
        bytes.extend(request("GET k"));
    }
    bytes.extend(request("SET done 1"));
    client.send(&bytes);
    client.finish();
    std::thread::sleep(Duration::from_millis(50));
    let reply = format!("${}\r\n{value}\r\n", value.len());
    client.expect(reply.repeat(n).as_bytes());
    client.expect(b"+OK\r\n");
    client.expect_end();
    door.connect().check("GET done", "$1\r\n1\r\n");
}

#[test]
fn half_a_command_at_the_end_is_forgotten() {
    let door = Door::open();
    let mut client = door.connect();
    client.send(b"*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$5\r\nhal");
    client.finish();
    client.expect(b"+PONG\r\n");
    client.expect_end();
    door.connect().wait_for_info("clients", "connected_clients:1\r\n");
}

#[test]
fn whoever_does_not_read_cannot_make_the_door_grow() {
    let door = Door::open();
    let mut client = door.connect();
    let value = "v".repeat(100_000);
    client.check(&format!("SET k {value}"), "+OK\r\n");
    let before = door.peak_kib();
    // The answers to all that is asked would be 10 GB.
    let mut greedy = door.connect();
    greedy.socket.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    let questions = request("GET k").repeat(50_000);
    let refused = (0..100).any(|_| greedy.socket.write_all(&questions).is_err());
    assert!(refused, "the door stops reading from a client that does not read");
    let grown = door.peak_kib() - before;
    assert!(grown < 20_000, "{grown} KiB more");
    // The others do not notice.
    client.check("PING", "+PONG\r\n");
    drop(greedy);
    client.wait_for_info("clients", "connected_clients:1\r\n");
}

#[test]
fn a_listener_that_does_not_read_is_cut_off() {
    let door = Door::open();
    let mut deaf = door.connect();
    deaf.check("SUBSCRIBE news", "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    let mut blind = door.connect();
    blind.check("MONITOR", "+OK\r\n");
    let before = door.peak_kib();
    let mut client = door.connect();
    let publish = request(&format!("PUBLISH news {}", "v".repeat(1 << 20)));
    for _ in 0..100 {
        client.send(&publish);
        let line = client.line();
        assert!(line.starts_with(':'), "{line}");
    }
    client.wait_for_info("clients", "connected_clients:1\r\n");
    let grown = door.peak_kib() - before;
    assert!(grown < 300_000, "{grown} KiB more");
    for mut cut_off in [deaf, blind] {
        // What was on its way arrives; then comes the end.
        let mut room = vec![0; 1 << 20];
        while cut_off.socket.read(&mut room).is_ok_and(|n_read| 0 < n_read) {}
    }
}
