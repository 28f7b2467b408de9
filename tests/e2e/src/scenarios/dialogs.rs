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
