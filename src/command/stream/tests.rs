//! What the recorded replies of 8.6.3 cannot show: newer commands (from the specification), and how
//! older versions differ (as real 6.2.14 and 7.0.15 servers answered).

use crate::command::Profile;
use crate::command::testing::Session;

#[track_caller]
fn check(profile: Profile, cases: &[(&str, &str)]) {
    let mut session = Session::of(profile);
    for (line, expected) in cases {
        session.check(line, expected);
    }
}

/// Two entries, which are then read by c.
const PENDING: [(&str, &str); 3] =
    [("XADD k 1-0 f v", "\"1-0\""), ("XADD k 2-0 f v", "\"2-0\""), ("XGROUP CREATE k g 0", "OK")];

#[track_caller]
fn check_pending(profile: Profile, cases: &[(&str, &str)]) {
    let mut session = Session::of(profile);
    for (line, expected) in &PENDING {
        session.check(line, expected);
    }
    session.run("XREADGROUP GROUP g c STREAMS k >");
    for (line, expected) in cases {
        session.check(line, expected);
    }
}

#[test]
fn what_was_given_back_belongs_to_nobody_until_it_is_claimed() {
    let listed = "1) 1) \"1-0\"\n   2) \"\"\n   3) (integer) -1\n   4) (integer) 0";
    check_pending(
        Profile::Redis88,
        &[
            ("XNACK k g SILENT IDS 2 1-0 9-0", "(integer) 1"),
            ("XPENDING k g - + 1", listed),
            ("XNACK k g FAIL IDS 1 1-0", "(integer) 1"),
            ("XCLAIM k g d 99999999 1-0 JUSTID", "1) \"1-0\""),
            ("XNACK k g FATAL IDS 1 1-0", "(integer) 1"),
            (
                "XPENDING k g - + 1",
                "1) 1) \"1-0\"\n   2) \"\"\n   3) (integer) -1\n   \
                 4) (integer) 9223372036854775807",
            ),
            ("XNACK k g NOPE IDS 1 1-0", "(error) ERR mode must be SILENT, FAIL, or FATAL"),
            ("XNACK k h FAIL IDS 1 1-0", "(error) NOGROUP No such key 'k' or consumer group 'h'"),
            ("XACK k g 1-0", "(integer) 1"),
            ("XNACK k g FAIL IDS 1 1-0", "(integer) 0"),
            ("XNACK k g FAIL IDS 2 1-0 7-0 FORCE RETRYCOUNT 3", "(integer) 1"),
            (
                "XPENDING k g - + 1",
                "1) 1) \"1-0\"\n   2) \"\"\n   3) (integer) -1\n   4) (integer) 3",
            ),
        ],
    );
}

#[test]
fn totals_count_over_all_streams() {
    check(
        Profile::Redis810,
        &[
            ("XADD a 1-0 f v", "\"1-0\""),
            ("XADD a 2-0 f v", "\"2-0\""),
            ("XADD b 1-0 f v", "\"1-0\""),
            (
                "XREAD MAXCOUNT 1 STREAMS a b 0 0",
                "1) 1) \"a\"\n   2) 1) 1) \"1-0\"\n         2) 1) \"f\"\n            2) \"v\"",
            ),
            (
                "XREAD MAXSIZE 1 STREAMS a b 0 0",
                "1) 1) \"a\"\n   2) 1) 1) \"1-0\"\n         2) 1) \"f\"\n            2) \"v\"",
            ),
            ("XREAD MAXCOUNT 0 STREAMS a 0", "(error) ERR MAXCOUNT must be a positive integer"),
            ("XREAD MAXSIZE -1 STREAMS a 0", "(error) ERR MAXSIZE must be a positive integer"),
            ("XGROUP CREATE a g 0", "OK"),
            (
                "XREADGROUP GROUP g c MAXCOUNT 1 STREAMS a >",
                "1) 1) \"a\"\n   2) 1) 1) \"1-0\"\n         2) 1) \"f\"\n            2) \"v\"",
            ),
            (
                "XPENDING a g",
                "1) (integer) 1\n2) \"1-0\"\n3) \"1-0\"\n4) 1) 1) \"c\"\n      2) \"1\"",
            ),
        ],
    );
    check(Profile::Redis88, &[("XREAD MAXCOUNT 1 STREAMS a 0", "(error) ERR syntax error")]);
}

