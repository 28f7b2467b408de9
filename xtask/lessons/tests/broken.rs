//! What authors get for a broken lesson, and that the rest of the course is not harmed.

use std::fs;
use std::path::Path;

use streamlanes_lessons::course::Course;
use streamlanes_lessons::site;
use tempfile::TempDir;

/// A lesson without fault.
const GOOD: &str = "---
title: A title
about: One sentence.
since: 6.2
older: nothing changes.
---

Prose with `code`.

```redis
XLEN orders
```

```question q
Which?
- a
- [x] b
because: of that.
```

```goal two
Add a second order.
  length orders = 2
```

```hint
One.
```

```hint
Two.
```

```hint
Three.
```

```solution one way
XADD orders * item cake
answer q 2
```

```rejected nothing
XLEN orders
```

```rejected nothing else
PING
```
";

/// A course in a folder of its own, which goes away with it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), text).unwrap();
    }
}

/// The errors as an author reads them, without the folder.
fn errors(folder: &Path) -> (Vec<String>, Vec<String>) {
    let (course, errors) = Course::load(folder);
    let shown = errors.iter().map(|error| {
        let name = error.path.file_name().unwrap().to_string_lossy().into_owned();
        format!("{name}:{}: {}", error.line, error.what)
    });
    (shown.collect(), course.lessons().map(|lesson| lesson.slug.clone()).collect())
}

/// A broken lesson stands between two good ones; they are read all the same.
#[track_caller]
fn check(broken: impl AsRef<[u8]>, expected: &[&str]) {
    let folder = Folder::new();
    folder.write("course.txt", "1 One\n1.1-good\n1.2-bad\n1.3-good\n");
    folder.write("1.1-good.md", GOOD);
    folder.write("1.2-bad.md", broken);
    folder.write("1.3-good.md", GOOD);
    let (errors, slugs) = errors(folder.path());
    let expected: Vec<String> =
        expected.iter().map(|error| format!("1.2-bad.md:{error}")).collect();
    assert_eq!(errors, expected);
    assert_eq!(slugs, ["1.1-good", "1.3-good"]);
}

/// The good lesson with one thing replaced.
#[track_caller]
fn check_with(this: &str, by: &str, expected: &[&str]) {
    assert!(GOOD.contains(this), "the good lesson has no {this:?}");
    check(GOOD.replacen(this, by, 1), expected);
}

#[test]
fn the_good_lesson_is_good() {
    let folder = Folder::new();
    folder.write("course.txt", "1 One\n1.1-good\n");
    folder.write("1.1-good.md", GOOD);
    assert_eq!(errors(folder.path()), (vec![], vec!["1.1-good".to_owned()]));
}

#[test]
fn a_broken_head_names_the_line() {
    let no_head =
        "1: a lesson begins with a head: a line `---`, `title: …`, `about: …`, a line `---`";
    check("", &[no_head]);
    check("# A title\n", &[no_head]);
    check("---\ntitle: A\n", &[no_head]);
    check_with("title: A title\n", "", &["1: the head has no `title:`"]);
    let unknown = "4: no such entry `sinse`: there are title, about, since, older, scenario, world";
    check_with("since: 6.2", "sinse: 6.2", &[unknown]);
    check_with("older:", "world: maybe\nolder:", &["5: world is `new` or `keep`"]);
}

#[test]
fn broken_goals_name_the_line() {
    let none = "1: a lesson has at least one ```goal block";
    check_with("```goal two", "```goal", &["22: a goal needs a name: ```goal acked", none]);
    let empty = "22: a goal needs an indented condition: `  length orders >= 3`";
    check_with("  length orders = 2\n", "", &[empty, none]);
    check_with("Add a second order.\n", "", &["22: a goal begins with what to do", none]);
    let indent = "24: indent conditions; the goal's text comes before them";
    check_with("= 2\n```", "= 2\nlength orders = 3\n```", &[indent, none]);
    let asked = "1: a goal asks for the prediction `which`, which is not there";
    check_with("  length orders = 2", "  answered which", &[asked]);
    let twice = "```hint\nOne.";
    let again = format!("```goal two\nAgain.\n  exists orders\n```\n\n{twice}");
    check_with(twice, &again, &["1: two goals are called `two`"]);
}

