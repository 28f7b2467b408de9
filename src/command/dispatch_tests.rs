//! What the dispatcher refuses, queues, and wakes.

use super::Profile;
use super::testing::{Session, check};

#[test]
fn unknown_commands_and_wrong_arity_have_their_exact_texts() {
    check(&[
        ("FOO", "(error) ERR unknown command 'FOO'"),
        ("foo a b", "(error) ERR unknown command 'foo', with args beginning with: 'a' 'b' "),
        ("GET", "(error) ERR wrong number of arguments for 'get' command"),
        ("get a b", "(error) ERR wrong number of arguments for 'get' command"),
        ("PING", "PONG"),
        ("pInG x", "\"x\""),
    ]);
    let mut old = Session::of(Profile::Redis62);
    old.check("FOO a", "(error) ERR unknown command `FOO`, with args beginning with: `a`, ");
    let mut older = Session::of(Profile::Redis80);
    older.check("FOO", "(error) ERR unknown command 'FOO', with args beginning with: ");
}

#[test]
fn arguments_in_an_unknown_command_are_cut_at_128_bytes() {
    let mut session = Session::new();
    let long = "x".repeat(200);
    let expected = format!(
        "(error) ERR unknown command 'FOO', with args beginning with: 'a' '{}' ",
        "x".repeat(124)
    );
    session.check(&format!("FOO a {long} b"), &expected);
    let expected = format!("(error) ERR unknown command '{}'", "x".repeat(128));
    session.check(&long, &expected);
}

#[test]
fn transactions() {
    check(&[
        ("EXEC", "(error) ERR EXEC without MULTI"),
        ("DISCARD", "(error) ERR DISCARD without MULTI"),
        ("MULTI", "OK"),
        ("MULTI", "(error) ERR MULTI calls can not be nested"),
        ("WATCH k", "(error) ERR WATCH inside MULTI is not allowed"),
        ("SET k v", "QUEUED"),
        ("INCR k", "QUEUED"),
        ("SELECT 1", "QUEUED"),
        ("GET k", "QUEUED"),
        ("EXEC", "1) OK\n2) (error) ERR value is not an integer or out of range\n3) OK\n4) (nil)"),
        ("SELECT 0", "OK"),
        ("GET k", "\"v\""),
        ("MULTI", "OK"),
        ("NOPE", "(error) ERR unknown command 'NOPE'"),
        ("SET k w", "QUEUED"),
        ("EXEC", "(error) EXECABORT Transaction discarded because of previous errors."),
        ("GET k", "\"v\""),
        ("MULTI", "OK"),
        ("SET k w", "QUEUED"),
        ("DISCARD", "OK"),
        ("GET k", "\"v\""),
        ("MULTI", "OK"),
        ("BLPOP none 0", "QUEUED"),
        ("EXEC", "1) (nil)"),
    ]);
}

#[test]
fn a_watched_key_that_changes_or_expires_makes_exec_answer_nil() {
    for (setup, change) in [
        ("SET k v", "SET k w"),
        ("SET k v", "DEL k"),
        ("PING", "RPUSH k a"),
        ("SET k v", "EXPIRE k 100"),
        ("SET k v", "FLUSHALL"),
        ("SET k v", "RENAME k z"),
    ] {
        let mut session = Session::new();
        let other = session.connect();
        session.run(setup);
        session.check("WATCH k", "OK");
        session.run_as(other, change);
        session.check("MULTI", "OK");
        session.check("PING", "QUEUED");
        session.check("EXEC", "(nil)");
        session.check("MULTI", "OK");
        session.check("PING", "QUEUED");
        session.check("EXEC", "1) PONG");
    }
    let mut session = Session::new();
    session.check("SET k v PX 10", "OK");
    session.check("WATCH k", "OK");
    session.wait(11);
    session.check("MULTI", "OK");
    session.check("EXEC", "(nil)");
    session.check("WATCH k", "OK");
    session.check("SET other v", "OK");
    session.check("UNWATCH", "OK");
    session.check("SET k v", "OK");
    session.check("MULTI", "OK");
    session.check("EXEC", "(empty array)");
}

#[test]
fn waiting_clients_are_served_in_the_order_in_which_they_came() {
    let mut session = Session::new();
    let (a, b) = (session.connect(), session.connect());
    session.check_as(a, "BLPOP q 0", "…");
    session.check_as(b, "BLPOP q r 0.5", "…");
    session.check("RPUSH q 1", "(integer) 1");
    session.check_outputs(&[(a, "1) \"q\"\n2) \"1\"")]);
    session.check_as(a, "BLPOP q 0", "…");
    session.check("MULTI", "OK");
    session.check("RPUSH q 2", "QUEUED");
    session.check("LPUSH q 3", "QUEUED");
    session.check("EXEC", "1) (integer) 1\n2) (integer) 2");
    session.check_outputs(&[(b, "1) \"q\"\n2) \"3\""), (a, "1) \"q\"\n2) \"2\"")]);
    session.check("EXISTS q", "(integer) 0");
}

#[test]
fn a_waiting_client_gives_up_at_its_deadline() {
    let mut session = Session::new();
    let a = session.connect();
    session.check_as(a, "BLPOP q 0.5", "…");
    assert_eq!(session.server.next_wakeup(), Some(session.now + 500));
    session.wait(499);
    session.check_outputs(&[]);
    assert!(session.server.is_blocked(a));
    session.check("SET q notalist", "OK");
    session.check_outputs(&[]);
    session.wait(1);
    session.check_outputs(&[(a, "(nil)")]);
    assert!(!session.server.is_blocked(a));
    assert_eq!(session.server.next_wakeup(), None);
}

#[test]
fn keys_expire_at_their_time_whatever_the_steps() {
    let mut coarse = Session::new();
    let mut fine = Session::new();
    for session in [&mut coarse, &mut fine] {
        session.server.record_events(true);
        session.check("SET a 1 PX 100", "OK");
        session.check("SELECT 1", "OK");
        session.check("SET b 1 PX 50", "OK");
        session.check("SET c 1", "OK");
    }
    coarse.wait(200);
    for _ in 0..200 {
        fine.wait(1);
    }
    let events = |session: &mut Session| {
        let mut events = Vec::new();
        while let Some(event) = session.server.poll_event() {
            events.push(event);
        }
        events
    };
    let expected = events(&mut fine);
    assert_eq!(events(&mut coarse), expected);
    assert_eq!(expected.len(), 5);
    coarse.check("DBSIZE", "(integer) 1");
}

#[test]
fn out_of_memory_refuses_what_needs_memory() {
    let mut session = Session::new();
    session.check("SET k v", "OK");
    session.server.set_maxmemory(1);
    let oom = "OOM command not allowed when used memory > 'maxmemory'.";
    session.check("SET k w", &format!("(error) {oom}"));
    session.check("GET k", "\"v\"");
    session.check("MULTI", "OK");
    session.check("SET k w", &format!("(error) {oom}"));
    session.check("EXEC", "(error) EXECABORT Transaction discarded because of previous errors.");
    session.check("DEL k", "(integer) 1");
    session.server.set_maxmemory(1000);
    session.check("SET k w", "OK");
}
