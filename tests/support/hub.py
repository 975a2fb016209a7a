"""A model hub on loopback that follows the HTTP API of huggingface.co.

`GET /api/models/ORG/NAME/revision/REV?blobs=true` describes a commit and its files;
`HEAD` and `GET /ORG/NAME/resolve/COMMIT/FILE` serve them. Weights are "LFS files": they
are redirected to a second host, as on the real hub, and announced by their SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from tests.support.loopback import Handler, serve_handler

REPOSITORY = "org/tiny-nli"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
NEXT_COMMIT = "89abcdef0123456789abcdef0123456789abcdef"
_NOT_LFS = (".json", ".md")


@dataclass
class FakeHub:
    """The files of the hub, its faults, and the requests that it received.

    `commits` maps a branch to a commit. `requests` are the methods, paths, and tokens.
    """

    files: dict[str, bytes]
    commits: dict[str, str] = field(default_factory=lambda: {"main": COMMIT})
    card: dict = field(default_factory=lambda: {"language": "en", "license": "mit"})
    gated_for_all_but: str | None = None
    status: int | None = None
    dropped_after: int | None = None
    corrupted: str | None = None
    page: str | None = None
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)

    @classmethod
    def of_folder(cls, folder, **options):
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        return cls(files, **options)

    def describe(self, commit):
        siblings = []
        for name, content in self.files.items():
            sibling = {
                "rfilename": name,
                "size": len(content),
                "blobId": _git_hash(content),
            }
            if _is_lfs(name):
                sha256 = hashlib.sha256(content).hexdigest()
                sibling["lfs"] = {
                    "sha256": sha256,
                    "size": len(content),
                    "pointerSize": 134,
                }
            siblings.append(sibling)
        return {
            "_id": "1",
            "id": REPOSITORY,
            "modelId": REPOSITORY,
            "sha": commit,
            "siblings": siblings,
            "cardData": self.card,
            "tags": [],
            "private": False,
        }


def _is_lfs(name):
    return not name.endswith(_NOT_LFS)


def _git_hash(content):
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


@contextmanager
def serve_hub(hub):
    """Serve the hub while the block runs; yield its URL for HF_ENDPOINT."""

    class HubHandler(Handler):
        def do_HEAD(self):
            self._serve()

        def do_GET(self):
            self._serve()

        def _serve(self):
            path = unquote(urlsplit(self.path).path)
            token = self.headers.get("authorization")
            hub.requests.append((self.command, path, token))
            if path.startswith("/storage/"):
                self._send_file(path.removeprefix("/storage/"))
            elif hub.status:
                self.answer({"error": "no"}, hub.status)
            elif hub.page:
                self.answer(hub.page, **{"content-type": "text/html"})
            elif hub.gated_for_all_but and token != f"Bearer {hub.gated_for_all_but}":
                self._refuse(401, "GatedRepo")
            elif path.startswith("/api/models/"):
                self._describe(path.removeprefix("/api/models/"))
            else:
                self._resolve(path)

        def _describe(self, path):
            repository, _, revision = path.partition("/revision/")
            commit = hub.commits.get(revision, revision)
            if repository != REPOSITORY:
                # The real hub does not say whether a private model exists.
                self._refuse(401, "RepoNotFound")
            elif commit not in hub.commits.values():
                self._refuse(404, "RevisionNotFound")
            else:
                self.answer(hub.describe(commit))

        def _resolve(self, path):
            commit, _, name = path.partition("/resolve/")[2].partition("/")
            if name not in hub.files:
                self._refuse(404, "EntryNotFound")
                return
            content = hub.files[name]
            headers = {"X-Repo-Commit": commit, "ETag": f'"{_git_hash(content)}"'}
            if not _is_lfs(name):
                self._send_file(name, **headers)
                return
            # To a client, the same server under another name is another host.
            port = self.server.server_address[1]
            headers |= {
                "X-Linked-Etag": f'"{hashlib.sha256(content).hexdigest()}"',
                "X-Linked-Size": str(len(content)),
                "Location": f"http://localhost:{port}/storage/{name}",
            }
            self.answer(b"", 302, **headers)

        def _send_file(self, name, **headers):
            content = hub.files[name]
            if name == hub.corrupted:
                content = content[:-1] + bytes([content[-1] ^ 1])
            self.send_response(200)
            headers = {"content-length": str(len(content)), **headers}
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            if hub.dropped_after is not None and _is_lfs(name):
                self.wfile.write(content[: hub.dropped_after])
                self.wfile.flush()
                self.close_connection = True
                return
            self.wfile.write(content)

        def _refuse(self, status, code):
            body = b"" if self.command == "HEAD" else json.dumps({"error": code})
            self.answer(body, status, **{"X-Error-Code": code})

    with serve_handler(HubHandler) as url:
        yield url.removesuffix("/v1")
