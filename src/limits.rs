//! Every bound of the project in one place, with the assertions that relate them.
//!
//! What happens at a bound is always visible to the user: a Redis error, or a line that says so.

/// Longest bulk string that a client may send, in bytes (Redis's `proto-max-bulk-len` is larger;
/// a page has less memory).
pub const BULK_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Most words that one command may have.
pub const ARGS_MAX: usize = 1024 * 1024;

const _: () = assert!(ARGS_MAX < BULK_BYTES_MAX);

/// Most lines that the console's history keeps.
pub const HISTORY_LINES_MAX: usize = 1_000;
/// Most of them that are kept for the next visit; each Enter writes them all.
pub const HISTORY_LINES_KEPT: usize = 300;
/// Most rows that the console shows; older ones make way for a row that says so.
pub const TRANSCRIPT_ROWS_MAX: usize = 500;
/// Most rows that the console keeps of what it said itself (HELP, notes) and of lines that moved
/// through history.
pub const EXTRAS_MAX: usize = 1_000;
/// Most lines of one reply that are shown at first; a button shows the rest.
pub const REPLY_LINES_SHOWN_MAX: usize = 200;
/// Most times that a repeat prefix (`5 XADD …`) runs its command.
pub const REPEAT_MAX: u64 = 1_000;
/// Most bytes of one reply that the view as bytes shows.
pub const RAW_BYTES_MAX: usize = 16 * 1024;
/// Most lines whose explanations ("Why?") are kept.
pub const EXPLAINED_LINES_MAX: usize = 2_000;
/// Most changes that are kept of what one line did.
pub const EXPLAINED_CHANGES_MAX: usize = 200;
/// Most lines of the history that Ctrl-R lists.
pub const FOUND_LINES_MAX: usize = 50;
/// Most closed tabs that stay closed over a reload.
pub const CLOSED_TABS_MAX: usize = 100;
/// Most lines that wait to be written into the browser's store and run.
pub const WAITING_LINES_MAX: usize = 10_000;
/// Most bytes of lines that the crash panel shows.
pub const LAST_WORDS_BYTES_MAX: usize = 256 * 1024;
/// Most lines of the journal that have a mark in the time bar: the newest.
pub const TIME_MARKS_MAX: usize = 200;
/// Most crashes that are said one by one to who hears the page.
pub const FAULTS_SAID_MAX: usize = 5;
/// Most lines that can be pasted into the console at once, repetitions counted.
pub const PASTE_LINES_MAX: usize = 1_000;
/// Longest text that can be pasted into the console, in bytes.
pub const PASTE_BYTES_MAX: usize = 256 * 1024;

