//! Lines, and what is said about the last one of them.

use crate::command::testing::Session;
use crate::command::tokenize::redis_tokens;
use crate::command::{Outcome, Profile, hint, why};
use crate::resp::decode;

/// Runs the lines and compares what is said about the last one; an empty text means nothing.
#[track_caller]
fn check_in(profile: Profile, lines: &str, expected: &str) {
    let mut session = Session::of(profile);
    let mut said = None;
    for line in lines.split(';').map(str::trim) {
        if let Some(ms) = line.strip_prefix("wait ") {
            session.wait(ms.parse().unwrap());
            continue;
        }
        let tokens = redis_tokens(line.as_bytes()).unwrap();
        let words: Vec<&[u8]> = tokens.iter().map(|token| token.value.as_slice()).collect();
        let mut out = Vec::new();
        let outcome = session.server.execute(session.client, &words, session.now, &mut out);
        if outcome == Outcome::Blocked {
            let at = session.server.next_wakeup().unwrap();
            session.wait(at - session.now);
            out = session.server.poll_output().unwrap().1;
        }
        let (reply, _) = decode(&out).unwrap();
        let reason = why::why(&words, &reply, &session.server, session.client, session.now);
        said = reason.as_ref().map(super::why);
    }
    assert_eq!(said.unwrap_or_default(), expected, "{lines}");
}

#[track_caller]
fn check(lines: &str, expected: &str) {
    check_in(Profile::Redis810, lines, expected);
}

#[test]
fn adding_and_trimming() {
    check("XADD s * f v", "");
    check(
        "XADD s NOMKSTREAM * f v",
        "NOMKSTREAM says not to make a stream, and s does not exist: nothing was added.",
    );
    check(
        "XADD s 5-1 f v; XADD s 5-1 f v",
        "Ids only grow: the last id of this stream is 5-1, so a new one must be greater. Write * \
         to let the server choose.",
    );
    check(
        "XADD s 0-0 f v",
        "0-0 stands for \"before everything\", so no entry can have it; the smallest id is 0-1.",
    );
    check(
        "XADD s MAXLENN 5 * f v",
        "\"MAXLENN\" is no option of this version (or lacks its argument), so it was taken for the \
         id.",
    );
    check(
        "XADD s 18446744073709551615-18446744073709551615 f v; XADD s * f v",
        "The last id of this stream is the greatest there is: nothing can follow it.",
    );
    check(
        "XADD s IDMP p 1 * f v; XADD s IDMP p 2 * f v; XADD s IDMP p 1 * f v",
        "This producer sent the same message before: 1700000000000-0 is that entry, and nothing \
         was added.",
    );
    check(
        "XADD s 1800000000000-0 f v; XADD s * f v",
        "The clock says 1700000000000, but the stream had got further already. Ids never go back, \
         so 1800000000000-1 simply follows the last one.",
    );
    check(
        "XADD s 1-0 f v; XADD s 2-0 f v; XTRIM s MAXLEN ~ 1",
        "~ removes only whole nodes, and the first one (with 2 entries) cannot go as a whole: \
         all stay (2 in the stream). Leave ~ out to trim exactly.",
    );
    check(
        "XADD s 1-0 f v; XADD s 2-0 f v; XTRIM s MINID ~ 3 LIMIT 1",
        "LIMIT 1 is smaller than the first node, which has 2 entries and can only go as a whole: \
         nothing was removed.",
    );
    check(
        "XADD s 1-0 f v; XGROUP CREATE s g 0; XTRIM s MAXLEN 0 ACKED",
        "ACKED keeps what a group has not read or not acknowledged yet: 1 entry left.",
    );
    check(
        "XADD s 1-0 f v; XTRIM s MAXLEN 5",
        "The stream (1 entry) is within the threshold already.",
    );
    check(
        "XADD s 1-0 f v; XCFGSET s IDMP-MAXSIZE 5",
        "If a value changed, the stream forgot all idempotent ids that it knew.",
    );
}

