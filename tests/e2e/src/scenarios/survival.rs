//! What was acknowledged in the console is there after the tab was killed, and two tabs do not
//! spoil each other's session.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::acts::{HANDS, ask, hears, is_live, kill_tab, new_tab, open};
use crate::driver::Kind;
use crate::page::Page;

/// How often the tab is killed, unless `STREAMLANES_KILLS` says otherwise.
const KILLS: u64 = 50;

/// A file of the site that is no page of ours: it listens to what the page acknowledged, from
/// another process, and outlives it.
const WITNESS: &str = "favicon.svg";

/// The page types lines as fast as it can and tells the witness each number that stands in the
/// console with its reply. At a random moment its process is killed; the page that is opened then
/// must have every line that the witness knows, in order, and nothing between them missing.
pub(super) async fn keeps_what_it_acknowledged(page: &Page<'_>) -> Result<()> {
    let n_kills = std::env::var("STREAMLANES_KILLS").ok();
    let n_kills = n_kills.and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    page.visit(WITNESS).await?;
    let witness = page.client.window().await?;
    page.evaluate(
        "window.acknowledged = 0;
        window.channel = new BroadcastChannel('acknowledged');
        channel.onmessage = (event) => { acknowledged = Math.max(acknowledged, event.data); };",
    )
    .await?;
    let mut random = 20_261_124_u64;
    let (mut n_typed_most, mut n_lines) = (0, 0);
    for kill in 0..n_kills {
        let tab = new_tab(page).await?;
        open(page, "").await?;
        let n_stored = stored(page).await.with_context(|| format!("after {kill} kills"))?;
        page.client.switch_to_window(witness.clone()).await?;
        let n_known = page.evaluate("return acknowledged").await?.as_u64().unwrap_or(0);
        ensure!(n_known <= n_stored, "{n_known} lines were answered, {n_stored} are there");
        n_lines = n_stored;
        page.client.switch_to_window(tab.clone()).await?;
        page.evaluate(&format!("{HANDS} {}", typist(n_stored + 1))).await?;
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        tokio::time::sleep(Duration::from_millis(20 + (random >> 33) % 400)).await;
        end(page).await?;
        page.client.switch_to_window(witness.clone()).await?;
        let n_known = page.evaluate("return acknowledged").await?.as_u64().unwrap_or(0);
        n_typed_most = n_typed_most.max(n_known.saturating_sub(n_stored));
        if page.kind() == Kind::Chromium {
            let id = String::from(tab);
            page.devtools("Target.closeTarget", json!({ "targetId": id })).await?;
        }
    }
    println!("{n_kills} kills, {n_lines} lines, up to {n_typed_most} answered in one life");
    ensure!(n_kills < n_lines, "nothing was typed between the kills");
    Ok(())
}

/// The witness is no page of ours and names no icon, so browsers ask for one that is not there.
pub(super) fn only_its_icon_is_missing(complaints: &[String]) -> Result<()> {
    let is_icon = |complaint: &&String| complaint.contains("/favicon.ico ");
    let others: Vec<_> = complaints.iter().filter(|complaint| !is_icon(complaint)).collect();
    ensure!(others.is_empty(), "the browser's console has errors or warnings: {others:?}");
    Ok(())
}

/// Types numbered lines until the page ends, and tells which are answered.
fn typist(first: u64) -> String {
    format!(
        "let next = {first};
        setInterval(() => {{ streamlanesType(`XADD kills * n ${{next}}`); next += 1; }}, 8);
        const channel = new BroadcastChannel('acknowledged');
        setInterval(() => {{
            let last = next - 1;
            const isAnswered = (n) =>
                streamlanesSaid(`XADD kills * n ${{n}}`)?.dataset.state === 'reply';
            while (last >= {first} && !isAnswered(last)) last -= 1;
            if (last >= {first}) channel.postMessage(last);
        }}, 5);"
    )
}

/// How many numbered lines there are; none may be missing.
async fn stored(page: &Page<'_>) -> Result<u64> {
    let n = number_in(&ask(page, "XLEN kills").await?);
    let last = ask(page, "XREVRANGE kills + - COUNT 1").await?;
    let is_last = n == 0 || last.contains(&format!("\"{n}\""));
    ensure!(is_last, "{n} lines are stored, but the last one is {last}");
    Ok(n)
}

