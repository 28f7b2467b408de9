//! INFO.

use super::Profile;

/// The version that the server says it is.
pub fn version(profile: Profile) -> &'static str {
    match profile {
        Profile::Redis62 => "6.2.21",
        Profile::Redis70 => "7.0.15",
        Profile::Redis72 => "7.2.13",
        Profile::Valkey8 => "8.1.6",
        Profile::Valkey9 => "9.1.2",
        Profile::Redis74 => "7.4.8",
        Profile::Redis80 => "8.0.6",
        Profile::Redis82 => "8.2.5",
        Profile::Redis84 => "8.4.2",
        Profile::Redis86 => "8.6.3",
        Profile::Redis88 => "8.8.0",
        Profile::Redis810 => "8.10.1",
    }
}
