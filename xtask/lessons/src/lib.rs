//! The course: from Markdown files to pages, and the proof that each lesson can be solved.
//!
//! * [`course`]: the index and the files, with errors that name file and line.
//! * [`markdown`]: one file into its blocks and its prose.
//! * [`demo`]: small worlds that are run while the page is built.
//! * [`strings`]: what pages say besides the lessons, by language.
//! * [`page`]: prose, goals, hints and questions as HTML that reads well without a script.
//! * [`site`]: the pages of the course, made from the page of the playground.
//! * [`check`]: runs a lesson as learners would, and as they should not.

pub mod check;
pub mod course;
pub mod demo;
pub mod markdown;
pub mod page;
pub mod site;
pub mod strings;
