// ioredis against the door: ioredis.cjs PORT FOLDER, where FOLDER holds node_modules.
const assert = require("node:assert/strict");
const { createRequire } = require("node:module");
const Redis = createRequire(process.argv[3] + "/")("ioredis");

const port = Number(process.argv[2]);
const connect = () => new Redis({ port, host: "127.0.0.1", connectionName: "io" });

async function entries(r) {
  assert.equal(await r.xadd("s", "1-0", "n", "1"), "1-0");
  assert.equal(await r.xadd("s", "MAXLEN", "~", 10, "2-0", "n", "2"), "2-0");
  assert.equal(await r.xlen("s"), 2);
  assert.deepEqual(await r.xrange("s", "2", "+"), [["2-0", ["n", "2"]]]);
  assert.deepEqual(await r.xrevrange("s", "+", "-", "COUNT", 1), [["2-0", ["n", "2"]]]);
  await assert.rejects(r.xadd("s", "1-0", "n", "0"), /equal or smaller/);
}

async function groups(r) {
  assert.equal(await r.xgroup("CREATE", "s", "g", "0"), "OK");
  await assert.rejects(r.xgroup("CREATE", "s", "g", "0"), /BUSYGROUP/);
  const read = await r.xreadgroup("GROUP", "g", "ann", "COUNT", 5, "STREAMS", "s", ">");
  assert.deepEqual(read, [["s", [["1-0", ["n", "1"]], ["2-0", ["n", "2"]]]]]);
  assert.equal(await r.xack("s", "g", "1-0"), 1);
  assert.deepEqual(await r.xpending("s", "g"), [1, "2-0", "2-0", [["ann", "1"]]]);
  assert.deepEqual(await r.xclaim("s", "g", "bob", 0, "2-0"), [["2-0", ["n", "2"]]]);
  assert.deepEqual(await r.xautoclaim("s", "g", "cid", 0, "0", "JUSTID"), ["0-0", ["2-0"], []]);
  const info = await r.xinfo("GROUPS", "s");
  assert.deepEqual(info[0].slice(0, 6), ["name", "g", "consumers", 3, "pending", 1]);
}

async function waits(r, other) {
  const woken = other.xread("BLOCK", 30000, "STREAMS", "w", "$");
  while (!(await r.info("clients")).includes("blocked_clients:1\r\n"));
  await r.xadd("w", "1-0", "n", "1");
  assert.deepEqual(await woken, [["w", [["1-0", ["n", "1"]]]]]);
  assert.equal(await other.xread("BLOCK", 10, "STREAMS", "w", "$"), null);
}

async function pipelines(r, other) {
  const pipe = r.pipeline();
  for (let i = 1; i <= 1000; i++) pipe.xadd("p", `${i}-0`, "n", i);
  const replies = await pipe.exec();
  assert.deepEqual(replies[999], [null, "1000-0"]);
  assert.deepEqual(await r.multi().xlen("p").incr("n").exec(), [[null, 1000], [null, 1]]);
  await r.watch("p");
  await other.xadd("p", "2000-0", "n", "x");
  assert.equal(await r.multi().xlen("p").exec(), null);
}

async function messages(r) {
  const listener = connect();
  await listener.subscribe("news");
  const heard = new Promise((resolve) => listener.on("message", (...words) => resolve(words)));
  assert.equal(await r.publish("news", "hello"), 1);
  assert.deepEqual(await heard, ["news", "hello"]);
  await listener.quit();
}

async function bytesAreKept(r) {
  const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  await r.xadd("b", "1-0", every, every);
  const [[, fields]] = await r.xrangeBuffer("b", "-", "+");
  assert.ok(fields[0].equals(every) && fields[1].equals(every));
}

(async () => {
  const [r, other] = [connect(), connect()];
  await r.flushall();
  assert.equal(await r.client("GETNAME"), "io");
  await entries(r);
  await groups(r);
  await waits(r, other);
  await pipelines(r, other);
  await messages(r);
  await bytesAreKept(r);
  await Promise.all([r.quit(), other.quit()]);
})();
