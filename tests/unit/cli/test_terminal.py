"""No command passes control characters of names, titles, or texts on to a terminal."""

import json
import re
import sys
from dataclasses import replace

import pytest

from claimcheck import Document, Settings, check, summarize
from claimcheck.cli import output
from claimcheck.reports import markdown, text
from claimcheck.reports.terminal import clean_text
from tests.support.command import claimcheck
from tests.support.loopback import Handler, serve_handler

ATTACK = "x\x1b[31m\x9b2J\x07\x7f\u202e\u2066\x85\u2028\rend\nok forged"
UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
TEXT = "The ferry carried 900 people in 2020, Anna Brandt said. It was built in Gdansk."


@pytest.fixture(scope="module")
def hostile_files(tmp_path_factory):
    """Files whose names, ids, titles, and sources attack, and a store and an index."""
    folder = tmp_path_factory.mktemp("hostile")
    name = ATTACK.replace("/", "")
    (folder / f"{name}.txt").write_text(TEXT)
    (folder / f"{name}.json").write_text("{")
    row = {"id": ATTACK, "text": TEXT, "title": ATTACK, "source": ATTACK}
    (folder / "rows.jsonl").write_text(json.dumps(row) + "\n")
    (folder / "quotes.jsonl").write_text(json.dumps({"quote": f"900 {ATTACK}"}) + "\n")
    (folder / "claims.txt").write_text("The ferry carried 700 people in 2020.\n")
    known = {"claim": "The ferry carried 700 people.", "rating": ATTACK}
    known |= {"text": known["claim"], "url": "https://a.b/c", "publisher": ATTACK}
    (folder / "known.jsonl").write_text(json.dumps(known) + "\n")
    link = f"[{ATTACK}]({name}.txt)"
    (folder / "draft.md").write_text(f"The ferry carried 700 people {link}. {ATTACK}")
    document = Document.from_text(TEXT, source=ATTACK, title=ATTACK)
    run = summarize(document, settings=Settings(engine="extractive"), check=True)
    (folder / "run.json").write_text(run.to_json())
    claims = tuple(
        replace(claim, text=f"{claim.text} {ATTACK}", speaker=ATTACK)
        for claim in run.claims
    )
    (folder / "forged.json").write_text(replace(run, claims=claims).to_json())
    return folder


COMMANDS = [
    ("summarize", "{name}.txt", "--check"),
    ("summarize", "{name}.txt", "--format", "markdown"),
    ("summarize", "no such {name}.txt"),
    ("check", "claims.txt", "{name}.txt"),
    ("check", "claims.txt", "rows.jsonl", "--format", "markdown"),
    ("index", "add", "{name}.db", "rows.jsonl"),
    ("index", "list", "{name}.db"),
    ("index", "search", "{name}.db", "ferry"),
    ("check", "claims.txt", "--against", "{name}.db"),
    ("check", "claims.txt", "--against", "{name}.db", "--format", "markdown"),
    ("index", "remove", "{name}.db", "{name}"),
    ("batch", "rows.jsonl", "{name}.txt", "--store", "{name}.s", "--report"),
    ("batch", "{name}.json", "claims.txt", "--store", "bad {name}.s", "--report"),
    ("batch", "rows.jsonl", "--store", "{name}.s", "--estimate"),
    ("batch", "rows.jsonl", "--store", "{name}.s", "--max-claims", "1"),
    ("runs", "list", "--store", "{name}.s"),
    ("runs", "list", "--store", "bad {name}.s"),
    ("runs", "show", "{name}", "--store", "{name}.s"),
    ("runs", "show", "no {name}", "--store", "{name}.s"),
    ("runs", "compare", "1", "2", "--store", "{name}.s"),
    ("show", "run.json"),
    ("show", "forged.json"),
    ("show", "forged.json", "1"),
    ("show", "forged.json", "--raw"),
    ("review", "forged.json", "--claim", "1", "--note", "{name}", "--by", "{name}"),
    ("review", "forged.json", "--rows"),
    ("match", "claims.txt", "--known", "known.jsonl"),
    ("match", "claims.txt", "--known", "{name}.db"),
    ("cite", "draft.md"),
    ("diff", "run.json", "forged.json"),
    ("ground", "{name}.txt", "quotes.jsonl"),
    ("bundle", "forged.json", "-o", "{name}.zip"),
    ("verify", "{name}.zip"),
    ("validate", "forged.json", "{name}.json"),
    ("validate", "run.json", "--schema", "{name}"),
    ("prompts", "{name}"),
    ("schema", "{name}"),
    ("doctor", "--engine", "{name}"),
    ("trust", "{name}"),
]


def test_no_command_writes_control_characters(hostile_files, monkeypatch):
    monkeypatch.chdir(hostile_files)
    for command in COMMANDS:
        done = claimcheck(*(word.replace("{name}", ATTACK) for word in command))
        assert "Traceback" not in done.err, command
        assert UNSAFE.findall(done.out + done.err) == [], command
        # A line break in a name must not look like a line of claimcheck's own.
        forged = [line for line in done.out.splitlines() if line.startswith("ok forge")]
        assert forged == [], command


def test_names_of_models_are_no_exception():
    class Models(Handler):
        def do_GET(self):
            self.answer({"object": "list", "data": [{"id": ATTACK, "object": "model"}]})

    with serve_handler(Models) as url:
        done = claimcheck("doctor", "--base-url", url)
    assert "models: x" in done.out
    assert UNSAFE.findall(done.out + done.err) == []


def test_reports_in_color_have_no_other_escapes():
    document = Document.from_text(TEXT, source=ATTACK, title=ATTACK)
    settings = Settings(engine="extractive")
    run = summarize(document, settings=settings, check=True)
    result = check(["The ferry carried 700 people in 2020."], document)
    for report in (
        text.render_run(run, color=True),
        text.render_check(result, color=True),
    ):
        assert "\x1b[1m" in report
        assert UNSAFE.findall(re.sub(r"\x1b\[[0-9;]*m", "", report)) == []
        assert "\x1b[31m\x9b" not in report
    assert UNSAFE.findall(markdown.render_check(result)) == []


@pytest.mark.parametrize("is_terminal", [True, False])
def test_formats_for_programs_are_safe_on_a_terminal_and_unchanged_in_a_pipe(
    monkeypatch, capfdbinary, is_terminal
):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal, raising=False)
    output.write_lines([f"a,{ATTACK}"], None)
    written = capfdbinary.readouterr().out.decode()
    assert written == f"a,{clean_text(ATTACK) if is_terminal else ATTACK}\n"
