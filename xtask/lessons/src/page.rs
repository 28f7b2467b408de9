//! HTML of a lesson. It reads well without a script: questions are forms, hints and solutions are
//! `details`; the page's script makes them live by their `data-` attributes.

use streamlanes::lesson::{Prediction, Script, block};

use crate::course::{Course, CourseLesson};
use crate::demo::Frame;
use crate::strings::{self, Strings};

/// Text as it may stand in HTML, also inside a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Escaped text with its `code` and its *stress* marked up: goals, hints, questions.
pub fn inline(text: &str) -> String {
    let mut out = String::new();
    for (idx, part) in text.split('`').enumerate() {
        match idx % 2 {
            0 => out.push_str(&stressed(part)),
            _ => out.push_str(&format!("<code>{}</code>", escape(part))),
        }
    }
    out
}

/// Escaped text whose words between two stars are stressed; a star without another stays one.
fn stressed(text: &str) -> String {
    let parts: Vec<&str> = text.split('*').collect();
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let marked = parts.iter().enumerate().map(|(idx, part)| match idx % 2 {
        0 => escape(part),
        _ => format!("<em>{}</em>", escape(part)),
    });
    marked.collect()
}

/// Commands to run by a click.
pub fn run(strings: &Strings, client: &str, text: &str) -> String {
    let label = match client {
        "" => String::new(),
        _ => format!("<span class=\"client\">{}</span>", escape(client)),
    };
    format!(
        "<div class=\"run\" data-client=\"{}\">{label}<pre><code>{}</code></pre>\
         <button type=\"button\" class=\"js-only\" data-action=\"run\">{}</button></div>\n",
        escape(client),
        escape(text.trim_end()),
        escape(strings.get(strings::RUN)),
    )
}

/// A reply as redis-cli shows it.
pub fn reply(text: &str) -> String {
    format!("<pre class=\"reply\"><samp>{}</samp></pre>\n", escape(text.trim_end()))
}

/// Any other quoted text.
pub fn quote(text: &str) -> String {
    format!("<pre><code>{}</code></pre>\n", escape(text.trim_end()))
}

/// A question, to be answered before the command is run.
pub fn prediction(strings: &Strings, prediction: &Prediction) -> String {
    let mut out = format!(
        "<form class=\"predict\" data-prediction=\"{name}\"><fieldset><legend>{}</legend>\n",
        inline(&prediction.question),
        name = escape(&prediction.name),
    );
    for (idx, choice) in prediction.choices.iter().enumerate() {
        out.push_str(&format!(
            "<label><input type=\"radio\" name=\"predict-{}\" value=\"{}\"> {}</label>\n",
            escape(&prediction.name),
            idx + 1,
            inline(&choice.text),
        ));
    }
    let right = prediction.choices.iter().find(|choice| choice.right);
    out.push_str(&format!(
        "<button type=\"submit\" class=\"js-only\">{}</button></fieldset>\n\
         <details class=\"because\"><summary>{}</summary><p><strong>{}</strong></p><p>{} {}</p>\
         </details></form>\n",
        escape(strings.get(strings::GUESS)),
        escape(strings.get(strings::ANSWER)),
        right.map(|choice| inline(&choice.text)).unwrap_or_default(),
        escape(strings.get(strings::BECAUSE)),
        inline(&prediction.because),
    ));
    out
}

/// A demonstration: every step one below the other; the page's script shows one at a time.
pub fn demo(strings: &Strings, caption: &str, frames: &[Frame]) -> String {
    let mut out = format!(
        "<figure class=\"demo\" data-demo=\"\"><figcaption>{}</figcaption>\n\
         <ol class=\"demo-steps\">\n",
        inline(caption)
    );
    for (n, frame) in frames.iter().enumerate() {
        let words = match frame.line.as_str() {
            "" => strings.get(strings::BEFORE).to_owned(),
            line if frame.who.is_empty() => {
                format!("{} {}", line.trim_start_matches("wait "), strings.get(strings::LATER))
            }
            line => format!("{}> {line}", frame.who),
        };
        let label = format!("{} {n}: {words}", strings.get(strings::STEP));
        out.push_str(&format!(
            "<li data-step=\"{}\"><p class=\"demo-line\"><code>{}</code></p>\n",
            escape(&label),
            escape(&words)
        ));
        for said in &frame.said {
            out.push_str(&reply(said));
        }
        out.push_str(&picture(frame));
        if !frame.remark.is_empty() {
            out.push_str(&format!("<p class=\"demo-remark\">{}</p>\n", inline(&frame.remark)));
        }
        out.push_str("</li>\n");
    }
    let [back, on] = [strings::BACK, strings::ON].map(|word| escape(strings.get(word)));
    out.push_str(&format!(
        "</ol>\n<div class=\"demo-scrub js-only\"><button type=\"button\" data-action=\"back\" \
         aria-label=\"{back}\">‹</button><input type=\"range\" min=\"0\" max=\"{}\" value=\"0\" \
         aria-label=\"{}\"><button type=\"button\" data-action=\"on\" aria-label=\"{on}\">\
         ›</button></div></figure>\n",
        frames.len().saturating_sub(1),
        escape(caption)
    ));
    out
}

