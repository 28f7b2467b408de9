//! HELP texts, made from the specs.

use super::Profile;
use super::ctx::Ctx;
use super::spec::Spec;
use super::table;

/// The reply of a container's HELP: a line for each subcommand with what it does.
pub fn write_subcommands(ctx: &mut Ctx<'_>, container: &Spec) {
    let mut lines = vec![format!("{} <subcommand> [<arg> ...]. Subcommands are:", container.name)];
    let profile = ctx.profile;
    for sub in container.subcommands.iter().filter(|sub| profile.has(sub.since)) {
        let word = sub.name.split_once(' ').map_or(sub.name, |(_, word)| word);
        let usage = format!("{word} {}", sub.syntax);
        lines.push(usage.trim_end().to_owned());
        lines.push(format!("    {}", sub.summary));
    }
    ctx.out.array(lines.len());
    for line in &lines {
        ctx.out.simple(line);
    }
}

/// What HELP prints: nothing more lists the groups; `XCLAIM` explains a command; `@stream` lists a
/// group. `None` if there is no such command or group in the profile.
pub fn text(profile: Profile, words: &[&str]) -> Option<String> {
    match words {
        [] => Some(overview(profile)),
        [group] if group.starts_with('@') => of_group(profile, &group[1..].to_ascii_lowercase()),
        [name] => of_command(profile, table::find(name.as_bytes())?.spec),
        [name, sub, ..] => {
            let entry = table::find(name.as_bytes())?;
            match table::find_subcommand(entry, sub.as_bytes()) {
                Some(sub) => of_command(profile, sub.spec),
                None => of_command(profile, entry.spec),
            }
        }
    }
}

/// The groups, in the order in which a learner needs them.
pub const GROUPS: [(&str, &str); 9] = [
    ("stream", "logs that keep what happened, and groups that share the work"),
    ("generic", "keys of any type"),
    ("string", "texts and counters"),
    ("list", "queues that forget"),
    ("set", "members without order"),
    ("pubsub", "messages for those who listen at the moment"),
    ("transactions", "several commands as one step"),
    ("connection", "the connection itself"),
    ("server", "the server itself"),
];

fn overview(profile: Profile) -> String {
    let mut lines = vec![
        "HELP <command> explains a command, HELP @<group> lists a group:".to_owned(),
        String::new(),
    ];
    for (group, about) in GROUPS {
        let n = table::commands(profile).filter(|spec| spec.group == group).count();
        lines.push(format!("  @{group:<13} {about} ({n} commands)"));
    }
    lines.join("\n")
}

fn of_group(profile: Profile, group: &str) -> Option<String> {
    let specs: Vec<&Spec> = table::commands(profile).filter(|spec| spec.group == group).collect();
    let width = specs.iter().map(|spec| spec.name.len()).max()?;
    let lines = specs.iter().map(|spec| format!("  {:<width$}  {}", spec.name, spec.summary));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn of_command(profile: Profile, spec: &Spec) -> Option<String> {
    let mut lines = vec![format!("{} {}", spec.name, spec.syntax).trim_end().to_owned()];
    lines.push(String::new());
    lines.push(format!("  {}", spec.summary));
    if !spec.why.is_empty() {
        lines.push(format!("  {}", spec.why));
    }
    if !spec.gotcha.is_empty() {
        lines.push(format!("  Mind: {}", spec.gotcha));
    }
    for sub in spec.subcommands.iter().filter(|sub| profile.has(sub.since)) {
        lines.push(format!("  {}  {}", sub.name, sub.summary));
    }
    let (major, minor) = spec.since;
    lines.push(format!("  Since {major}.{minor}. {}. Group @{}.", spec.complexity, spec.group));
    if !profile.has(spec.since) {
        lines.push(format!("  The chosen version, {profile}, does not have it."));
    }
    for (word, (major, minor)) in spec.options_since {
        lines.push(format!("  {word}: since {major}.{minor}"));
    }
    for example in spec.examples {
        lines.push(format!("  > {example}"));
    }
    Some(lines.join("\n"))
}
