"""Two folders of prompts on the user's own examples: what they find, and their cost."""

import json

import pytest

from tests.support.command import claimcheck
from tests.support.endpoint import completion
from tests.support.loopback import Handler, serve_handler
from tests.support.scripted import answer, claim

TEXTS = [
    f"Bus {n} was late. Mayor Ida said that the city pays {n} million euros."
    for n in range(8)
]


@pytest.fixture
def examples(tmp_path):
    path = tmp_path / "examples.jsonl"
    lines = []
    for text in TEXTS:
        first, second = text.split(". ")
        claims = [
            {
                "quote": f"{first}.",
                "text": first,
                "kind": "event",
                "check_worthiness": 0.5,
            },
            {
                "quote": second,
                "text": second,
                "kind": "statement",
                "speaker": "Ida",
                "check_worthiness": 0.5,
            },
        ]
        lines.append(json.dumps({"text": text, "claims": claims}))
    path.write_text("\n".join(lines))
    return path


class Model(Handler):
    """Finds both claims if the prompt asks for care, and otherwise one of them."""

    def do_POST(self):
        messages = json.loads(self.rfile.read(int(self.headers["content-length"])))[
            "messages"
        ]
        text = next(item for item in TEXTS if item in messages[1]["content"])
        first, second = text.split(". ")
        claims = [claim(f"{first}."), claim(second, kind="statement", speaker="Ida")]
        if "with care" not in messages[0]["content"]:
            claims = [
                claim(second, kind="quantity"),
                claim("Nobody said this at all, not once."),
            ]
        self.answer(completion(json.dumps(answer(*claims))))


def test_shows_both_and_the_paired_difference(tmp_path, examples):
    folder = tmp_path / "careful"
    assert claimcheck("prompts", "init", folder, "summarize").returncode == 0
    path = folder / "summarize.md.j2"
    path.write_text(
        path.read_text().replace(
            "You read one document", "You read one document with care", 1
        )
    )
    with serve_handler(Model) as url:
        options = (
            "--examples",
            examples,
            "--model",
            "m",
            "--base-url",
            f"{url}/v1",
            "--quiet",
        )
        done = claimcheck("prompts", "compare", "shipped", folder, *options)
        assert done.returncode == 0, done.err
        as_json = claimcheck(
            "prompts", "compare", folder, folder, *options, "--format", "json"
        )
        examples.write_text(examples.read_text().splitlines()[0])
        single = claimcheck("prompts", "compare", folder, folder, *options)
    # One text, drawn again and again, has no interval.
    assert single.out.splitlines()[4].split()[-3:] == ["100.0", "+0.0", "-"]
    lines = {line[:18].strip(): line[18:].split() for line in done.out.splitlines()[3:]}
    assert lines["claims found"] == ["50.0", "100.0", "+50.0", "[+50.0,", "+50.0]"]
    assert lines["quotes located"] == ["50.0", "100.0", "+50.0", "[+50.0,", "+50.0]"]
    assert lines["kind right"][:3] == ["0.0", "100.0", "+100.0"]
    assert lines["speaker right"][:2] == ["0.0", "100.0"]
    assert lines["tokens a text"][:2] == ["1020.0", "1020.0"]
    assert "US dollars a text" not in lines  # nobody knows the price of "m"
    same = json.loads(as_json.out)
    assert (same["n"], same["failed"]) == (8, [0, 0])
    assert same["differences"]["claims found"] == {
        "value": 0.0,
        "low": 0.0,
        "high": 0.0,
    }


def test_needs_a_model_and_right_examples(tmp_path, examples):
    done = claimcheck(
        "prompts", "compare", "shipped", "shipped", "--examples", examples
    )
    assert (done.returncode, "name one with --model" in done.err) == (2, True)
    examples.write_text('{"text": "A b.", "claims": [{"quote": "C d."}]}')
    done = claimcheck(
        "prompts",
        "compare",
        "shipped",
        "shipped",
        "--examples",
        examples,
        "--model",
        "m",
    )
    assert (done.returncode, "is not in the text" in done.err) == (2, True)
    examples.write_text(
        '{"text": "A b.", "claims": [{"quote": "A b.", "text": "A b.", "kind": "odd", "check_worthiness": 1}]}'
    )
    done = claimcheck(
        "prompts",
        "compare",
        "shipped",
        tmp_path / "nix",
        "--examples",
        examples,
        "--model",
        "m",
        "--kinds",
        "odd",
    )
    assert (done.returncode, "nix: is not a folder" in done.err) == (2, True)
