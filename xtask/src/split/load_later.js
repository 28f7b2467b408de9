
// The part of the library that a first visit does without, at the first call of a function of it.
// The caller waits for the answer, since it is in the middle of something; so the request blocks.
function loadLater(glue) {
    const request = new XMLHttpRequest();
    request.open("GET", new URL("streamlanes_later.wasm", import.meta.url), false);
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
    const imports = { first: wasm, "./streamlanes_bg.js": glue };
    new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
}