/// Most lines that the transcript keeps; older ones are forgotten, and it says so.
pub const TRANSCRIPT_LINES_MAX: usize = 10_000;
/// Most bytes of lines and replies that the transcript keeps.
pub const TRANSCRIPT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest reply that the transcript keeps; a longer one is replaced by a sentence that says so.
pub const TRANSCRIPT_REPLY_BYTES_MAX: usize = 1024 * 1024;
/// Longest line that the console and a scenario accept, in bytes.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// Most lines that wait behind a blocked client.
pub const QUEUED_LINES_MAX: usize = 100;
/// Most console clients (services not counted).
pub const CONSOLE_CLIENTS_MAX: usize = 100;
/// Most inputs that one session keeps.
pub const JOURNAL_INPUTS_MAX: usize = 200_000;
/// Most bytes of lines that one session keeps: what is typed has to fit in a file.
pub const JOURNAL_BYTES_MAX: usize = 48 * 1024 * 1024;
/// Most lines outside history (UNDO, CLOCK PAUSE …) that the console can show again.
pub const ASIDES_MAX: usize = 1_000;
/// Most bytes that worlds kept for going back may hold for themselves; then fewer are kept.
pub const CHECKPOINT_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// A world is kept each time that so many commands ran (more, once there are too many of them).
pub const CHECKPOINT_COMMANDS: u64 = 1_000;
/// Most worlds that are kept for going back.
pub const CHECKPOINTS_MAX: usize = 64;
/// Most events between two looks at whether a checkpoint is due.
pub const ADVANCE_SLICE: usize = 500;
/// Most events that CLOCK JUMP works off before it gives the page back; the rest follows.
pub const JUMP_STEPS_MAX: usize = 20_000;
/// Most events that loading a session works off before it gives the page back: a link may hold a
/// year of a busy shop.
pub const LOAD_STEPS_MAX: usize = 200_000;
/// Most events that wait to be polled; older ones are dropped, which a gap in their numbers shows.
pub const EVENTS_MAX: usize = 65_536;
/// Most simulated services.
pub const SERVICES_MAX: usize = 1_000;
/// Most messages in one burst of a producer: they all come within one virtual millisecond.
pub const BURST_MAX: u64 = 1_000;
/// Most entries that a service reads at once.
pub const BATCH_MAX: u64 = 1_000;
/// Most bytes of entries that a service keeps in hand; one entry may be larger.
pub const HAND_BYTES_MAX: usize = 256 * 1024;
/// Most effects, and most losses, that the ledger shows; its counters go on.
pub const LEDGER_LINES_MAX: usize = 20_000;
/// Most entries of one stream for which the ledger knows who still owes an effect.
pub const LEDGER_ENTRIES_MAX: usize = 200_000;
/// Most streams whose entries the ledger knows.
pub const LEDGER_STREAMS_MAX: usize = 1_000;
/// Most groups of one stream that owe effects: one bit each.
pub const LEDGER_GROUPS_MAX: usize = 32;
/// Most business keys whose repetitions are counted.
pub const LEDGER_KEYS_MAX: usize = 1_000_000;
/// Longest scenario file, in bytes.
pub const SCENARIO_BYTES_MAX: usize = 64 * 1024;
/// Most lines of a scenario.
pub const SCENARIO_LINES_MAX: usize = 1_000;
/// What the server of a world may take, in bytes: `maxmemory`. Beyond it, commands that add data
/// get Redis's OOM error instead of the page its end.
pub const WORLD_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// What clients may make the server remember for them (commands in MULTI, watched keys, channels,
/// keys that are waited for), about, in bytes.
pub const CLIENT_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Longest link to a session, in characters of the fragment.
pub const LINK_BYTES_MAX: usize = 8 * 1024;
/// Most bytes that a link may hold once decoded.
pub const LINK_DECODED_BYTES_MAX: usize = 64 * 1024;
/// Most inputs that a link may hold.
pub const LINK_INPUTS_MAX: usize = 1_000;
/// Longest file of a session, in bytes.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most bytes that a file may hold once decoded.
pub const FILE_DECODED_BYTES_MAX: usize = 64 * 1024 * 1024;
const _: () = assert!(JOURNAL_BYTES_MAX < FILE_DECODED_BYTES_MAX);
const _: () = assert!(WORLD_BYTES_MAX < CHECKPOINT_BYTES_MAX);
/// Slowest playback, in thousandths: 0.1x.
pub const SPEED_PERMILLE_MIN: u32 = 100;
/// Fastest playback, in thousandths: 100x.
pub const SPEED_PERMILLE_MAX: u32 = 100_000;
/// Longest name of a service or a console client, in bytes.
pub const NAME_BYTES_MAX: usize = 64;

const _: () = assert!(TRANSCRIPT_REPLY_BYTES_MAX < TRANSCRIPT_BYTES_MAX);
const _: () = assert!(LINE_BYTES_MAX < TRANSCRIPT_REPLY_BYTES_MAX);
/// Most entries in motion in the picture; beyond it, changes are shown without motion.
pub const FLIGHTS_MAX: usize = 6_000;
/// Most streams drawn; the picture says how many more there are.
pub const STREAMS_SHOWN_MAX: usize = 12;
/// Most groups drawn for a stream.
pub const GROUPS_SHOWN_MAX: usize = 16;
/// Most lanes drawn for a group.
pub const LANES_SHOWN_MAX: usize = 64;
/// Names of streams, groups and consumers that the lanes remember, also of those that are gone.
pub const LANE_NAMES_MAX: usize = 4_096;
/// Most entries that the lanes remember a place for, per stream; older ones are "left of the view".
pub const PLACES_MAX: usize = 1_200_000;

/// Most lines that a lesson remembers as evidence; half of them are kept for people's own.
pub const EVIDENCE_ROWS_MAX: usize = 4_000;

/// Events that the event feed keeps.
pub const FEED_ROWS_MAX: usize = 200;
/// Rows that a table shows; sorting and filtering look at all that it has.
pub const TABLE_ROWS_MAX: usize = 60;
/// Effects, and losses, that the ledger shows; its counters go on counting.
pub const LEDGER_ROWS_MAX: usize = 60;
/// Pending entries that the inspector looks at in each group, those that wait longest.
pub const PENDING_ROWS_MAX: usize = 200;
const _: () = assert!(SCENARIO_BYTES_MAX <= LINK_DECODED_BYTES_MAX);
/// Events about entries that are kept for biographies.
pub const CHRONICLE_EVENTS_MAX: usize = 30_000;
