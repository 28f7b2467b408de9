//! Memory has an end, and Redis says so: natively and in a browser, where the page would die
//! otherwise.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{wasm_bindgen_test as test, wasm_bindgen_test_configure};

use streamlanes::command::Profile;
use streamlanes::sim::{EntryState, Scenario, Session, Submitted};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test_configure!(run_in_browser);

const OOM: &str = "-OOM command not allowed when used memory > 'maxmemory'.";

/// A field as long as a line allows.
fn large() -> String {
    "v".repeat(60_000)
}

fn empty() -> Session {
    Session::new(Scenario::empty(), 1, Profile::Redis86)
}

/// Runs a line; the first line of its reply.
fn say(session: &mut Session, line: &str) -> String {
    let Submitted::Applied { seq } = session.submit("", line) else { return "refused".to_owned() };
    match session.world().transcript().get(seq).map(|entry| &entry.state) {
        Some(EntryState::Replied { reply, .. }) => {
            String::from_utf8_lossy(reply).lines().next().unwrap_or_default().to_owned()
        }
        other => format!("{other:?}"),
    }
}

/// Reading goes on, and once something was deleted, so does writing.
fn recovers(session: &mut Session, key: &str) {
    assert_eq!(say(session, "XADD more * f v"), OOM);
    assert!(say(session, &format!("EXISTS {key}")).starts_with(':'));
    assert_eq!(say(session, &format!("DEL {key}")), ":1");
    assert!(say(session, "XADD more * f v").starts_with('$'));
}

#[test]
fn a_service_that_writes_without_end_is_refused() {
    let mut session = empty();
    let line = format!(
        "SIM ADD PRODUCER big STREAM big RATE none BURST 1000 EVERY 1s FIELDS f {}",
        large()
    );
    say(&mut session, &line);
    for _ in 0..10 {
        session.advance_to(session.now() + 1_000, usize::MAX);
    }
    let service = session.world().services().next().unwrap();
    assert_eq!(service.last_error.as_deref(), OOM.strip_prefix('-'));
    assert!(4_000 < service.n_sent && service.n_sent < 5_000, "{}", service.n_sent);
    say(&mut session, "SIM REMOVE big");
    recovers(&mut session, "big");
}

#[test]
fn copies_without_end_are_refused() {
    let mut session = empty();
    let line = format!("XADD s * f {}", large());
    for _ in 0..700 {
        assert!(say(&mut session, &line).starts_with('$'));
    }
    let copied: Vec<String> = (0..20).map(|n| say(&mut session, &format!("COPY s c{n}"))).collect();
    let n_copies = copied.iter().take_while(|reply| *reply == ":1").count();
    assert!((4..8).contains(&n_copies), "{copied:?}");
    assert!(copied[n_copies..].iter().all(|reply| reply == OOM), "{copied:?}");
    recovers(&mut session, "s");
}

#[test]
fn strings_and_lists_without_end_are_refused() {
    let mut session = empty();
    let chunk = large();
    for n in 0..700 {
        let line = if n % 2 == 0 { "APPEND string" } else { "RPUSH list" };
        assert!(say(&mut session, &format!("{line} {chunk}")).starts_with(':'));
    }
    let mut replies = (0..100).map(|n| {
        let key = if n % 2 == 0 { "string" } else { "list" };
        say(&mut session, &format!("COPY {key} copy{n}"))
    });
    assert!(replies.any(|reply| reply == OOM));
    recovers(&mut session, "list");
}
