//! A session as a link or a file.
//!
//! `SL`, a version byte, four bytes of checksum, then deflated sections: a tag, a length, the
//! bytes. A link is the same in base64url, with smaller limits. Readers skip sections that they do
//! not know, so that a later version can add some.
//!
//! Decoding runs nothing: it yields a [`Saved`] and what was wrong with it. Whoever loads it shows
//! first what it holds.

mod read;
mod write;

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::fingerprint::hash_bytes;
use super::saved::Saved;
use super::scenario::ScenarioError;
use crate::limits::{FILE_BYTES_MAX, FILE_DECODED_BYTES_MAX, JOURNAL_INPUTS_MAX};
use crate::limits::{LINK_BYTES_MAX, LINK_DECODED_BYTES_MAX, LINK_INPUTS_MAX};

const MAGIC: [u8; 2] = *b"SL";
/// The version that is written. Raise it when an old reader would misread a new section.
const VERSION: u8 = 1;
const HEADER_BYTES: usize = 7;
/// Smallest output, whatever the time: links are short, and so is the wait.
const COMPRESSION_LEVEL: u8 = 9;

/// What the sections are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tag {
    /// The name of a scenario that comes with the page.
    ScenarioName = 1,
    /// The name and the text of any other.
    ScenarioText = 2,
    Seed = 3,
    Profile = 4,
    Journal = 5,
    /// Where the session stood, and how far its future reached.
    Times = 6,
    Lesson = 7,
}

/// A session read from a link or a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoded {
    /// What could be read.
    pub saved: Saved,
    /// What was wrong; empty when all is well.
    pub problems: Vec<Damage>,
}

/// Why nothing could be read, or written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ShareError {
    /// It is no session at all.
    NotASession,
    /// A later version of the page wrote it.
    TooNew { version: u8 },
    /// More bytes than a link or a file may have.
    TooLong { n_bytes: usize, n_max: usize },
    /// More inputs than a link may hold.
    TooManyInputs { n_inputs: usize, n_max: usize },
    /// Damaged so early that nothing is left.
    Damaged,
}

/// What is wrong with a session of which something could be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Damage {
    /// The link holds characters of no link.
    Characters,
    /// The deflated bytes are damaged or end too early.
    CutOff,
    /// Something differs from what was saved.
    Checksum,
    /// A section ends too early.
    EndsEarly,
    /// There is no built-in scenario of that name.
    NoScenario(String),
    /// Its own scenario cannot be read.
    BadScenario(ScenarioError),
    /// There is no such version profile.
    NoProfile(String),
    /// More lines than a session may have; this is the limit.
    TooManyLines(usize),
    /// A line cannot be read, nor those behind it.
    BadLine,
}

/// The text of a link's fragment, without `#`.
///
/// # Errors
/// When the session is too long for a link: save it as a file.
pub fn to_link(saved: &Saved) -> Result<String, ShareError> {
    let n_inputs = saved.journal.len();
    if LINK_INPUTS_MAX < n_inputs {
        return Err(ShareError::TooManyInputs { n_inputs, n_max: LINK_INPUTS_MAX });
    }
    let plain = write::sections(saved);
    check_length(plain.len(), LINK_DECODED_BYTES_MAX)?;
    let link = URL_SAFE_NO_PAD.encode(pack(&plain));
    check_length(link.len(), LINK_BYTES_MAX)?;
    Ok(link)
}

/// Reads a link's fragment, with or without `#`.
///
/// # Errors
/// When nothing can be read. What is damaged in part comes back with its problems.
pub fn from_link(fragment: &str) -> Result<Decoded, ShareError> {
    let text = fragment.trim().trim_start_matches('#');
    check_length(text.len(), LINK_BYTES_MAX)?;
    let (bytes, is_cut) = decode_base64(text);
    let mut decoded = unpack(&bytes, LINK_DECODED_BYTES_MAX, LINK_INPUTS_MAX)?;
    if is_cut && decoded.problems.is_empty() {
        decoded.problems.push(Damage::Characters);
    }
    Ok(decoded)
}