#[test]
fn claims_of_6_2_keep_what_was_deleted() {
    check_pending(
        Profile::Redis62,
        &[
            ("XDEL k 1-0", "(integer) 1"),
            ("XCLAIM k g d 0 1-0", "1) (nil)"),
            ("XAUTOCLAIM k g d 0 0 COUNT 1 JUSTID", "1) \"2-0\"\n2) 1) \"1-0\""),
            ("XAUTOCLAIM k g d 0 0 COUNT 1", "1) \"2-0\"\n2) 1) (nil)"),
            ("XAUTOCLAIM k g d 0 0 COUNT -1", "(error) ERR COUNT must be > 0"),
            ("XAUTOCLAIM k g e 99999999 0", "1) \"0-0\"\n2) (empty array)"),
            ("XGROUP CREATECONSUMER k g e", "(integer) 1"),
        ],
    );
}

#[test]
fn containers_of_6_2_look_at_the_key_first() {
    let needs_key = "(error) ERR The XGROUP subcommand requires the key to exist. Note that for \
                     CREATE you may want to use the MKSTREAM option to create an empty stream \
                     automatically.";
    let unknown = "(error) ERR Unknown subcommand or wrong number of arguments for";
    check(
        Profile::Redis62,
        &[
            ("XGROUP NOPE k g", needs_key),
            ("XGROUP SETID k g 0 ENTRIESREAD 1", needs_key),
            ("XADD k 1-0 f v", "\"1-0\""),
            (
                "XGROUP DELCONSUMER k g",
                "(error) NOGROUP No such consumer group 'g' for key name 'k'",
            ),
            ("XGROUP NOPE k g", &format!("{unknown} 'NOPE'. Try XGROUP HELP.")),
            ("XINFO GROUPS", &format!("{unknown} 'GROUPS'. Try XINFO HELP.")),
            ("XINFO NOPE none", "(error) ERR no such key"),
            (
                "XSETID k 1-0 ENTRIESADDED 1",
                "(error) ERR wrong number of arguments for 'xsetid' command",
            ),
        ],
    );
}

#[test]
fn a_copy_orders_entries_of_one_time_by_id_up_to_8_6() {
    for (profile, first) in [(Profile::Redis86, "1-0"), (Profile::Redis810, "2-0")] {
        let mut session = Session::of(profile);
        for line in [
            "XADD t 1-0 a b",
            "XADD t 2-0 a b",
            "XGROUP CREATE t g 0",
            "XREADGROUP GROUP g alice STREAMS t >",
            "XCLAIM t g bob 0 1-0 IDLE 0",
            "COPY t s",
        ] {
            session.run(line);
        }
        let reply = session.run("XREADGROUP GROUP g bob COUNT 1 CLAIM 0 STREAMS s >");
        assert!(reply.contains(first), "{profile:?}: {reply}");
    }
}

#[test]
fn a_full_millisecond_and_a_far_timeout_in_7_0() {
    check(
        Profile::Redis70,
        &[
            ("XADD k 0-18446744073709551615 f v", "\"0-18446744073709551615\""),
            ("XADD k 0-* f v", "(error) ERR Elements are too large to be stored"),
            ("XADD k 0-1 f v", NOT_GREATER),
            (
                "XREAD COUNT 1 BLOCK 9223372036854775807 STREAMS k 0-18446744073709551614",
                "1) 1) \"k\"\n   2) 1) 1) \"0-18446744073709551615\"\n         2) 1) \"f\"\n\
                 \x20           2) \"v\"",
            ),
        ],
    );
    check(
        Profile::Redis82,
        &[
            ("XADD k 0-18446744073709551615 f v", "\"0-18446744073709551615\""),
            ("XADD k 0-* f v", NOT_GREATER),
            ("XREAD BLOCK 9223372036854775807 STREAMS k 0", "(error) ERR timeout is out of range"),
        ],
    );
}

