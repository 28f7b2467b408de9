//! Every lesson of the course: readable, solvable, and not solvable wrongly.

use std::path::Path;

use streamlanes_lessons::course::Course;
use streamlanes_lessons::demo::Demo;
use streamlanes_lessons::{check, page, site};

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
        for (line, what) in check::check(&course, lesson) {
            findings.push(format!("{}:{line}: {what}", lesson.path.display()));
        }
    }
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn the_fast_path_has_twelve_lessons() {
    let course = english();
    let fast: Vec<_> = course.lessons().filter(|lesson| lesson.fast).collect();
    let numbers: Vec<&str> = fast.iter().map(|lesson| lesson.lesson.number.as_str()).collect();
    let wanted =
        ["1.3", "2.1", "2.2", "2.4", "3.1", "3.3", "4.1", "4.2", "4.3", "4.4", "6.2", "6.5"];
    assert_eq!(numbers, wanted);
}

#[test]
fn the_aha_lessons_are_shown_step_by_step() {
    let course = english();
    for number in ["2.2", "3.2", "6.1", "6.6", "6.7", "7.3", "8.2"] {
        let lesson = course.lessons().find(|lesson| lesson.lesson.number == number).unwrap();
        let blocks = &lesson.prose.blocks;
        let block = blocks.iter().find(|block| block.info.starts_with("demo ")).unwrap();
        let caption = block.info.trim_start_matches("demo ");
        let frames = Demo::parse(caption, block.line, &block.text).unwrap().play().unwrap();
        let (before, after) = (&frames[0], &frames[frames.len() - 1]);
        assert_ne!(before.rows, after.rows, "{number}: nothing is different in the end");
        // Without a script readers find every step in the page, as the engine made it.
        for frame in &frames {
            for chip in frame.rows.iter().flat_map(|row| &row.chips) {
                assert!(lesson.prose.html.contains(&page::escape(&chip.text)), "{number}");
            }
            for said in &frame.said {
                assert!(lesson.prose.html.contains(&page::escape(said)), "{number}: {said}");
            }
        }
    }
}

#[test]
fn every_link_of_every_page_leads_to_a_file() {
    let course = english();
    let www = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www");
    let template = std::fs::read_to_string(www.join("index.html")).unwrap();
    let pages = site::pages(&template, &course).unwrap();
    // The build adds these two.
    let is_built = |path: &str| matches!(path, "streamlanes.js" | "streamlanes_bg.wasm");
    let known = |path: &str| {
        is_built(path) || pages.iter().any(|page| page.path == path) || www.join(path).exists()
    };
    for page in &pages {
        let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for address in page.html.split(" href=\"").skip(1).map(|rest| rest.split('"').next()) {
            let address = address.unwrap();
            if address.is_empty() || address.starts_with('#') || address.starts_with("https://") {
                continue;
            }
            let path = match address.strip_prefix("../") {
                Some(rest) => rest.to_owned(),
                None if folder.is_empty() => address.to_owned(),
                None => format!("{folder}/{address}"),
            };
            let path = if path.is_empty() { "index.html".to_owned() } else { path };
            assert!(known(&path), "{} links to {address}, which is not there", page.path);
        }
    }
}