#[test]
fn broken_blocks_name_the_line() {
    let kinds = "26: no block is called `hunt`: there are setup, goal, hint, predict, question, \
                 solution, rejected, redis, reply and demo";
    let hints = "1: a lesson has three ```hint blocks: nudge, command, line";
    check_with("```hint\nOne.", "```hunt\nOne.", &[kinds, hints]);
    check_with("- [x] b", "- b", &["15: exactly one choice is right: mark it with `- [x]`"]);
    check_with("because: of that.\n", "", &["15: say why with a line `because: …`"]);
    check_with("answer q 2", "alice> ", &["40: write a command to type"]);
    let choice = "40: `q` has 2 choices: write `answer q 1` to `answer q 2`";
    check_with("answer q 2", "answer q 3", &[choice]);
    let unknown = "40: no prediction is called `r`";
    check_with("answer q 2", "answer r 2", &[unknown]);
    let wait = "40: write `wait 5s`, at most `wait 24h`";
    check_with("answer q 2", "wait for me", &[wait]);
    check_with("answer q 2", "wait 9999999h", &[wait]);
    let demo = "11: a demo has at least two steps, after the line `---`";
    check_with("```redis\n", "```demo One step\n", &[demo]);
}

#[test]
fn hostile_text_does_not_reach_the_page() {
    let html = "8: write Markdown, not HTML: pages are made by the build";
    check_with("Prose with", "<script>alert(1)</script>", &[html]);
    check_with("Prose with", "a <img src=x onerror=alert(1)>", &[html]);
    let link = "8: `javascript:alert(1)` leads nowhere: link to a lesson (`4.3-name.html`) or \
                `https://…`";
    check_with("Prose with", "[x](javascript:alert(1))", &[link]);
    check_with(
        "Prose with",
        "![x](https://x.org/a.png)",
        &["8: a lesson has no images: the lanes are the picture"],
    );
    let mark = "12: a line may not begin with `%%% `: the page would take it for a block";
    check_with("XLEN orders", "XLEN orders\n%%% 1 goal won", &[mark]);
    let long = format!("{GOOD}{}", "long ".repeat(20_000));
    check(long, &["1: is longer than 65536 bytes: make two lessons of it"]);
    check([0xff, 0xfe, 0x00], &["1: cannot be read: stream did not contain valid UTF-8"]);
}

#[test]
fn markup_in_any_place_is_text_in_the_page() {
    const EVIL: &str = "<img src=x onerror=alert(1)>";
    let template =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/index.html"));
    let template = template.unwrap();
    let places = [
        "A title",
        "One sentence.",
        "nothing changes.",
        "`code`",
        "XLEN orders",
        "Which?",
        "- a",
        "of that.",
        "Add a second order.",
        "One.",
        "one way",
        "item cake",
        "nothing else",
    ];
    for place in places {
        let folder = Folder::new();
        assert!(GOOD.contains(place), "the good lesson has no {place:?}");
        let by = if place == "`code`" { format!("`{EVIL}`") } else { format!("{place}{EVIL}") };
        folder.write("course.txt", format!("1 One{EVIL}\n1.1-good\n"));
        folder.write("1.1-good.md", GOOD.replacen(place, &by, 1));
        let (course, errors) = Course::load(folder.path());
        assert!(errors.is_empty(), "{place}: {}", errors[0]);
        for page in site::pages(&template, &course).unwrap() {
            assert!(!page.html.contains(EVIL), "{place} is markup in {}", page.path);
        }
    }
}

