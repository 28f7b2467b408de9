"""fakeredis and burner-redis as contestants of `cargo xtask bench`.

Reads `<workload> <n> <limit in seconds>` lines and answers `ok <units done> <seconds>`, or
`no <why>`. What the workloads are stands in benches/src/workload.rs. Commands go in pipelines of a
hundred, which both take and which is their fastest way.
"""

import asyncio
import sys
import time

KEY = "orders"
START = 1_700_000_000_000
PAGE = 100
MAXLEN = 1000
PIPELINE = 100
REPEATS_MAX = 200
SECONDS_MIN = 0.03
VALUES = ["value-%010d" % (n * 7919) for n in range(1024)]
# Groups, and consumers in each.
GROUPS = {"W1": (0, 0), "W2": (1, 4), "W3": (0, 0), "W4": (0, 0), "W5": (10, 10)}


def id_of(n):
    return f"{START + n // 3}-{n % 3}"


def fields(n):
    return {"item": VALUES[n % 1024], "user": VALUES[(n * 7 + 1) % 1024]}


class FakeRedis:
    """fakeredis, in this process."""

    def __init__(self):
        import fakeredis

        self.server = fakeredis.FakeServer()
        self.redis = fakeredis.FakeRedis(server=self.server)

    def pipeline(self):
        return self.redis.pipeline(transaction=False)

    async def execute(self, pipeline):
        return pipeline.execute()

    async def close(self):
        self.redis.close()

    async def xadd(self, pipeline, n, trims):
        options = {"maxlen": MAXLEN, "approximate": True} if trims else {}
        pipeline.xadd(KEY, fields(n), id=id_of(n), **options)


class Burner:
    """burner-redis, in this process. It trims exactly; `~` is not in its calls."""

    def __init__(self):
        import burner_redis

        self.redis = burner_redis.BurnerRedis()

    def pipeline(self):
        return self.redis.pipeline()

    async def execute(self, pipeline):
        return await pipeline.execute()

    async def close(self):
        await self.redis.aclose()

    async def xadd(self, pipeline, n, trims):
        pipeline.xadd(KEY, fields(n), id=id_of(n), **({"maxlen": MAXLEN} if trims else {}))


async def count(peer, n, limit, write, per_batch=PIPELINE):
    """Does `write(pipeline, i)` for 0 … n - 1 in batches, until the limit."""
    start = time.perf_counter()
    done = 0
    while done < n and time.perf_counter() - start < limit:
        pipeline = peer.pipeline()
        end = min(n, done + per_batch)
        for i in range(done, end):
            await write(pipeline, i)
        await peer.execute(pipeline)
        done = end
    return done, time.perf_counter() - start


async def once(make, workload, n, limit):
    peer = make()
    n_groups, n_consumers = GROUPS[workload]

    async def add(pipeline, i):
        await peer.xadd(pipeline, i, False)

    async def add_trimmed(pipeline, i):
        await peer.xadd(pipeline, i, True)

    async def read_ack(pipeline, i):
        entry, group = i // n_groups, f"group-{i % n_groups}"
        consumer = f"consumer-{entry % n_consumers}"
        pipeline.xreadgroup(group, consumer, {KEY: ">"}, count=1)
        pipeline.xack(KEY, group, id_of(entry))

    async def page(pipeline, i):
        pipeline.xrange(KEY, id_of(i * PAGE), "+", PAGE)

    if workload in ("W2", "W3", "W5"):
        await count(peer, n // n_groups if n_groups else n, float("inf"), add)
    for group in range(n_groups):
        pipeline = peer.pipeline()
        pipeline.xgroup_create(KEY, f"group-{group}", "0")
        await peer.execute(pipeline)
    if workload == "W3":
        done, seconds = await count(peer, -(-n // PAGE), limit, page, 1)
        done = min(n, done * PAGE)
    else:
        write = {"W1": add, "W4": add_trimmed}.get(workload, read_ack)
        half = PIPELINE // 2 if write is read_ack else PIPELINE
        done, seconds = await count(peer, n, limit, write, half)
    await peer.close()
    return done, seconds


async def answer(make, line):
    workload, n, limit = line.split()
    done, seconds = 0, 0.0
    for _ in range(REPEATS_MAX):
        more, longer = await once(make, workload, int(n), float(limit))
        done, seconds = done + more, seconds + longer
        if SECONDS_MIN <= seconds:
            break
    return f"ok {done} {seconds}"


async def main():
    make = {"fakeredis": FakeRedis, "burner-redis": Burner}[sys.argv[1]]
    for line in sys.stdin:
        try:
            text = await answer(make, line)
        except Exception as error:
            text = f"no {type(error).__name__} {error}".replace("\n", " ")
        print(text, flush=True)


asyncio.run(main())
