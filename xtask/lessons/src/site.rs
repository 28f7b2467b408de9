//! The pages of the course, made from the page of the playground: the same page with a lesson in
//! its lesson pane.

use crate::course::{Course, CourseLesson};
use crate::page::{article, data, escape, map};

/// The folder of the lessons' pages, below the site's root.
pub const FOLDER: &str = "lessons";

/// What the template must have between these two is replaced by the lesson.
const LESSON: [&str; 2] = ["<!-- lesson -->", "<!-- /lesson -->"];
/// Here the map of the course is put in.
const COURSE: &str = "<!-- course -->";

/// The start page: the template with the map of the course.
///
/// # Errors
/// When the template has no place for it.
pub fn start(template: &str, course: &Course) -> Result<String, String> {
    put(template, COURSE, &map(course, &format!("{FOLDER}/"), None))
}

/// The page of one lesson.
///
/// # Errors
/// When the template has no place for it.
pub fn lesson(template: &str, course: &Course, lesson: &CourseLesson) -> Result<String, String> {
    let [begin, end] = LESSON;
    let (head, rest) = split(template, begin)?;
    let (_, tail) = split(rest, end)?;
    let article = article(course, lesson);
    // Addresses of the template are relative to the site's root, those of the lesson to its folder.
    let html = format!("{}{article}{}{}", one_up(head), data(lesson), one_up(tail));
    let html = put(&html, COURSE, &map(course, "", Some(lesson)))?;
    let title = format!("{} {} – Streamlanes", lesson.lesson.number, lesson.lesson.title);
    let html = between(&html, "<title>", "</title>", &escape(&title))?;
    between(&html, "<meta name=\"description\" content=\"", "\">", &escape(&lesson.lesson.about))
}

fn split<'a>(text: &'a str, mark: &str) -> Result<(&'a str, &'a str), String> {
    text.split_once(mark).ok_or_else(|| format!("www/index.html has no `{mark}`"))
}

fn put(text: &str, mark: &str, what: &str) -> Result<String, String> {
    let (head, tail) = split(text, mark)?;
    Ok(format!("{head}{what}{tail}"))
}

fn between(text: &str, begin: &str, end: &str, what: &str) -> Result<String, String> {
    let (head, rest) = split(text, begin)?;
    let (_, tail) = split(rest, end)?;
    Ok(format!("{head}{begin}{what}{end}{tail}"))
}

/// Addresses of the site's root, from one folder further down.
fn one_up(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 256);
    let mut rest = html;
    while let Some((at, name)) = next_address(rest) {
        let (head, tail) = rest.split_at(at + name.len());
        out.push_str(head);
        let local = !tail.starts_with(['#', '/', '"']) && !has_scheme(tail);
        if local {
            out.push_str("../");
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Where the next `href="` or `src="` stands.
fn next_address(html: &str) -> Option<(usize, &'static str)> {
    let places = [" href=\"", " src=\""].map(|name| html.find(name).map(|at| (at, name)));
    places.into_iter().flatten().min()
}

/// Whether an address that begins here names a scheme (`https:`, `data:`).
fn has_scheme(html: &str) -> bool {
    let address = html.split('"').next().unwrap_or_default();
    address.split_once(':').is_some_and(|(scheme, _)| !scheme.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_root_go_one_up() {
        let html = "<a href=\"#x\"><link href=\"a.css\"><a href=\"https://x.org/\"><img src=\"b\">";
        let up =
            "<a href=\"#x\"><link href=\"../a.css\"><a href=\"https://x.org/\"><img src=\"../b\">";
        assert_eq!(one_up(html), up);
    }
}