#[test]
fn huge_deep_and_odd_lessons_harm_no_other() {
    let goals = "```goal two\nX.\n  exists a\n```\n";
    for (name, text) in [
        ("quotes", format!("{GOOD}\n{}deep\n", "> ".repeat(20_000))),
        ("lists", format!("{GOOD}\n{}deep\n", "- ".repeat(20_000))),
        ("brackets", format!("{GOOD}\n{}\n", "[".repeat(50_000))),
        ("stars", format!("{GOOD}\n{}\n", "*a **b ".repeat(7_000))),
        ("backticks", format!("{GOOD}\n{}\n", "`a ``b ".repeat(7_000))),
        ("fences", format!("{GOOD}\n{}", "```hint\n".repeat(7_000))),
        ("goals", format!("{GOOD}\n{}", goals.repeat(1_500))),
        ("or", GOOD.replace("orders = 2", &format!("orders = 2{}", " or: exists a".repeat(4_000)))),
        ("wait", GOOD.replace("PING\n", &"wait 24h\n".repeat(6_000))),
        ("nothing", "\u{0}".repeat(60_000)),
        ("control", GOOD.replace("Prose", "\u{0}\u{1b}[2J\u{7f}\u{202e}\u{feff}Prose")),
        ("return", GOOD.replace('\n', "\r")),
    ] {
        let folder = Folder::new();
        folder.write("course.txt", "1 One\n1.1-good\n1.2-bad\n1.3-good\n");
        folder.write("1.1-good.md", GOOD);
        folder.write("1.2-bad.md", text);
        folder.write("1.3-good.md", GOOD);
        let (errors, slugs) = errors(folder.path());
        assert!(errors.iter().all(|error| error.starts_with("1.2-bad.md:")), "{name}: {errors:?}");
        for good in ["1.1-good", "1.3-good"] {
            assert!(slugs.iter().any(|slug| slug == good), "{name}: {good} is gone");
        }
    }
}

#[test]
fn names_are_given_once() {
    let again = "```question q\nWhich?\n- a\n- [x] b\nbecause: c.\n```\n\n```goal two";
    check_with("```goal two", again, &["1: two predictions are called `q`"]);
}

#[test]
fn a_broken_index_names_the_line() {
    let folder = Folder::new();
    let index = "1.0-early\n1 One\n1.1-good\n2.1-wrong\n../etc/passwd\n1.1-good\n1.9-gone\nOne 1\n";
    folder.write("course.txt", index);
    folder.write("1.1-good.md", GOOD);
    folder.write("1.5-lost.md", GOOD);
    let (errors, slugs) = errors(folder.path());
    let unclear = |line: u32, text: &str| {
        format!(
            "course.txt:{line}: `{text}` is neither a chapter (`4 Consumer groups`) nor a lesson \
             (`4.3-delivered-is-not-done`, ` fast` behind it for the fast path)"
        )
    };
    let expected = [
        "course.txt:1: a lesson needs a chapter line before it: `4 Groups`".to_owned(),
        "course.txt:4: `2.1-wrong` stands in chapter 1: its number must begin with it".to_owned(),
        unclear(5, "../etc/passwd"),
        "course.txt:6: `1.1-good` stands in the course already".to_owned(),
        "1.9-gone.md:1: cannot be read: No such file or directory (os error 2)".to_owned(),
        unclear(8, "One 1"),
        "1.5-lost.md:1: is not in the course: add its name to course.txt, or remove the file"
            .to_owned(),
    ];
    assert_eq!(errors, expected);
    assert_eq!(slugs, ["1.1-good"]);
}

#[test]
fn a_link_to_a_lesson_that_is_not_there_is_found() {
    let folder = Folder::new();
    folder.write("course.txt", "1 One\n1.1-good\n");
    folder.write("1.1-good.md", GOOD.replace("Prose with", "[before](1.0-gone.html)"));
    let (errors, _) = errors(folder.path());
    assert_eq!(errors, ["1.1-good.md:8: links to the lesson `1.0-gone`, which is not there"]);
}

#[test]
fn without_an_index_there_is_no_course() {
    let folder = Folder::new();
    let (errors, slugs) = errors(folder.path());
    assert!(errors[0].starts_with("course.txt:1: cannot be read"), "{errors:?}");
    assert!(slugs.is_empty());
}
