// ioredis-mock as a contestant of `cargo xtask bench`, bundled by esbuild for the browser. What the
// workloads are stands in benches/src/workload.rs.
import Redis from "ioredis-mock";

const KEY = "orders";
const START = 1700000000000;
const MAXLEN = 1000;
const PIPELINE = 100;
const REPEATS_MAX = 200;
const SECONDS_MIN = 0.03;
const VALUES = Array.from(
  { length: 1024 },
  (_, n) => "value-" + String(n * 7919).padStart(10, "0"),
);

const idOf = (n) => `${START + Math.floor(n / 3)}-${n % 3}`;
const fields = (n) => ["item", VALUES[n % 1024], "user", VALUES[(n * 7 + 1) % 1024]];

// Does `write(pipeline, i)` for 0 … n - 1, a hundred at a time, until the limit.
async function count(redis, n, limit, write, perBatch = PIPELINE) {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let done = 0;
  while (done < n && seconds() < limit) {
    const pipeline = redis.pipeline();
    const end = Math.min(n, done + perBatch);
    for (let i = done; i < end; i++) write(pipeline, i);
    for (const [error] of await pipeline.exec()) if (error) throw error;
    done = end;
  }
  return [done, seconds()];
}

async function once(workload, n, limit) {
  const redis = new Redis();
  await redis.flushall();
  const add = (pipeline, i) => pipeline.xadd(KEY, idOf(i), ...fields(i));
  const trimmed = (pipeline, i) =>
    pipeline.xadd(KEY, "MAXLEN", "~", MAXLEN, idOf(i), ...fields(i));
  if (workload === "W1") return count(redis, n, limit, add);
  if (workload === "W4") {
    const measured = await count(redis, n, limit, trimmed);
    const length = await redis.xlen(KEY);
    if (measured[0] > 2 * MAXLEN && length > 2 * MAXLEN) throw new Error("MAXLEN trims nothing");
    return measured;
  }
  if (workload !== "W3") throw new Error("has no consumer groups");
  // From an id in the middle it finds nothing, so the whole stream comes in one call.
  await count(redis, n, Infinity, add);
  const start = performance.now();
  const all = await redis.xrange(KEY, "-", "+");
  const seconds = (performance.now() - start) / 1000;
  if (all.length !== n) throw new Error(`XRANGE finds ${all.length} of ${n} entries`);
  return [n, seconds];
}

// `ok <units done> <seconds>`, or `no <why>`.
export async function run(workload, n, limit) {
  let [done, seconds] = [0, 0];
  try {
    for (let i = 0; i < REPEATS_MAX && seconds < SECONDS_MIN; i++) {
      const [more, longer] = await once(workload, n, limit);
      done += more;
      seconds += longer;
    }
    return `ok ${done} ${seconds}`;
  } catch (error) {
    return `no ${error.message || error}`;
  }
}
