"""The HTTP API: documents in, runs and checks out in every format; clients that leave cancel their jobs."""

import asyncio
import base64
import io
import json
import socket
import threading
import zipfile
from contextlib import contextmanager

import httpx2
import pytest

from claimcheck import Batch, Check, Run, RunStore, Settings, schemas
from claimcheck.reports.bundle import verify_bundle
from claimcheck.server import pages
from claimcheck.store.history import History
from tests.support.endpoint import error, serve_script
from tests.support.loopback import Handler, serve_handler
from tests.support.paths import ROOT, SEED
from tests.support.waiting import wait_until
from tests.support.web import FERRY, iter_events, run_server

STREAM = {"accept": "text/event-stream"}


@pytest.fixture
def api(serve):
    return serve()


def test_a_text_becomes_a_stored_run_that_follows_its_schema(api):
    made = api.post(
        "/api/runs",
        json={"text": FERRY, "title": "Ferries", "date": "2021-02-03", "check": True},
    )
    assert made.status_code == 201
    assert not schemas.find_problems("run", made.json())
    run = Run.from_json(made.content)
    assert (run.document.title, str(run.document.published)) == (
        "Ferries",
        "2021-02-03",
    )
    assert run.verdicts
    assert api.get(made.headers["location"]).content == made.content


def test_reads_a_file_by_its_content_and_ignores_folders_in_its_name(api):
    data = base64.b64encode(
        (ROOT / "tests" / "files" / "ferry-libreoffice.docx").read_bytes()
    ).decode()
    given = {"data": data, "name": "../../etc/C:\\secret\\ferry.docx"}
    document = api.post("/api/runs", json=given).json()["document"]
    assert (document["format"], document["source"]) == ("docx", "ferry.docx")


def test_fetches_private_addresses_only_when_allowed(serve):
    class Page(Handler):
        def do_GET(self):
            self.answer(FERRY, **{"content-type": "text/plain; charset=utf-8"})

    with serve_handler(Page) as url:
        refused = serve().post("/api/runs", json={"url": url})
        assert (refused.status_code, "private address" in refused.json()["error"]) == (
            400,
            True,
        )
        assert (
            serve(allow_private=True)
            .post("/api/runs", json={"url": url})
            .json()["document"]["text"]
            == FERRY
        )


def test_serves_a_run_in_every_format(api, tmp_path):
    import pandas

    text = SEED.read_text(encoding="utf-8")
    name = api.post("/api/runs", json={"text": text, "check": True}).headers["location"]
    run = Run.from_json(api.get(name).content)

    def got(format):
        response = api.get(name, params={"format": format})
        assert response.status_code == 200
        return response

    assert got("html").text.startswith("<!DOCTYPE html>")
    assert run.summary.headline in got("markdown").text
    assert run.summary.headline in got("text").text
    assert len(pandas.read_csv(io.StringIO(got("csv").text))) == len(run.claims)
    assert len(pandas.read_parquet(io.BytesIO(got("parquet").content))) == len(
        run.claims
    )
    (tmp_path / "case.zip").write_bytes(got("bundle").content)
    assert all(step.holds for step in verify_bundle(tmp_path / "case.zip"))
    assert zipfile.ZipFile(tmp_path / "case.zip").testzip() is None
    assert api.get(name, params={"text": False}).json()["document"]["text"] is None
    assert (
        "not part of this report"
        in api.get(name, params={"text": False, "format": "html"}).text
    )


def test_lists_runs_in_pages_newest_first(api):
    names = [
        api.post(
            "/api/runs", json={"text": f"The ferry carried {number} people."}
        ).headers["location"][10:]
        for number in range(300, 305)
    ]
    first = api.get("/api/runs", params={"limit": 3}).json()
    assert [run["name"] for run in first["runs"]] == names[:1:-1]
    rest = api.get("/api/runs", params={"limit": 3, "before": first["next"]}).json()
    assert ([run["name"] for run in rest["runs"]], rest["next"]) == (names[1::-1], None)