#[test]
fn reading() {
    check("XADD s 1-0 f v; XRANGE s - +", "");
    check("XLEN s", "There is no key s; to a reader that looks like an empty stream.");
    check(
        "XADD s 7-0 f v; XDEL s 7-0; XLEN s",
        "The stream exists but holds no entry. It remembers its last id, 7-0, and new ids go on \
         from there.",
    );
    check(
        "XADD s 7-0 f v; XRANGE s + -",
        "The start is greater than the end. XRANGE wants the smaller id first, XREVRANGE the \
         greater one.",
    );
    check(
        "XADD s 7-0 f v; XADD s 9-0 f v; XREVRANGE s 20 10",
        "No entry lies in that range: the stream goes from 7-0 to 9-0.",
    );
    check(
        "XADD s 7-0 f v; XRANGE s - + COUNT 0",
        "COUNT 0 is answered with nil, not with an empty list.",
    );
    check(
        "XADD s 7-0 f v; XREAD STREAMS s $",
        "$ means \"newer than what is there now\", so without BLOCK there is never anything. Read \
         from 0, or from the last id you saw.",
    );
    check(
        "XADD s 7-0 f v; XREAD STREAMS s 7-0",
        "Nothing is newer than that id: the stream ends at 7-0.",
    );
    check(
        "XREAD BLOCK 100 STREAMS s $",
        "Nothing arrived before the time of BLOCK was over; a reader just asks again.",
    );
    check(
        "XREAD STREAMS s >",
        "> means \"never handed out in this group\", so it needs XREADGROUP. With XREAD, name the \
         last id you saw, or $ together with BLOCK.",
    );
    check(
        "XADD s 7-0 f v; XREAD COUNT 5 STREAMS s +",
        "+ gives the newest entry only, whatever COUNT says.",
    );
}

#[test]
fn groups() {
    check(
        "XGROUP CREATE s g $ MKSTREAM; XGROUP CREATE s g 0",
        "The group g exists already (at 0-0, 0 pending) and was left as it is. Start-up code \
         usually ignores this error.",
    );
    check(
        "XREADGROUP GROUP g c STREAMS s >",
        "There is no stream s, hence no group. XGROUP CREATE s … $ MKSTREAM makes both.",
    );
    check(
        "XADD s 1-0 f v; XPENDING s g",
        "This stream has no group yet. XGROUP CREATE makes g: with 0 to read everything, with $ to \
         read only what comes.",
    );
    check(
        "XGROUP CREATE s a $ MKSTREAM; XGROUP CREATE s b $; XGROUP SETID s g 0",
        "This stream has no group g; it has: a, b.",
    );
    check(
        "XGROUP CREATE s g 0",
        "A group belongs to a stream, and there is no stream s. Add MKSTREAM to CREATE to make an \
         empty one.",
    );
    check(
        "XADD s 1-0 f v; XADD s 2-0 f v; XGROUP CREATE s g $",
        "$ starts behind the newest entry: what is here already (2 entries) is skipped. To \
         get that too, start at 0.",
    );
    check("XADD s 1-0 f v; XGROUP CREATE s g 0", "");
    check("XADD s 1-0 f v; XGROUP DESTROY s g", "There was no group g.");
    check(
        "XADD s 1-0 f v; XGROUP CREATE s g 0; XREADGROUP GROUP g c STREAMS s >; \
         XGROUP DELCONSUMER s g c",
        "What c had pending (1 entry) went with it: the group will not hand that out again. \
         Claim first next time.",
    );
    check(
        "XGROUP CREATE s g $ MKSTREAM; XGROUP DELCONSUMER s g c",
        "Nothing was pending for c, so nothing was lost.",
    );
    check(
        "XGROUP CREATE s g $ MKSTREAM; XGROUP CREATECONSUMER s g c; XGROUP CREATECONSUMER s g c",
        "c exists already.",
    );
    check(
        "XADD s 1-0 f v; XGROUP CREATE s g $; XGROUP SETID s g 0",
        "What follows that id (1 entry) counts as new now. Readers that wait are not woken by \
         this; the next XADD shows it to them.",
    );
    check(
        "XADD s 1-0 f v; XADD s 2-0 f v; XADD s 3-0 f v; XGROUP CREATE s g 1-0; XDEL s 2-0; \
         XINFO GROUPS s",
        "The lag of g cannot be known now: something ahead of it was deleted, or it was moved by \
         hand. It is known again once the group has read to the end.",
    );
}

