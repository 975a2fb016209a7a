"""The HTTP API: operations, formats, streams, limits, and errors."""

import asyncio
import base64
import io
import json
import re
import socket
import threading
import zipfile
from contextlib import contextmanager

import pytest

from claimcheck import Batch, Check, Run, RunStore, Settings, schemas
from claimcheck.bundles.verify import verify_bundle
from claimcheck.server import pages
from claimcheck.store.history import History
from tests.support.endpoint import error, serve_script
from tests.support.loopback import Handler, serve_handler
from tests.support.paths import ROOT, SEED
from tests.support.waiting import wait_until
from tests.support.web import FERRY, iter_events, open_client, run_server

STREAM = {"accept": "text/event-stream"}
CHECK_ARGUMENTS = {
    "claims": [{"text": "The ferry carried 900 people."}],
    "evidence": [{"text": FERRY}],
}


@pytest.fixture
def api(serve):
    return serve()


def test_a_text_becomes_a_stored_run_that_follows_its_schema(api):
    response = api.post(
        "/api/runs",
        json={"text": FERRY, "title": "Ferries", "date": "2021-02-03", "check": True},
    )
    assert response.status_code == 201
    assert not schemas.find_problems("run", response.json())
    run = Run.from_json(response.content)
    assert run.document.title == "Ferries"
    assert str(run.document.published) == "2021-02-03"
    assert run.verdicts
    assert api.get(response.headers["location"]).content == response.content


def test_lists_runs_that_contain_words(api):
    for text in (FERRY, "The tower in Graz was built in 1868."):
        api.post("/api/runs", json={"text": text})
    found = api.get("/api/runs", params={"words": "graz TOWER"}).json()["runs"]
    assert [run["headline"] for run in found] == ["The tower in Graz was built in 1868"]
    page = api.get("/", params={"words": "nothing of it"}).text
    assert "No run contains all of these words." in page


def test_decisions_are_appended_to_a_run(api):
    run = api.post("/api/runs", json={"text": FERRY}).json()
    url = f"/api/runs/1-1/claims/{run['claims'][0]['id']}/decisions"
    made = api.post(url, json={"action": "accepted", "by": "Ann"})
    assert made.status_code == 201
    api.post(url, json={"action": "noted", "by": "Bo", "note": "see p. 3"})
    run = api.get("/api/runs/1-1").json()
    assert [decision["by"] for decision in run["decisions"]] == ["Ann", "Bo"]
    assert run["decisions"][0] == made.json()
    assert not schemas.find_problems("run", run)
    wrong = api.post(url, json={"action": "edited", "by": "Ann"})
    assert (wrong.status_code, "new text" in wrong.json()["error"]) == (400, True)
    missing = url.replace(url.split("/")[-2], "c-000000000000")
    found = api.post(missing, json={"action": "accepted", "by": "Ann"})
    assert found.status_code == 404


def test_reads_a_file_by_its_content_and_ignores_folders_in_its_name(api):
    path = ROOT / "tests" / "files" / "ferry-libreoffice.docx"
    data = base64.b64encode(path.read_bytes()).decode()
    arguments = {"data": data, "name": "../../etc/C:\\secret\\ferry.docx"}
    document = api.post("/api/runs", json=arguments).json()["document"]
    assert (document["format"], document["source"]) == ("docx", "ferry.docx")


def test_fetches_private_addresses_only_when_allowed(serve):
    class Page(Handler):
        def do_GET(self):
            self.answer(FERRY, **{"content-type": "text/plain; charset=utf-8"})

    with serve_handler(Page) as url:
        refusal = serve().post("/api/runs", json={"url": url})
        run = serve(allow_private=True).post("/api/runs", json={"url": url}).json()
    assert refusal.status_code == 400
    assert "private address" in refusal.json()["error"]
    assert run["document"]["text"] == FERRY


