//! What the browser's store knows of a session besides its journal: how its world began.

use crate::command::Profile;
use crate::sim::{Scenario, Session};

/// How a stored session began.
#[derive(Clone, PartialEq, Debug)]
pub struct Head {
    /// The scenario.
    pub scenario: Scenario,
    /// The seed.
    pub seed: u64,
    /// The server that the world pretends to have.
    pub profile: Profile,
    /// The number of the lesson in whose page it is; `None` outside the course.
    pub lesson: Option<String>,
}

/// As a text: a line `seed profile lesson name` (`-` for no lesson), then the scenario.
pub fn write(session: &Session, lesson: Option<&str>) -> String {
    let world = session.world();
    let scenario = world.scenario();
    let (seed, profile) = (world.seed(), session.profile());
    format!("{seed} {profile} {} {}\n{}", lesson.unwrap_or("-"), scenario.name, scenario.text)
}

/// Reads what [`write`] wrote; `None` if it is damaged.
pub fn read(text: &str) -> Option<Head> {
    let (line, scenario) = text.split_once('\n')?;
    let mut words = line.splitn(4, ' ');
    let seed = words.next()?.parse().ok()?;
    let profile = words.next()?.parse().ok()?;
    let lesson = words.next().filter(|number| *number != "-").map(str::to_owned);
    let scenario = Scenario::parse(words.next()?, scenario).ok()?;
    Some(Head { scenario, seed, profile, lesson })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written() {
        let scenario = Scenario::builtin("orders").unwrap();
        let session = Session::new(scenario.clone(), 7, Profile::Redis70);
        for lesson in [None, Some("4.3")] {
            let head = read(&write(&session, lesson)).unwrap();
            assert_eq!((&head.scenario.text, head.seed), (&scenario.text, 7));
            assert_eq!((head.profile, head.lesson.as_deref()), (Profile::Redis70, lesson));
        }
        assert_eq!(read("7 7.0"), None);
        assert_eq!(read("x 7.0 - orders\ntitle: a\n"), None);
    }
}