def test_a_new_check_of_a_claim_stays_with_its_run(api, tmp_path):
    made = api.post("/api/runs", json={"text": FERRY})
    (found,) = made.json()["claims"]
    url = f"{made.headers['location']}/claims/{found['id']}/checks"
    evidence = [{"text": "In 2020 the ferry carried 700 people.", "title": "Report"}]
    checked = api.post(url, json={"evidence": evidence})
    assert checked.status_code == 201
    assert not schemas.find_problems("check", checked.json())
    (verdict,) = checked.json()["verdicts"]
    assert (verdict["subject"], verdict["finding"]["label"]) == (found["id"], "refuted")
    assert checked.json()["claimed_in"]["id"] == made.json()["document"]["id"]
    for format in ("json", "html", "markdown", "text"):
        assert (
            api.get(checked.headers["location"], params={"format": format}).status_code
            == 200
        )
    with RunStore(tmp_path / "runs.db") as store:
        history = History(store)
        (kept,) = history.load_checks(history.list_runs(1)[0].location)
    assert kept.check == Check.from_json(checked.content)
    missing = api.post(
        url.replace(found["id"], "c-000000000000"), json={"evidence": evidence}
    )
    assert (missing.status_code, "has no claim" in missing.json()["error"]) == (
        404,
        True,
    )


def test_deletes_a_run_with_its_checks(api):
    made = api.post("/api/runs", json={"text": FERRY})
    location, claim = made.headers["location"], made.json()["claims"][0]["id"]
    check = api.post(
        f"{location}/claims/{claim}/checks", json={"evidence": [{"text": FERRY}]}
    ).headers["location"]
    deleted = api.delete(location)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert [api.get(path).status_code for path in (location, check)] == [404, 404]
    assert api.get("/api/runs").json() == {"runs": [], "waiting": 0, "next": None}


def test_checks_claims_without_a_run(api):
    given = {
        "claims": [{"text": "The ferry carried 900 people."}],
        "evidence": [{"text": FERRY}],
    }
    checked = api.post("/api/checks", json=given)
    assert checked.json()["verdicts"][0]["finding"]["label"] == "supported"
    assert api.get(checked.headers["location"]).content == checked.content


def test_writes_claimreview_only_for_a_known_publisher(serve):
    given = {
        "claims": [{"text": "The ferry carried 900 people."}],
        "evidence": [{"text": FERRY}],
    }
    api = serve()
    url = api.post("/api/checks", json=given).headers["location"]
    refused = api.get(
        url, params={"format": "claimreview", "review_url": "https://example.org/r"}
    )
    assert (refused.status_code, "publisher_name" in refused.json()["error"]) == (
        400,
        True,
    )
    known = serve(
        Settings(
            engine="extractive",
            publisher_name="Desk",
            publisher_url="https://example.org",
        )
    )
    params = {
        "format": "claimreview",
        "review_url": "https://example.org/r",
        "claimed_at": "https://example.org/c",
    }
    review = known.get(url, params=params)
    assert review.headers["content-type"] == "application/ld+json"
    assert not schemas.find_problems("claimreview", review.json())


def test_grounds_quotes(api):
    given = {"text": FERRY, "quotes": ["carried 900 people", "carried 800 people"]}
    found = api.post("/api/quotes", json=given).json()["quotes"]
    assert [item["match"] for item in found] == ["exact", "none"]