def test_serves_a_run_in_every_format(api, tmp_path):
    import pandas

    text = SEED.read_text(encoding="utf-8")
    name = api.post("/api/runs", json={"text": text, "check": True}).headers["location"]
    run = Run.from_json(api.get(name).content)

    def export(format):
        response = api.get(name, params={"format": format})
        assert response.status_code == 200
        return response

    assert export("html").text.startswith("<!DOCTYPE html>")
    assert run.summary.headline in export("markdown").text
    assert run.summary.headline in export("text").text
    assert len(pandas.read_csv(io.StringIO(export("csv").text))) == len(run.claims)
    table = pandas.read_parquet(io.BytesIO(export("parquet").content))
    assert len(table) == len(run.claims)
    (tmp_path / "case.zip").write_bytes(export("bundle").content)
    assert all(step.holds for step in verify_bundle(tmp_path / "case.zip"))
    assert zipfile.ZipFile(tmp_path / "case.zip").testzip() is None
    assert api.get(name, params={"text": False}).json()["document"]["text"] is None
    page = api.get(name, params={"text": False, "format": "html"}).text
    assert "not part of this report" in page


def test_lists_runs_in_pages_newest_first(api):
    names = []
    for number in range(300, 305):
        arguments = {"text": f"The ferry carried {number} people."}
        location = api.post("/api/runs", json=arguments).headers["location"]
        names.append(location.removeprefix("/api/runs/"))
    first = api.get("/api/runs", params={"limit": 3}).json()
    assert [run["name"] for run in first["runs"]] == names[:1:-1]
    rest = api.get("/api/runs", params={"limit": 3, "before": first["next"]}).json()
    assert [run["name"] for run in rest["runs"]] == names[1::-1]
    assert rest["next"] is None


def test_a_check_of_a_claim_is_stored_with_its_run(api, tmp_path):
    run = api.post("/api/runs", json={"text": FERRY})
    (claim,) = run.json()["claims"]
    url = f"{run.headers['location']}/claims/{claim['id']}/checks"
    evidence = [{"text": "In 2020 the ferry carried 700 people.", "title": "Report"}]
    check = api.post(url, json={"evidence": evidence})
    assert check.status_code == 201
    assert not schemas.find_problems("check", check.json())
    (verdict,) = check.json()["verdicts"]
    assert verdict["subject"] == claim["id"]
    assert verdict["finding"]["label"] == "refuted"
    assert check.json()["claimed_in"]["id"] == run.json()["document"]["id"]
    with RunStore(tmp_path / "runs.db") as store:
        history = History(store)
        (saved,) = history.load_checks(history.list_runs(1)[0].location)
    assert saved.check == Check.from_json(check.content)


def test_names_a_claim_that_the_run_does_not_have(api):
    location = api.post("/api/runs", json={"text": FERRY}).headers["location"]
    response = api.post(
        f"{location}/claims/c-000000000000/checks",
        json={"evidence": [{"text": FERRY}]},
    )
    assert response.status_code == 404
    assert "has no claim c-000000000000" in response.json()["error"]


def test_deletes_a_run_with_its_checks(api):
    run = api.post("/api/runs", json={"text": FERRY})
    location, claim = run.headers["location"], run.json()["claims"][0]["id"]
    check = api.post(
        f"{location}/claims/{claim}/checks", json={"evidence": [{"text": FERRY}]}
    ).headers["location"]
    response = api.delete(location)
    assert (response.status_code, response.content) == (204, b"")
    assert [api.get(path).status_code for path in (location, check)] == [404, 404]
    assert api.get("/api/runs").json() == {"runs": [], "waiting": 0, "next": None}


def test_checks_claims_without_a_run(api):
    check = api.post("/api/checks", json=CHECK_ARGUMENTS)
    assert check.json()["verdicts"][0]["finding"]["label"] == "supported"
    assert api.get(check.headers["location"]).content == check.content


@pytest.mark.parametrize("format", ["json", "html", "markdown", "text"])
def test_serves_a_check_in_every_format(api, format):
    location = api.post("/api/checks", json=CHECK_ARGUMENTS).headers["location"]
    assert api.get(location, params={"format": format}).status_code == 200


def test_writes_claimreview_only_for_a_known_publisher(serve):
    params = {
        "format": "claimreview",
        "review_url": "https://example.org/r",
        "claimed_at": "https://example.org/c",
    }
    api = serve()
    url = api.post("/api/checks", json=CHECK_ARGUMENTS).headers["location"]
    refusal = api.get(url, params=params)
    assert refusal.status_code == 400
    assert "publisher_name" in refusal.json()["error"]
    publisher = Settings(
        engine="extractive",
        publisher_name="Desk",
        publisher_url="https://example.org",
    )
    review = serve(publisher).get(url, params=params)
    assert review.headers["content-type"] == "application/ld+json"
    assert not schemas.find_problems("claimreview", review.json())


