#!/usr/bin/env python3
"""A worker in Python, with the standard library only: the contract acme.greeter of the README, and `reverse`, for bytes.

It shows every part of docs/wire-protocol.md a worker needs: framing, handshake, calls, nested calls with their
invocation, bytes, progress, streams with credit, cancel, ping, log and shutdown.
"""
import base64
import itertools
import json
import os
import queue
import sys
import threading
import time

# The pipe on fd 1 belongs to the protocol: keep it, and let print() go to stderr instead.
wire = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)

WORKER_UNAVAILABLE, WORKER_ERROR, CANCELLED = -32000, -32002, -32011
METHOD_NOT_FOUND, NOT_INITIALIZED, SHUTTING_DOWN = -32601, -32012, -32015
CONTRACT = {"name": "acme.greeter", "version": 1}
FEATURES = ["cancel", "progress", "stream", "ping", "log", "setup"]


class RpcError(Exception):
    def __init__(self, code, message, data=None):
        super().__init__(message)
        self.code, self.data = code, data


write_lock = threading.Lock()


def take_bytes(value, path, bulk):
    """JSON has no bytes: base64 stands in their place, and `bulk` tells where."""
    if isinstance(value, bytes):
        bulk.append({"path": path, "as": "base64"})
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: take_bytes(member, [*path, name], bulk) for name, member in value.items()}
    if isinstance(value, list):
        return [take_bytes(item, [*path, at], bulk) for at, item in enumerate(value)]
    return value


def place_bytes(message):
    """The other way. This worker does not list the feature `bulk`, so the host sends it base64 only."""
    for entry in message.get("bulk", []):
        *way, last = entry["path"]
        holder = message
        for name in way:
            holder = holder[name]
        holder[last] = base64.b64decode(holder[last], validate=True)


def send(**message):
    bulk = []
    for member in ("params", "result"):
        if member in message:
            message[member] = take_bytes(message[member], [member], bulk)
    if bulk:
        message["bulk"] = bulk
    # ensure_ascii also escapes U+2028 and U+2029, which end a line for some readers. NaN is no JSON.
    line = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=True, allow_nan=False)
    with write_lock:
        wire.write(line.encode() + b"\n")
        wire.flush()
    return len(line)


def log(level, message, **meta):
    send(method="$/log", params={"level": level, "message": message, "meta": meta, "time": time.time() * 1000})


class Call:
    """A call of the host that is being handled."""

    def __init__(self, message):
        self.id = message.get("id")
        meta = message.get("meta") or {}
        self.invocation = (meta.get("invocation") or {}).get("id")
        self.cancelled = False
        credit = meta.get("credit") or {"items": 256, "bytes": 1 << 20}
        self.items, self.bytes = credit["items"], credit["bytes"]
        self.changed = threading.Condition()

    def cancel(self):
        with self.changed:
            self.cancelled = True
            self.changed.notify()

    def give_credit(self, params):
        with self.changed:
            self.items += params["items"]
            self.bytes += params["bytes"]
            self.changed.notify()

    def send_item(self, item):
        with self.changed:
            while not self.cancelled and (self.items <= 0 or self.bytes <= 0):
                self.changed.wait()
            if self.cancelled:
                raise RpcError(CANCELLED, "cancelled")
            self.items -= 1
            self.bytes -= send(method="$/stream/item", params={"id": self.id, "item": item})

    def progress(self, value):
        send(method="$/progress", params={"id": self.id, "value": value})

    def ask_host(self, method, params, timeout=30):
        """Calls the host on behalf of this call: the invocation id carries its scope."""
        id, answers = next(ids), queue.Queue(1)
        pending[id] = answers
        meta = {"deadlineMs": timeout * 1000}
        if self.invocation is not None:
            meta["invocationId"] = self.invocation
        send(id=id, method=method, params=params, meta=meta)
        try:
            answer = answers.get(timeout=timeout)
        except queue.Empty:
            send(method="$/cancelRequest", params={"id": id})
            raise RpcError(-32003, f"{method}: no answer within {timeout} s") from None
        finally:
            pending.pop(id, None)
        if "error" in answer:
            error = answer["error"]
            raise RpcError(error.get("code", -32099), error.get("message", "failed"), error.get("data"))
        return answer["result"]