const NOT_GREATER: &str = "(error) ERR The ID specified in XADD is equal or smaller than the \
                           target stream top item";

/// What a group that fell behind the first entry has read, and its lag, after trimming and after
/// reading the rest.
#[track_caller]
fn check_lag(profile: Profile, trimmed: &str, read: &str) {
    let mut session = Session::of(profile);
    for id in 1..=5 {
        session.run(&format!("XADD k {id}-0 f v"));
    }
    session.run("XGROUP CREATE k g 0");
    session.run("XREADGROUP GROUP g c COUNT 1 STREAMS k >");
    let mut after = |line: &str| {
        session.run(line);
        let info = session.run("XINFO GROUPS k");
        let numbers = info.lines().rev().step_by(2).take(2).map(|line| line.trim_start());
        let numbers: Vec<&str> = numbers.collect();
        format!("lag {} read {}", &numbers[0][4..], &numbers[1][4..])
    };
    assert_eq!(after("XTRIM k MAXLEN 1"), trimmed, "{profile}");
    assert_eq!(after("XREADGROUP GROUP g c STREAMS k >"), read, "{profile}");
}

#[test]
fn the_lag_of_a_group_behind_the_first_entry_depends_on_the_version() {
    let wrong = "lag (integer) 4 read (integer) 1";
    check_lag(Profile::Redis70, wrong, "lag (integer) 3 read (integer) 2");
    check_lag(Profile::Valkey8, wrong, "lag (integer) 0 read (integer) 5");
    for profile in [Profile::Redis72, Profile::Redis74, Profile::Redis86] {
        check_lag(profile, "lag (integer) 1 read (integer) 1", "lag (integer) 0 read (integer) 5");
    }
}

#[test]
fn the_last_entry_can_be_asked_for_since_7_4_and_in_valkey() {
    let cases = [("XADD k 1-0 f v", "\"1-0\""), ("XREAD STREAMS missing +", "(nil)")];
    check(Profile::Redis74, &cases);
    check(Profile::Valkey8, &cases);
    let invalid = "(error) ERR Invalid stream ID specified as stream command argument";
    check(Profile::Redis72, &[("XREAD STREAMS k +", invalid)]);
}

/// How many changes INFO counts for one line.
#[track_caller]
fn check_changes(session: &mut Session, line: &str, expected: u64) {
    let before = session.server.store().sink.n_changes();
    session.run(line);
    assert_eq!(session.server.store().sink.n_changes() - before, expected, "{line}");
}

#[test]
fn only_what_changes_data_counts_as_a_change() {
    for records in [false, true] {
        let mut session = Session::new();
        session.server.record_events(records);
        for (line, expected) in [
            ("XADD k 1-0 f v", 2),
            ("XADD k 2-0 f v", 1),
            ("XADD k 1-0 f v", 0),
            ("XGROUP CREATE k g 0", 1),
            ("XREADGROUP GROUP g c STREAMS k >", 2),
            ("XREADGROUP GROUP g c STREAMS k 0", 0),
            ("XREADGROUP GROUP g c STREAMS k >", 0),
            ("XACK k g 9-0", 0),
            ("XACK k g 1-0", 1),
            ("XCLAIM k g d 0 2-0", 2),
            ("XRANGE k - +", 0),
            ("XTRIM k MAXLEN 0", 2),
            ("EXPIRE k 100", 1),
            ("SET s 1", 1),
            ("FLUSHALL", 2),
        ] {
            check_changes(&mut session, line, expected);
        }
    }
}
