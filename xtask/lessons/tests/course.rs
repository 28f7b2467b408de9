//! Every lesson of the course: readable, solvable, and not solvable wrongly.

use std::path::Path;

use streamlanes_lessons::check;
use streamlanes_lessons::course::Course;

fn english() -> Course {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/lessons/en");
    let (course, errors) = Course::load(&folder);
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "the course has mistakes:\n{}", errors.join("\n"));
    course
}

#[test]
fn every_lesson_can_be_solved_and_not_wrongly() {
    let mut findings = Vec::new();
    let course = english();
    for lesson in course.lessons() {
        for (line, what) in check::check(lesson) {
            findings.push(format!("{}:{line}: {what}", lesson.path.display()));
        }
    }
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}
