"""A batch through OpenAI's Batch API: another process can take every step, and nothing is requested twice."""

import json
import re
from contextlib import contextmanager

import pytest

from claimcheck import Batch, Limits, Price, RunStore, Settings, errors
from claimcheck.batch.openai_batch import BatchApiRunner
from claimcheck.llm.batch_api import BatchApi
from claimcheck.llm.negotiation import forget_dialects
from claimcheck.models.outcome import DocumentState
from tests.support.batch_api import Service, serve_batch_api
from tests.support.batches import write_documents
from tests.support.chronicle import CHRONICLE
from tests.support.command import claimcheck
from tests.support.quirky_batches import QuirkyService
from tests.support.responses_api import build_response, find_problem
from tests.support.scripted import answer, claim


@contextmanager
def opened(path, url, limits=None, **settings):
    """Open a batch and its runner as a new process would."""
    base = {"engine": "llm", "model": "m", "base_url": url, "attempts": 2}
    with RunStore(path) as store:
        batch = Batch(store, Settings(**(base | settings)), limits)
        api = BatchApi(batch.plan.settings)
        try:
            yield batch, BatchApiRunner(store, batch.number, batch.plan, api)
        finally:
            api.close()


def until_done(path, url, **more):
    """Collect and submit until nothing is in progress; return status and rounds."""
    rounds = 0
    while True:
        with opened(path, url, **more) as (_, runner):
            if runner.collect().in_progress:
                continue
        with opened(path, url, **more) as (batch, runner):
            if not runner.submit().requests:
                return batch.info, rounds
            rounds += 1


def test_requests_each_document_once_and_stores_its_run(tmp_path):
    service = Service()
    rows = write_documents(tmp_path / "rows.jsonl", 20)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            assert runner.submit().requests == 20
            assert runner.submit().requests == 0  # they are in progress
        with opened(tmp_path / "s.db", url) as (_, runner):
            ((upload, job),) = runner.status()
            assert (upload.items, job.status, job.total) == (20, "in_progress", 20)
        info, more = until_done(tmp_path / "s.db", url)
        with opened(tmp_path / "s.db", url) as (batch, _):
            runs = dict(batch.runs())
    assert (info.counts[DocumentState.DONE], more) == (20, 0)
    assert len(service.answered) == len(set(service.answered)) == 20
    assert runs.keys() == {f"row-{number}" for number in range(20)}
    assert all(
        "town 7 " in claim.text or "trees" in claim.text
        for claim in runs["row-7"].claims
    )
    assert all(claim.spans for run in runs.values() for claim in run.claims)
    assert info.spent_tokens == sum(
        run.usage.input_tokens + run.usage.output_tokens for run in runs.values()
    )


def test_a_long_document_takes_one_round_for_passages_and_one_for_the_summary(tmp_path):
    service = Service()
    (tmp_path / "long.txt").write_text(CHRONICLE)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url, passage_tokens=2_000) as (batch, runner):
            batch.add(str(tmp_path / "long.txt"))
            assert runner.submit().requests > 5
        info, more = until_done(tmp_path / "s.db", url, passage_tokens=2_000)
        with opened(tmp_path / "s.db", url, passage_tokens=2_000) as (batch, _):
            ((_, run),) = batch.runs()
    assert (info.counts[DocumentState.DONE], more) == (1, 1)
    assert run.passages > 5
    assert run.summary.sentences


def test_requests_expired_items_again_and_keeps_the_others(tmp_path):
    service = Service("expired", "completed")
    rows = write_documents(tmp_path / "rows.jsonl", 20)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            runner.submit()
            runner.status()
            found = runner.collect()
            assert (found.answers, found.expired, found.finished) == (10, 10, 10)
        info, more = until_done(tmp_path / "s.db", url)
    assert (info.counts[DocumentState.DONE], more) == (20, 1)
    assert len(service.answered) == len(set(service.answered)) == 20


def test_an_error_fails_its_document_until_it_is_retried(tmp_path):
    service = Service(
        error_of=lambda body: (
            (400, "too odd") if "town 3 " in json.dumps(body) else None
        )
    )
    rows = write_documents(tmp_path / "rows.jsonl", 5)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            runner.submit()
        info, _ = until_done(tmp_path / "s.db", url)
        assert (info.counts[DocumentState.DONE], info.counts[DocumentState.FAILED]) == (
            4,
            1,
        )
        with opened(tmp_path / "s.db", url) as (batch, runner):
            ((cause, message, count),) = batch.store.list_failures(batch.number)
            assert (cause, count) == ("unanswered", 1)
            assert ": HTTP 400: too odd (" in message
            service.error_of = lambda body: None
            assert batch.retry_failed() == 1
            assert runner.submit().requests == 1
        info, _ = until_done(tmp_path / "s.db", url)
    assert info.counts[DocumentState.DONE] == 5


