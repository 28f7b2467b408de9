//! A page that does not jump, and is there soon.

use anyhow::{Result, ensure};

use crate::page::{Page, id};

/// The rows of the events.
const ROWS: &str = "#feed tbody";

/// Nothing moves by itself, at ten times the usual speed, whichever pane is open. How soon the
/// prompt came and how long the longest tasks were is told, not judged: a busy machine would
/// decide.
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
    for pane in ["inspector", "feed", "ledger", "services"] {
        page.click(&format!("#tab-{pane}")).await?;
        stays_still(page, pane).await?;
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
    stays_still(page, "the console").await
}

/// The same on a phone, where one pane is shown at a time.
pub(super) async fn nothing_shifts_on_a_phone(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK SPEED 10").await?;
    for pane in ["lanes", "inspector", "feed", "ledger", "services", "lesson"] {
        page.click(&format!("[data-show-pane='{pane}']")).await?;
        stays_still(page, pane).await?;
    }
    Ok(())
}

/// Watches for two seconds, in which some twenty entries are added and acknowledged.
async fn stays_still(page: &Page<'_>, what: &str) -> Result<()> {
    page.evaluate_later("setTimeout(done, 2000)", Vec::new()).await?;
    let shifts = page.evaluate("return seenByProbe.shifts").await?;
    ensure!(shifts.as_array().is_some_and(Vec::is_empty), "{what} jumped: {shifts:#}");
    Ok(())
}

/// Rows stay where they are as long as somebody points at one; what is new is counted meanwhile.
pub(super) async fn a_row_that_is_pointed_at_stays(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK SPEED 10").await?;
    page.click("#tab-feed").await?;
    page.wait_until("events", &format!("return 3 < document.querySelectorAll('{ROWS}').length"))
        .await?;
    page.point_at(&format!("{ROWS} td")).await?;
    page.wait_for_text("#feed caption", "new)").await?;
    let first = page.text(ROWS).await?;
    page.wait_for_text("#feed caption", "0 new)").await?;
    let now = page.text(ROWS).await?;
    ensure!(first == now, "what is pointed at changed from {first} to {now}");
    page.point_at("#tab-feed").await?;
    page.wait_for("the newest events", async || {
        let now = page.text(ROWS).await?;
        Ok(if first == now { Err(now) } else { Ok(()) })
    })
    .await
}
