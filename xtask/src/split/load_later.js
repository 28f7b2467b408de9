
// The part of the library that a first visit does without.
let glueOfLater;
let laterIsThere = false;

function startLater(module) {
  // Its beginning writes constants and fills places in the table: once.
  if (laterIsThere) return;
  laterIsThere = true;
  new WebAssembly.Instance(module, { first: wasm, "./streamlanes_bg.js": glueOfLater });
  performance.mark("streamlanes-later");
}

const addressOfLater = () => new URL("streamlanes_later.wasm", import.meta.url);

// At the first call of a function of it. The caller waits for the answer, since it is in the middle
// of something; so the request blocks.
function loadLater() {
  const request = new XMLHttpRequest();
  request.open("GET", addressOfLater(), false);
  // Bytes as characters: a blocking request gives nothing but text.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  try {
    request.send();
  } catch {
    // The status says it.
  }
  // As a trap, since the calls that wait for this one cannot go on: the page saves what it can.
  if (request.status !== 200) {
    throw new WebAssembly.RuntimeError("the rest of the page could not be loaded");
  }
  const bytes = Uint8Array.from(request.responseText, (byte) => byte.charCodeAt(0));
  startLater(new WebAssembly.Module(bytes));
}

// The second file, compiled; nothing if it does not come: then it is asked for when it is needed.
async function fetchLater(priority) {
  try {
    const answer = await fetch(addressOfLater(), { priority });
    return answer.ok ? await WebAssembly.compile(await answer.arrayBuffer()) : undefined;
  } catch {
    return undefined;
  }
}

// For a page that will need it at once: beside the first file instead of after it. What it returns
// is to be called once the first file is there, and waited for.
export function loadLaterBeside() {
  const coming = fetchLater("high");
  return async () => {
    const module = await coming;
    if (module) startLater(module);
  };
}

// When the page has nothing else to do, so that hardly anybody waits, and what is open goes on
// without the network. `afterMs`: what the page itself wants comes first.
export function loadLaterWhenIdle(afterMs) {
  const load = async () => {
    const module = laterIsThere ? undefined : await fetchLater("low");
    if (module) startLater(module);
  };
  const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
  setTimeout(() => whenIdle(load), afterMs);
}