/// The number in `(integer) 17`.
fn number_in(text: &str) -> u64 {
    let digits = text.rsplit("(integer) ").next().unwrap_or_default();
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// Ends the tab without warning: killed, or where the browser has no way to do that, closed.
async fn end(page: &Page<'_>) -> Result<()> {
    match page.kind() {
        Kind::Chromium => kill_tab(page).await,
        Kind::Firefox => page.client.close_window().await?,
    }
    Ok(())
}

/// The second tab says that it works on a copy; what is typed there is not kept, and what is typed
/// in the first one is.
pub(super) async fn two_tabs_do_not_mix(page: &Page<'_>) -> Result<()> {
    open(page, "").await?;
    ask(page, "XADD mine * from first").await?;
    let first = page.client.window().await?;
    let second = new_tab(page).await?;
    open(page, "").await?;
    hears(page, "open in another tab").await?;
    ensure!(number_in(&ask(page, "XLEN mine").await?) == 1, "the copy lacks what was there");
    ask(page, "XADD mine * from second").await?;
    page.client.switch_to_window(first.clone()).await?;
    ask(page, "XADD mine * from first").await?;
    open(page, "").await?;
    let mine = ask(page, "XRANGE mine - +").await?;
    ensure!(mine.matches("\"first\"").count() == 2 && !mine.contains("\"second\""), "{mine}");
    // Once the first is closed, a page opened anew owns the session.
    page.client.close_window().await?;
    page.client.switch_to_window(second).await?;
    page.visit("").await?;
    is_live(page).await?;
    let mine = ask(page, "XRANGE mine - +").await?;
    ensure!(mine.matches("\"first\"").count() == 2 && !mine.contains("\"second\""), "{mine}");
    ask(page, "XADD mine * from third").await?;
    open(page, "").await?;
    ensure!(number_in(&ask(page, "XLEN mine").await?) == 3, "what the owner typed was not kept");
    Ok(())
}

/// The outcome of the whole project, by console lines alone: a crash between the charge and the
/// ack, a jump, the claim, the double charge; back before the crash, an idempotent handler, none.
pub(super) async fn the_story(page: &Page<'_>) -> Result<()> {
    open(page, "").await?;
    for line in ["SCENARIO LOAD orders", "CLOCK PAUSE", "CLOCK JUMP 10s"] {
        ask(page, line).await?;
    }
    ask(page, "SIM CRASH billing-2 AFTER-EFFECT").await?;
    ask(page, "CLOCK JUMP 60s").await?;
    page.find("#tab-ledger").await?.click().await?;
    ledger_says(page, "1 too often, 0 lost").await?;
    ask(page, "SEEK 9s").await?;
    ledger_says(page, "0 too often, 0 lost").await?;
    for name in ["billing-1", "billing-2", "billing-3", "rescue"] {
        ask(page, &format!("SIM SET {name} IDEMPOTENT yes")).await?;
    }
    ask(page, "SIM CRASH billing-2 AFTER-EFFECT").await?;
    let jumped = ask(page, "CLOCK JUMP 61s").await?;
    ensure!(jumped.contains("1m10s"), "{jumped}");
    ledger_says(page, "0 too often, 0 lost").await
}

async fn ledger_says(page: &Page<'_>, what: &str) -> Result<()> {
    page.wait_for_text("#ledger", what).await.map(|_| ())
}

/// What a scenario stores may be damaged: the page says so, and keeps the rest.
pub(super) async fn a_damaged_store_keeps_the_rest(page: &Page<'_>) -> Result<()> {
    open(page, "").await?;
    for n in 1..=3 {
        ask(page, &format!("XADD mine * n {n}")).await?;
    }
    page.evaluate(
        "window.done = false;
        const request = indexedDB.open('streamlanes');
        request.onsuccess = () => {
            const changes = request.result.transaction('records', 'readwrite');
            const records = changes.objectStore('records');
            records.put('rubbish <img src=x onerror=alert(1)>', 1);
            records.transaction.oncomplete = () => { request.result.close(); window.done = true; };
        };",
    )
    .await?;
    page.wait_for("the store to be damaged", async || {
        let done = page.evaluate("return window.done").await?;
        Ok(if done == Value::Bool(true) { Ok(()) } else { Err(done.to_string()) })
    })
    .await?;
    open(page, "").await?;
    hears(page, "damaged").await?;
    let mine = ask(page, "XRANGE mine - +").await?;
    ensure!(mine.contains("\"1\"") && !mine.contains("\"2\"") && mine.contains("\"3\""), "{mine}");
    Ok(())
}
