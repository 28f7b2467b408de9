//! Simulated services: state machines that speak only commands.

mod view;

pub use view::{ServiceKind, ServiceState, ServiceView};
