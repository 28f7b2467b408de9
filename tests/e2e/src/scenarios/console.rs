//! The console as somebody uses it who knows Redis: keys, lists, explanations, memory.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use serde_json::json;

use crate::page::{Page, id};

/// The list of suggestions, when it is open.
const LIST: &str = "#console-completions";

/// Ghost text, Tab with one and with several ways to go on, Escape.
pub(super) async fn completes(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK PAUSE").await?;
    page.click(id::INPUT).await?;
    page.write("XADD ").await?;
    page.wait_for_text("#console-ghost", "key").await?;
    page.write("or").await?;
    page.press(&[Key::Tab]).await?;
    page.input_holds("XADD orders ").await?;
    page.press_with_control('c').await?;
    page.input_holds("").await?;
    page.write("XGROUP ").await?;
    page.press(&[Key::Tab]).await?;
    page.wait_for_text(LIST, "CREATECONSUMER").await?;
    page.press(&[Key::Escape]).await?;
    list_is_closed(page).await?;
    page.input_holds("XGROUP ").await?;
    page.write("SE").await?;
    page.press(&[Key::Tab]).await?;
    page.input_holds("XGROUP SETID ").await?;
    page.write("orders bil").await?;
    page.press(&[Key::Tab]).await?;
    page.input_holds("XGROUP SETID orders billing ").await
}

/// History with the arrows and Ctrl-R, Ctrl-L, and all of it after a reload.
pub(super) async fn remembers(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    for line in ["CLOCK PAUSE", "XADD mine 1-1 item tea", "XLEN mine", "PING"] {
        page.type_line(line).await?;
    }
    page.said("PONG").await?;
    page.press(&[Key::Up, Key::Up]).await?;
    page.input_holds("XLEN mine").await?;
    page.press(&[Key::Down, Key::Down]).await?;
    page.input_holds("").await?;
    search_history(page).await?;
    page.press_with_control('c').await?;
    page.press_with_control('l').await?;
    page.wait_for("the screen to be clear", async || {
        let text = page.find(id::TRANSCRIPT).await?.text().await?;
        Ok(if text.contains("PONG") { Err(text) } else { Ok(()) })
    })
    .await?;
    page.reload().await?;
    page.click(id::INPUT).await?;
    page.press(&[Key::Up]).await?;
    page.input_holds("PING").await?;
    search_history(page).await?;
    page.press(&[Key::Enter]).await?;
    page.said("\"1-1\"").await?;
    // It ran again after the reload, in the world that came back: the id is no longer greater.
    page.said("(error) ERR The ID specified in XADD is equal or smaller").await?;
    Ok(())
}

async fn search_history(page: &Page<'_>) -> Result<()> {
    page.press_with_control('r').await?;
    page.write("item").await?;
    page.wait_for_text(LIST, "XADD mine 1-1 item tea").await?;
    page.press(&[Key::Enter]).await?;
    page.input_holds("XADD mine 1-1 item tea").await
}

/// "Why?" opens, the word at fault is underlined, replies are shown as bytes.
pub(super) async fn explains(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    for line in ["CLOCK PAUSE", "XADD mine 1-1 item tea", "XACK mine nobody 1-1"] {
        page.type_line(line).await?;
    }
    page.said("(integer) 0").await?;
    page.click_button("Why? About the reply to XACK mine nobody 1-1").await?;
    page.wait_for_text(".row-why", "group").await?;
    page.type_line("XRANGE mine - wrong").await?;
    page.said("(error) ERR Invalid stream ID specified as stream command argument").await?;
    page.wait_for_text(".tok-fault", "wrong").await?;
    let line = "return getComputedStyle(document.querySelector('.tok-fault')).textDecorationLine";
    let line = page.evaluate(line).await?;
    ensure!(line == "underline", "the word at fault is not underlined but {line}");
    page.click_button("Raw").await?;
    page.said(":0\\r\\n").await?;
    page.said("-ERR Invalid stream ID").await?;
    page.click_button("Raw").await?;
    page.said("(integer) 0").await?;
    Ok(())
}

/// Several lines at once, with comments and a repeat prefix.
pub(super) async fn takes_a_paste(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK PAUSE").await?;
    paste(page, "# three entries\nXADD mine * item tea\n\n2 XADD mine * item jam\nXLEN mine\n")
        .await?;
    page.said("(integer) 3").await?;
    Ok(())
}

/// Drivers have no clipboard, so the browser's event is made by hand.
pub(super) async fn paste(page: &Page<'_>, text: &str) -> Result<()> {
    let script = "const data = new DataTransfer();
        data.setData('text/plain', arguments[0]);
        const input = document.getElementById('console-input');
        input.focus();
        // Chromium takes the whole object; Firefox makes its own from a type and a text.
        const text = { dataType: 'text/plain', data: arguments[0] };
        const paste = { clipboardData: data, ...text, bubbles: true, cancelable: true };
        return input.dispatchEvent(new ClipboardEvent('paste', paste));";
    let is_left = page.client.execute(script, vec![json!(text)]).await?;
    ensure!(is_left == false, "the page left the paste to the browser");
    Ok(())
}

/// A second client waits, is woken by the first, and lets go on Ctrl-C.
pub(super) async fn wakes_a_blocked_client(page: &Page<'_>) -> Result<()> {
    page.start("").await?;
    page.type_line("CLOCK PAUSE").await?;
    page.click_button("Another client").await?;
    page.wait_until("a field for the name", "return !!document.querySelector('.tab-name')").await?;
    page.write(&format!("{}reader{}", char::from(Key::Delete), char::from(Key::Enter))).await?;
    page.wait_for_text("[data-tab='reader'][aria-pressed='true']", "reader").await?;
    page.type_line("XREAD BLOCK 0 STREAMS mine $").await?;
    page.said("waiting …").await?;
    page.click("[data-tab='you']").await?;
    page.wait_for_text("[data-tab='reader']", "waits").await?;
    page.type_line("XADD mine 5-0 item tea").await?;
    page.said("\"5-0\"").await?;
    page.click("[data-tab='reader']").await?;
    page.said("1) 1) \"mine\"").await?;
    page.type_line("XREAD BLOCK 0 STREAMS mine $").await?;
    page.said("waiting …").await?;
    page.click(id::INPUT).await?;
    page.press_with_control('c').await?;
    page.wait_until("the client to be free", "return !document.querySelector('.row-waiting')")
        .await?;
    page.type_line("PING").await?;
    page.said("PONG").await?;
    Ok(())
}

async fn list_is_closed(page: &Page<'_>) -> Result<()> {
    let script = format!("return document.querySelector('{LIST}').hidden");
    page.wait_until("the list to close", &script).await
}
