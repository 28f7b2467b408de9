//! The page: the only module that sees the DOM and the wall clock.