/// The bytes of a file.
pub fn to_file(saved: &Saved) -> Vec<u8> {
    pack(&write::sections(saved))
}

/// Reads a file.
///
/// # Errors
/// When nothing can be read. What is damaged in part comes back with its problems.
pub fn from_file(bytes: &[u8]) -> Result<Decoded, ShareError> {
    check_length(bytes.len(), FILE_BYTES_MAX)?;
    unpack(bytes, FILE_DECODED_BYTES_MAX, JOURNAL_INPUTS_MAX)
}

fn check_length(n_bytes: usize, n_max: usize) -> Result<(), ShareError> {
    if n_max < n_bytes { Err(ShareError::TooLong { n_bytes, n_max }) } else { Ok(()) }
}

fn checksum(plain: &[u8]) -> [u8; 4] {
    (hash_bytes(plain) as u32).to_be_bytes()
}

fn pack(plain: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::from(MAGIC);
    bytes.push(VERSION);
    bytes.extend(checksum(plain));
    bytes.extend(compress_to_vec(plain, COMPRESSION_LEVEL));
    bytes
}

fn unpack(bytes: &[u8], n_bytes_max: usize, n_inputs_max: usize) -> Result<Decoded, ShareError> {
    let Some((header, deflated)) = bytes.split_at_checked(HEADER_BYTES) else {
        return Err(ShareError::NotASession);
    };
    let (magic, rest) = header.split_at(MAGIC.len());
    let (version, expected) = rest.split_at(1);
    let version = version.first().copied().unwrap_or(0);
    if magic != MAGIC || version == 0 {
        return Err(ShareError::NotASession);
    }
    if VERSION < version {
        return Err(ShareError::TooNew { version });
    }
    let mut problems = Vec::new();
    let (plain, is_whole) = inflate(deflated, n_bytes_max)?;
    if !is_whole {
        problems.push(Damage::CutOff);
    }
    if problems.is_empty() && expected != checksum(&plain) {
        problems.push(Damage::Checksum);
    }
    let saved = read::sections(&plain, n_inputs_max, &mut problems).ok_or(ShareError::Damaged)?;
    Ok(Decoded { saved, problems })
}

/// The inflated bytes, up to the end or to the damage; whether it was the end.
///
/// # Errors
/// [`ShareError::TooLong`] when there is more than `n_bytes_max`.
fn inflate(deflated: &[u8], n_bytes_max: usize) -> Result<(Vec<u8>, bool), ShareError> {
    let mut state = DecompressorOxide::new();
    let mut plain = vec![0; n_bytes_max.min(deflated.len().saturating_mul(4) + 64)];
    let (mut n_read, mut n_written) = (0, 0);
    loop {
        let rest = deflated.get(n_read..).unwrap_or_default();
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, n_in, n_out) = decompress(&mut state, rest, &mut plain, n_written, flags);
        n_read += n_in;
        n_written += n_out;
        if status != TINFLStatus::HasMoreOutput {
            plain.truncate(n_written);
            return Ok((plain, status == TINFLStatus::Done));
        }
        if n_bytes_max <= plain.len() {
            return Err(ShareError::TooLong { n_bytes: n_written + 1, n_max: n_bytes_max });
        }
        plain.resize(n_bytes_max.min(plain.len() * 2), 0);
    }
}

/// The bytes of the longest prefix that is base64url, and whether there was more.
fn decode_base64(text: &str) -> (Vec<u8>, bool) {
    let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let n_ours = text.bytes().take_while(|byte| is_ours(*byte)).count();
    let ours = text.get(..n_ours).unwrap_or_default();
    let is_cut = n_ours < text.len();
    // A text that was cut in mid-group has up to three characters too many.
    for n_dropped in 0..4 {
        let end = ours.len().saturating_sub(n_dropped);
        if let Some(Ok(bytes)) = ours.get(..end).map(|ours| URL_SAFE_NO_PAD.decode(ours)) {
            return (bytes, is_cut || 0 < n_dropped);
        }
    }
    (Vec::new(), true)
}
