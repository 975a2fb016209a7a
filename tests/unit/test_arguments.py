"""Mistakes in calls are refused before anything happens, with what to give instead."""

import asyncio
from datetime import date, datetime
from pathlib import Path

import pytest

from claimcheck import (
    Batch,
    Document,
    Evaluation,
    Index,
    Limits,
    Price,
    Rows,
    Run,
    RunStore,
    SearchSettings,
    Settings,
    asummarize,
    check,
    compare_evaluations,
    errors,
    evaluate,
    ground,
    read_brief,
    summarize,
)

SETTINGS = Settings(engine="extractive")
FERRY = Document.from_text("The night ferry carries 900 passengers.", source="a")
TRAM = Document.from_text("The tram was built in 1998.", source="b")


@pytest.fixture
def index():
    with Index(":memory:") as index:
        index.add([FERRY, TRAM])
        yield index


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda index: index.remove("ab"), "^names: got one string; give a list"),
        (lambda index: index.remove(b"ab"), "^names: got bytes; give a list"),
        (lambda index: index.remove(["a", 3]), "^name 2: is of type int; give a stri"),
        (lambda index: index.add("ab"), "^documents: got one string; give a list"),
        (lambda index: index.add(FERRY), "^documents: got Document; give a list"),
        (lambda index: index.add(["a.txt"]), "^document 1: is of type str; give a Doc"),
        (lambda index: index.add([Path("a")]), "^document 1: is of type Posix|Windows"),
        (lambda index: ground(FERRY, "ferry"), "^quotes: got one string; give a list"),
        (lambda index: index.search(3, 5), "^words: got int; give a list"),
        (lambda index: index.search([3], 5), "^word 1: is of type int; give a string"),
        (lambda index: index.document(3), "^id: is of type int; give a string"),
        (lambda index: ground(FERRY, [None]), "^quote 1: is of type NoneType; give"),
        (
            lambda index: check("The tram.", index, settings=SETTINGS),
            "^claims: got one string; give a list",
        ),
        (
            lambda index: check({"text": "The tram."}, index, settings=SETTINGS),
            "^claims: got dict; give a list",
        ),
        (
            lambda index: check(["A tram."], {"text": "A tram."}, settings=SETTINGS),
            "^a document can't be of type dict",
        ),
        (lambda index: Document.join("ab"), "^documents: got one string; give a list"),
        (lambda index: Document.join([FERRY, "b"]), "^document 2: is of type str; giv"),
    ],
)
def test_a_list_is_a_list_of_the_right_things(index, call, message):
    with pytest.raises(errors.InputError, match=message):
        call(index)
    assert [entry.source for entry in index.contents()] == ["a", "b"]


@pytest.mark.parametrize(
    "published", [date(2020, 1, 31), "2020-01-31", datetime(2020, 1, 31, 12)]
)
def test_a_date_may_be_iso_text(published):
    document = Document.from_text("The ferry left.", published=published)
    assert (document.published, document.published_from) == (date(2020, 1, 31), "given")
    changed = FERRY.with_metadata(title=None, published=published)
    assert type(changed.published) is date


