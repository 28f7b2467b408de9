//! What XGROUP and XINFO say about themselves, and the errors that point there.

use crate::command::error::c_name;
use crate::command::{CommandError, Profile};
use crate::resp::Writer;

/// `NOGROUP` as XGROUP and XINFO word it.
pub fn no_group(key: &[u8], group: &[u8]) -> CommandError {
    CommandError::format(&[
        b"NOGROUP No such consumer group '",
        c_name(group),
        b"' for key name '",
        c_name(key),
        b"'",
    ])
}

/// The right subcommand with the wrong words behind it.
pub fn wrong_tail(words: &[&[u8]], profile: Profile) -> CommandError {
    let [container, subcommand, ..] = words else { return CommandError::Syntax };
    let unknown: &[u8] = if profile.subcommands_have_arity() { b"unknown" } else { b"Unknown" };
    CommandError::format(&[
        b"ERR ",
        unknown,
        b" subcommand or wrong number of arguments for '",
        c_name(subcommand),
        b"'. Try ",
        &container.to_ascii_uppercase(),
        b" HELP.",
    ])
}

/// The lines of HELP: how it is called, the subcommands, and HELP itself.
pub fn write(out: &mut Writer<'_>, profile: Profile, container: &str, lines: &[&str]) {
    out.array(lines.len() + 3);
    out.simple(&format!("{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
    for line in lines {
        out.simple(line);
    }
    out.simple("HELP");
    out.simple(if profile.has((7, 2)) { "    Print this help." } else { "    Prints this help." });
}

/// The lines about XGROUP's subcommands.
pub fn xgroup(profile: Profile) -> &'static [&'static str] {
    if profile.has_entry_counters() { XGROUP } else { XGROUP_BEFORE_COUNTERS }
}

/// The lines about XINFO's subcommands.
pub const XINFO: &[&str] = &[
    "CONSUMERS <key> <groupname>",
    "    Show consumers of <groupname>.",
    "GROUPS <key>",
    "    Show the stream consumer groups.",
    "STREAM <key> [FULL [COUNT <count>]",
    "    Show information about the stream.",
];

const XGROUP: &[&str] = &[
    "CREATE <key> <groupname> <id|$> [option]",
    "    Create a new consumer group. Options are:",
    "    * MKSTREAM",
    "      Create the empty stream if it does not exist.",
    "    * ENTRIESREAD entries_read",
    "      Set the group's entries_read counter (internal use).",
    "CREATECONSUMER <key> <groupname> <consumer>",
    "    Create a new consumer in the specified group.",
    "DELCONSUMER <key> <groupname> <consumer>",
    "    Remove the specified consumer.",
    "DESTROY <key> <groupname>",
    "    Remove the specified group.",
    "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
    "    Set the current group ID and entries_read counter.",
];

const XGROUP_BEFORE_COUNTERS: &[&str] = &[
    "CREATE <key> <groupname> <id|$> [option]",
    "    Create a new consumer group. Options are:",
    "    * MKSTREAM",
    "      Create the empty stream if it does not exist.",
    "CREATECONSUMER <key> <groupname> <consumer>",
    "    Create a new consumer in the specified group.",
    "DELCONSUMER <key> <groupname> <consumer>",
    "    Remove the specified consumer.",
    // In 6.2 these two are one line.
    "DESTROY <key> <groupname>    Remove the specified group.",
    "SETID <key> <groupname> <id|$>",
    "    Set the current group ID.",
];
