"""A model's server on loopback that speaks the OpenAI protocol, and misbehaves when told to."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    """What was asked: the whole body, and the rows of data in it."""

    body: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(message["content"] for message in self.body["messages"])

    @property
    def rows(self) -> list[dict[str, Any]]:
        data = self.body["messages"][1]["content"]
        lines = data.split("\n</data-")[0].splitlines()[1:]
        return [json.loads(line) for line in lines]


@dataclass
class Reply:
    """What the server sends."""

    content: str = ""
    status: int = 200
    finish: str = "stop"
    refusal: str | None = None
    raw: bytes | None = None  # instead of a chat completion
    wait: float = 0.0  # seconds before it is sent
    drip: float = 0.0  # seconds between its bytes


Behaviour = Callable[[Request], Reply]

#: What an able model says of the controls and of things that are named for what they are.
_WORDS = {
    "switch": "network_device",
    "firewall": "security_device",
    "storage array": "storage",
    "load balancer": "load_balancer",
    "ledger": "database",
    "portal": "application",
    "Serial No.": "serial_number",
    "MAC": "mac_addresses",
    "Operating System": "os_name",
    "Manufacturer": "vendor",
    "Kostenverantwortlich": "business_owner",
    "Netzadresse": "ip_addresses",
    "Funktion": "description",
}


def known(row: dict[str, Any]) -> str | None:
    words = row.get("header") or " ".join(
        str(row.get(name)) for name in ("name", "description", "model")
    )
    return next((value for word, value in _WORDS.items() if word in words), None)


def answer(request: Request, of: Callable[[dict[str, Any]], str]) -> Reply:
    items = [
        {"id": row["id"], "value": of(row), "confidence": 0.9, "reason": f"because of {row['id']}"}
        for row in request.rows
    ]
    return Reply(json.dumps({"items": items}))


def able(request: Request) -> Reply:
    """Answers what it knows, and says of the rest that it cannot tell."""
    neither = "unknown" if "`unknown`" in request.text else "unmapped"
    return answer(request, lambda row: known(row) or neither)


@dataclass
class ModelServer:
    """The server; `behave` may be replaced at any time, `log` holds every request it got."""

    url: str = ""
    behave: Behaviour = able
    log: list[Request] = field(default_factory=list)
    answered: int = 0

    def asked(self, word: str) -> int:
        """How many requests contained `word`."""
        return sum(word in request.text for request in self.log)


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Serve on a free port of loopback for the length of the block."""
    served = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            request = Request(body)
            served.log.append(request)
            reply = served.behave(request)
            time.sleep(reply.wait)
            payload = reply.raw if reply.raw is not None else _completion(reply, len(served.log))
            try:
                self.send_response(reply.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(payload)))
                self.end_headers()
                for at in range(0, len(payload), 64 if reply.drip else len(payload) or 1):
                    self.wfile.write(payload[at : at + 64] if reply.drip else payload)
                    self.wfile.flush()
                    time.sleep(reply.drip)
                served.answered += 1
            except OSError:
                self.close_connection = True  # the client has gone

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _completion(reply: Reply, number: int) -> bytes:
    if reply.status != 200:
        error = {"message": "told to fail", "type": "test", "code": None}
        return json.dumps({"error": error}).encode()
    message = {"role": "assistant", "content": reply.content, "refusal": reply.refusal}
    choice = {"index": 0, "message": message, "finish_reason": reply.finish, "logprobs": None}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    return json.dumps(
        {
            "id": f"response-{number}",
            "object": "chat.completion",
            "created": 1,
            "model": "test",
            "choices": [choice],
            "usage": usage,
        }
    ).encode()
