//! A situation as a link and as a file: shown before it replaces anything, and damage is said.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::acts::{ask, open};
use crate::page::Page;

/// The longest fragment of a link, in characters; `limits.rs` says so.
const LINK_BYTES_MAX: usize = 8 * 1024;

/// A link holds the session; opening it shows what it holds, and changes nothing until it is taken.
pub(super) async fn a_link_is_shown_before_it_replaces(page: &Page<'_>) -> Result<()> {
    open(page, "").await?;
    ask(page, "CLOCK PAUSE").await?;
    ask(page, "XADD mine * item \"<img src=x onerror=alert(1)>\"").await?;
    let link = own_link(page).await?.context("the session fits in a link")?;
    let fragment = link.split('#').nth(1).context("the link has a fragment")?;
    ensure!(fragment.len() <= LINK_BYTES_MAX, "{} characters", fragment.len());
    close_dialog(page).await?;
    ask(page, "DEL mine").await?;
    page.client.goto(&link).await?;
    let offer = page.wait_for_text("#share-body", "lines typed: 1").await?;
    ensure!(offer.contains("XADD mine * item") && offer.contains("scenario: Orders"), "{offer}");
    // It is left: all is as before.
    press(page, "close").await?;
    ensure!(ask(page, "EXISTS mine").await?.contains("(integer) 0"), "the link was taken");
    page.client.goto(&link).await?;
    page.wait_for_text("#share-body", "lines typed: 1").await?;
    press(page, "take").await?;
    ensure!(ask(page, "XLEN mine").await?.contains("(integer) 1"), "the link was not taken");
    // It is the session now, and comes back.
    open(page, "").await?;
    ensure!(ask(page, "XLEN mine").await?.contains("(integer) 1"), "it was not kept");
    Ok(())
}

/// Rubbish says so; what was cut keeps its beginning and says what is missing. Nothing is taken.
pub(super) async fn a_damaged_link_says_so(page: &Page<'_>) -> Result<()> {
    open(page, "").await?;
    ask(page, "CLOCK PAUSE").await?;
    for n in 1..=60 {
        ask(page, &format!("XADD mine * n {n} noise {}", n * 7_919 % 10_007)).await?;
    }
    let link = own_link(page).await?.context("the session fits in a link")?;
    close_dialog(page).await?;
    let (start, fragment) = link.split_once('#').context("the link has a fragment")?;
    page.client.goto(&format!("{start}#U0wxAAAArubbish")).await?;
    let said = page.wait_for_text("#share-body .share-problem", "").await?;
    ensure!(20 < said.len(), "no reason is given: {said}");
    close_dialog(page).await?;
    let cut = &fragment[..fragment.len() / 2];
    page.client.goto(&format!("{start}#{cut}")).await?;
    let said = page.wait_for_text("#share-body", "lines typed:").await?;
    let problem = page.text("#share-body .share-problem").await?;
    ensure!(!problem.is_empty(), "nothing is said of the damage: {said}");
    close_dialog(page).await?;
    ensure!(ask(page, "XLEN mine").await?.contains("(integer) 60"), "something was taken");
    Ok(())
}

/// What is too long for a link is saved as a file, and opened again; other files are refused.
pub(super) async fn what_is_too_long_becomes_a_file(page: &Page<'_>) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("streamlanes-e2e-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let result = saved_and_opened(page, &folder).await;
    fs::remove_dir_all(&folder)?;
    result
}

async fn saved_and_opened(page: &Page<'_>, folder: &std::path::Path) -> Result<()> {
    let allow = json!({ "behavior": "allow", "downloadPath": folder });
    page.devtools("Browser.setDownloadBehavior", allow).await?;
    open(page, "").await?;
    ask(page, "CLOCK PAUSE").await?;
    // Text that does not get shorter by packing.
    let mut random = 1_u64;
    let mut noise = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        char::from(b'a' + (random >> 40) as u8 % 26)
    };
    let noise: String = (0..20_000).map(|_| noise()).collect();
    ask(page, &format!("XADD mine * noise {noise}")).await?;
    ensure!(own_link(page).await?.is_none(), "20,000 letters of noise fit in a link");
    let said = page.text("#share-body").await?;
    ensure!(said.contains("link"), "nothing is said of the link: {said}");
    press(page, "save").await?;
    let file = folder.join("session.streamlanes");
    for _ in 0..200 {
        if fs::metadata(&file).is_ok_and(|found| 0 < found.len()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ensure!(file.is_file(), "nothing was saved");
    close_dialog(page).await?;
    ask(page, "DEL mine").await?;
    let other = folder.join("other.txt");
    fs::write(&other, "no session at all")?;
    own_link(page).await?;
    choose(page, &other).await?;
    page.wait_for_text("#share-body .share-problem", "").await?;
    close_dialog(page).await?;
    own_link(page).await?;
    choose(page, &file).await?;
    page.wait_for_text("#share-body", "lines typed:").await?;
    press(page, "take").await?;
    ensure!(ask(page, "XLEN mine").await?.contains("(integer) 1"), "the file was not taken");
    Ok(())
}

/// Opens the dialog and returns the link, unless the session is too long for one.
async fn own_link(page: &Page<'_>) -> Result<Option<String>> {
    page.find("#share-open").await?.click().await?;
    page.find("#share[open]").await?;
    match page.find("#share-body .share-link").await {
        Ok(field) => Ok(field.prop("value").await?),
        Err(_) => Ok(None),
    }
}

async fn close_dialog(page: &Page<'_>) -> Result<()> {
    Ok(page.find("#share-close").await?.click().await?)
}

/// Presses a button of the dialog.
async fn press(page: &Page<'_>, name: &str) -> Result<()> {
    Ok(page.find(&format!("#share-body [data-share='{name}']")).await?.click().await?)
}

async fn choose(page: &Page<'_>, file: &std::path::Path) -> Result<()> {
    let input = page.find("#share-body input[type=file]").await?;
    Ok(input.send_keys(&file.display().to_string()).await?)
}
