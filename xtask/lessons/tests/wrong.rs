//! What the check finds in a lesson that reads well and is wrong all the same.

use std::fs;

use streamlanes_lessons::check;
use streamlanes_lessons::course::Course;

/// A lesson without fault.
const GOOD: &str = "---
title: A title
about: One sentence.
since: 6.2
older: nothing changes.
---

The stream has `1700000000000-0` in it.

```redis
XLEN orders
```

```reply
(integer) 1
```

```predict one-more
How long is it then?
- [x] two => 2
- one => if length orders = 1
check: XADD orders * item cake
check: XLEN orders
because: one was added.
```

```setup
XADD orders * item tea
```

```goal two
Add a second order.
  length orders = 2
```

```goal cake
It is a cake.
  field orders item = cake
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
```

```rejected nothing
XLEN orders
```

```rejected no cake
XADD orders * item milk
```

```rejected not two
XADD orders * item cake
XTRIM orders MAXLEN 1
```
";

/// What is found in a lesson of this text.
fn found(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("course.txt"), "1 One\n1.1-one\n").unwrap();
    fs::write(folder.path().join("1.1-one.md"), text).unwrap();
    let (course, errors) = Course::load(folder.path());
    assert!(errors.is_empty(), "{}", errors[0]);
    let lesson = course.lessons().next().unwrap();
    check::check(&course, lesson)
        .into_iter()
        .map(|(line, what)| format!("{line}: {what}"))
        .collect()
}

/// The good lesson with one thing replaced.
#[track_caller]
fn check_with(this: &str, by: &str, expected: &[&str]) {
    assert!(GOOD.contains(this), "the good lesson has no {this:?}");
    assert_eq!(found(&GOOD.replacen(this, by, 1)), expected);
}

#[test]
fn nothing_is_found_in_a_good_lesson() {
    assert_eq!(found(GOOD), Vec::<String>::new());
}

#[test]
fn what_the_engine_does_not_say() {
    check_with(
        "`1700000000000-0`",
        "`1700000000000-7`",
        &["8: nothing in this lesson is answered with `1700000000000-7`"],
    );
    check_with(
        "`1700000000000-0`",
        "`BUSYGROUP Consumer Group name already exists`",
        &["8: nothing in this lesson is answered with `BUSYGROUP Consumer Group name already \
           exists`"],
    );
    check_with(
        "`1700000000000-0`",
        "`BUSYGROUP …`",
        &["8: nothing in this lesson is answered with `BUSYGROUP`"],
    );
    check_with(
        "because: one",
        "because: `(nil)`",
        &["24: nothing in this lesson is answered with `(nil)`"],
    );
    check_with(
        "It is a",
        "It is `(integer) 77`, a",
        &["37: nothing in this lesson is answered with `(integer) 77`"],
    );
    check_with("(integer) 1", "(integer) 2", &["15: the engine answers instead:\n(integer) 1"]);
    check_with(
        "two => 2",
        "two => 3",
        &["23: the engine does not prove `two`; it answers: (integer) 2"],
    );
    check_with(
        "if length orders = 1",
        "if length orders >= 1",
        &["23: `one` is wrong, but fits the answer: (integer) 2"],
    );
}

#[test]
fn goals_that_do_not_tell_right_from_wrong() {
    check_with(
        "length orders = 2",
        "length orders >= 1",
        &[
            "1: the goal `two` is always reached: add a rejected attempt that misses it, or remove \
             it",
            "66: the rejected attempt `not two` solves it",
        ],
    );
    check_with(
        "XADD orders * item cake\n```\n\n```rejected nothing",
        "XADD orders * item cake\nXLEN orders\n```\n\n```rejected nothing",
        &["55: the solution `one way` works without `XLEN orders`: a goal should need it, or \
           write `look XLEN orders`"],
    );
    let text = GOOD.replacen("XADD orders * item cake\n```\n\n```rej", "PING\n```\n\n```rej", 1);
    let open = "54: after the solution `one way` the goal `cake` is open: ";
    let findings = found(&text);
    assert!(findings.iter().any(|finding| finding.starts_with(open)), "{findings:?}");
}

#[test]
fn a_setup_that_is_refused_or_solves_the_lesson() {
    check_with(
        "XADD orders * item tea\n",
        "XADD orders * item tea\nXGROUP DESTROY nothing here\n",
        &["29: setup: `XGROUP DESTROY nothing here` answers ERR The XGROUP subcommand requires \
           the key to exist. Note that for CREATE you may want to use the MKSTREAM option to \
           create an empty stream automatically."],
    );
    let text = GOOD.replacen(
        "XADD orders * item tea\n",
        "XADD orders * item tea\nXADD orders * item cake\n",
        1,
    );
    let findings = found(&text);
    let solved = "1: it is solved before the learner did anything".to_owned();
    assert!(findings.contains(&solved), "{findings:?}");
}