ids = itertools.count(1)
pending = {}  # our calls of the host, by id
running = {}  # the host's calls of us, by id
state = {"phase": "new"}


# The plugin's own work. -------------------------------------------------------------------------------------------


def greet(params, call):
    title = call.ask_host("state.get", {"key": params["name"]})
    log("info", "greeting", name=params["name"])
    return {"text": f"Hello {title or 'friend'} {params['name']}! " * params.get("times", 1)}


def tail(params, call):
    with open(params["file"], encoding="utf-8") as lines:
        for line in lines:
            call.send_item(line.rstrip("\n"))


def flush(params, call):
    pass


def reverse(params, call):
    call.progress(params["data"][:1])
    return {"data": params["data"][::-1]}


METHODS = {"greet": greet, "tail": tail, "flush": flush, "reverse": reverse}

# The runtime's methods. -------------------------------------------------------------------------------------------


def initialize(params, call):
    if params["contract"] != CONTRACT:
        raise RpcError(-32600, f"this worker implements {CONTRACT}", {"handshake": "contract"})
    if not params["protocol"]["min"] <= 1 <= params["protocol"]["max"]:
        raise RpcError(-32600, "this worker speaks protocol 1", {"handshake": "protocol"})
    state["phase"] = "ready"
    return {
        "protocol": 1,
        "contract": CONTRACT,
        "features": [feature for feature in FEATURES if feature in params["features"]],
        "methods": list(METHODS),
        "plugin": {"name": "greeter in Python", "version": "1.0.0"},
    }


def shutdown(params, call):
    state["phase"] = "stopping"
    ends = time.monotonic() + params.get("deadlineMs", 10_000) / 1000
    while len(running) > 1 and time.monotonic() < ends:
        time.sleep(0.01)
    return None


RUNTIME = {
    "initialize": initialize,
    "initialized": lambda params, call: None,
    "health": lambda params, call: {"status": "ok"},
    "shutdown": shutdown,
}


def find(method):
    if method in RUNTIME:
        return RUNTIME[method]
    if state["phase"] == "new":
        raise RpcError(NOT_INITIALIZED, f"{method}: send initialize first")
    if state["phase"] == "stopping":
        raise RpcError(SHUTTING_DOWN, f"{method}: this worker is shutting down")
    if method not in METHODS:
        raise RpcError(METHOD_NOT_FOUND, f"there is no method {method}")
    return METHODS[method]


def serve(message, call):
    method = message["method"]
    try:
        answer = {"result": find(method)(message.get("params") or {}, call)}
    except RpcError as error:
        data = {} if error.data is None else {"data": error.data}
        answer = {"error": {"code": error.code, "message": str(error), **data}}
    except Exception as error:
        answer = {"error": {"code": WORKER_ERROR, "message": f"{type(error).__name__}: {error}"}}
    if call.id is not None:
        send(id=call.id, **answer)
    running.pop(call.id, None)  # after the answer: a shutdown waits for this
    if method == "shutdown":
        os._exit(0)  # everything was flushed by send


def receive(message):
    place_bytes(message)
    method, params = message.get("method"), message.get("params") or {}
    if method is None:
        if message.get("id") in pending:  # else: late or unknown, and dropped
            pending[message["id"]].put(message)
    elif method == "$/ping":
        send(id=message["id"], result={})  # here, in the reader: a busy worker is not a hung one
    elif method == "$/cancelRequest":
        if params.get("id") in running:
            running[params["id"]].cancel()
    elif method == "$/stream/credit":
        if params.get("id") in running:
            running[params["id"]].give_credit(params)
    elif not method.startswith("$/"):
        call = Call(message)
        if call.id is not None:
            running[call.id] = call
        threading.Thread(target=serve, args=(message, call), daemon=True).start()


for line in sys.stdin.buffer:  # bytes: splits on 0x0A only
    if line.endswith(b"\n") and line.strip():
        receive(json.loads(line))
os._exit(0)  # stdin ended: the host is gone, and so are we
