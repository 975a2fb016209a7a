"""The command line as a process: output, exit codes, what it says, what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from claimcheck import Run
from tests.conftest import SEED
from tests.flow.server import completion, error, serving


def claimcheck(*arguments, stdin=b"", environment=None):
    return subprocess.run(
        [sys.executable, "-m", "claimcheck", *map(os.fsencode, arguments)],
        input=stdin,
        capture_output=True,
        env={**os.environ, **(environment or {})},
        check=False,
    )


def test_text_on_stdout_and_the_engine_on_stderr():
    done = claimcheck("summarize", SEED)
    assert done.returncode == 0
    assert done.stdout.decode().startswith("High-level U.S.-Russian talks")
    assert done.stderr.decode().startswith("Engine: extractive (no model); --model NAME")
    assert b"\x1b" not in done.stdout + done.stderr


def test_quiet_says_nothing():
    assert claimcheck("summarize", SEED, "--quiet").stderr == b""


def test_json_from_a_pipe_is_a_run_that_validates(tmp_path):
    done = claimcheck(
        "summarize", "-", "--format", "json", "--title", "T", "--date", "2020-02-02", stdin=SEED.read_bytes()
    )
    run = Run.from_json(done.stdout)
    assert (run.document.source, run.document.title, str(run.document.published)) == (
        "standard input",
        "T",
        "2020-02-02",
    )
    checked = claimcheck("validate", "-", stdin=done.stdout)
    assert (checked.returncode, checked.stdout) == (0, b"standard input: follows run.schema.json\n")


def test_no_text_leaves_the_text_out():
    run = json.loads(claimcheck("summarize", SEED, "--no-text", "--format", "json").stdout)
    assert run["document"]["text"] is None
    assert b"NOT FOUND" not in claimcheck("summarize", SEED, "--no-text").stdout


def test_a_file_is_written_whole_and_nothing_else(tmp_path):
    target = tmp_path / "run.md"
    target.write_text("old")
    done = claimcheck("summarize", SEED, "-o", target, "--format", "markdown")
    assert (done.returncode, done.stdout) == (0, b"")
    assert target.read_text().startswith("# High-level U.S.-Russian talks")
    assert [path.name for path in tmp_path.iterdir()] == ["run.md"]


def test_a_device_is_written_to_and_a_link_stays_a_link(tmp_path):
    done = claimcheck("summarize", SEED, "--quiet", "-o", "/dev/stdout")
    assert done.stdout.startswith(b"High-level")
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "real.json").chmod(0o640)
    (tmp_path / "link.json").symlink_to("real.json")
    claimcheck("summarize", SEED, "--quiet", "--format", "json", "-o", "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").stat().st_mode & 0o777 == 0o640
    assert Run.from_json((tmp_path / "real.json").read_text()).claims


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["summarize", "none.txt"], b"", "none.txt: there is no such file"),
        (["summarize", "."], b"", ".: is a folder"),
        (["summarize", "-"], b"", "standard input: is empty"),
        (["summarize", "-"], b" \n ", "nothing but white space"),
        (["summarize", "-"], b"https://a.example/b", "holds no words to summarize"),
        (["summarize", "-"], b"a\x00b", "holds a NUL character"),
        (
            ["summarize", "-", "--date", "20 March"],
            b"x",
            "--date '20 March': is no date; give it as YYYY-MM-DD",
        ),
        (
            ["summarize", "-", "--engine", "gpt"],
            b"x",
            "flag: engine 'gpt' is unknown; choose one of auto, llm, extractive",
        ),
        (["summarize", "-", "-o", "no/such/run.json"], b"x", "there is no folder no/such"),
        (["summarize", "-", "-o", "."], b"x", "is a folder"),
        (["summarize", "-", "--title", " "], b"x", "title: holds nothing but white space"),
        (["summarize", "-", "--title", b"\xff"], b"x", "title:1:1: holds a lone surrogate"),
        (
            ["schema", "nothing"],
            b"",
            "schema 'nothing': there is none; there are check, claimreview, claims.answer, digest.answer",
        ),
        (["prompts", "../x"], b"", "prompt '../x': there is none"),
        (["validate", "none.json"], b"", "none.json: there is no such file"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(tmp_path, arguments, stdin, message):
    done = claimcheck(*arguments, stdin=stdin)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 2
    assert message in lines[-1]
    assert "Traceback" not in done.stderr.decode()
    assert done.stdout == b""
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_flag_and_a_missing_argument_are_exit_2():
    assert claimcheck("summarize", "--nope").returncode == 2
    assert claimcheck("summarize").returncode == 2
    assert claimcheck("summarize", "x", "--format", "pdf").returncode == 2


def test_a_malformed_settings_file_is_named(tmp_path):
    (tmp_path / "claimcheck.toml").write_text("engine = [")
    done = claimcheck("summarize", SEED)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"claimcheck.toml: is no TOML" in done.stderr


def test_debug_shows_the_traceback():
    assert b"Traceback" in claimcheck("summarize", "none.txt", "--debug").stderr


def test_validate_shows_every_problem_with_its_path(tmp_path):
    run = json.loads(claimcheck("summarize", SEED, "--format", "json").stdout)
    run["claims"][0]["check_worthiness"] = 2
    run["claims"][1].pop("quote")
    run["document"]["published"] = "yesterday"
    (tmp_path / "a.json").write_text(json.dumps(run))
    (tmp_path / "b.json").write_text("{")
    done = claimcheck("validate", "a.json", "b.json")
    assert done.returncode == 2
    said = done.stdout.decode()
    assert "a.json: $.claims[0].check_worthiness: 2 is greater than the maximum of 1" in said
    assert "a.json: $.claims[1]: 'quote' is a required property" in said
    assert "a.json: $.document.published: 'yesterday' is not a 'date'" in said
    assert "b.json: $: is not JSON" in said


def test_validate_finds_a_span_that_is_not_the_documents_text(tmp_path):
    run = json.loads(claimcheck("summarize", SEED, "--format", "json").stdout)
    run["claims"][0]["spans"][0]["start"] += 1
    run["claims"][0]["spans"][0]["end"] += 1
    run["summary"]["sentences"][0]["claim_ids"] = ["c-000000000000"]
    (tmp_path / "a.json").write_text(json.dumps(run))
    said = claimcheck("validate", "a.json").stdout.decode()
    assert "$.claims[0].spans[0].text: is not document.text[" in said
    assert "$.summary.sentences[0].claim_ids: there is no claim c-000000000000" in said


def test_a_failed_answer_is_written_and_exit_3(tmp_path):
    with serving((200, completion("{", finish_reason="length"))) as (url, _):
        done = claimcheck("summarize", SEED, "--base-url", url, "--model", "m", "--format", "json")
    run = Run.from_json(done.stdout)
    assert (done.returncode, run.failures[0].cause, run.summary) == (3, "truncated", None)
    assert b"truncated: the answer was cut off" in done.stderr


def test_a_refused_key_is_exit_3_and_never_shown(tmp_path):
    key = "sk-proj-abcdefghij0123456789"
    with serving((401, error(f"Incorrect API key: {key}"))) as (url, _):
        done = claimcheck(
            "summarize", SEED, "--base-url", url, "--model", "m", environment={"OPENAI_API_KEY": key}
        )
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"refused the key" in done.stderr
    assert key.encode() not in done.stderr


def test_doctor_says_where_settings_come_from_and_never_the_key(tmp_path):
    (tmp_path / "claimcheck.toml").write_text("max_claims = 7\n")
    with serving((200, completion('{"colour": "vermilion"}'))) as (url, _):
        done = claimcheck(
            "doctor",
            "--model",
            "m",
            environment={"OPENAI_API_KEY": "sk-secret-key-0123456789", "OPENAI_BASE_URL": url},
        )
    said = " ".join(done.stdout.decode().split())
    assert done.returncode == 0
    assert "model m flag" in said
    assert "max_claims 7 claimcheck.toml" in said
    assert "api_key set (not shown) environment OPENAI_API_KEY" in said
    assert "reachable" in said
    assert "response format: json_schema; schema: enforced" in said
    assert "secret-key" not in said + done.stderr.decode()


def test_doctor_fails_when_the_endpoint_does_not_answer():
    done = claimcheck("doctor", "--model", "m", "--base-url", "http://127.0.0.1:9/v1")
    assert done.returncode == 3
    assert b"FAILED" in done.stdout


def test_ctrl_c_is_exit_130_and_leaves_nothing(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "claimcheck",
                "summarize",
                str(SEED),
                "--base-url",
                url,
                "--model",
                "m",
                "-o",
                "run.json",
            ],
            stderr=subprocess.PIPE,
        )
        silent.settimeout(20)
        connection, _ = silent.accept()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        connection.close()
    assert process.returncode == 130
    assert said.decode().splitlines()[-1] == "claimcheck: interrupted; nothing was written"
    assert [path.name for path in tmp_path.iterdir()] == [".cache"]


def test_a_reader_that_goes_away_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m claimcheck summarize {SEED} --quiet --format json | head -c 10",
        shell=True,
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b'{\n  "schem', b"")


def test_text_from_a_document_cannot_drive_the_terminal():
    done = claimcheck(
        "summarize",
        "-",
        stdin=b"The bank lost \x1b[31m5 million\x07 euros in 2020. [bold]It[/bold] closed :smile: in May 2021.",
    )
    assert b"\x1b" not in done.stdout
    assert b"\x07" not in done.stdout
    assert b"[bold]It[/bold] closed :smile:" in done.stdout


def test_start_loads_nothing_heavy():
    code = (
        "import sys, claimcheck.cli.main\n"
        "heavy = {'openai', 'tiktoken', 'numpy', 'jsonschema', 'rapidfuzz', 'pydantic', 'vcr', 'asyncio'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    light = "import sys, claimcheck; heavy = {'openai', 'tiktoken', 'rich', 'typer', 'numpy'} & set(sys.modules); assert not heavy, heavy"
    assert subprocess.run([sys.executable, "-c", light], check=False).returncode == 0


def test_a_line_of_five_megabytes_is_read(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("The ferry carried 900 people in 2020. " * 10 + "word " * 1_000_000 + "end.")
    done = claimcheck("summarize", path, "--quiet", "--no-text", "--format", "json")
    assert done.returncode == 0, done.stderr
    run = Run.from_json(done.stdout)
    assert run.document.characters == 5_000_384
    assert [entry.reason for entry in run.ledger if entry.status == "set_aside"] == [
        "too long to be a sentence"
    ]


def test_ground_answers_each_quote_in_order(tmp_path):
    quotes = [
        {"quote": "two-hour talks in Rome"},
        {"quote": "three-hour talks in Rome but Moscow's chief"},
        {"quote": "ended on Tuesday with the\n\ntwo sides"},
    ]
    lines = "\n\n".join(json.dumps(quote) for quote in quotes)
    done = claimcheck("ground", SEED, "-", "--format", "json", stdin=lines.encode())
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["match"] for row in rows] == ["exact", "none", "normalized"]
    assert rows[2]["spans"][0]["text"] == "ended on Tuesday with the\ntwo sides"
    assert (rows[1]["spans"], rows[0]["reason"]) == ([], None)
    assert rows[1]["reason"]


def test_ground_names_every_line_that_is_no_quote():
    done = claimcheck("ground", SEED, "-", stdin=b'{"quote": "a"}\n{"quot": 1}\nnothing\n')
    assert (done.returncode, done.stdout) == (2, b"")
    assert b'standard input: line 2: is not {"quote": "..."}; line 3: is not JSON' in done.stderr
    assert claimcheck("ground", "-", "-").returncode == 2


def test_ctrl_c_does_not_wait_for_the_other_passages_of_a_long_document(tmp_path):
    from tests.faults.batches import faulty

    (tmp_path / "claimcheck.toml").write_text("passage_tokens = 200\n")
    lines = (
        f"The town of Aldbury number {number} counted {number * 37} houses in 1900." for number in range(400)
    )
    (tmp_path / "long.txt").write_text(" ".join(lines))
    with faulty(delays=(20.0, 20.0)) as (url, counts):
        command = [
            sys.executable,
            "-m",
            "claimcheck",
            "summarize",
            "long.txt",
            "--base-url",
            url,
            "--model",
            "m",
        ]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            while counts()["requests"] < 8:
                time.sleep(0.05)
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()
            process.wait(timeout=30)
    assert time.monotonic() - started < 5
    assert (process.returncode, "interrupted; nothing was written" in said) == (130, True)


def test_a_run_and_its_claims_are_shown(tmp_path):
    text = "The harbour was dark. The ferry carried 900 people in 2020. It was built in Gdansk in 1998."
    (tmp_path / "a.txt").write_text(text)

    def claimcheck(*words):
        command = [sys.executable, "-m", "claimcheck", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    claimcheck(
        "summarize", "a.txt", "--engine", "extractive", "--format", "json", "--check", "-o", "run.json"
    )
    whole = claimcheck("show", "run.json")
    assert "Claims (" in whole.stdout
    run = json.loads((tmp_path / "run.json").read_text())
    place, claim = next(
        (number, item) for number, item in enumerate(run["claims"], 1) if "900" in item["quote"]
    )
    for name in (str(place), claim["id"]):
        shown = claimcheck("show", "run.json", name).stdout
        assert shown.startswith(f"{place}. The ferry carried 900 people in 2020.")
        assert text in " ".join(shown.split())  # with the sentences before and after
        assert "SUPPORTED" in shown
    missing = claimcheck("show", "run.json", "99")
    assert (missing.returncode, "claim '99': there is none; the run has 1 to" in missing.stderr) == (2, True)
    assert claimcheck("show", "run.json", "--raw").stdout == "every answer could be used\n"
    assert claimcheck("show", "a.txt").returncode == 2


def test_completion_knows_the_commands():
    environment = os.environ | {
        "_CLAIMCHECK_COMPLETE": "complete_bash",
        "COMP_WORDS": "claimcheck su",
        "COMP_CWORD": "1",
    }
    command = [sys.executable, "-m", "claimcheck"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "summarize" in done.stdout.split()
