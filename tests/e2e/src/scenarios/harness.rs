//! The harness itself: a console message that it missed would let every other scenario pass.

use anyhow::{Result, ensure};

use crate::page::Page;

pub(super) fn must_be_noticed(complaints: &[String]) -> Result<()> {
    ensure!(!complaints.is_empty(), "the browser complained, and the harness did not notice");
    Ok(())
}

pub(super) async fn notices_a_warning(page: &Page<'_>) -> Result<()> {
    page.visit("").await?;
    page.evaluate("console.warn('on purpose')").await?;
    Ok(())
}

pub(super) async fn notices_an_uncaught_error(page: &Page<'_>) -> Result<()> {
    page.visit("").await?;
    page.evaluate("setTimeout(() => { throw new Error('on purpose') })").await?;
    page.evaluate("return 1").await?;
    Ok(())
}

pub(super) async fn notices_a_missing_file(page: &Page<'_>) -> Result<()> {
    page.visit("").await?;
    page.evaluate(
        "const link = document.createElement('link');
         link.rel = 'stylesheet';
         link.href = 'no-such-file.css';
         document.head.append(link);",
    )
    .await?;
    page.wait_for("the missing file to be asked for", async || {
        let script = "return performance.getEntriesByName(
            new URL('no-such-file.css', document.baseURI).href).length";
        let n_asked = page.evaluate(script).await?;
        Ok(if n_asked == 0 { Err("not yet".to_string()) } else { Ok(()) })
    })
    .await
}
