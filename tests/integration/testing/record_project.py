"""Record the cassettes of project/ again: `make record-project SERVER=quirks.py`.

SERVER is a program that listens at the port that it is given, and answers the modes of
tests/support/quirks.py. The address is part of the recordings, so it is always the same.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).parent / "project"
PORT = 18_099
# What must not be in a recording, or make a difference to it.
ENVIRONMENT = {
    "OPENAI_BASE_URL": f"http://127.0.0.1:{PORT}",
    "OPENAI_API_KEY": "newsroom-key-for-everybody",
    "DB_PASSWORD": "question",
}


def wait_for_server(deadline):
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", PORT)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.1)
    sys.exit(f"the server does not listen at port {PORT}")


def main(server):
    with subprocess.Popen([sys.executable, server, str(PORT)]) as process:
        try:
            wait_for_server(time.monotonic() + 30)
            shutil.rmtree(PROJECT / "cassettes", ignore_errors=True)
            command = [sys.executable, "-m", "pytest", "-q", "--cassette-record=all"]
            # Two workers, because several tests share fixtures and cassettes.
            options = ["-n", "2", "-p", "no:cacheprovider"]
            environment = os.environ | ENVIRONMENT
            done = subprocess.run(
                [*command, *options], cwd=PROJECT, env=environment, check=False
            )
        finally:
            process.kill()
    sys.exit(done.returncode)


if __name__ == "__main__":
    main(sys.argv[1])
