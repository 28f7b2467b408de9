//! The command line.
//!
//! Invariant: reads no environment and no file; whoever calls hands in the words.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use lexopt::prelude::*;
use streamlanes::command::Profile;

/// What `--help` prints.
pub const HELP: &str = "\
Serves the Streamlanes engine to Redis clients. Nothing is kept: when it stops, the data is gone.

Usage: streamlanes-server [options]

  --bind ADDRESS       where to listen (127.0.0.1); what others can reach needs a password
  --port N             TCP port (6390); 0 lets the system choose, and the first line says which
  --unixsocket PATH    listen there too; only this user can connect
  --profile VERSION    the server to be: 6.2, 7.0, 7.2, 7.4, 8.0, 8.2, 8.4, 8.6, 8.8, 8.10,
                       valkey-8 or valkey-9 (8.6)
  --password WORD      what AUTH must give; other users of this machine can see a command line,
                       so the variable STREAMLANES_PASSWORD does the same
  --help               this text
  --version            the version

Try it:  redis-cli -p 6390 XADD orders '*' item tea
";

/// How the door is set up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    pub bind: IpAddr,
    pub port: u16,
    pub unix_socket: Option<PathBuf>,
    pub profile: Profile,
    pub password: Option<Vec<u8>>,
}

/// What the command line asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    Serve(Options),
    Help,
    Version,
}

/// Reads the words after the program's name. `password` is the one from the environment.
///
/// # Errors
/// A sentence that says which word is wrong and what would be right.
pub fn parse(
    words: impl IntoIterator<Item = OsString>,
    password: Option<Vec<u8>>,
) -> Result<Asked, String> {
    let mut options = Options {
        bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 6390,
        unix_socket: None,
        profile: Profile::Redis86,
        password,
    };
    let mut parser = lexopt::Parser::from_args(words);
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Short('h') | Long("help") => return Ok(Asked::Help),
            Short('V') | Long("version") => return Ok(Asked::Version),
            Long("bind") => options.bind = value(&mut parser, "--bind")?,
            Long("port") => options.port = value(&mut parser, "--port")?,
            Long("profile") => options.profile = value(&mut parser, "--profile")?,
            Long("unixsocket") => {
                let path = parser.value().map_err(|error| error.to_string())?;
                options.unix_socket = Some(path.into());
            }
            Long("password") => {
                let word = parser.value().map_err(|error| error.to_string())?;
                options.password = Some(word.into_encoded_bytes());
            }
            other => return Err(format!("{}; --help lists the options", other.unexpected())),
        }
    }
    check(&options)?;
    Ok(Asked::Serve(options))
}

fn value<T: std::str::FromStr>(parser: &mut lexopt::Parser, name: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    let word = parser.value().map_err(|error| error.to_string())?;
    let word = word.to_string_lossy();
    word.parse().map_err(|error| format!("{name} {word}: {error}"))
}

fn check(options: &Options) -> Result<(), String> {
    if options.password.as_ref().is_some_and(Vec::is_empty) {
        return Err("an empty password protects nothing: give a longer one, or none".to_owned());
    }
    if !options.bind.is_loopback() && options.password.is_none() {
        return Err(format!(
            "others can reach {}: give a password (--password or STREAMLANES_PASSWORD), \
             or listen on 127.0.0.1",
            options.bind
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Result<Asked, String> {
        parse(line.split_whitespace().map(OsString::from), None)
    }

    fn options(line: &str) -> Options {
        match asked(line) {
            Ok(Asked::Serve(options)) => options,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn options_have_defaults_and_can_be_set() {
        assert_eq!(options("").port, 6390);
        assert!(options("").bind.is_loopback());
        let set = options("--port=1 --profile 7.0 --unixsocket /x --password p --bind 0.0.0.0");
        assert_eq!((set.port, set.profile), (1, Profile::Redis70));
        assert_eq!(set.unix_socket, Some("/x".into()));
        assert_eq!(set.password, Some(b"p".to_vec()));
        assert_eq!(asked("--help"), Ok(Asked::Help));
        assert_eq!(asked("--version"), Ok(Asked::Version));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = [
            ("--bind 0.0.0.0", "give a password"),
            ("--bind ::", "give a password"),
            ("--bind here", "--bind here"),
            ("--port 70000", "--port 70000"),
            ("--port", "missing argument"),
            ("--profile 5.0", "choose one of"),
            ("--password=", "an empty password"),
            ("--prot 1", "--help lists"),
            ("x", "--help lists"),
        ];
        for (line, part) in wrong {
            let message = asked(line).unwrap_err();
            assert!(message.contains(part), "{line}: {message}");
        }
    }
}