/// What is there after a step: streams, groups, consumers, the ledger.
fn picture(frame: &Frame) -> String {
    let mut out = "<dl class=\"mini\">\n".to_owned();
    for row in &frame.rows {
        out.push_str(&format!(
            "<div class=\"mini-{}\"><dt>{}</dt><dd>",
            row.kind,
            escape(&row.title)
        ));
        for chip in &row.chips {
            let id = match chip.id.as_str() {
                "" => String::new(),
                id => format!(" <small>{}</small>", escape(id)),
            };
            let (state, text) = (chip.state, escape(&chip.text));
            out.push_str(&format!("<span class=\"mini-chip is-{state}\">{text}{id}</span> "));
        }
        out.push_str(&format!("{}</dd></div>\n", escape(&row.note)));
    }
    out.push_str("</dl>\n");
    out
}

/// What stands in the lesson pane: the whole lesson.
pub fn article(course: &Course, lesson: &CourseLesson) -> String {
    let data = &lesson.lesson;
    let say = |english: &'static str| escape(course.strings.get(english));
    // A lesson that is not translated yet says so to screen readers and translators.
    let language = match lesson.language == course.strings.language {
        true => String::new(),
        false => format!(" lang=\"{}\"", escape(&lesson.language)),
    };
    let mut out = format!(
        "<article class=\"lesson\" data-lesson=\"{slug}\" data-number=\"{number}\">\n\
         <p class=\"kicker\">{kicker} {number}</p>\n<div class=\"lesson-prose\"{language}>\
         <h2 id=\"lesson-title\">{title}</h2>\n",
        slug = escape(&lesson.slug),
        number = escape(&data.number),
        kicker = say(strings::LESSON),
        title = escape(&data.title),
    );
    out.push_str(&lesson.prose.html);
    out.push_str(&format!(
        "</div>\n<section aria-labelledby=\"goals-title\"><h3 id=\"goals-title\">{}</h3>\n\
         <ol class=\"goals\"{language}>\n",
        say(strings::GOALS)
    ));
    for goal in &data.goals {
        out.push_str(&format!(
            "<li data-goal=\"{}\"><span class=\"goal-text\">{}</span></li>\n",
            escape(&goal.name),
            inline(&goal.title),
        ));
    }
    out.push_str(&format!(
        "</ol><p class=\"lesson-actions\"><button type=\"button\" class=\"js-only button\" \
         data-action=\"checkpoint\" hidden>{}</button> <button type=\"button\" \
         class=\"js-only button\" data-action=\"reset\">{}</button></p></section>\n",
        say(strings::CHECKPOINT),
        say(strings::RESET)
    ));
    for (n, hint) in (1..).zip(&data.hints) {
        out.push_str(&format!(
            "<details class=\"hint\" data-hint=\"{n}\"><summary>{} {n}</summary><p{language}>{}</p>\
             </details>\n",
            say(strings::HINT),
            inline(hint)
        ));
    }
    for script in data.solutions.iter().take(1) {
        out.push_str(&solution(&course.strings, script));
    }
    out.push_str(&format!(
        "<p class=\"since\">{} {} {} {} <span{language}>{}</span></p>\n",
        say(strings::NEEDS),
        escape(data.since.name()),
        say(strings::OR_NEWER),
        say(strings::ON_OLDER),
        inline(&data.older),
    ));
    out.push_str(&neighbours(course, lesson));
    out.push_str("</article>\n");
    out
}

fn solution(strings: &Strings, script: &Script) -> String {
    let lines: Vec<String> =
        script.lines.iter().map(|line| format!("{}> {}", line.who, line.line)).collect();
    format!(
        "<details class=\"solution\"><summary data-solution=\"\">{}</summary><p>{}</p>\
         <pre><code>{}</code></pre></details>\n",
        escape(strings.get(strings::SOLUTION)),
        escape(strings.get(strings::SOLUTION_NOTE)),
        escape(&lines.join("\n"))
    )
}

