"""A real server on loopback, and an endpoint that holds its answers back until a test releases them."""

import json
import select
import socket
import threading
from contextlib import contextmanager

import httpx2

from claimcheck import Settings
from claimcheck.server.app import Server
from claimcheck.server.config import ServerConfig, bind_socket, list_host_names
from tests.support.endpoint import completion
from tests.support.loopback import Handler, serve_handler
from tests.support.scripted import answer, claim

FERRY = "The ferry carried 900 people in 2020."


@contextmanager
def run_server(store, settings=None, **fields):
    """A client of a server that runs while the block does."""
    with bind_socket("127.0.0.1", 0) as opened:
        port = opened.getsockname()[1]
        site = ServerConfig(
            settings or Settings(engine="extractive"),
            store,
            list_host_names("127.0.0.1", port),
            **fields,
        )
        server = Server(site)
        opened.listen(16)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [opened]}, daemon=True
        )
        thread.start()
        try:
            with httpx2.Client(
                base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False
            ) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


class HeldModel:
    """An endpoint that holds its answers back until `released` is set, and knows which callers went away."""

    def __init__(self):
        self.released = threading.Event()
        self.requests = 0
        self.disconnects = 0

    def settings(self, **fields):
        return Settings(
            engine="llm",
            model="held",
            base_url=self.url,
            api_key="sk-held-0123456789",
            **fields,
        )

    def hold(self, connection):
        while not self.released.wait(0.02):
            if select.select([connection], [], [], 0)[0] and not connection.recv(
                1, socket.MSG_PEEK
            ):
                self.disconnects += 1
                return False
        return True


@contextmanager
def serve_held_model():
    """A model's endpoint that holds its answers back."""
    held = HeldModel()

    class Held(Handler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            held.requests += 1
            if not held.hold(self.connection):
                return
            self.answer(completion(json.dumps(answer(claim(FERRY)))))

    with serve_handler(Held) as url:
        held.url = url
        yield held
        held.released.set()


def iter_events(response):
    """The events of a stream, as they come."""
    name = None
    for line in response.iter_lines():
        if line.startswith("event:"):
            name = line[7:]
        elif line.startswith("data:"):
            yield name, json.loads(line[6:])