@pytest.mark.parametrize(
    ("error", "pause"),
    [
        ((402, "Insufficient Balance"), errors.AccountError),
        (
            (429, "You exceeded your current quota, check your billing"),
            errors.AccountError,
        ),
        ((401, "Incorrect API key"), errors.AuthenticationError),
        ((429, "Rate limit"), None),
        ((503, "overloaded"), None),
    ],
)
def test_an_error_that_is_no_fault_of_the_document_leaves_it_pending(
    tmp_path, error, pause
):
    service = Service(
        error_of=lambda body: error if "town 3 " in json.dumps(body) else None
    )
    rows = write_documents(tmp_path / "rows.jsonl", 5)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            runner.submit()
            runner.status()
            found = runner.collect()
            assert (found.answers, found.errors) == (4, 0)
            assert (found.repeated, type(found.pause)) == (
                (0, pause) if pause else (1, type(None))
            )
            assert batch.info.counts[DocumentState.PENDING] == 1
            service.error_of = lambda body: None
            assert runner.submit().requests == 1
        info, _ = until_done(tmp_path / "s.db", url)
    assert info.counts[DocumentState.DONE] == 5


def test_what_a_batch_refuses_is_left_out_of_the_next_submit(tmp_path):
    def refuse(body):
        if "temperature" in body:
            return 400, "`temperature` is deprecated for this model."
        if "strict" in body["response_format"]["json_schema"]:
            return 422, "response_format.json_schema.strict: not permitted"
        return None

    rows = write_documents(tmp_path / "rows.jsonl", 3)
    with serve_batch_api(Service(error_of=refuse)) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            runner.submit()
        for _ in range(2):
            with opened(tmp_path / "s.db", url) as (batch, runner):
                runner.status()
                found = runner.collect()
                assert (found.repeated, found.errors) == (3, 0)
            # as another process, which has learned nothing itself
            forget_dialects()
            with opened(tmp_path / "s.db", url) as (batch, runner):
                runner.submit()
        info, _ = until_done(tmp_path / "s.db", url)
        assert info.counts[DocumentState.DONE] == 3
        with opened(tmp_path / "s.db", url) as (batch, _):
            for _, run in batch.runs():
                assert run.signature.settings["temperature"] is None
                assert "schema.strict" in run.signature.settings


def test_a_broken_line_of_answers_costs_that_line_only(tmp_path):
    """A byte-order mark costs nothing, and U+2028 in an answer does not end a line."""
    service = Service()
    rows = tmp_path / "rows.jsonl"
    texts = [
        f"Town {number}\u2028 has\u0085 {number + 3} mayors." for number in range(5)
    ]
    rows.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))

    def spoil(entries):
        lines = [json.dumps(entry, ensure_ascii=False).encode() for entry in entries]
        broken = [b"\xef\xbb\xbf" + lines[0], b'"words"', b"[1]", b'{"custom_id": []}']
        return b"\n".join([*broken, b"\xff", *lines[1:]])[:-40]

    service.write = spoil
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            runner.submit()
            runner.status()
            found = runner.collect()
            assert (found.answers, found.finished, found.broken) == (4, 4, 1)
            del service.write
            assert runner.submit().requests == 1
        info, _ = until_done(tmp_path / "s.db", url)
    assert info.counts[DocumentState.DONE] == 5


@pytest.mark.parametrize(
    "spell",
    [
        lambda response: {"body": response["body"]},
        lambda response: response | {"status_code": "200"},
        lambda response: response | {"status_code": 200.0},
        lambda response: response | {"body": json.dumps(response["body"])},
        lambda response: response["body"],
    ],
    ids=["no status", "as text", "as float", "a body as text", "no envelope"],
)
def test_reads_answers_in_other_envelopes(tmp_path, spell):
    service = Service()
    rows = write_documents(tmp_path / "rows.jsonl", 2)
    service.write = lambda entries: "".join(
        json.dumps(entry | {"response": spell(entry["response"])}) + "\n"
        for entry in entries
    )
    with (
        serve_batch_api(service) as url,
        opened(tmp_path / "s.db", url) as (batch, runner),
    ):
        batch.add(str(rows))
        runner.submit()
        runner.status()
        assert runner.collect().answers == 2


