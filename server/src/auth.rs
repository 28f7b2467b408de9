//! The password. It is checked here, before a command reaches the server behind the door, which
//! knows no users.
//!
//! Invariant: with a password set, nobody who did not give it runs anything but what gives it.

use crate::request::Trust;

/// What is to be done with a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Gate<'a> {
    /// Run it.
    Pass,
    /// Run these words instead (HELLO without its AUTH); the client is trusted from now on.
    PassAs(Vec<&'a [u8]>),
    /// The password was right: answer OK.
    Opened,
    /// Answer with this error.
    Refused(&'static str),
}

const NO_AUTH: &str = "NOAUTH Authentication required.";
const WRONG_PASSWORD: &str = "WRONGPASS invalid username-password pair or user is disabled.";
const NO_AUTH_HELLO: &str = "NOAUTH HELLO must be called with the client already authenticated, \
     otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client \
     and select the RESP protocol version at the same time";

/// Decides about one command of a door with a password. `trust` is what the client has now, and
/// is changed by the password, and by RESET.
pub fn gate<'a>(password: &[u8], words: &[&'a [u8]], trust: &mut Trust) -> Gate<'a> {
    let is =
        |name: &str| words.first().is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()));
    if is("AUTH") {
        return match words {
            [_, given] => open(password, b"default", given, trust),
            [_, user, given] => open(password, user, given, trust),
            [_] => Gate::Refused("ERR wrong number of arguments for 'auth' command"),
            _ => Gate::Refused("ERR syntax error"),
        };
    }
    if is("HELLO") {
        let auth = words.iter().skip(2).position(|word| word.eq_ignore_ascii_case(b"AUTH"));
        if let Some((at, user, given)) = auth.and_then(|skipped| {
            let at = skipped + 2;
            Some((at, words.get(at + 1)?, words.get(at + 2)?))
        }) {
            if open(password, user, given, trust) != Gate::Opened {
                return Gate::Refused(WRONG_PASSWORD);
            }
            return Gate::PassAs([&words[..at], &words[at + 3..]].concat());
        }
    }
    if is("RESET") {
        *trust = Trust::Unknown;
        return Gate::Pass;
    }
    match *trust {
        Trust::Full => Gate::Pass,
        Trust::Unknown if is("QUIT") => Gate::Pass,
        Trust::Unknown if is("HELLO") => Gate::Refused(NO_AUTH_HELLO),
        Trust::Unknown => Gate::Refused(NO_AUTH),
    }
}

fn open<'a>(password: &[u8], user: &[u8], given: &[u8], trust: &mut Trust) -> Gate<'a> {
    if user == b"default" && equal(password, given) {
        *trust = Trust::Full;
        return Gate::Opened;
    }
    Gate::Refused(WRONG_PASSWORD)
}

/// Compares without stopping at the first byte that differs: the time tells only the length of
/// what was given.
fn equal(password: &[u8], given: &[u8]) -> bool {
    let differing = given.iter().enumerate().fold(0, |differing, (at, byte)| {
        differing | (byte ^ password.get(at).copied().unwrap_or(0))
    });
    differing == 0 && password.len() == given.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, trust: Trust, expected: Gate<'_>, then: Trust) {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        let mut trust = trust;
        assert_eq!(gate(b"secret", &words, &mut trust), expected, "{line}");
        assert_eq!(trust, then, "{line}");
    }

    #[test]
    fn only_the_password_opens() {
        use Trust::{Full, Unknown};
        check("PING", Unknown, Gate::Refused(NO_AUTH), Unknown);
        check("PING", Full, Gate::Pass, Full);
        check("auth secret", Unknown, Gate::Opened, Full);
        check("AUTH default secret", Unknown, Gate::Opened, Full);
        for wrong in ["AUTH secre", "AUTH secrets", "AUTH root secret", "AUTH default "] {
            check(wrong, Unknown, Gate::Refused(WRONG_PASSWORD), Unknown);
        }
        check("HELLO 3", Unknown, Gate::Refused(NO_AUTH_HELLO), Unknown);
        check("HELLO 3 AUTH default no", Unknown, Gate::Refused(WRONG_PASSWORD), Unknown);
        let words: Vec<&[u8]> = vec![b"hello", b"3", b"SETNAME", b"me"];
        check("hello 3 auth default secret SETNAME me", Unknown, Gate::PassAs(words), Full);
        check("RESET", Full, Gate::Pass, Unknown);
        check("QUIT", Unknown, Gate::Pass, Unknown);
    }
}
