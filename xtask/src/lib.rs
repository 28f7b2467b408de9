//! The project's build tool, as a library: `main.rs` is its command line, and `tests/e2e` uses its
//! static server and its browsers.
//!
//! * [`workspace`]: where things are; [`step`]: how progress is told.
//! * [`setup`]: the tools that a command needs, fetched on first use.
//! * [`differ`]: the engine beside real Redis servers.
//! * [`build`]: from sources to a complete static site.
//! * [`site`]: that site over HTTP; [`serve`]: the same, rebuilt and reloaded on every change.
//! * [`bench`]: this engine beside what people would use instead.
//! * [`lighthouse`]: what others say of the page.
//! * [`test`]: every check, in stages; [`size`]: the download against its budget.
//!
//! Invariant: nothing here depends on where the binary was built or on what was installed by hand.

pub mod bench;
pub mod build;
pub mod differ;
pub mod lessons;
pub mod lighthouse;
pub mod serve;
pub mod setup;
pub mod site;
pub mod size;
mod split;
pub mod step;
mod styles;
pub mod test;
pub mod workspace;
