"""The command `check`: claims, evidence, formats, exit codes, bad input."""

import json
import re

import pytest

from claimcheck import Check
from tests.support.command import claimcheck
from tests.support.paths import SEED, STATED

CLAIMS = f"""{STATED}

Oil exports were declining by about 500,000 barrels a month.
"""


@pytest.fixture
def claims(tmp_path):
    (tmp_path / "claims.txt").write_text(CLAIMS)
    return tmp_path / "claims.txt"


def test_checks_one_claim_per_line(claims):
    done = claimcheck("check", claims, "--against", SEED)
    assert done.returncode == 0
    text = done.stdout.decode()
    assert text.startswith("1. SUPPORTED")
    assert "2. REFUTED" in text
    assert "The claim says “500,000 barrels a month”" in text
    assert "1 supported, 1 refuted" in text
    assert done.stderr.decode().startswith("Engine: extractive")


@pytest.mark.parametrize(
    "words",
    [
        "CLAIMS A B",
        "CLAIMS --against A --against B",
        "CLAIMS --against A B",  # how a shell expands `--against *.txt`
        "CLAIMS --against A B --top-k 3",
        "CLAIMS --top-k 3 --against A --quiet --against B",
        "--against A CLAIMS --against B",
        "--against=A CLAIMS B",
        "--quiet -- CLAIMS A B",
    ],
)
def test_accepts_evidence_as_arguments_and_as_options(words, claims, tmp_path):
    for name, line in zip(("a.txt", "b.txt"), CLAIMS.split("\n\n"), strict=True):
        (tmp_path / name).write_text(line)
    places = {"CLAIMS": claims, "A": tmp_path / "a.txt", "B": tmp_path / "b.txt"}
    arguments = re.sub("CLAIMS|A|B", lambda match: str(places[match[0]]), words).split(
        " "
    )
    done = claimcheck("check", "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    found = Check.from_json(done.stdout)
    assert [document.source for document in found.documents] == [
        str(places["A"]),
        str(places["B"]),
    ]
    assert [verdict.text for verdict in found.verdicts] == CLAIMS.strip().split("\n\n")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("--against A", "Missing argument 'CLAIMS'"),
        ("CLAIMS --against", "'--against' requires an argument"),
        ("CLAIMS", "no evidence; name it after CLAIMS or with --against"),
        ("CLAIMS --against A --nonsense B", "No such option: --nonsense"),
    ],
)
def test_missing_claims_or_evidence_are_usage_errors(words, problem):
    done = claimcheck("check", *words.split(" "))
    assert done.returncode == 2
    assert problem in done.stderr.decode()


def test_json_from_standard_input_is_a_valid_check(tmp_path):
    rows = b"""{"text": "All options are on the table.", "speaker": "Trump"}
{"claim": "Minerven mines gold."}
"""
    done = claimcheck("check", "-", "--against", SEED, "--format", "json", stdin=rows)
    found = Check.from_json(done.stdout)
    assert [verdict.speaker for verdict in found.verdicts] == ["Trump", None]
    checked = claimcheck("validate", "-", "--schema", "check", stdin=done.stdout)
    assert (checked.returncode, checked.stdout) == (
        0,
        b"standard input: follows check.schema.json\n",
    )


@pytest.mark.parametrize(
    ("fail_on", "claim", "code"),
    [
        ("refuted", "The talks ended on Wednesday.", 1),
        ("refuted", "Cats sleep.", 0),
        ("unsupported", "Cats sleep.", 1),
        (
            "unsupported",
            STATED,
            0,
        ),
    ],
)
def test_fail_on_sets_the_exit_code(fail_on, claim, code):
    done = claimcheck(
        "check", "-", "--against", SEED, "--fail-on", fail_on, stdin=claim.encode()
    )
    assert done.returncode == code


def test_accepts_a_run_and_a_draft_as_claims(tmp_path):
    run = claimcheck("summarize", SEED, "--format", "json", "-o", "run.json")
    assert run.returncode == 0
    from_run = claimcheck(
        "check", "run.json", "--against", SEED, "--format", "markdown"
    )
    assert from_run.stdout.decode().startswith("# Checked: ")
    draft = claimcheck("check", "--text", SEED, "--against", SEED, "--format", "json")
    assert len(Check.from_json(draft.stdout).verdicts) == 20