@pytest.mark.parametrize("published", ["", "31 January 2020", "2020-02-30", 2020])
def test_another_date_is_refused(published):
    with pytest.raises(errors.InputError, match="is not a valid date; write it as Y"):
        Document.from_text("The ferry left.", published=published)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"text": Path("a.txt")}, "text: is of type .*Path; give a string"),
        ({"text": b"The ferry left."}, "text: is of type bytes; give a string"),
        ({"text": "The ferry.", "title": 3}, "title: is of type int; give a string"),
        ({"text": "The ferry.", "source": Path("a")}, "source: is of type .*Path; giv"),
    ],
)
def test_a_document_is_made_of_strings(arguments, message):
    with pytest.raises(errors.InputError, match=message):
        Document.from_text(**arguments)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: evaluate("verify", Rows("rows.jsonl")),
            "task 'verify' is unknown; choose from checkworthy, ",
        ),
        (
            lambda: evaluate("verification", "rows.jsonl"),
            "rows: is of type str; give claimcheck.Rows",
        ),
        (
            lambda: evaluate("verification", Rows("a"), settings={"model": "m"}),
            "settings: is of type dict; give claimcheck.Settings",
        ),
        (lambda: Rows("a", part="opne"), "part 'opne' is unknown; choose from open, "),
        (lambda: Rows("a", limit=0), "limit is 0; give a whole number from 1"),
        (lambda: Rows("a", limit="5"), "limit is '5'; give a whole number from 1"),
        (lambda: Rows("a", seed=-1), "seed is -1; give a whole number from 0"),
        (lambda: Rows(3), "file: is of type int; give a path"),
        (lambda: Limits(budget_usd="5"), "budget_usd is '5'; give a number above 0"),
        (lambda: Limits(rpm=True), "rpm is True; give a number above 0"),
        (lambda: Limits(rpm=float("inf")), "rpm is inf; give a number above 0"),
        (lambda: Limits(tpm=float("nan")), "tpm is nan; give a number above 0"),
        (
            lambda: Settings(temperature="unset"),
            "temperature is 'unset'; give a number from 0 to 2, or unset",
        ),
        (
            lambda: summarize(FERRY, settings=SETTINGS, progress="x"),
            "progress: is of type str; give a function",
        ),
        (
            lambda: asyncio.run(asummarize(FERRY, settings=SETTINGS, progress="x")),
            "progress: is of type str; give a function",
        ),
        (
            lambda: check(["A tram."], TRAM, settings=SETTINGS, progress=3),
            "progress: is of type int; give a function",
        ),
        (lambda: Limits(concurrency=None), "concurrency is None; give a number above"),
        (
            lambda: compare_evaluations({}, "b.json"),
            "evaluation: is of type dict; give an Evaluation",
        ),
        (lambda: Price("1", "2"), "input is '1'; give US dollars per million tokens"),
        (lambda: Price(1, -2), "output is -2; give US dollars per million tokens"),
        (
            lambda: Settings(prices={"m": (1, 2)}),
            "prices is {'m': (1, 2)}; give a dict",
        ),
        (lambda: Settings(model=3), "model is 3; give a string"),
        (lambda: Settings(api_key=3), "api_key is of type int; give a string"),
        (lambda: Settings(cache="no"), "cache is 'no'; give True or False"),
        (lambda: read_brief(fields_file=3), "fields_file is 3; give a path"),
        (lambda: Run.from_json({}), "run: is of type dict; give the JSON text"),
        (lambda: Evaluation.from_json(None), "evaluation: is of type NoneType; give"),
        (lambda: RunStore(None), "path: is of type NoneType; give a string or a Path"),
        (lambda: Index(3), "path: is of type int; give a string or a Path"),
        (lambda: Document.from_path(None), "path: is of type NoneType; give a string"),
        (lambda: Document.from_url(3), "url: is of type int; give a string"),
        (
            lambda: summarize(FERRY, settings=SETTINGS, search="wikipedia"),
            "search: is of type str; give claimcheck.SearchSettings",
        ),
        (
            lambda: check(["A tram."], settings=SETTINGS, search=["wikipedia"]),
            "search: is of type list; give claimcheck.SearchSettings",
        ),
        (
            lambda: SearchSettings("wikipedia"),
            "providers: got one string; give a list",
        ),
        (
            lambda: SearchSettings(["wikipedia"], exclude="example.org"),
            "excluded domains: got one string; give a list",
        ),
        (
            lambda: SearchSettings(["wikipedia"], prefer=[3]),
            "preferred domain 1: is of type int; give a string",
        ),
        (
            lambda: Batch("runs.db", SETTINGS),
            "store: is of type str; give claimcheck.R",
        ),
        (
            lambda: summarize(FERRY, settings=SETTINGS, store="runs.db"),
            "store: is of type str; give claimcheck.RunStore",
        ),
        (
            lambda: summarize(FERRY, settings={"model": "m"}),
            "settings: is of type dict; give claimcheck.Settings",
        ),
        (
            lambda: summarize(FERRY, settings=SETTINGS, limits={"rpm": 3}),
            "limits: is of type dict; give claimcheck.Limits",
        ),
        (
            lambda: summarize(FERRY, client=object()),
            "client: object has no method complete; give a claimcheck.Client",
        ),
        (
            lambda: check(["A tram."], FERRY, client="gpt-5"),
            "client: str has no method complete; give a claimcheck.Client",
        ),
        (
            lambda: asyncio.run(asummarize(FERRY, client=object())),
            "client: object has no method acomplete; give a claimcheck.Client",
        ),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(call, message):
    with pytest.raises(errors.InputError) as caught:
        call()
    assert str(caught.value).startswith(message)


def test_a_batch_needs_a_client_that_does_not_block(tmp_path):
    with RunStore(tmp_path / "runs.db") as store:
        batch = Batch(store, Settings(engine="llm", model="m"))
        with pytest.raises(errors.InputError, match="object has no method acomplete"):
            asyncio.run(batch.run(client=object()))
