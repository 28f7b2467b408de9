// Put into every page of the end-to-end tests, before the page's own script: notes what a person
// would not notice, or would notice too late.
(() => {
  const seen = { faults: [], shifts: [], longTasks: [], blocking: [], isBlocked: false };
  Object.defineProperty(window, "seenByProbe", { value: seen });
  document.addEventListener("securitypolicyviolation", (event) => {
    const what = [event.violatedDirective, event.blockedURI, event.sample];
    seen.faults.push(`Content-Security-Policy: ${what.join(" ")}`);
  });
  // What the hostile payloads try: nothing of the page calls or sets these.
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
    window[name] = () => seen.faults.push(`executed: ${name}`);
  }
  Object.defineProperty(window, "pwned", {
    get: () => seen.faults.push("executed: read of pwned") && (() => {}),
    set: (value) => seen.faults.push(`executed: pwned = ${value}`),
  });
  const { open: openRequest, send: sendRequest } = XMLHttpRequest.prototype;
  const blocking = new WeakSet();
  XMLHttpRequest.prototype.open = function (method, url, isAsync = true, ...rest) {
    if (!isAsync) {
      seen.blocking.push(String(url));
      blocking.add(this);
    }
    return openRequest.call(this, method, url, isAsync, ...rest);
  };
  XMLHttpRequest.prototype.send = function (...body) {
    seen.isBlocked = blocking.has(this);
    try {
      return sendRequest.apply(this, body);
    } finally {
      seen.isBlocked = false;
    }
  };
  // For what must happen before a page has time for other things.
  if (sessionStorage.getItem("is-never-idle")) window.requestIdleCallback = () => 0;
  const observe = (type, take) => {
    if (!PerformanceObserver.supportedEntryTypes.includes(type)) return;
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(take));
    observer.observe({ type, buffered: true });
  };
  const name = (node) => (node && (node.id || node.className || node.nodeName)) || "?";
  observe("layout-shift", (entry) => {
    if (entry.hadRecentInput) return;
    const nodes = entry.sources.map((source) => name(source.node)).join(", ");
    seen.shifts.push({ value: entry.value, at: entry.startTime, nodes });
  });
  observe("longtask", (entry) => {
    seen.longTasks.push({ ms: entry.duration, at: entry.startTime });
  });
})();