def test_grounds_quotes(api):
    arguments = {"text": FERRY, "quotes": ["carried 900 people", "carried 800 people"]}
    quotes = api.post("/api/quotes", json=arguments).json()["quotes"]
    assert [quote["match"] for quote in quotes] == ["exact", "none"]


def test_streams_stages_as_they_happen(serve, model):
    api = serve(model.settings())
    with api.stream(
        "POST", "/api/runs", json={"text": FERRY}, headers=STREAM
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = iter_events(response)
        reading = {"work": "reading the document", "answered": 0, "asked": 0}
        sent = {"work": "summary and claims", "answered": 0, "asked": 1}
        answered = {"work": "summary and claims", "answered": 1, "asked": 1}
        assert next(events) == ("stage", reading)
        assert next(events) == ("stage", sent)
        wait_until(lambda: model.requests == 1)  # so the event came before the answer
        model.released.set()
        assert next(events) == ("stage", answered)
        name, done = next(events)
    assert name == "done"
    assert api.get(done["location"]).json()["claims"][0]["quote"] == FERRY
    assert api.get(done["page"]).status_code == 200


def test_streams_errors_as_events(serve):
    with serve().stream(
        "POST", "/api/runs", json={"url": "http://127.0.0.1:9/"}, headers=STREAM
    ) as response:
        *_, (name, data) = iter_events(response)
    assert (name, data["status"]) == ("error", 400)
    assert "private address" in data["error"]


@contextmanager
def send_and_leave(api, arguments, headers):
    """Send a request, and close its connection after the block without reading."""
    body = json.dumps(arguments).encode()
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
    with send_and_leave(api, {"text": FERRY}, headers):
        wait_until(lambda: model.requests == 1)
    wait_until(lambda: model.disconnects == 1)
    assert api.get("/api/runs").json() == {"runs": [], "waiting": 1, "next": None}
    model.released.set()
    assert api.post("/api/runs", json={"text": FERRY}).status_code == 201
    assert api.get("/api/runs").json()["waiting"] == 0


def test_work_without_a_model_can_be_cancelled(serve):
    api = serve()
    text = SEED.read_text(encoding="utf-8")
    long = "\n\n".join(
        text.replace("50,000", f"{number},000") for number in range(100, 500)
    )
    with send_and_leave(api, {"text": long, "check": True}, {}):
        wait_until(lambda: api.get("/api/runs").json()["waiting"] == 1)
    wait_until(lambda: api.get("/api/about").json()["open_jobs"] == 0)
    assert api.get("/api/runs").json() == {"runs": [], "waiting": 1, "next": None}


def test_queues_a_limited_number_of_jobs_and_refuses_the_rest(serve, model):
    api = serve(model.settings(), max_jobs=1)
    statuses, events = [], []

    def summarize(number):
        with open_client(api.base_url) as client:
            response = client.post("/api/runs", json={"text": f"{FERRY} {number}."})
            statuses.append(response.status_code)

    def stream():
        with (
            open_client(api.base_url) as client,
            client.stream(
                "POST", "/api/runs", json={"text": "Venus is hot."}, headers=STREAM
            ) as response,
        ):
            events.extend(iter_events(response))

    def start_thread(target, *arguments):
        thread = threading.Thread(target=target, args=arguments)
        thread.start()
        return thread

    threads = [start_thread(summarize, 0)]
    wait_until(lambda: model.requests == 1)
    threads.append(start_thread(stream))
    threads += [start_thread(summarize, number) for number in range(1, 16)]

    wait_until(lambda: api.get("/api/about").json()["open_jobs"] == 17)
    refusal = api.post("/api/runs", json={"text": "Mars is cold."})
    assert (refusal.status_code, refusal.headers["retry-after"]) == (503, "10")
    assert model.requests == 1
    model.released.set()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 16
    assert events[0][1]["work"].startswith("waiting for other jobs: ")
    assert events[-1][0] == "done"


def test_a_restart_loses_no_finished_run(tmp_path):
    with run_server(tmp_path / "s.db") as api:
        run = api.post("/api/runs", json={"text": FERRY})
    with run_server(tmp_path / "s.db") as api:
        assert api.get(run.headers["location"]).content == run.content


def test_a_server_that_shuts_down_answers_waiting_clients_and_can_resume(
    tmp_path, model
):
    responses = []
    with run_server(tmp_path / "s.db", model.settings()) as api:

        def summarize():
            with open_client(api.base_url) as client:
                responses.append(client.post("/api/runs", json={"text": FERRY}))

        thread = threading.Thread(target=summarize)
        thread.start()
        wait_until(lambda: model.requests == 1)
    thread.join()
    assert responses[0].status_code == 503
    assert "the server is shutting down" in responses[0].json()["error"]
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
    (run,) = serve().get("/api/runs").json()["runs"]
    assert run["source"] == str(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("body", "status", "message"),
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
def test_names_bad_input_and_stores_nothing(api, body, status, message):
    response = api.post(
        "/api/runs", content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code == status
    assert message in response.json()["error"]
    assert api.get("/api/runs").json() == {"runs": [], "waiting": 0, "next": None}


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded"])
def test_refuses_bodies_not_declared_as_json(api, media):
    response = api.post("/api/runs", content=b"{}", headers={"content-type": media})
    assert response.status_code == 415
    assert media in response.json()["error"]


def test_reports_a_failing_endpoint_without_its_key(serve):
    key = "sk-test-0123456789abcdefghij"
    with serve_script((401, error(f"bad key {key}"))) as (url, _):
        api = serve(
            Settings(engine="llm", model="m", base_url=url, api_key=key, attempts=1)
        )
        response = api.post("/api/runs", json={"text": FERRY})
    assert response.status_code == 502
    assert key not in response.text
    assert api.get("/api/runs").json()["waiting"] == 1  # and can be resumed


def test_names_what_does_not_exist(api):
    for path in ("/api/runs/1-1", "/api/checks/1", "/api/nothing"):
        response = api.get(path)
        assert (response.status_code, list(response.json())) == (404, ["error"])
    refused = api.get("/api/runs/1-1", params={"format": "exe"})
    assert refused.status_code == 422
    assert "input should be 'json', 'html', " in refused.json()["error"]
    assert api.delete("/api/runs/1-1").status_code == 404


def test_lists_the_methods_that_a_path_allows(api):
    response = api.delete("/api/runs")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


def test_names_a_store_that_became_unreadable(serve, tmp_path):
    api = serve()
    (tmp_path / "runs.db").write_bytes(b"This is not a database. " * 400)
    response = api.get("/api/runs")
    assert response.status_code == 503
    assert "runs.db" in response.json()["error"]


def test_openapi_describes_every_operation_with_the_published_schemas(api):
    description = api.get("/openapi.json").json()
    assert sorted(description["paths"]) == [
        "/api/about",
        "/api/checks",
        "/api/checks/{number}",
        "/api/quotes",
        "/api/runs",
        "/api/runs/{name}",
        "/api/runs/{name}/claims/{claim}/checks",
        "/api/runs/{name}/claims/{claim}/decisions",
    ]
    components = description["components"]["schemas"]
    text = json.dumps(description)
    references = re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', text)
    assert set(references) <= set(components)
    run_properties = schemas.load("run")["properties"]
    assert components["run"]["properties"].keys() == run_properties.keys()
    assert "HTTPValidationError" not in text


def test_operation_ids_stay_the_same(api):
    paths = api.get("/openapi.json").json()["paths"]
    ids = [
        operation["operationId"]
        for path in paths.values()
        for operation in path.values()
    ]
    assert sorted(ids) == [
        "about",
        "check",
        "check_claim",
        "check_claims",
        "decide",
        "delete",
        "ground_quotes",
        "run",
        "runs",
        "summarize",
    ]


def test_an_internal_error_is_reported_and_the_server_keeps_running(
    api, monkeypatch, caplog
):
    def fail(*_):
        raise RuntimeError("secret of the document")

    monkeypatch.setattr(pages, "render_home", fail)
    response = api.get("/")
    assert response.status_code == 500
    assert "internal error (RuntimeError)" in response.json()["error"]
    assert "secret" not in response.text
    with open_client(api.base_url) as client:
        assert client.get("/api/about").status_code == 200
    assert "secret of the document" in caplog.text  # the server's own log
