//! What several scenarios do: waiting for the page to come to life, and running lines through the
//! console faster than a person types.

use anyhow::Result;
use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};

use crate::page::Page;

/// Opens a page and waits until the engine answers.
pub(super) async fn open(page: &Page<'_>, path: &str) -> Result<()> {
    page.visit(path).await?;
    is_live(page).await
}

/// Waits until the engine answers.
pub(super) async fn is_live(page: &Page<'_>) -> Result<()> {
    page.wait_for("the page to come to life", async || {
        let script = "return document.querySelectorAll('#lesson-body[data-live]').length";
        let n_live = page.evaluate(script).await?;
        Ok(if n_live == 1 { Ok(()) } else { Err(n_live.to_string()) })
    })
    .await
}

/// Puts `streamlanesType(line)` into the page: what typing a line and pressing Enter do, and
/// `streamlanesSaid(line)`: the newest row of the console with that line.
pub(super) const HANDS: &str = "
    window.streamlanesType = (line) => {
        const input = document.getElementById('console-input');
        input.value = line;
        input.dispatchEvent(new Event('input', { bubbles: true }));
        document.getElementById('console-form').requestSubmit();
    };
    window.streamlanesSaid = (line) => {
        const rows = [...document.querySelectorAll('#console-transcript [data-row]')];
        return rows.findLast((row) => row.querySelector('.row-text')?.textContent === line);
    };";

/// Runs a line and returns what the console says to it.
pub(super) async fn ask(page: &Page<'_>, line: &str) -> Result<String> {
    let quoted = serde_json::to_string(line)?;
    let script = format!(
        "{HANDS}
        const before = streamlanesSaid({quoted})?.dataset.row ?? '';
        streamlanesType({quoted});
        return before;"
    );
    let before = page.evaluate(&script).await?;
    let before = before.as_str().unwrap_or_default().to_owned();
    page.wait_for(&format!("an answer to {line}"), async || {
        let script = format!(
            "const row = streamlanesSaid({quoted});
            if (!row || row.dataset.state === 'waiting') return null;
            return [row.dataset.row, row.textContent];"
        );
        let found = page.evaluate(&script).await?;
        let text = |idx: usize| found.get(idx).and_then(Value::as_str).unwrap_or_default();
        let is_new = !text(0).is_empty() && text(0) != before;
        Ok(if is_new { Ok(text(1).to_owned()) } else { Err(found.to_string()) })
    })
    .await
}

/// Waits until the console says something, anywhere.
pub(super) async fn hears(page: &Page<'_>, part: &str) -> Result<String> {
    page.wait_for_text(crate::page::id::TRANSCRIPT, part).await
}

/// Opens another tab, and works in it from now on; returns its handle.
pub(super) async fn new_tab(page: &Page<'_>) -> Result<WindowHandle> {
    let opened = page.client.new_window(true).await?;
    let handle = opened.handle;
    page.client.switch_to_window(handle.clone()).await?;
    Ok(handle)
}

/// Kills the tab in which we are: its process ends as if it had run out of memory.
pub(super) async fn kill_tab(page: &Page<'_>) {
    // Nobody is left to answer.
    let _ = page.devtools("Page.crash", json!({})).await;
}