def test_streams_stages_as_they_happen(serve, model):
    api = serve(model.settings())
    with api.stream(
        "POST", "/api/runs", json={"text": FERRY}, headers=STREAM
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        told = iter_events(response)
        assert next(told) == (
            "stage",
            {"work": "reading the document", "answered": 0, "asked": 0},
        )
        assert next(told) == (
            "stage",
            {"work": "summary and claims", "answered": 0, "asked": 1},
        )
        wait_until(lambda: model.requests == 1)  # it was told before there is an answer
        model.released.set()
        assert next(told) == (
            "stage",
            {"work": "summary and claims", "answered": 1, "asked": 1},
        )
        name, done = next(told)
    assert name == "done"
    assert api.get(done["location"]).json()["claims"][0]["quote"] == FERRY
    assert api.get(done["page"]).status_code == 200


def test_streams_errors_as_events(serve):
    with serve().stream(
        "POST", "/api/runs", json={"url": "http://127.0.0.1:9/"}, headers=STREAM
    ) as response:
        *_, (name, told) = iter_events(response)
    assert (name, told["status"]) == ("error", 400)
    assert "private address" in told["error"]


@contextmanager
def asked(api, given, headers):
    """A request that was sent, whose answer nobody waits for; its connection closes with the block."""
    body = json.dumps(given).encode()
    host, port = api.base_url.host, api.base_url.port
    lines = {
        "host": f"{host}:{port}",
        "content-type": "application/json",
        "content-length": len(body),
        **headers,
    }
    with socket.create_connection((host, port)) as connection:
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        connection.sendall(f"POST /api/runs HTTP/1.1\r\n{head}\r\n".encode() + body)
        yield


@pytest.mark.parametrize("headers", [STREAM, {}], ids=["stream", "one piece"])
def test_a_disconnected_client_cancels_its_job(serve, model, headers):
    api = serve(model.settings(), max_jobs=1)
    with asked(api, {"text": FERRY}, headers):
        wait_until(lambda: model.requests == 1)
    wait_until(
        lambda: model.disconnects == 1
    )  # the request to the model is closed, not only forgotten
    waiting = api.get("/api/runs").json()
    assert (waiting["runs"], waiting["waiting"]) == ([], 1)
    model.released.set()  # and its place is free again
    assert api.post("/api/runs", json={"text": FERRY}).status_code == 201
    assert api.get("/api/runs").json()["waiting"] == 0


def test_work_without_a_model_can_be_cancelled(serve):
    api = serve()
    text = SEED.read_text(encoding="utf-8")
    long = "\n\n".join(
        text.replace("50,000", f"{number},000") for number in range(100, 500)
    )
    with asked(api, {"text": long, "check": True}, {}):
        wait_until(lambda: api.get("/api/runs").json()["waiting"] == 1)
    wait_until(lambda: api.get("/api/about").json()["open_jobs"] == 0)
    assert api.get("/api/runs").json() == {"runs": [], "waiting": 1, "next": None}


def test_queues_a_limited_number_of_jobs_and_refuses_the_rest(serve, model):
    api = serve(model.settings(), max_jobs=1)
    statuses, told = [], []

    def ask(number):
        with httpx2.Client(
            base_url=api.base_url, timeout=120, trust_env=False
        ) as client:
            statuses.append(
                client.post(
                    "/api/runs", json={"text": f"{FERRY} {number}."}
                ).status_code
            )

    def listen():
        with (
            httpx2.Client(
                base_url=api.base_url, timeout=120, trust_env=False
            ) as client,
            client.stream(
                "POST", "/api/runs", json={"text": "Venus is hot."}, headers=STREAM
            ) as response,
        ):
            told.extend(iter_events(response))

    threads = [threading.Thread(target=ask, args=(0,))]
    threads[0].start()
    wait_until(lambda: model.requests == 1)
    threads.append(threading.Thread(target=listen))
    threads += [threading.Thread(target=ask, args=(number,)) for number in range(1, 16)]
    for thread in threads[1:]:
        thread.start()

    wait_until(lambda: api.get("/api/about").json()["open_jobs"] == 17)
    refused = api.post("/api/runs", json={"text": "Mars is cold."})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert model.requests == 1
    model.released.set()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 16
    assert told[0][1]["work"].startswith("waiting for")
    assert told[-1][0] == "done"


def test_a_restart_loses_no_finished_run(tmp_path):
    with run_server(tmp_path / "s.db") as api:
        made = api.post("/api/runs", json={"text": FERRY})
    with run_server(tmp_path / "s.db") as api:
        assert api.get(made.headers["location"]).content == made.content


def test_a_server_that_shuts_down_answers_waiting_clients_and_can_resume(
    tmp_path, model
):
    answers = []
    with run_server(tmp_path / "s.db", model.settings()) as api:

        def ask():
            with httpx2.Client(
                base_url=api.base_url, timeout=120, trust_env=False
            ) as client:
                answers.append(client.post("/api/runs", json={"text": FERRY}))

        thread = threading.Thread(target=ask)
        thread.start()
        wait_until(lambda: model.requests == 1)
    thread.join()
    assert (
        answers[0].status_code,
        "the server is shutting down" in answers[0].json()["error"],
    ) == (503, True)
    model.released.set()
    with run_server(tmp_path / "s.db", model.settings()) as api:
        assert api.get("/api/runs").json()["waiting"] == 1
        assert api.post("/api/runs", json={"text": FERRY}).status_code == 201


def test_lists_runs_made_by_a_batch(serve, tmp_path):
    (tmp_path / "a.txt").write_text(FERRY)
    with RunStore(tmp_path / "runs.db") as store:
        batch = Batch(store, Settings(engine="extractive"))
        batch.add(str(tmp_path / "a.txt"))
        asyncio.run(batch.run())
    (listed,) = serve().get("/api/runs").json()["runs"]
    assert listed["source"] == str(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("given", "status", "says"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"[" * 100_000, 400, "not JSON"),
        (b"[]", 400, "$: "),
        (b"{}", 400, "$"),
        (b'{"text": "x", "url": "https://example.org"}', 400, "$"),
        (b'{"text": 5}', 400, "$.text"),
        (b'{"text": "   "}', 400, "white space"),
        (b'{"text": "a\\u0000b"}', 400, "NUL"),
        (b'{"text": "\\ud800"}', 400, "surrogate"),
        (b'{"text": "hello", "max_claims": 0}', 400, "$.max_claims"),
        (b'{"text": "hello", "date": "2020-02-30"}', 400, "$.date"),
        (b'{"data": "%%%", "name": "x.pdf"}', 400, "$.data"),
        (b'{"data": "JVBERi0xLjQK", "name": "x.pdf"}', 400, "x.pdf"),
        (b'{"url": "file:///etc/passwd"}', 400, "$.url"),
        (b"\xff\xfe", 400, "not JSON"),
    ],
)
def test_names_bad_input_and_stores_nothing(api, given, status, says):
    response = api.post(
        "/api/runs", content=given, headers={"content-type": "application/json"}
    )
    assert response.status_code == status
    assert says in response.json()["error"]
    assert api.get("/api/runs").json() == {"runs": [], "waiting": 0, "next": None}


