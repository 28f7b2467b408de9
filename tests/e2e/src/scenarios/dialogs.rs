//! Settings, a shared situation, the life of an entry.

use anyhow::{Context, Result, ensure};

use super::looks::choose;
use crate::page::Page;
use crate::runner::FRAME_NAME;

/// Another version of Redis answers otherwise.
pub(super) async fn settings_choose_a_version(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK PAUSE").await?;
    choose(page, "settings-profile", "6.2").await?;
    page.type_line("XACKDEL orders billing IDS 1 1-1").await?;
    page.said("(error) ERR unknown command `XACKDEL`").await?;
    page.reload().await?;
    page.said("(error) ERR unknown command `XACKDEL`").await?;
    Ok(())
}

/// The link of the dialog brings the situation back in a world that has gone on.
pub(super) async fn a_link_brings_back_a_situation(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK PAUSE").await?;
    page.type_line("XADD mine 7-7 item tea").await?;
    page.said("\"7-7\"").await?;
    page.click("#share-open").await?;
    let link = page.wait_for("a link", async || {
        let link = page.find(".share-link").await?.prop("value").await?.unwrap_or_default();
        Ok(if link.contains("#U0w") { Ok(link) } else { Err(link) })
    });
    let link = link.await?;
    page.click("#share-close").await?;
    page.type_line("FLUSHALL").await?;
    page.said("OK").await?;
    let fragment = link.split_once('#').context("a fragment")?.1.to_owned();
    page.visit(FRAME_NAME).await?;
    page.start(&format!("#{fragment}")).await?;
    page.wait_for_text("#share-title", "Open this session?").await?;
    page.click("[data-share='take']").await?;
    page.type_line("XRANGE mine - +").await?;
    page.said("1) 1) \"7-7\"").await?;
    let url = page.client.current_url().await?;
    ensure!(url.fragment().is_none(), "the address still has the link: {url}");
    Ok(())
}

/// The clock stands, and of all streams there is `mine` with an entry that alice was given.
async fn one_entry_is_pending(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    for line in [
        "CLOCK PAUSE",
        "FLUSHALL",
        "XADD mine 1-1 item tea",
        "XGROUP CREATE mine readers 0",
        "XREADGROUP GROUP readers alice STREAMS mine >",
    ] {
        page.type_line(line).await?;
    }
    Ok(())
}

/// An entry of the list opens its life: born, delivered, acknowledged.
pub(super) async fn an_entry_tells_its_life(page: &Page<'_>) -> Result<()> {
    one_entry_is_pending(page).await?;
    page.twin_shows("1-1").await?;
    page.click("#lanes-as-list").await?;
    page.click("#lanes-twin [data-target]").await?;
    page.wait_for_text("#biography-title", "1-1").await?;
    page.wait_for_text("#biography-body", "alice").await?;
    page.click("#biography-close").await?;
    page.type_line("PING").await?;
    page.said("PONG").await?;
    Ok(())
}

/// The panes beside the lanes: a button acknowledges an entry, and the console shows its line.
pub(super) async fn the_inspector_acts(page: &Page<'_>) -> Result<()> {
    one_entry_is_pending(page).await?;
    page.click("#tab-inspector").await?;
    page.click("#inspector [data-run='XACK mine readers 1-1']").await?;
    page.said("(integer) 1").await?;
    page.click("#tab-feed").await?;
    page.wait_for_text("#feed", "alice").await?;
    page.click("#tab-services").await?;
    page.click("#services [data-run^='SIM CRASH']").await?;
    page.wait_for_text("#services", "crashed").await?;
    page.click("#services [data-run^='SIM RESTART']").await?;
    page.click("#tab-ledger").await?;
    page.wait_for_text("#ledger", "too often").await?;
    Ok(())
}

/// Headings sort, the filter leaves what holds its words, and each button says which line it runs
/// and runs that one: acknowledge, claim, delete.
pub(super) async fn the_inspector_sorts_filters_and_says_what_it_runs(
    page: &Page<'_>,
) -> Result<()> {
    one_entry_is_pending(page).await?;
    for n in 2..=4 {
        page.type_line(&format!("XADD mine {n}-{n} item tea")).await?;
    }
    page.type_line("XREADGROUP GROUP readers bob STREAMS mine >").await?;
    page.said("1) 1) \"mine\"").await?;
    page.click("#tab-inspector").await?;
    entries_are(page, &["1-1", "2-2", "3-3", "4-4"]).await?;
    for order in [["4-4", "3-3", "2-2", "1-1"], ["1-1", "2-2", "3-3", "4-4"]] {
        // Up first, since these are no numbers; then down; then as it came.
        if order[0] == "4-4" {
            page.click("[data-sort='4 0']").await?;
            page.wait_for_text("[data-table='4'] [aria-sort='ascending']", "Entry").await?;
        }
        page.click("[data-sort='4 0']").await?;
        entries_are(page, &order).await?;
    }
    page.click("#side-filter").await?;
    page.write("bob 3-3").await?;
    entries_are(page, &["3-3"]).await?;
    acts(page, "XCLAIM mine readers you 0 3-3", "1) 1) \"3-3\"").await?;
    page.click("#side-filter").await?;
    page.press_with_control('a').await?;
    page.write("readers").await?;
    // What was claimed has waited for the shortest time.
    entries_are(page, &["1-1", "2-2", "4-4", "3-3"]).await?;
    acts(page, "XACK mine readers 2-2", "(integer) 1").await?;
    acts(page, "XDEL mine 4-4", "(integer) 1").await?;
    page.type_line("XLEN mine").await?;
    page.said("(integer) 3").await?;
    Ok(())
}

/// Points at the button of a line, reads the line beside the panes, presses, reads the console.
async fn acts(page: &Page<'_>, line: &str, reply: &str) -> Result<()> {
    let button = format!("#inspector [data-run='{line}']");
    page.point_at(&button).await?;
    page.wait_for_text("#side-command", line).await?;
    page.click(&button).await?;
    page.said(line).await?;
    page.said(reply).await?;
    Ok(())
}

/// The entries of the table of what is pending, in its order.
async fn entries_are(page: &Page<'_>, wanted: &[&str]) -> Result<()> {
    let script = "return [...document.querySelectorAll(
        '[data-table=\"4\"] tbody tr:first-child td:first-child')]
        .map((cell) => cell.textContent)";
    page.wait_for(&format!("the entries {wanted:?}"), async || {
        let seen = page.evaluate(script).await?;
        Ok(if seen == serde_json::json!(wanted) { Ok(()) } else { Err(seen.to_string()) })
    })
    .await
}
