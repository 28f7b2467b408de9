//! A page that does not jump, and is there soon.

use anyhow::{Result, ensure};

use crate::page::{Page, id};

/// Nothing moves by itself, at ten times the usual speed. Not so rows of the other side panes,
/// which are not opened here: they get more and fewer. How soon the prompt came and how long the
/// longest tasks were is told, not judged: a busy machine would decide.
pub(super) async fn nothing_shifts(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    let usable = page.evaluate("return Math.round(performance.now())").await?;
    let marks = "const [first] = performance.getEntriesByType('mark');
        return first ? Math.round(first.startTime) : null";
    let live = page.evaluate(marks).await?;
    page.evaluate("seenByProbe.longTasks.length = 0").await?;
    page.type_line("CLOCK SPEED 10").await?;
    for css in ["#tab-services", "#lanes-fit", "#lanes-follow"] {
        page.click(css).await?;
    }
    page.type_line("XADD mine 1-1 item tea").await?;
    page.said("\"1-1\"").await?;
    page.find(id::TWIN).await?;
    page.evaluate_later("setTimeout(done, 3000)", Vec::new()).await?;
    let tasks =
        page.evaluate("return seenByProbe.longTasks.map((it) => Math.round(it.ms))").await?;
    println!(
        "     prompt usable within {usable} ms (mark: {live}); tasks over 50 ms at 10×: {tasks}"
    );
    let shifts = page.evaluate("return seenByProbe.shifts").await?;
    ensure!(shifts.as_array().is_some_and(Vec::is_empty), "the page jumped: {shifts:#}");
    Ok(())
}