@pytest.mark.parametrize("order", [1, -1])
def test_reads_answers_beside_errors_and_among_bytes_that_are_not_text(tmp_path, order):
    service = Service()
    rows = write_documents(tmp_path / "rows.jsonl", 2)

    def spoil(entries):
        late = {"status_code": 500, "body": {"error": {"message": "too late"}}}
        listed = [*entries, *(entry | {"response": late} for entry in entries)]
        text = "".join(json.dumps(entry) + "\n" for entry in listed[::order])
        # One byte in Latin-1, and a tab that JSON would escape.
        return text.replace("city of", "city\t\xf6f").encode("latin-1")

    service.write = spoil
    with (
        serve_batch_api(service) as url,
        opened(tmp_path / "s.db", url) as (batch, runner),
    ):
        batch.add(str(rows))
        runner.submit()
        runner.status()
        found = runner.collect()
    assert (found.answers, found.errors) == (2, 0)


@pytest.mark.parametrize("is_deleted", [True, False])
def test_requests_without_a_line_are_not_repeated_for_ever(tmp_path, is_deleted):
    service = Service()
    rows = write_documents(tmp_path / "rows.jsonl", 2)
    service.write = lambda entries: "" if is_deleted else "{}\n"
    with (
        serve_batch_api(service) as url,
        opened(tmp_path / "s.db", url) as (batch, runner),
    ):
        batch.add(str(rows))
        rounds = 0
        while runner.submit().requests:
            rounds += 1
            runner.status()
            if is_deleted:
                service.deleted = set(service.files)
            assert runner.collect().broken == 2
        assert rounds == batch.plan.settings.attempts
        assert batch.info.counts[DocumentState.FAILED] == 2


@pytest.mark.parametrize("problem", [[{"message": "bad line"}], "bad line", {"x": 1}])
def test_names_the_problem_of_a_refused_file_in_any_shape(tmp_path, problem):
    service = Service("failed")
    rows = write_documents(tmp_path / "rows.jsonl", 1)
    with (
        serve_batch_api(service) as url,
        opened(tmp_path / "s.db", url) as (batch, runner),
    ):
        batch.add(str(rows))
        runner.submit()
        for job in service.jobs.values():
            service.step(job)
            job.update(errors=problem, request_counts="none")
        (refused,) = runner.collect().refused
    assert refused == ("bad line" if "bad" in str(problem) else '{"x": 1}')


def test_reports_a_refused_file_and_submits_it_again(tmp_path):
    service = Service("failed", "completed")
    rows = write_documents(tmp_path / "rows.jsonl", 3)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            runner.submit()
            assert runner.collect().refused == ["line 1: bad line"]
            assert batch.info.counts[DocumentState.PENDING] == 3
            assert runner.submit().requests == 3
        info, _ = until_done(tmp_path / "s.db", url)
    assert info.counts[DocumentState.DONE] == 3


def test_finds_a_job_created_just_before_the_connection_broke(tmp_path):
    service = Service(drop_after_create=True)
    rows = write_documents(tmp_path / "rows.jsonl", 3)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            assert runner.submit().requests == 3
        info, _ = until_done(tmp_path / "s.db", url)
    assert len(service.jobs) == 1
    assert info.counts[DocumentState.DONE] == 3


def test_finds_a_job_that_the_list_shows_later(tmp_path):
    service = Service(drop_after_create=True)
    rows = write_documents(tmp_path / "rows.jsonl", 3)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            service.hide_jobs = True
            with pytest.raises(errors.UnreachableError):
                runner.submit()
        service.hide_jobs = False
        with opened(tmp_path / "s.db", url) as (_, runner):
            assert runner.submit().requests == 3
    assert len(service.jobs) == 1


def test_the_budget_covers_pending_jobs_and_prices_are_halved(tmp_path):
    service = Service()
    rows = write_documents(tmp_path / "rows.jsonl", 20)
    prices = {"m": Price(input=10.0, output=20.0)}
    more = {"prices": prices, "max_output_tokens": 1_000}
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url, Limits(budget_usd=0.1), **more) as (
            batch,
            runner,
        ):
            batch.add(str(rows))
            done = runner.submit()
            assert 0 < done.requests < 20
            assert done.over_budget == 20 - done.requests
            assert runner.submit().requests == 0
        with opened(tmp_path / "s.db", url, Limits(budget_usd=0.1), **more) as (
            batch,
            runner,
        ):
            runner.collect()
            assert runner.collect().finished == done.requests
            assert 0 < batch.info.spent_usd <= 0.1
            _, run = next(batch.runs())
        with (
            opened(tmp_path / "s.db", url, Limits(budget_usd=0.02), **more) as (
                _,
                runner,
            ),
            pytest.raises(errors.BudgetError, match="does not cover another document"),
        ):
            runner.submit()
    used = run.usage
    assert used.cost_usd == pytest.approx(
        (10 * used.input_tokens + 20 * used.output_tokens) / 1e6 / 2
    )


