"""redis-py against the door: redis_py.py PORT. Ends well, or with an assertion that does not hold."""

import sys
import threading

import redis

PORT = int(sys.argv[1])


def connect(protocol):
    return redis.Redis(
        port=PORT, protocol=protocol, decode_responses=True, client_name="snake", socket_timeout=30
    )


def entries(r):
    assert r.xadd("s", {"n": "1"}, id="1-0") == "1-0"
    assert r.xadd("s", {"n": "2"}, id="2-0", maxlen=10, approximate=True) == "2-0"
    assert r.xadd("s", {"n": "3", "m": "x"}, id="3-0") == "3-0"
    assert r.xlen("s") == 3
    assert r.xrange("s", min="2") == [("2-0", {"n": "2"}), ("3-0", {"n": "3", "m": "x"})]
    assert r.xrevrange("s", count=1) == [("3-0", {"n": "3", "m": "x"})]
    assert r.xinfo_stream("s")["last-generated-id"] == "3-0"
    try:
        r.xadd("s", {"n": "0"}, id="1-0")
    except redis.ResponseError as error:
        assert "equal or smaller" in str(error)
    else:
        raise AssertionError("an old id was taken")


def groups(r):
    assert r.xgroup_create("s", "g", id="0") is True
    read = r.xreadgroup("g", "ann", {"s": ">"}, count=2)
    read = read["s"][0] if isinstance(read, dict) else read[0][1]
    assert [entry for entry, _ in read] == ["1-0", "2-0"]
    pending = r.xpending("s", "g")
    assert (pending["pending"], pending["min"], pending["max"]) == (2, "1-0", "2-0")
    assert pending["consumers"] == [{"name": "ann", "pending": 2}]
    assert r.xack("s", "g", "1-0") == 1
    (one,) = r.xpending_range("s", "g", "-", "+", 10)
    assert (one["message_id"], one["consumer"], one["times_delivered"]) == ("2-0", "ann", 1)
    assert r.xclaim("s", "g", "bob", 0, ["2-0"]) == [("2-0", {"n": "2"})]
    assert r.xautoclaim("s", "g", "cid", 0, justid=True) == ["2-0"]
    assert r.xautoclaim("s", "g", "cid", 0)[0] == "0-0"
    (group,) = r.xinfo_groups("s")
    assert (group["name"], group["consumers"], group["pending"]) == ("g", 3, 1)
    assert (group["last-delivered-id"], group["entries-read"], group["lag"]) == ("2-0", 2, 1)
    assert [one["name"] for one in r.xinfo_consumers("s", "g")] == ["ann", "bob", "cid"]
    full = r.xinfo_stream("s", full=True)
    assert full["groups"][0]["pel-count"] == 1
    assert r.xdel("s", "3-0") == 1
    assert r.xtrim("s", maxlen=1, approximate=False) == 1


def waits(r, other):
    found = []
    reader = threading.Thread(target=lambda: found.append(other.xread({"w": "$"}, block=30_000)))
    reader.start()
    while r.info("clients")["blocked_clients"] == 0:
        pass
    r.xadd("w", {"n": "1"}, id="1-0")
    reader.join()
    (woken,) = found
    woken = woken["w"][0] if isinstance(woken, dict) else woken[0][1]
    assert woken == [("1-0", {"n": "1"})]
    assert not other.xread({"w": "$"}, block=10)


def pipelines(r, other):
    with r.pipeline(transaction=False) as pipe:
        for i in range(1, 1001):
            pipe.xadd("p", {"n": str(i)}, id=f"{i}-0")
        pipe.xlen("p")
        replies = pipe.execute()
    assert replies == [f"{i}-0" for i in range(1, 1001)] + [1000]
    with r.pipeline() as pipe:
        pipe.watch("p")
        pipe.multi()
        pipe.xadd("p", {"n": "x"}, id="2000-0")
        pipe.xlen("p")
        assert pipe.execute() == ["2000-0", 1001]
        pipe.watch("p")
        other.xadd("p", {"n": "x"}, id="3000-0")
        pipe.multi()
        pipe.xlen("p")
        try:
            pipe.execute()
        except redis.WatchError:
            pass
        else:
            raise AssertionError("a changed key was not noticed")


def messages(r):
    with r.pubsub() as listener:
        listener.subscribe("news")
        assert listener.get_message(timeout=30)["type"] == "subscribe"
        assert r.publish("news", "hello") == 1
        message = listener.get_message(timeout=30)
        assert (message["type"], message["data"]) == ("message", "hello")


def bytes_are_kept():
    raw = redis.Redis(port=PORT)
    every = bytes(range(256))
    raw.xadd("b", {every: every}, id="1-0")
    assert raw.xrange("b") == [(b"1-0", {every: every})]
    raw.close()


for protocol in (2, 3):
    r, other = connect(protocol), connect(protocol)
    r.flushall()
    assert r.ping() and r.client_getname() == "snake"
    assert r.client_info()["lib-name"].startswith("redis-py")
    entries(r)
    groups(r)
    waits(r, other)
    pipelines(r, other)
    messages(r)
    bytes_are_kept()
    r.close()
    other.close()