/// A stream with three entries, two of them pending for c.
const PENDING: &str = "XADD s 1-0 f v; XADD s 2-0 f v; XADD s 3-0 f v; XGROUP CREATE s g 0; \
                       XREADGROUP GROUP g c COUNT 2 STREAMS s >";

#[track_caller]
fn check_pending(lines: &str, expected: &str) {
    check(&format!("{PENDING}; {lines}"), expected);
}

#[test]
fn reading_in_groups() {
    check_pending("XREADGROUP GROUP g c STREAMS s >", "");
    check(
        "XADD s 1-0 f v; XGROUP CREATE s g $; XREADGROUP GROUP g c STREAMS s >",
        "The group has handed out everything up to 1-0; nothing is newer.",
    );
    check_pending(
        "XREADGROUP GROUP g d STREAMS s >; XREADGROUP GROUP g c STREAMS s >",
        "> asks for entries that nobody in the group got yet, and everything up to 3-0 was \
         handed out. Pending: 3 entries; a consumer reads its own again with 0, or claims.",
    );
    check_pending(
        "XREADGROUP GROUP g d STREAMS s 0",
        "An id instead of > reads d's own pending entries again, and there are none (others \
         have 2 entries).",
    );
    check_pending(
        "XACK s g 1-0 2-0; XREADGROUP GROUP g c STREAMS s 0",
        "An id instead of > reads c's own pending entries again, and there are none.",
    );
    check_pending(
        "XREADGROUP GROUP g c BLOCK 1000 STREAMS s 0",
        "BLOCK was ignored: an id instead of > reads what is pending, and that is answered at \
         once.",
    );
    check_pending(
        "XDEL s 1-0; XREADGROUP GROUP g c STREAMS s 0",
        "An id without fields (1 here): the entry was deleted while it was pending. \
         Acknowledge the id to get rid of it.",
    );
    check_pending(
        "HELLO 3; XDEL s 1-0; XREADGROUP GROUP g c STREAMS s 0",
        "An id without fields (1 here): the entry was deleted while it was pending. \
         Acknowledge the id to get rid of it.",
    );
    check_pending(
        "XREADGROUP GROUP g c NOACK STREAMS s >",
        "With NOACK the entries count as done at once: if this consumer fails now, nobody will get \
         them again.",
    );
    check_pending(
        "XREADGROUP GROUP g c CLAIM 0 STREAMS s s 0 >",
        "A stream that is read by id switches CLAIM off for the streams behind it; put the > \
         streams first.",
    );
}

#[test]
fn acknowledging_and_claiming() {
    check_pending("XACK s g 1-0", "");
    check_pending(
        "XACK s g 1-0; XACK s g 1-0",
        "1-0 is not pending in this group: it was acknowledged before, or never handed out (the \
         group is at 2-0).",
    );
    check_pending(
        "XACK s g 3-0",
        "3-0 was not handed out yet: the group is at 2-0. Read it with XREADGROUP first.",
    );
    check("XACK s g 1-0", "There is no stream s. XACK does not call that an error.");
    check_pending("XACK s h 1-0", "There is no group h. XACK does not call that an error.");
    check_pending("XPENDING s g", "");
    check_pending(
        "XPENDING s g IDLE 5000 - + 10",
        "Pending: 2 entries, but none matches what was asked for.",
    );
    check_pending(
        "XACK s g 1-0 2-0; XPENDING s g",
        "Nothing is pending: all that was handed out is acknowledged.",
    );
    check_pending(
        "XCLAIM s g d 0 3-0",
        "3-0 is not pending in this group, so there is nothing to claim (FORCE would make it \
         pending).",
    );
    check_pending(
        "wait 70; XCLAIM s g d 5000 1-0",
        "1-0 has been with c for 70 ms only; you asked for at least 5000.",
    );
    check_pending(
        "XDEL s 1-0; XCLAIM s g d 0 1-0",
        "1-0 is no longer in the stream, so the claim took it off the pending list instead.",
    );
    check_pending("XAUTOCLAIM s g d 0 0", "");
    check_pending(
        "XDEL s 1-0; XAUTOCLAIM s g d 0 0",
        "Pending ids whose entry is gone (1 here) were taken off the list; the last part \
         names them.",
    );
    check_pending(
        "XAUTOCLAIM s g d 5000 0",
        "Pending: 2 entries, but none of those looked at has been idle for 5000 ms.",
    );
    check_pending(
        "XAUTOCLAIM s g d 0 0 COUNT 1",
        "There may be more: go on with 2-0 as the start. 0-0 would mean that all were looked at.",
    );
    check_pending(
        "XNACK s g FAIL IDS 1 1-0",
        "1 given back: they stay pending for nobody, and the next claim gets them first.",
    );
    check_pending(
        "XNACK s g FAIL IDS 1 3-0",
        "None of these ids was pending, so nothing was given back.",
    );
}

