// What `cargo xtask bench` calls in Chromium: `bench(way, workload, n, limit)`, which answers
// `ok <units done> <seconds>` or `no <why>`.
import * as fast from "./fast/streamlanes_bench.js";
import * as small from "./small/streamlanes_bench.js";
import { run as runIoredisMock } from "./ioredis_mock.js";

const REPEATS_MAX = 200;
const SECONDS_MIN = 0.03;
const N_MEMORY = 1000000;

// The engine as host pages load it, and as our own page does.
const engines = { fast, small };
const loaded = { fast: fast.default(), small: small.default() };
// What was made for measuring memory: kept, so that it is not freed.
const kept = [];

// Lines made by JavaScript, replies as JavaScript strings: what crossing the border costs.
function strings({ LineConsole }, workload, n, limit) {
  if (workload !== "W1") return "no only W1 is done this way";
  const values = Array.from({ length: 1024 }, (_, i) => "value-" + String(i).padStart(10, "0"));
  let [done, seconds] = [0, 0];
  for (let i = 0; i < REPEATS_MAX && seconds < SECONDS_MIN; i++) {
    const console = new LineConsole();
    const start = performance.now();
    for (let k = 0; k < n; k++) {
      console.line(`XADD orders * item ${values[k & 1023]} user ${values[(k * 7) & 1023]}`);
      if ((k & 1023) === 0 && limit < (performance.now() - start) / 1000) {
        n = k + 1;
        break;
      }
    }
    seconds += (performance.now() - start) / 1000;
    done += n;
    console.free();
  }
  return `ok ${done} ${seconds}`;
}

// Bytes for each entry, and for each pending entry: how much the module's memory grows.
function memory({ Filled }, module) {
  const size = () => module.memory.buffer.byteLength;
  const grown = (make) => {
    const before = size();
    kept.push(make());
    return (size() - before) / N_MEMORY;
  };
  const entry = grown(() => new Filled(N_MEMORY, false));
  const both = grown(() => new Filled(N_MEMORY, true));
  return `ok ${entry} ${both - entry}`;
}

globalThis.bench = async (way, workload, n, limit) => {
  if (way === "ioredis-mock") return runIoredisMock(workload, n, limit);
  const [name, how] = way.split("-");
  const engine = engines[name];
  const module = await loaded[name];
  if (workload === "memory") return memory(engine, module);
  if (how === "strings") return strings(engine, workload, n, limit);
  return engine.run(how, workload, n, limit);
};
