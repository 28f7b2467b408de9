// Loads the engine and the page's logic (all of it Rust). The markup reads well without it.
//
// A trap leaves a WebAssembly instance unusable. What is left to do then is here: note what was
// being applied (Rust says so in an attribute of #crash) and load the page again, which brings the
// stored session back without that input. See src/ui/crash.rs.
import * as library from "./streamlanes.js";

const NOTE = "streamlanes-crash";
const LIVES = 3;
const LIVES_WITHIN_MS = 20000;
const panel = document.getElementById("crash");
let isOver = false;

// What the page before this one left behind, if it crashed.
function takeNote() {
  try {
    const note = JSON.parse(sessionStorage.getItem(NOTE) || "null");
    return note && Array.isArray(note.times) ? note : null;
  } catch {
    return null;
  }
}

function show(message, words) {
  const journal = document.getElementById("crash-journal");
  const on = (id, run) => document.getElementById(id).addEventListener("click", run);
  document.getElementById("crash-message").textContent = message;
  journal.value = words;
  on("crash-reload", () => location.reload());
  on("crash-copy", () => {
    journal.select();
    navigator.clipboard?.writeText(words).catch(() => {});
  });
  on("crash-empty", () => {
    sessionStorage.setItem(NOTE, JSON.stringify({ times: [], forgets: true }));
    location.reload();
  });
  document.getElementById("crash-empty").hidden = false;
  panel.hidden = false;
}

function wordsOfTheDead() {
  try {
    return library.last_words();
  } catch {
    return "";
  }
}

function onCrash(error) {
  if (isOver) return;
  isOver = true;
  const message = panel.dataset.message || String((error && error.message) || error);
  const now = Date.now();
  const times = (takeNote()?.times || []).filter((time) => now - time < LIVES_WITHIN_MS);
  const words = wordsOfTheDead();
  const note = { message, words, running: panel.dataset.running ?? null, times: [...times, now] };
  try {
    sessionStorage.setItem(NOTE, JSON.stringify(note));
  } catch {
    note.times.length = LIVES;
  }
  if (note.times.length < LIVES) location.reload();
  else show(message, words);
}

// Only failures inside WebAssembly end a life: traps, and a stack that ran out.
const isTrap = (error) =>
  error instanceof WebAssembly.RuntimeError ||
  (error instanceof RangeError && String(error.stack).includes("wasm"));

addEventListener("error", (event) => isTrap(event.error) && onCrash(event.error));
addEventListener("unhandledrejection", (event) => isTrap(event.reason) && onCrash(event.reason));

const note = takeNote();
// A session that comes back needs all of the library, and its owner waits.
const startRest = note?.message ? library.loadLaterBeside?.() : undefined;

library
  .default()
  .then(async () => {
    await startRest?.();
    // A reload by hand does not tell the story again; the times stay, to notice a page that dies
    // again and again.
    if (note) sessionStorage.setItem(NOTE, JSON.stringify({ times: note.times }));
    const [running, message, words] = [note?.running, note?.message, note?.words];
    library.start_page(running ?? undefined, message, words, note?.forgets === true);
    // A build for development is in one piece.
    library.loadLaterWhenIdle?.(1000);
  })
  .catch((error) => {
    if (isTrap(error)) onCrash(error);
    else show("The engine could not be loaded: " + ((error && error.message) || error), "");
  });