def test_summarize_checks_its_own_summary_with_fail_on():
    done = claimcheck("summarize", SEED, "--check", "--fail-on", "unsupported")
    assert done.returncode == 0
    # It consists of sentences of the document: their number would say nothing.
    assert "20 supported" not in done.stdout.decode()
    assert "its own sentences, so that it supports them says nothing" in " ".join(
        done.stdout.decode().split()
    )


def test_accepts_a_folder_as_evidence_and_names_unreadable_files(claims, tmp_path):
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "seed.txt").write_bytes(SEED.read_bytes())
    (folder / "other.txt").write_text("Cats sleep for sixteen hours a day.")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    (folder / "rows.jsonl").write_text(
        '{"text": "The harbour froze in January.", "title": "Ice", "source": "ice"}\n'
    )
    done = claimcheck("check", claims, "--against", folder)
    assert done.returncode == 0
    assert "picture.png" in done.stderr.decode()
    assert "Checked against 3 documents" in done.stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "stdin", "problem"),
    [
        (
            ("check", "nope.txt", "--against", SEED),
            b"",
            "nope.txt: does not exist",
        ),
        (("check", "-", "--against", SEED), b"", "is empty; write one claim per line"),
        (
            ("check", "-", "--against", SEED),
            b"x" * 50_000,
            "has 50,000 characters; the maximum is 10,000",
        ),
        (
            ("check", "-", "--against", SEED),
            b'{"text": 5}\n{"text": "a b"}',
            "line 1: is not {",
        ),
        (
            ("check", "-", "--against", "-"),
            b"a b",
            "only one of CLAIMS and the evidence can be standard input",
        ),
        (
            ("check", "-", "--against", "missing.db"),
            b"a b",
            "missing.db: does not exist",
        ),
        (
            ("check", "-", "--against", SEED, "--format", "claimreview"),
            b"a b",
            "needs `publisher_name`",
        ),
        (("check", "-", "--against", SEED, "--votes", "0"), b"a b", "votes is 0"),
        (
            ("summarize", SEED, "--fail-on", "refuted"),
            b"",
            "--fail-on refuted requires --check",
        ),
        (("index", "list", "missing.db"), b"", "does not exist"),
        (("index", "add", "x.db", "missing.txt"), b"", "does not exist"),
        (
            ("eval", "verification", "-"),
            b'{"claim": 1}',
            "line 1: 'claim' is missing, empty, or not a string",
        ),
        (("eval", "compare", "a.json", "b.json"), b"", "a.json: does not exist"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments, stdin, problem):
    done = claimcheck(*arguments, stdin=stdin)
    assert done.returncode == 2
    assert problem in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_writes_claimreview_with_a_publisher(claims, tmp_path):
    (tmp_path / "claimcheck.toml").write_text(
        'publisher_name = "The Check"\npublisher_url = "https://check.example"\n'
    )
    done = claimcheck(
        "check",
        claims,
        "--against",
        SEED,
        "--format",
        "claimreview",
        "--review-url",
        "https://check.example/1",
    )
    ratings = [
        review["reviewRating"]["alternateName"] for review in json.loads(done.stdout)
    ]
    assert ratings == ["Supported", "Refuted"]


WRAPPED = b"""The city has 40,000 residents. It was founded in 1900 by monks who
came from the north. The harbor closed
in 2019 after the storm broke the pier.
"""


def test_says_that_a_file_of_claims_looks_like_running_text():
    done = claimcheck("check", "-", "--against", SEED, stdin=WRAPPED)
    assert b"looks like running text" in done.stderr
    assert b"--text" in done.stderr
    assert (
        b"--text"
        not in claimcheck(
            "check", "-", "--against", SEED, "--quiet", stdin=WRAPPED
        ).stderr
    )


@pytest.mark.parametrize(
    "claims",
    [
        b"The harbor closed in 2019.\nThe city has 40,000 residents.\n",
        b"The harbor closed in 2019\nThe city has 40,000 residents\n",
        b"prices rose.\nprices fell.\n",
        b"The harbor closed in 2019.\n",
    ],
)
def test_claims_do_not_look_like_running_text(claims):
    done = claimcheck("check", "-", "--against", SEED, stdin=claims)
    assert b"running text" not in done.stderr
