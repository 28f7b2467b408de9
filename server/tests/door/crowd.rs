//! Many clients: those that wait, vanish, are killed, or do not know the password.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use super::harness::{Client, Door, PATIENCE, request};

fn nil() -> &'static str {
    "*-1\r\n"
}

/// A stream with a group that waits for what comes.
fn with_group(client: &mut Client) {
    client.check("XGROUP CREATE s g $ MKSTREAM", "+OK\r\n");
}

fn read_as(consumer: usize) -> String {
    format!("XREADGROUP GROUP g c{consumer} COUNT 1 BLOCK 0 STREAMS s >")
}

fn delivery(id: &str) -> String {
    let len = id.len();
    format!("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n${len}\r\n{id}\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n")
}

#[test]
fn those_who_wait_are_served_in_the_order_in_which_they_came() {
    let door = Door::open();
    let mut producer = door.connect();
    with_group(&mut producer);
    let n = 200;
    let mut waiting = Vec::new();
    for i in 0..n {
        let mut client = door.connect();
        client.ask(&read_as(i));
        producer.wait_for_blocked(i + 1);
        waiting.push(client);
    }
    let mut readers: Vec<Client> = (0..20).map(|_| door.connect()).collect();
    for reader in &mut readers {
        reader.ask("XREAD BLOCK 0 STREAMS s $");
    }
    producer.wait_for_blocked(n + readers.len());
    // The first entry goes to the first of the group, and to all who only read.
    producer.check("XADD s 1-0 f v", "$3\r\n1-0\r\n");
    for reader in &mut readers {
        reader.expect(delivery("1-0").as_bytes());
    }
    waiting[0].expect(delivery("1-0").as_bytes());
    // The rest comes in one piece, and still one each.
    let rest: Vec<u8> = (2..=n).flat_map(|i| request(&format!("XADD s {i}-0 f v"))).collect();
    producer.send(&rest);
    for (i, client) in waiting.iter_mut().enumerate().skip(1) {
        client.expect(delivery(&format!("{}-0", i + 1)).as_bytes());
    }
}

#[test]
fn what_was_sent_behind_a_wait_runs_after_it() {
    let door = Door::open();
    let mut client = door.connect();
    let mut other = door.connect();
    client.ask("XREAD BLOCK 0 STREAMS s $");
    client.ask("INCR n");
    client.ask("BLPOP l 0.01");
    client.send(b"INCR n\r\n");
    other.wait_for_blocked(1);
    other.check("GET n", "$-1\r\n");
    other.check("XADD s 1-0 f v", "$3\r\n1-0\r\n");
    client.expect(delivery("1-0").as_bytes());
    client.expect(b":1\r\n*-1\r\n:2\r\n");
}

#[test]
fn an_entry_goes_to_nobody_who_is_gone() {
    let door = Door::open();
    let mut producer = door.connect();
    with_group(&mut producer);
    let mut first = door.connect();
    let mut second = door.connect();
    first.ask(&read_as(1));
    producer.wait_for_blocked(1);
    second.ask(&read_as(2));
    producer.wait_for_blocked(2);
    drop(first);
    producer.wait_for_blocked(1);
    producer.check("XADD s 1-0 f v", "$3\r\n1-0\r\n");
    second.expect(delivery("1-0").as_bytes());
    // One that only stopped sending is gone too.
    second.ask(&read_as(2));
    producer.wait_for_blocked(1);
    second.finish();
    second.expect_end();
    producer.wait_for_blocked(0);
    producer.wait_for_info("clients", "connected_clients:1\r\n");
}