#[test]
fn deleting() {
    check("XADD s 1-0 f v; XDEL s 1-0", "");
    check("XADD s 1-0 f v; XDEL s 2-0", "2-0 does not exist: the stream ends at 1-0.");
    check(
        "XADD s 1-0 f v; XDEL s 1-0; XDEL s 1-0",
        "1-0 is not in the stream: it never was, or is deleted or trimmed already.",
    );
    check_pending(
        "XDEL s 1-0",
        "1-0 is gone from the log but still pending in g: its consumer will get the id without \
         fields until it is acknowledged.",
    );
    check_pending(
        "XDELEX s ACKED IDS 1 3-0",
        "2: kept, because a group has not read it yet or still has it pending.",
    );
    check_pending("XDELEX s IDS 1 9-0", "-1: there is no entry with that id.");
    check_pending(
        "XACKDEL s g IDS 1 3-0",
        "-1: that id is not pending in this group, so it was neither acknowledged nor deleted.",
    );
}

#[test]
fn versions_types_and_usage() {
    check("SET s x; XADD s * f v", "s holds a string, which this command does not work on.");
    check("XADD s * f v; GET s", "s holds a stream, which this command does not work on.");
    check("XLEN", "It is written like this: XLEN key");
    check("XGROUP DESTROY s", "It is written like this: XGROUP DESTROY key group");
    check("NOPE", "HELP lists the commands of this playground.");
    check_in(
        Profile::Redis86,
        "XNACK s g FAIL IDS 1 1-0",
        "XNACK came with Redis 8.8, and this server is 8.6. Choose a newer version in the settings \
         to use it.",
    );
    check_in(
        Profile::Redis80,
        "XADD s KEEPREF * f v",
        "KEEPREF came with Redis 8.2. A 8.0 server does not know the word and reads it as \
         something else, hence this error.",
    );
    check_in(
        Profile::Valkey9,
        "XGROUP CREATE s g $ MKSTREAM; XREADGROUP GROUP g c CLAIM 5 STREAMS s >",
        "CLAIM came with Redis 8.4. A valkey-9 server does not know the word and reads it as \
         something else, hence this error.",
    );
}

#[track_caller]
fn check_hint(profile: Profile, line: &str, expected: Option<&str>) {
    let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
    let said = hint::for_unknown(profile, &words).as_ref().map(super::hint);
    assert_eq!(said.as_deref(), expected, "{line}");
}

#[test]
fn what_to_write_instead() {
    let now = Profile::Redis86;
    check_hint(now, "XADD k", None);
    check_hint(now, "xgroup create", None);
    check_hint(now, "XAD k", Some("Did you mean XADD?"));
    check_hint(now, "xraed", Some("Did you mean XREAD?"));
    check_hint(now, "XGROUP CRAETE", Some("Did you mean XGROUP CREATE?"));
    check_hint(now, "frobnicate", Some("HELP lists the commands of this playground."));
    let out = "Scripts are not part of this playground: HELP lists what is.";
    check_hint(now, "eval", Some(out));
    let newer = "XNACK came with Redis 8.8; this playground now is 8.6.";
    check_hint(now, "XNACK k g", Some(newer));
}
