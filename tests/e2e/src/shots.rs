//! Pictures of the page, for the README and for looking at a change.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use serde_json::json;

use crate::Options;
use crate::driver::{Driver, Kind, Look};
use crate::page::{Page, id};
use crate::runner;

/// The README's picture must stay small: it is in every clone.
const README_BYTES_MAX: usize = 220 * 1000;

/// What has been done in the page before the picture: enough to see every state.
const STORY: &[&str] = &[
    "XADD parcels * item tea qty 1",
    "XADD parcels * item mug qty 2",
    "XGROUP CREATE parcels shipping 0",
    "XREADGROUP GROUP shipping alice COUNT 1 STREAMS parcels >",
    "XREADGROUP GROUP shipping bob COUNT 1 STREAMS parcels >",
];

/// One more line, and the picture is taken while its effect is still moving.
const LAST_LINE: &str = "XADD parcels * item jam qty 3";

pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(options.browser == Kind::Chromium, "pictures are taken with Chromium");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (site, _serving) = runner::serve(&options.dist)?;
    let driver = Driver::start(&options.workspace, options.browser, &options.out)?;
    if let Some(file) = &options.readme {
        return runtime.block_on(readme(&driver, &site, &options.out, file));
    }
    let dark = |look: Look| Look { dark: true, ..look };
    let looks = [
        ("desktop-light", Look::DESKTOP),
        ("desktop-dark", dark(Look::DESKTOP)),
        ("phone-light", Look::PHONE),
        ("phone-dark", dark(Look::PHONE)),
    ];
    for (name, look) in looks {
        let taken = runtime.block_on(take(&driver, &site, &options.out, name, look));
        taken.with_context(|| format!("no picture {name}"))?;
    }
    Ok(())
}

/// Before anything is typed, after the story, and amid a motion.
async fn take(driver: &Driver, site: &str, out: &Path, name: &str, look: Look) -> Result<()> {
    let page = Page::open(driver, site, out, look).await?;
    page.visit("").await?;
    page.wait_for_text(id::TWIN, "").await?;
    println!("{}", page.screenshot(&format!("{name}-first")).await?.display());
    for line in STORY {
        page.type_line(line).await?;
        page.wait_for_text(id::TRANSCRIPT, line).await?;
    }
    println!("{}", page.screenshot(&format!("{name}-story")).await?.display());
    page.type_line(LAST_LINE).await?;
    println!("{}", page.screenshot(&format!("{name}-moving")).await?.display());
    page.close().await
}

async fn readme(driver: &Driver, site: &str, out: &Path, file: &Path) -> Result<()> {
    let look = Look { width: 1200, height: 720, dark: false, still: false };
    let page = Page::open(driver, site, out, look).await?;
    page.visit("").await?;
    for line in STORY.iter().chain([&LAST_LINE]) {
        page.type_line(line).await?;
        page.wait_for_text(id::TRANSCRIPT, line).await?;
    }
    let answer = page
        .devtools("Page.captureScreenshot", json!({ "format": "png", "optimizeForSpeed": false }))
        .await?;
    let data = answer["data"].as_str().context("the browser sent no picture")?;
    let png = base64::engine::general_purpose::STANDARD.decode(data)?;
    ensure!(
        png.len() <= README_BYTES_MAX,
        "the picture has {} bytes, more than {README_BYTES_MAX}",
        png.len()
    );
    if let Some(dir) = file.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(file, png)?;
    println!("{}", file.display());
    page.close().await
}
