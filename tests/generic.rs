//! The generic commands against recorded replies of a real Redis 7.0.15, byte by byte.
//!
//! See the head of `golden/generic-7.0.15.txt` for the notation.

use streamlanes::command::tokenize::redis_tokens;
use streamlanes::command::{ClientId, Outcome, Profile, Server};
use streamlanes::resp::escape_into;
use streamlanes::time::WORLD_START;

#[test]
fn every_reply_is_the_recorded_one() {
    let text = include_str!("golden/generic-7.0.15.txt");
    let mut server = Server::new(Profile::Redis70);
    let mut client = server.connect(WORLD_START);
    let mut problems = Vec::new();
    let mut n_compared = 0;
    let mut differs = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            server.disconnect(client);
            client = server.connect(WORLD_START);
            if title.ends_with("RESP3") {
                reply(&mut server, client, "HELLO 3");
            }
        } else if line.starts_with("# differs: ") {
            differs = true;
        } else if !line.starts_with('#') {
            let recorded = lines.next().and_then(|line| line.strip_prefix("    ")).unwrap();
            let found = reply(&mut server, client, line);
            if (found == recorded) == differs {
                let what = if differs { "differs no longer" } else { "differs" };
                problems.push(format!("{line}: {what}\n  redis {recorded}\n  ours  {found}"));
            }
            differs = false;
            n_compared += 1;
        }
    }
    assert!(600 < n_compared, "only {n_compared} replies compared");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The reply, escaped; a command that waits gets the time it waits for.
fn reply(server: &mut Server, client: ClientId, line: &str) -> String {
    let tokens = redis_tokens(line.as_bytes()).unwrap();
    let words: Vec<&[u8]> = tokens.iter().map(|token| token.value.as_slice()).collect();
    let mut out = Vec::new();
    if server.execute(client, &words, WORLD_START, &mut out) == Outcome::Blocked {
        let wakeup = server.next_wakeup().expect("a time-out");
        server.advance(wakeup);
        out = server.poll_output().expect("a reply").1;
    }
    let mut text = Vec::new();
    escape_into(&out, &mut text);
    String::from_utf8(text).unwrap()
}
