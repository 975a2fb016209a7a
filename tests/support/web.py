"""A real server on loopback, and a model that waits until a test releases it."""

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
TIMEOUT_S = 120  # reached only when something is broken


def open_client(base_url):
    """Open an HTTP client that ignores the proxy settings of the machine."""
    return httpx2.Client(base_url=base_url, timeout=TIMEOUT_S, trust_env=False)


@contextmanager
def run_server(store_path, settings=None, **fields):
    """Run a server during the block and yield a client for it."""
    with bind_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        config = ServerConfig(
            settings or Settings(engine="extractive"),
            store_path,
            list_host_names("127.0.0.1", port),
            **fields,
        )
        server = Server(config)
        listener.listen(16)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, daemon=True
        )
        thread.start()
        try:
            with open_client(f"http://127.0.0.1:{port}") as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


class HeldModel:
    """An endpoint that answers once `released` is set; it counts its callers."""

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

    def wait_for_release(self, connection):
        """Return whether the caller is still there when the model is released."""
        while not self.released.wait(0.02):
            readable = select.select([connection], [], [], 0)[0]
            # A connection that is readable but has no data was closed.
            if readable and not connection.recv(1, socket.MSG_PEEK):
                self.disconnects += 1
                return False
        return True


@contextmanager
def serve_held_model():
    """Serve a `HeldModel` during the block; it is released at the end."""
    model = HeldModel()

    class ModelHandler(Handler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            model.requests += 1
            if model.wait_for_release(self.connection):
                self.answer(completion(json.dumps(answer(claim(FERRY)))))

    with serve_handler(ModelHandler) as url:
        model.url = url
        yield model
        model.released.set()


def iter_events(response):
    """Yield the name and the data of each server-sent event as it arrives."""
    name = None
    for line in response.iter_lines():
        if line.startswith("event:"):
            name = line[7:]
        elif line.startswith("data:"):
            yield name, json.loads(line[6:])