def test_refuses_bodies_not_declared_as_json(api):
    for media in ("text/plain", "application/x-www-form-urlencoded"):
        response = api.post("/api/runs", content=b"{}", headers={"content-type": media})
        assert (response.status_code, media in response.json()["error"]) == (415, True)


def test_reports_a_failing_endpoint_without_its_key(serve):
    key = "sk-test-0123456789abcdefghij"
    with serve_script((401, error(f"bad key {key}"))) as (url, _):
        api = serve(
            Settings(engine="llm", model="m", base_url=url, api_key=key, attempts=1)
        )
        response = api.post("/api/runs", json={"text": FERRY})
    assert response.status_code == 502
    assert key not in response.text
    assert (
        api.get("/api/runs").json()["waiting"] == 1
    )  # and the same request goes on from there


def test_names_what_does_not_exist(api):
    for path in ("/api/runs/1-1", "/api/checks/1", "/api/nothing"):
        response = api.get(path)
        assert (response.status_code, list(response.json())) == (404, ["error"])
    assert api.get("/api/runs/1-1", params={"format": "exe"}).status_code == 422
    assert api.delete("/api/runs/1-1").status_code == 404
    wrong = api.delete("/api/runs")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")


def test_names_a_store_that_became_unreadable(serve, tmp_path):
    api = serve()
    (tmp_path / "runs.db").write_bytes(
        b"no database any more, whatever it was before; " * 200
    )
    response = api.get("/api/runs")
    assert (response.status_code, "runs.db" in response.json()["error"]) == (503, True)


def test_openapi_describes_every_operation_with_the_published_schemas(api):
    described = api.get("/openapi.json").json()
    assert sorted(described["paths"]) == [
        "/api/about",
        "/api/checks",
        "/api/checks/{number}",
        "/api/quotes",
        "/api/runs",
        "/api/runs/{name}",
        "/api/runs/{name}/claims/{claim}/checks",
    ]
    parts = described["components"]["schemas"]

    def references(value):
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    assert {name.rpartition("/")[2] for name in references(described)} <= set(parts)
    assert parts["run"]["properties"].keys() == schemas.load("run")["properties"].keys()
    assert json.dumps(described).count("HTTPValidationError") == 0


def test_an_internal_error_is_reported_and_the_server_keeps_running(
    api, monkeypatch, caplog
):
    def broken(*_):
        raise RuntimeError("secret of the document")

    monkeypatch.setattr(pages, "render_home", broken)
    response = api.get("/")
    assert response.status_code == 500
    assert "internal error (RuntimeError)" in response.json()["error"]
    assert "secret" not in response.text
    assert (
        httpx2.get(
            f"{str(api.base_url).rstrip('/')}/api/about", trust_env=False
        ).status_code
        == 200
    )
    assert (
        "secret of the document" in caplog.text
    )  # on the standard error of the server
