//! The options in front of STREAMS, which XREAD and XREADGROUP share, and the keys and ids behind.

use crate::command::args::strict_i64;
use crate::command::{Args, CommandError, Profile};
use crate::time::Millis;

/// Which of the two commands is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// XREAD
    Plain,
    /// XREADGROUP
    Group,
}

/// What stands in front of the keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadOptions<'a> {
    /// At most this many entries of each stream; `None`: no limit.
    pub count: Option<u64>,
    /// At most this many entries in all.
    pub count_total: Option<u64>,
    /// Stop before an entry once the reply has this many bytes.
    pub size_total: Option<u64>,
    /// When to give up waiting: `Some(None)` never; `None`: do not wait at all.
    pub block: Option<Option<Millis>>,
    /// The group and the consumer (XREADGROUP).
    pub group: Option<(&'a [u8], &'a [u8])>,
    /// Deliver without keeping the entries pending.
    pub no_ack: bool,
    /// Also claim what was pending for this many milliseconds.
    pub claim_idle_ms_min: Option<u64>,
    /// The index of the first key.
    pub first_key_idx: usize,
    /// How many keys there are; as many ids follow.
    pub n_keys: usize,
}

impl<'a> ReadOptions<'a> {
    /// Reads the options and splits the rest into keys and ids.
    pub fn parse(
        args: &mut Args<'a>,
        reader: Reader,
        profile: Profile,
        now: Millis,
    ) -> Result<ReadOptions<'a>, CommandError> {
        let mut options = ReadOptions {
            count: None,
            count_total: None,
            size_total: None,
            block: None,
            group: None,
            no_ack: false,
            claim_idle_ms_min: None,
            first_key_idx: 0,
            n_keys: 0,
        };
        while !options.eat(args, reader, profile, now)? {}
        if reader == Reader::Group && options.group.is_none() {
            return Err(CommandError::text("ERR Missing GROUP option for XREADGROUP"));
        }
        Ok(options)
    }

    /// The key of a stream, by its place in the list.
    pub fn key(&self, args: &Args<'a>, n: usize) -> &'a [u8] {
        args.words().get(self.first_key_idx + n).copied().unwrap_or_default()
    }

    /// The index of the id that belongs to a stream.
    pub fn id_idx(&self, n: usize) -> usize {
        self.first_key_idx + self.n_keys + n
    }

    /// The id that belongs to a stream.
    pub fn id(&self, args: &Args<'a>, n: usize) -> &'a [u8] {
        args.words().get(self.id_idx(n)).copied().unwrap_or_default()
    }

    /// Takes one option; `true` once STREAMS was taken.
    fn eat(
        &mut self,
        args: &mut Args<'a>,
        reader: Reader,
        profile: Profile,
        now: Millis,
    ) -> Result<bool, CommandError> {
        let idx = args.position();
        let n_more = args.n_left().saturating_sub(1);
        let only_for_groups = |option: &str| match reader {
            Reader::Group => Ok(()),
            Reader::Plain => Err(CommandError::Text(
                format!(
                    "ERR The {option} option is only supported by XREADGROUP. You called XREAD \
                     instead."
                )
                .into_bytes(),
            )
            .at(idx)),
        };
        if 0 < n_more && args.eat("STREAMS") {
            self.split(args, reader, profile)?;
            return Ok(true);
        }
        if 0 < n_more && args.eat("COUNT") {
            let n = args.int().map_err(|error| error.at(idx + 1))?;
            self.count = u64::try_from(n).ok().filter(|&n| n != 0);
        } else if 0 < n_more && args.eat("BLOCK") {
            self.block =
                Some(deadline(args.word()?, now, profile).map_err(|error| error.at(idx + 1))?);
        } else if 1 < n_more && args.eat("GROUP") {
            only_for_groups("GROUP")?;
            self.group = Some((args.word()?, args.word()?));
        } else if args.eat("NOACK") {
            only_for_groups("NOACK")?;
            self.no_ack = true;
        } else if 0 < n_more && profile.has_read_claim() && args.eat("CLAIM") {
            only_for_groups("CLAIM")?;
            let idle_ms_min = idle_ms_min(args.word()?).map_err(|error| error.at(idx + 1))?;
            self.claim_idle_ms_min = Some(idle_ms_min);
        } else if 0 < n_more && profile.has_read_totals() && args.eat("MAXCOUNT") {
            self.count_total = Some(total(args.word()?, "MAXCOUNT").map_err(|e| e.at(idx + 1))?);
        } else if 0 < n_more && profile.has_read_totals() && args.eat("MAXSIZE") {
            self.size_total = Some(total(args.word()?, "MAXSIZE").map_err(|e| e.at(idx + 1))?);
        } else {
            return Err(CommandError::Syntax.at(idx));
        }
        Ok(false)
    }

    fn split(
        &mut self,
        args: &Args<'a>,
        reader: Reader,
        profile: Profile,
    ) -> Result<(), CommandError> {
        self.first_key_idx = args.position();
        let n_words = args.n_left();
        if n_words % 2 == 1 {
            return Err(CommandError::text(profile.unbalanced_streams(reader == Reader::Group)));
        }
        self.n_keys = n_words / 2;
        if let (Some(count), Some(total)) = (self.count, self.count_total)
            && total < count
        {
            return Err(CommandError::text("ERR MAXCOUNT must be greater than or equal to COUNT"));
        }
        Ok(())
    }
}

/// The milliseconds of BLOCK as a deadline; `None` for 0, which never ends.
fn deadline(word: &[u8], now: Millis, profile: Profile) -> Result<Option<Millis>, CommandError> {
    let not_a_number = || CommandError::text("ERR timeout is not an integer or out of range");
    let ms = strict_i64(word).ok_or_else(not_a_number)?;
    let ms = u64::try_from(ms).map_err(|_| CommandError::text("ERR timeout is negative"))?;
    if ms == 0 {
        return Ok(None);
    }
    let at = now.checked_add(ms).filter(|&at| i64::try_from(at).is_ok());
    match at {
        Some(at) => Ok(Some(at)),
        None if profile.refuses_far_timeouts() => {
            Err(CommandError::text("ERR timeout is out of range"))
        }
        None => Ok(Some(now)),
    }
}

fn idle_ms_min(word: &[u8]) -> Result<u64, CommandError> {
    let not_a_number = || CommandError::text("ERR min-idle-time is not an integer or out of range");
    let ms = strict_i64(word).ok_or_else(not_a_number)?;
    let negative = |_| CommandError::text("ERR min-idle-time must be a positive integer");
    u64::try_from(ms).map_err(negative)
}

fn total(word: &[u8], option: &str) -> Result<u64, CommandError> {
    let n = strict_i64(word).ok_or(CommandError::NotAnInteger)?;
    u64::try_from(n).ok().filter(|&n| n != 0).ok_or_else(|| {
        CommandError::Text(format!("ERR {option} must be a positive integer").into_bytes())
    })
}
