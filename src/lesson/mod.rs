//! Lesson files, and the goals that check what a learner did.
//!
//! Invariant: never looks at the page.
