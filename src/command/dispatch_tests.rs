//! What the dispatcher refuses, queues, and wakes.

use super::Profile;
use super::testing::{Session, check};
use crate::limits::CLIENT_BYTES_MAX;

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
fn a_transaction_in_want_of_memory_queues_what_its_version_queues() {
    let oom = "(error) OOM command not allowed when used memory > 'maxmemory'.";
    for profile in Profile::ALL {
        let mut session = Session::of(profile);
        session.check("SET k v", "OK");
        session.server.set_maxmemory(1);
        session.check("MULTI", "OK");
        let queues = profile.has((7, 4)) || profile.is_valkey();
        session.check("GET k", if queues { "QUEUED" } else { oom });
        session.check("DISCARD", "OK");
        session.check("MULTI", "OK");
        session.check("RESET", "RESET");
    }
}

#[test]
fn what_clients_make_the_server_remember_has_an_end() {
    let word = "w".repeat(1_000_000);
    let oom = "(error) OOM command not allowed when used memory > 'maxmemory'.";
    // How it is filled, what refuses then, and how it is emptied.
    for (begin, fill, refused, end) in [
        ("MULTI", "PING ", "PING", "DISCARD"),
        ("PING", "WATCH k", "WATCH a", "UNWATCH"),
        ("HELLO 3", "SUBSCRIBE c", "PSUBSCRIBE a", "RESET"),
        ("HELLO 3", "PSUBSCRIBE c", "XREAD BLOCK 1 STREAMS a $", "RESET"),
    ] {
        let mut session = Session::of(Profile::Redis86);
        session.run(begin);
        let n_fit = CLIENT_BYTES_MAX as usize / word.len();
        let fill = |session: &mut Session| {
            let lines = (0..n_fit + 3).map(|n| format!("{fill}{n}{word}"));
            lines.filter(|line| session.run(line) == oom).count()
        };
        // Nobody said that there is an end.
        assert_eq!(fill(&mut session), 0, "{begin}");
        session.run(end);
        assert_eq!(session.server.state().clients.held_bytes(), 0, "{begin}");
        session.server.set_memory_ceiling(1 << 30);
        session.run(begin);
        assert!((1..=3).contains(&fill(&mut session)), "{begin}");
        session.check(refused, oom);
        session.run(end);
        assert_eq!(session.server.state().clients.held_bytes(), 0, "{begin}");
        session.check("PING", "PONG");
    }
}

#[test]
fn what_is_pending_has_an_end_where_memory_has() {
    let mut session = Session::of(Profile::Redis86);
    for n in 1..=5_000 {
        session.run(&format!("XADD s {n}-1 f v"));
    }
    for n in 0..200 {
        session.check(&format!("XGROUP CREATE s g{n} 0"), "OK");
    }
    session.server.set_memory_ceiling(4 << 20);
    let read = |session: &mut Session, n: usize| {
        session.run(&format!("XREADGROUP GROUP g{n} c COUNT 5000 STREAMS s >"))
    };
    let oom = "(error) OOM command not allowed when used memory > 'maxmemory'.";
    let n_read = (0..200).take_while(|n| read(&mut session, *n) != oom).count();
    // Twice the ceiling, at 48 bytes and more for each.
    assert!((10..40).contains(&n_read), "{n_read}");
    session.check("XGROUP DESTROY s g0", "(integer) 1");
    session.check("XGROUP DESTROY s g1", "(integer) 1");
    assert_ne!(read(&mut session, 100), oom);
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
