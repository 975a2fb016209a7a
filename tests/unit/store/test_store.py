"""Stored runs: nothing is paid for twice, nothing finished is lost."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from claimcheck import (
    Batch,
    Document,
    RunStore,
    Settings,
    asummarize,
    check,
    errors,
    summarize,
)
from claimcheck.models.outcome import DocumentState, RunLocation
from claimcheck.store.database import Database, DatabaseLayout
from claimcheck.store.history import History
from claimcheck.store.layout import STORE_LAYOUT
from tests.support.scripted import ScriptedClient, answer, claim, response

FERRY = "The ferry carried 900 people in 2020."
EXTRACTIVE = Settings(engine="extractive")
SCRIPTED = Settings(engine="llm", model="scripted")


def scripted(*texts):
    return ScriptedClient([response(answer(claim(text))) for text in texts])


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path / "s.db") as opened:
        yield opened


def test_a_stored_run_comes_back_unchanged(store):
    run = summarize(FERRY, settings=EXTRACTIVE, store=store)
    (past,) = History(store).list_runs(10)
    assert (past.headline, past.claims, past.state) == (
        run.summary.headline,
        len(run.claims),
        DocumentState.DONE,
    )
    assert (past.engine, past.model, past.checked) == ("extractive", None, False)
    assert store.load_run(past.location) == run


def test_runs_are_found_by_words_in_any_case(store):
    summarize(FERRY, settings=EXTRACTIVE, store=store)
    document = Document.from_text("Ünal left the house in 2021.", title="Ankara News")
    summarize(document, settings=EXTRACTIVE, store=store)

    def find(words):
        return [run.opening for run in History(store).list_runs(10, words=words)]

    assert find("ünal NEWS") == ["Ünal left the house in 2021."]
    assert find("ÜNAL") == find("ünal")
    assert find("ferry") == [FERRY]
    assert find("ferry ünal") == []
    assert find("100%_ \"'") == []


@pytest.mark.parametrize(
    "how", [summarize, lambda *a, **k: asyncio.run(asummarize(*a, **k))]
)
def test_never_asks_again_for_a_paid_answer(store, how):
    client = scripted(FERRY)
    first = how(FERRY, settings=SCRIPTED, client=client, store=store)
    again = how(FERRY, settings=SCRIPTED, client=client, store=store)
    assert len(client.requests) == 1
    assert again.claims == first.claims
    place = History(store).list_runs(10)[0].location
    assert len(store.answers.list_all(place)) == 1


def test_an_interrupted_run_resumes_and_costs_only_what_is_missing(store):
    class Broken(ScriptedClient):
        def complete(self, request):
            if self.requests:
                raise errors.UnreachableError("gone", requests=1)
            return super().complete(request)

    quote_not_there = response(
        answer(claim("The ferry carried 800 people in 2020.", FERRY))
    )
    broken = Broken([quote_not_there])
    run = summarize(FERRY, settings=SCRIPTED, client=broken, store=store)
    assert (
        run.claims[0].match == "none"
    )  # the second request failed, and what the first paid for is there
    assert History(store).count_pending() == 0

    class Dead(ScriptedClient):
        def complete(self, request):
            raise errors.UnreachableError("gone", requests=1)

    with pytest.raises(errors.UnreachableError):
        summarize("Venus is hot.", settings=SCRIPTED, client=Dead([]), store=store)
    assert History(store).count_pending() == 1
    summarize(
        "Venus is hot.",
        settings=SCRIPTED,
        client=scripted("Venus is hot."),
        store=store,
    )
    assert History(store).count_pending() == 0


def test_retries_a_failure_and_keeps_usable_answers(store):
    client = ScriptedClient(
        [response(None, refusal="no"), response(answer(claim(FERRY)))]
    )
    first = summarize(FERRY, settings=SCRIPTED, client=client, store=store)
    assert (first.summary, History(store).list_runs(1)[0].state) == (
        None,
        DocumentState.FAILED,
    )
    second = summarize(FERRY, settings=SCRIPTED, client=client, store=store)
    assert (len(second.claims), History(store).list_runs(1)[0].state) == (
        1,
        DocumentState.DONE,
    )
    third = summarize(FERRY, settings=SCRIPTED, client=client, store=store)
    assert (third.claims, len(client.requests)) == (second.claims, 2)


def test_finds_a_finished_run_by_its_document_and_settings(store):
    first = summarize(FERRY, settings=EXTRACTIVE, store=store)
    place = History(store).list_runs(1)[0].location
    assert (
        History(store).add_document(
            Document.from_text(FERRY), store.batch(place.batch).config
        )
        == place
    )
    assert store.load_run(place) == first


def test_the_same_text_under_another_title_is_another_document(store):
    for title in (None, "Ferries"):
        summarize(
            Document.from_text(FERRY, title=title), settings=EXTRACTIVE, store=store
        )
    assert [past.title for past in History(store).list_runs(10)] == ["Ferries", None]


def test_lists_the_newest_runs_first_in_pages(store):
    for number in range(5):
        summarize(
            f"The ferry carried {number + 100} people.",
            settings=EXTRACTIVE,
            store=store,
        )
    history = History(store)
    whole = history.list_runs(10)
    assert [past.finished_at for past in whole] == sorted(
        (past.finished_at for past in whole), reverse=True
    )
    first = history.list_runs(2)
    assert first + history.list_runs(10, before=first[-1].location) == whole


def test_keeps_the_checks_of_a_claim_with_its_run(store):
    run = summarize(FERRY, settings=EXTRACTIVE, store=store)
    history = History(store)
    place = history.list_runs(1)[0].location
    found = check(
        [run.claims[0]],
        "The ferry carried 900 people in the year 2020.",
        settings=EXTRACTIVE,
    )
    number = history.save_check(found, place, run.claims[0].id)
    alone = history.save_check(found)
    (kept,) = history.load_checks(place)
    assert (kept.number, kept.subject, kept.check) == (number, run.claims[0].id, found)
    assert history.load_check(alone).check == found
    assert abs((datetime.now(UTC) - kept.saved_at).total_seconds()) < 60
    with pytest.raises(errors.StoreError):
        history.save_check(found, RunLocation(place.batch, 99), "c-1")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "1",
        "1-",
        "-1",
        "0-1",
        "1-0",
        "1-1-1",
        "1-../x",
        "１-1",
        "1-1\n",
        "9" * 10 + "-1",
    ],
)
def test_the_name_of_a_run_is_two_numbers(name):
    with pytest.raises(errors.InputError, match="is not the name of a run"):
        RunLocation.parse(name)
    assert str(RunLocation.parse("2-17")) == "2-17"


def test_names_a_missing_run_or_check(store):
    for missing in (
        lambda: store.load_run(RunLocation(1, 1)),
        lambda: History(store).load_check(1),
    ):
        with pytest.raises(errors.InputError, match="does not exist"):
            missing()


def test_migrates_a_store_of_the_first_version_with_its_contents(tmp_path):
    old = DatabaseLayout(
        STORE_LAYOUT.kind, STORE_LAYOUT.table, STORE_LAYOUT.scripts[:1]
    )
    path = tmp_path / "old.db"
    with Database(path, old) as database:
        database.execute("INSERT INTO inputs (name, state) VALUES ('a.txt', 'x')")
        database.execute("INSERT INTO batches VALUES (1, 'd', '{\"engine\": 1}', 0)")
    with RunStore(path) as store:
        assert store.database.fetch_one("SELECT config FROM batches") == (
            '{"engine": 1}',
        )
        assert store.database.execute("SELECT name FROM inputs").fetchall() == [
            ("a.txt",)
        ]
        summarize(FERRY, settings=EXTRACTIVE, store=store)
        assert len(History(store).list_runs(10)) == 1


def test_a_stored_run_shares_the_configuration_of_a_batch(store, tmp_path):
    summarize(FERRY, settings=SCRIPTED, client=scripted(FERRY), store=store)
    assert (
        Batch(store, SCRIPTED).number == History(store).list_runs(1)[0].location.batch
    )
    assert Batch(store, replace(SCRIPTED, max_claims=3)).number != 1


def test_forty_threads_share_a_store(store):
    def save(number):
        text = f"The ferry carried {number} people."
        return summarize(text, settings=EXTRACTIVE, store=store).document.id

    with ThreadPoolExecutor(40) as threads:
        saved = set(threads.map(save, range(80)))
    listed = History(store).list_runs(100)
    assert {store.load_run(past.location).document.id for past in listed} == saved
    assert len(saved) == 80


def test_a_store_never_has_two_holders(tmp_path):
    path = tmp_path / "s.db"
    RunStore(path).close()
    holders, most, taken = [], [], []

    def take_often(_):
        with RunStore(path, create=False) as store:
            for _ in range(100):
                with suppress(errors.StoreError), store.database.lock():
                    holders.append(None)
                    most.append(len(holders))
                    taken.append(os.stat(f"{path}.lock").st_ino)
                    holders.pop()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take_often, range(8)))
    assert set(most) == {1}
    assert len(set(taken)) == 1  # or a file that is gone may be locked as well
