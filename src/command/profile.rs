//! Which server we pretend to be: what exists, and how it behaves.

use std::fmt;
use std::str::FromStr;

/// A server version, oldest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Profile {
    Redis62,
    Redis70,
    Redis72,
    Valkey8,
    Valkey9,
    Redis74,
    Redis80,
    Redis82,
    Redis84,
    Redis86,
    Redis88,
    Redis810,
}

impl Profile {
    /// Every profile, oldest first.
    pub const ALL: [Profile; 12] = [
        Profile::Redis62,
        Profile::Redis70,
        Profile::Redis72,
        Profile::Valkey8,
        Profile::Valkey9,
        Profile::Redis74,
        Profile::Redis80,
        Profile::Redis82,
        Profile::Redis84,
        Profile::Redis86,
        Profile::Redis88,
        Profile::Redis810,
    ];

    /// As people write it: `8.6`, `valkey-9`.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Redis62 => "6.2",
            Profile::Redis70 => "7.0",
            Profile::Redis72 => "7.2",
            Profile::Valkey8 => "valkey-8",
            Profile::Valkey9 => "valkey-9",
            Profile::Redis74 => "7.4",
            Profile::Redis80 => "8.0",
            Profile::Redis82 => "8.2",
            Profile::Redis84 => "8.4",
            Profile::Redis86 => "8.6",
            Profile::Redis88 => "8.8",
            Profile::Redis810 => "8.10",
        }
    }

    /// The Redis version whose stream vocabulary this profile has (Valkey forked from 7.2).
    pub fn redis_version(self) -> (u8, u8) {
        match self {
            Profile::Redis62 => (6, 2),
            Profile::Redis70 => (7, 0),
            Profile::Redis72 | Profile::Valkey8 | Profile::Valkey9 => (7, 2),
            Profile::Redis74 => (7, 4),
            Profile::Redis80 => (8, 0),
            Profile::Redis82 => (8, 2),
            Profile::Redis84 => (8, 4),
            Profile::Redis86 => (8, 6),
            Profile::Redis88 => (8, 8),
            Profile::Redis810 => (8, 10),
        }
    }

    /// Whether a thing that came with Redis `major.minor` exists here.
    pub fn has(self, since: (u8, u8)) -> bool {
        since <= self.redis_version()
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No profile of that name; the message lists those that exist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownProfile(pub String);

impl fmt::Display for UnknownProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Profile::ALL.iter().map(|profile| profile.name()).collect();
        write!(f, "no version profile '{}': choose one of {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownProfile {}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Profile, UnknownProfile> {
        let found = Profile::ALL.into_iter().find(|profile| profile.name() == name);
        found.ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}