/// Links to the lesson before and the one after, in the course and on the fast path.
fn neighbours(course: &Course, lesson: &CourseLesson) -> String {
    let lessons: Vec<&CourseLesson> = course.lessons().collect();
    let at = lessons.iter().position(|other| other.slug == lesson.slug).unwrap_or(0);
    let link = |mark: &str, word: &'static str, other: Option<&&CourseLesson>| match other {
        Some(other) => format!(
            "<a {mark} href=\"{}.html\">{}: {}</a>\n",
            escape(&other.slug),
            escape(course.strings.get(word)),
            escape(&other.lesson.title)
        ),
        None => String::new(),
    };
    let before = at.checked_sub(1).and_then(|at| lessons.get(at));
    let mut out = "<nav class=\"neighbours\" aria-label=\"Lessons\">\n".to_owned();
    if lesson.fast {
        let next_fast = lessons.iter().skip(at + 1).find(|other| other.fast);
        out.push_str(&link("data-fast", strings::NEXT_FAST, next_fast));
    }
    out.push_str(&link("rel=\"next\"", strings::NEXT, lessons.get(at + 1)));
    out.push_str(&link("rel=\"prev\"", strings::BEFORE, before));
    out.push_str(&format!(
        "<a href=\"../\">{}</a>\n</nav>\n",
        escape(course.strings.get(strings::START_PAGE))
    ));
    out
}

/// The map of the course: chapters and lessons, for the start page and every lesson's menu.
/// `to_lessons` is the way from the page to the lessons (`lessons/` or nothing); the chapter of the
/// lesson that is `here` stands open.
pub fn map(course: &Course, to_lessons: &str, here: Option<&CourseLesson>) -> String {
    let fast =
        format!(" <span class=\"fast\">{}</span>", escape(course.strings.get(strings::FAST)));
    let mut out = String::new();
    if let (None, Some(first)) = (here, course.lessons().find(|lesson| lesson.fast)) {
        out.push_str(&format!(
            "<p class=\"fast-start\"><a href=\"{to_lessons}{}.html\">{}</a></p>\n",
            escape(&first.slug),
            escape(course.strings.get(strings::FAST_START))
        ));
    }
    out.push_str("<ol class=\"course\">\n");
    for chapter in course.chapters.iter().filter(|chapter| !chapter.lessons.is_empty()) {
        let open = here.is_some_and(|here| chapter.lessons.iter().any(|l| l.slug == here.slug));
        out.push_str(&format!(
            "<li><details{}><summary>{}. {}</summary>\n<ol>\n",
            if open { " open" } else { "" },
            escape(&chapter.number),
            escape(&chapter.title)
        ));
        for lesson in &chapter.lessons {
            let is_here = here.is_some_and(|here| here.slug == lesson.slug);
            out.push_str(&format!(
                "<li data-map=\"{number}\"><a href=\"{to_lessons}{slug}.html\"{current}>\
                 {number} {title}</a>{fast}<span class=\"about\">{about}</span></li>\n",
                number = escape(&lesson.lesson.number),
                fast = if lesson.fast { fast.as_str() } else { "" },
                current = if is_here { " aria-current=\"page\"" } else { "" },
                slug = escape(&lesson.slug),
                title = escape(&lesson.lesson.title),
                about = inline(&lesson.lesson.about),
            ));
        }
        out.push_str("</ol></details></li>\n");
    }
    out.push_str("</ol>\n");
    out
}

/// The lesson as data for the page's script, in a hidden element that moves with the lesson from
/// page to page. Rejected attempts are for the tests and stay behind, as does what the prose shows.
pub fn data(lesson: &CourseLesson) -> String {
    let is_needed = |info: &str| {
        let kind = info.split(' ').next().unwrap_or_default();
        matches!(kind, "lesson" | "setup" | "goal" | "hint" | "predict" | "question" | "solution")
    };
    let blocks = lesson.prose.blocks.iter().filter(|block| is_needed(&block.info));
    let text = block::write(&blocks.cloned().collect::<Vec<_>>());
    format!("<div id=\"lesson-data\" hidden>{}</div>\n", escape(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{Chip, Row};

    #[test]
    fn text_cannot_become_markup() {
        let hostile = "\"><script>alert('x')</script>&";
        let english = Strings::english();
        let frame = Frame {
            remark: hostile.to_owned(),
            who: hostile.to_owned(),
            line: hostile.to_owned(),
            said: vec![hostile.to_owned()],
            rows: vec![Row {
                kind: "log",
                title: hostile.to_owned(),
                note: hostile.to_owned(),
                chips: vec![Chip {
                    text: hostile.to_owned(),
                    id: hostile.to_owned(),
                    state: "new",
                }],
            }],
        };
        let shown = demo(&english, hostile, &[frame]);
        let commands = run(&english, hostile, hostile);
        for html in [shown, commands, reply(hostile), quote(hostile), inline(hostile)] {
            assert!(!html.contains("<script"), "{html}");
            assert!(!html.contains("alert('"), "{html}");
        }
    }

    #[test]
    fn code_in_backticks_is_marked_up() {
        assert_eq!(inline("use `XACK <id>` now"), "use <code>XACK &lt;id&gt;</code> now");
        assert_eq!(inline("*open* <b> `XADD *`"), "<em>open</em> &lt;b&gt; <code>XADD *</code>");
        assert_eq!(inline("2 * 3"), "2 * 3");
    }
}