def test_every_step_works_on_the_command_line(tmp_path):
    rows = write_documents(tmp_path / "rows.jsonl", 3)

    def command(*words):
        endpoint = ("--store", "s.db", "--model", "m", "--base-url", url)
        return claimcheck("batch", "--via", "batch-api", *words, *endpoint)

    with serve_batch_api(Service()) as url:
        assert command("fly").returncode == 2
        assert (
            "the first argument is 'fly'; give one of submit, status, collect"
            in command("fly").err
        )
        assert "takes no documents" in command("collect", rows).err
        done = command("submit", rows)
        assert (done.returncode, "3 requests submitted in 1 file" in done.err) == (
            0,
            True,
        ), done.err
        done = command("status")
        assert (done.returncode, done.out) == (
            0,
            "batch_1  in_progress: 0 of 3 done, 0 failed\n",
        )
        done = command("collect")
        assert (done.returncode, "3 answers, 3 documents finished" in done.err) == (
            0,
            True,
        ), done.err
        assert command("status").out == "batch_1  collected, 3 requests\n"


@pytest.mark.parametrize(
    "reply",
    [
        (429, {"error": {"message": "Rate limit"}}),
        (500, {"error": "boom"}),
        (200, {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 0}}),
    ],
)
def test_a_passing_error_is_submitted_again_as_often_as_attempts_allow(tmp_path, reply):
    service = Service()
    service.reply_to = lambda _: reply
    rows = write_documents(tmp_path / "rows.jsonl", 2)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            runner.submit()
        info, more = until_done(tmp_path / "s.db", url)
    assert info.counts[DocumentState.FAILED] == 2
    # once again, and once more without response format after an error of the server
    assert more == (2 if reply[0] == 500 else 1)
    assert info.spent_tokens == (2 * 2 * 7 if reply[0] == 200 else 0)


def test_leaves_out_all_optional_parts_if_a_file_is_refused_without_a_reason(tmp_path):
    service = QuirkyService("no_schema_unhelpful")
    rows = write_documents(tmp_path / "rows.jsonl", 2)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url) as (batch, runner):
            batch.add(str(rows))
            runner.submit()
        info, more = until_done(tmp_path / "s.db", url)
        assert (info.counts[DocumentState.PENDING], more) == (0, 1)
        with opened(tmp_path / "s.db", url) as (batch, _):
            signatures = [run.signature for _, run in batch.runs()]
    assert {item.response_format for item in signatures} == {"text"}


def test_the_budget_counts_answers_whose_length_cannot_be_limited(tmp_path):
    limit_words = ("max_completion_tokens", "max_tokens")
    service = Service(
        error_of=lambda body: next(
            ((400, f"{name} is not supported") for name in limit_words if name in body),
            None,
        )
    )
    rows = write_documents(tmp_path / "rows.jsonl", 2)
    limits = Limits(budget_tokens=2 * 20_000)
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url, limits) as (batch, runner):
            batch.add(str(rows))
            runner.submit()
        with opened(tmp_path / "s.db", url, limits) as (_, runner):
            while runner.collect().in_progress:
                pass
            runner.submit()  # with the other name
            while runner.collect().in_progress:
                pass
            runner.submit()  # with neither
            open_tokens = runner._uploads.find_open_requests().tokens
    assert open_tokens > 2 * 8_192


class ResponsesService(Service):
    """Answers requests of the Responses API, and refuses a temperature."""

    def __init__(self):
        super().__init__()
        self.endpoint = "/v1/responses"

    def reply_to(self, body):
        assert find_problem(body) is None
        if "temperature" in body:
            message = "Unsupported parameter: 'temperature' is not supported."
            return 400, {"error": {"message": message, "param": "temperature"}}
        quote = re.search(r"A third of .*? were oaks\.", body["input"][-1]["content"])
        return 200, build_response(json.dumps(answer(claim(quote[0]))))


def test_speaks_the_responses_api(tmp_path):
    service = ResponsesService()
    rows = write_documents(tmp_path / "rows.jsonl", 3)
    settings = {"api": "responses", "reasoning_effort": "low"}
    with serve_batch_api(service) as url:
        with opened(tmp_path / "s.db", url, **settings) as (batch, runner):
            batch.add(str(rows))
            assert runner.submit().requests == 3
        info, rounds = until_done(tmp_path / "s.db", url, **settings)
        with opened(tmp_path / "s.db", url, **settings) as (batch, _):
            runs = [run for _, run in batch.runs()]
    assert (info.counts[DocumentState.DONE], rounds) == (3, 1)
    assert [len(run.claims) for run in runs] == [1, 1, 1]
    assert {run.usage.cached_tokens for run in runs} == {64}