#[test]
fn a_time_out_and_an_unblocking_end_a_wait() {
    let door = Door::open();
    let mut client = door.connect();
    let mut other = door.connect();
    client.check("XREAD BLOCK 20 STREAMS s $", nil());
    client.ask("CLIENT ID");
    let id = client.line().trim_start_matches(':').to_owned();
    client.ask("XREAD BLOCK 0 STREAMS s $");
    other.wait_for_blocked(1);
    other.check(&format!("CLIENT UNBLOCK {id}"), ":1\r\n");
    client.expect(nil().as_bytes());
    client.ask("XREAD BLOCK 0 STREAMS s $");
    other.wait_for_blocked(1);
    other.check(&format!("CLIENT UNBLOCK {id} ERROR"), ":1\r\n");
    client.expect(b"-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
    other.check(&format!("CLIENT UNBLOCK {id}"), ":0\r\n");
}

#[test]
fn whoever_is_killed_hears_it_at_once() {
    let door = Door::open();
    let mut killer = door.connect();
    let mut idle = door.connect();
    let mut blocked = door.connect();
    idle.check("CLIENT SETNAME idle", "+OK\r\n");
    blocked.ask("BLPOP l 0");
    killer.wait_for_blocked(1);
    // The address in the list is the one that the client has.
    let address = idle.socket.local_addr().unwrap();
    let list = killer.text("CLIENT LIST");
    let line = list.lines().find(|line| line.contains(" name=idle ")).unwrap();
    assert!(line.contains(&format!(" addr={address} laddr={} ", door.address)), "{line}");
    killer.check(&format!("CLIENT KILL {address}"), "+OK\r\n");
    idle.expect_end();
    let address = blocked.socket.local_addr().unwrap();
    killer.check(&format!("CLIENT KILL ADDR {address} LADDR 127.0.0.1:1"), ":0\r\n");
    killer.check(&format!("CLIENT KILL ADDR {address}"), ":1\r\n");
    blocked.expect_end();
    killer.wait_for_info("clients", "connected_clients:1\r\n");
    killer.check(&format!("CLIENT KILL {address}"), "-ERR No such client\r\n");
    // One that kills itself gets its answer first, and no further command runs.
    killer.send(&[request("CLIENT KILL SKIPME no TYPE normal"), request("SET k v")].concat());
    killer.expect(b":1\r\n");
    killer.expect_end();
    door.connect().check("EXISTS k", ":0\r\n");
}

#[test]
fn only_so_many_come_in_as_configured() {
    let door = Door::open();
    let mut first = door.connect();
    first.check("CONFIG SET maxclients 2", "+OK\r\n");
    let mut second = door.connect();
    second.check("PING", "+PONG\r\n");
    let mut third = door.connect();
    third.expect(b"-ERR max number of clients reached\r\n");
    third.expect_end();
    second.check("QUIT", "+OK\r\n");
    second.expect_end();
    first.wait_for_info("clients", "connected_clients:1\r\n");
    door.connect().check("PING", "+PONG\r\n");
}

#[test]
fn no_more_come_in_when_all_come_at_once() {
    let door = Door::open();
    let mut first = door.connect();
    first.check("CONFIG SET maxclients 100", "+OK\r\n");
    // Two threads, since a single one may be slower than the door.
    let rush = || (0..400).map(|_| door.connect()).collect::<Vec<Client>>();
    let (a, b) = std::thread::scope(|scope| {
        let other = scope.spawn(rush);
        (rush(), other.join().unwrap())
    });
    let mut n_served = 0;
    let mut all: Vec<Client> = a.into_iter().chain(b).collect();
    for client in &mut all {
        // One that was refused may be closed before it says anything.
        let asked = client.socket.write_all(&request("PING"));
        let mut reply = [0; 5];
        let read = asked.and_then(|()| client.socket.read_exact(&mut reply));
        n_served += usize::from(read.is_ok() && reply == *b"+PONG");
    }
    assert_eq!(n_served, 99);
}

#[test]
fn many_may_come_and_go() {
    let door = Door::open();
    let mut first = door.connect();
    for _ in 0..500 {
        let mut client = door.connect();
        client.ask("SUBSCRIBE a b");
        client.send(b"*1\r\n$4");
    }
    first.wait_for_info("clients", "connected_clients:1\r\n");
    first.check("PUBLISH a x", ":0\r\n");
}

const NO_AUTH: &str = "-NOAUTH Authentication required.\r\n";
const WRONG: &str = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

#[test]
fn without_the_password_nothing_is_to_be_had() {
    let door = Door::with(&["--password", "secret"]);
    let mut client = door.connect();
    client.check("XLEN s", NO_AUTH);
    client.check("SUBSCRIBE a", NO_AUTH);
    client.check("AUTH secre", WRONG);
    client.check("AUTH secrets", WRONG);
    client.check("AUTH root secret", WRONG);
    client.check("HELLO 3 AUTH default no", WRONG);
    client.ask("HELLO 3");
    assert!(client.line().starts_with("-NOAUTH HELLO must be called with the client already"));
    client.check("XLEN s", NO_AUTH);
    client.check("AUTH secret", "+OK\r\n");
    client.check("XLEN s", ":0\r\n");
    client.check("RESET", "+RESET\r\n");
    client.check("XLEN s", NO_AUTH);
    client.ask("HELLO 2 AUTH default secret SETNAME me");
    client.expect(b"*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n");
    let info = door.connect();
    // A stranger may not make the door keep much either.
    for (bytes, error) in [
        ("*11\r\n", "unauthenticated multibulk length"),
        ("*2\r\n$4\r\nAUTH\r\n$16385\r\n", "unauthenticated bulk length"),
    ] {
        let mut stranger = door.connect();
        stranger.send(bytes.as_bytes());
        stranger.expect(format!("-ERR Protocol error: {error}\r\n").as_bytes());
        stranger.expect_end();
    }
    drop(info);
}

#[test]
fn a_password_set_later_is_asked_of_those_who_come_later() {
    let door = Door::open();
    let mut first = door.connect();
    first.check(
        "AUTH secret",
        "-ERR AUTH <password> called without any password configured for the default user. Are \
         you sure your configuration is correct?\r\n",
    );
    first.check("CONFIG SET requirepass secret", "+OK\r\n");
    first.check("PING", "+PONG\r\n");
    let mut second = door.connect();
    second.check("PING", NO_AUTH);
    second.check("AUTH default secret", "+OK\r\n");
    second.check("CONFIG SET requirepass ", "+OK\r\n");
    door.connect().check("PING", "+PONG\r\n");
}

#[test]
fn a_stop_is_clean() {
    let dir = std::env::temp_dir().join(format!("streamlanes-door-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join("socket");
    let mut door = Door::with(&["--unixsocket", path.to_str().unwrap()]);
    let mut near = UnixStream::connect(&path).unwrap();
    near.set_read_timeout(Some(PATIENCE)).unwrap();
    near.write_all(b"CLIENT INFO\r\n").unwrap();
    let mut bytes = [0; 512];
    let n_read = near.read(&mut bytes).unwrap();
    let info = String::from_utf8_lossy(&bytes[..n_read]).into_owned();
    assert!(info.contains(&format!(" addr={}:0 ", path.display())), "{info}");
    let mut blocked = door.connect();
    blocked.ask("BLPOP l 0");
    let mut idle = door.connect();
    idle.wait_for_blocked(1);
    // A client that does not take its replies cannot hold it up.
    let mut deaf = door.connect();
    deaf.check(&format!("SET k {}", "v".repeat(1 << 20)), "+OK\r\n");
    deaf.send(&request("GET k").repeat(20));
    assert_eq!(door.terminate(), Some(0));
    blocked.expect_end();
    idle.expect_end();
    assert_eq!(near.read(&mut bytes).unwrap(), 0);
    assert!(!path.exists());
    std::fs::remove_dir(&dir).unwrap();
}

#[test]
fn messages_are_pushes_in_the_newer_protocol_and_stand_where_they_happened() {
    let door = Door::open();
    let mut client = door.connect();
    let mut other = door.connect();
    client.ask("HELLO 3");
    while client.line() != "modules" {}
    client.expect(b"*0\r\n");
    client.check("SUBSCRIBE a", ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
    // A subscriber may go on asking, and hears itself.
    let message = ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n";
    client.send(&[request("PUBLISH a x"), request("PING")].concat());
    client.expect(format!(":1\r\n{message}+PONG\r\n").as_bytes());
    client.ask("BLPOP l 0");
    other.wait_for_blocked(1);
    other.check("PUBLISH a x", ":1\r\n");
    client.expect(message.as_bytes());
    other.check("RPUSH l v", ":1\r\n");
    client.expect(b"*2\r\n$1\r\nl\r\n$1\r\nv\r\n");
    client.check("XREAD STREAMS none 0", "_\r\n");
}

#[test]
fn a_listener_of_the_older_protocol_may_only_listen() {
    let door = Door::open();
    let mut client = door.connect();
    client.check("PSUBSCRIBE a*", "*3\r\n$10\r\npsubscribe\r\n$2\r\na*\r\n:1\r\n");
    client.check(
        "GET k",
        "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET \
         are allowed in this context\r\n",
    );
    door.connect().check("PUBLISH ab x", ":1\r\n");
    client.expect(b"*4\r\n$8\r\npmessage\r\n$2\r\na*\r\n$2\r\nab\r\n$1\r\nx\r\n");
    client.check("PING", "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    client.check("RESET", "+RESET\r\n");
    client.check("GET k", "$-1\r\n");
}

#[test]
fn a_monitor_sees_what_the_others_do() {
    let door = Door::open();
    let mut monitor = door.connect();
    let mut other = door.connect();
    monitor.check("MONITOR", "+OK\r\n");
    other.check("SET k a", "+OK\r\n");
    let line = monitor.line();
    let address = other.socket.local_addr().unwrap();
    assert!(line.ends_with(&format!(" [0 {address}] \"SET\" \"k\" \"a\"")), "{line}");
    // Passwords are for nobody's eyes, and a wait is seen when it begins.
    other.ask("AUTH me mine");
    other.ask("BLPOP l 0");
    assert!(monitor.line().ends_with("] \"AUTH\" \"(redacted)\" \"(redacted)\""));
    assert!(monitor.line().ends_with("] \"BLPOP\" \"l\" \"0\""));
    let mut third = door.connect();
    monitor.check("RESET", "+RESET\r\n");
    third.check("SET k a", "+OK\r\n");
    monitor.check("PING", "+PONG\r\n");
}

#[test]
fn replies_can_be_left_out() {
    let door = Door::open();
    let mut client = door.connect();
    client.ask("CLIENT REPLY SKIP");
    client.ask("INCR n");
    client.check("INCR n", ":2\r\n");
    client.ask("CLIENT REPLY OFF");
    client.ask("INCR n");
    client.ask("NOPE");
    client.check("CLIENT REPLY ON", "+OK\r\n");
    client.check("GET n", "$1\r\n3\r\n");
}

#[test]
fn durations_are_measured() {
    let door = Door::open();
    let mut client = door.connect();
    let members: Vec<String> = (0..20_000).map(|i| i.to_string()).collect();
    client.ask(&format!("SADD s {}", members.join(" ")));
    client.expect(b":20000\r\n");
    let info = client.text("INFO commandstats");
    let line = info.lines().find_map(|line| line.strip_prefix("cmdstat_sadd:calls=1,usec="));
    let usec: u64 = line.and_then(|line| line.split(',').next()?.parse().ok()).unwrap();
    assert!(0 < usec, "{info}");
}
