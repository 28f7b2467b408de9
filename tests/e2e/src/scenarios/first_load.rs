//! What a visitor meets before doing anything.

use anyhow::{Context, Result, ensure};

use crate::page::{Page, id};

/// The page opens without a complaint, has its landmarks, and the engine's module arrives.
pub(super) async fn is_clean(page: &Page<'_>) -> Result<()> {
    page.visit("").await?;
    for css in ["main", "header", "nav[aria-label]", "h1", id::INPUT, id::TRANSCRIPT, id::TWIN] {
        page.find(css).await?;
    }
    page.wait_for("the engine's module to arrive", async || {
        let n_arrived = n_arrived(page, "streamlanes_bg.wasm").await?;
        Ok(if n_arrived == 1 { Ok(()) } else { Err(n_arrived.to_string()) })
    })
    .await?;
    page.wait_for_text("#services", "billing-1").await?;
    let services = page.find("#services").await?.text().await?;
    ensure!(!services.contains("No service yet"), "services, and the word that there are none");
    let crash = page.find("#crash").await?;
    ensure!(!crash.is_displayed().await?, "the crash panel is open: {}", crash.text().await?);
    Ok(())
}

/// How often a file of that name was loaded.
async fn n_arrived(page: &Page<'_>, name: &str) -> Result<u64> {
    let script = format!(
        "return performance.getEntriesByType('resource')
            .filter((entry) => entry.name.endsWith('{name}') && entry.responseEnd > 0).length"
    );
    page.evaluate(&script).await?.as_u64().context("not a number")
}
