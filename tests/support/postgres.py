"""Runs a PostgreSQL server on loopback, if its programs are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

SUPERUSER = "claimcheck"


def find_programs():
    """Return the folder of `initdb`, or None. Debian keeps it out of PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


@contextmanager
def serve_postgres(programs):
    """Serve an empty database during the block, and yield its address."""
    # PostgreSQL refuses to run as root, but root may switch to another user.
    account = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="postgres-") as folder:
        if account:
            shutil.chown(folder, **account)
        data = f"{folder}/data"

        def run(program, *arguments):
            command = [str(programs / program), "-D", data, *arguments]
            subprocess.run(
                command,
                check=True,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **account,
            )

        run(
            "initdb", "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8",
            "--locale=C", "--no-sync",
        )  # fmt: skip
        options = f"-p {port} -F -c listen_addresses=127.0.0.1 -k {folder}"
        run("pg_ctl", "-w", "-o", options, "-l", f"{folder}/log", "start")
        try:
            yield f"postgresql://{SUPERUSER}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
