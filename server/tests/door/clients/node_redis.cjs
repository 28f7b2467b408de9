// node-redis against the door: node_redis.cjs PORT FOLDER, where FOLDER holds node_modules.
const assert = require("node:assert/strict");
const { createRequire } = require("node:module");
const { createClient, WatchError } = createRequire(process.argv[3] + "/")("redis");

const port = Number(process.argv[2]);
const socket = { port, host: "127.0.0.1" };
const connect = (RESP) => createClient({ socket, name: "node", RESP }).connect();

/** Fields are objects without a prototype. */
const plain = (value) => JSON.parse(JSON.stringify(value));

async function entries(r) {
  assert.equal(await r.xAdd("s", "1-0", { n: "1" }), "1-0");
  assert.equal(await r.xAdd("s", "2-0", { n: "2" }), "2-0");
  assert.equal(await r.xLen("s"), 2);
  assert.deepEqual(plain(await r.xRange("s", "2", "+")), [{ id: "2-0", message: { n: "2" } }]);
  assert.equal((await r.xRevRange("s", "+", "-", { COUNT: 1 }))[0].id, "2-0");
  await assert.rejects(r.xAdd("s", "1-0", { n: "0" }), /equal or smaller/);
}

async function groups(r) {
  assert.equal(await r.xGroupCreate("s", "g", "0"), "OK");
  const [read] = await r.xReadGroup("g", "ann", { key: "s", id: ">" }, { COUNT: 5 });
  assert.deepEqual(read.messages.map((entry) => entry.id), ["1-0", "2-0"]);
  assert.equal(await r.xAck("s", "g", "1-0"), 1);
  const pending = await r.xPending("s", "g");
  assert.deepEqual([pending.pending, pending.firstId], [1, "2-0"]);
  const [one] = await r.xPendingRange("s", "g", "-", "+", 10);
  assert.deepEqual([one.id, one.consumer, one.deliveriesCounter], ["2-0", "ann", 1]);
  assert.equal((await r.xClaim("s", "g", "bob", 0, "2-0"))[0].id, "2-0");
  const claimed = await r.xAutoClaim("s", "g", "cid", 0, "0");
  assert.deepEqual([claimed.nextId, claimed.messages.length], ["0-0", 1]);
  const [group] = await r.xInfoGroups("s");
  assert.deepEqual([group.name, group.consumers, group.pending], ["g", 3, 1]);
  assert.equal((await r.xInfoConsumers("s", "g")).length, 3);
  assert.equal((await r.xInfoStream("s"))["last-generated-id"], "2-0");
}

async function waits(r, other) {
  const woken = other.xRead({ key: "w", id: "$" }, { BLOCK: 30000 });
  while (!(await r.info("clients")).includes("blocked_clients:1\r\n"));
  await r.xAdd("w", "1-0", { n: "1" });
  assert.equal((await woken)[0].messages[0].id, "1-0");
  assert.equal(await other.xRead({ key: "w", id: "$" }, { BLOCK: 10 }), null);
}

async function pipelines(r, other) {
  const sent = [];
  for (let i = 1; i <= 1000; i++) sent.push(r.xAdd("p", `${i}-0`, { n: String(i) }));
  assert.equal((await Promise.all(sent))[999], "1000-0");
  assert.deepEqual(await r.multi().xLen("p").incr("n").exec(), [1000, 1]);
  await r.watch("p");
  await other.xAdd("p", "2000-0", { n: "x" });
  await assert.rejects(r.multi().xLen("p").exec(), WatchError);
}

async function messages(r, RESP) {
  const listener = await connect(RESP);
  const heard = new Promise((resolve) => listener.subscribe("news", (text) => resolve(text)));
  while ((await r.publish("news", "hello")) === 0);
  assert.equal(await heard, "hello");
  await listener.close();
}

(async () => {
  for (const RESP of [2, 3]) {
    const [r, other] = [await connect(RESP), await connect(RESP)];
    await r.flushAll();
    assert.equal(await r.clientGetName(), "node");
    await entries(r);
    await groups(r);
    await waits(r, other);
    await pipelines(r, other);
    await messages(r, RESP);
    await Promise.all([r.close(), other.close()]);
  }
})();
