"""`claimcheck cassettes`."""

import json
import re

import pytest

from claimcheck import prompts, resources
from claimcheck.testing import templates
from tests.support.cassettes import record, request, response
from tests.support.command import claimcheck

SENT = request(b'{"model": "m-1", "text": "see /home/anna/list.txt"}')
ITEM = "test_a.py::test_one"


def get_fixed_text(name):
    return max(sum(prompts.list_fixed_texts(name), ()), key=len)


def read_rows(completed):
    return [json.loads(line) for line in completed.out.splitlines()]


def test_lists_what_was_recorded_and_when(tmp_path):
    (tmp_path / "test_a.py").touch()
    fixed = get_fixed_text("verdict")
    body = json.dumps({"model": "m-1", "messages": [{"content": fixed}]}).encode()
    record(tmp_path / "cassettes/a/one.json", (request(body), response()), item=ITEM)
    listed = claimcheck("cassettes", "list")
    assert listed.returncode == 0
    assert re.fullmatch(
        r"a/one\.json: 1 answer, m-1\n"
        r"    recorded \d{4}-\d\d-\d\d\n"
        r"    from prompts/verdict, schemas/verdict\.answer\n"
        r"    test_a\.py::test_one\n",
        listed.out,
    )
    (row,) = read_rows(claimcheck("cassettes", "list", "--format", "json"))
    assert (row["answers"], row["stale"], row["problems"]) == (1, [], [])


def test_shows_requests_and_answers(tmp_path):
    path = tmp_path / "one.json"
    record(path, (SENT, response(b"not JSON")), item=ITEM)
    shown = claimcheck("cassettes", "show", str(path))
    assert shown.out.startswith("POST http://127.0.0.1:1/v1: 200\nrecorded ")
    assert "played by test_a.py::test_one\n> {\n" in shown.out
    assert '>   "model": "m-1",' in shown.out
    assert shown.out.endswith("< not JSON\n\n")
    (row,) = read_rows(claimcheck("cassettes", "show", str(path), "--format", "json"))
    assert (row["status"], row["response"], row["model"]) == (200, "not JSON", "m-1")
    assert claimcheck("cassettes", "show", "nowhere.json").returncode == 2
    (tmp_path / "broken.json").write_text("{")
    assert (
        claimcheck("cassettes", "show", str(tmp_path / "broken.json")).returncode == 2
    )


@pytest.mark.parametrize("depth", [900, 5_000, 200_000])
def test_lists_a_request_that_is_nested_too_deeply_for_python(tmp_path, depth):
    body = b"[" * depth
    record(tmp_path / "one.json", (request(body), response(body)), item="s::a")
    (row,) = read_rows(
        claimcheck("cassettes", "list", str(tmp_path), "--format", "json")
    )
    assert (row["answers"], row["models"]) == (1, [])
    assert claimcheck("cassettes", "show", str(tmp_path / "one.json")).returncode == 0


def test_checks_for_secrets_and_unused_answers(tmp_path):
    (tmp_path / "test_a.py").touch()
    folder = tmp_path / "cassettes"
    record(folder / "a/one.json", (SENT, response()), item=ITEM)
    (folder / "broken.json").write_text("{")
    record(folder / "a/one.json", item=ITEM)  # plays nothing
    checked = claimcheck("cassettes", "check", str(folder), "--format", "json")
    assert checked.returncode == 1
    one, broken = read_rows(checked)
    assert (one["unused"], len(one["problems"])) == (1, 2)
    assert "machine path: /home/anna" in one["problems"][0]
    assert "is not a cassette" in broken["problems"][0]

    assert claimcheck("cassettes", "check", "nowhere").returncode == 2
    (folder / "broken.json").unlink()
    (folder / "a/one.json").unlink()
    assert claimcheck("cassettes", "check").returncode == 0


def test_finds_recordings_that_a_changed_prompt_or_schema_makes_stale(tmp_path):
    (tmp_path / "test_a.py").touch()
    path = tmp_path / "cassettes" / "one.json"
    fixed = get_fixed_text("claims")
    messages = [{"content": f"A rule that is gone. {fixed}"}]
    body = json.dumps({"messages": messages}, ensure_ascii=False).encode()
    record(path, (request(body), response()), item=ITEM)
    assert claimcheck("cassettes", "check").returncode == 0
    for name in ("prompts/claims", "schemas/claims.answer"):
        text = path.read_text(encoding="utf-8")
        stale = re.sub(rf'("{re.escape(name)}": ")\w+', r"\g<1>0123456789ab", text)
        path.write_text(stale, encoding="utf-8")
        checked = claimcheck("cassettes", "check")
        assert checked.returncode == 1
        problem = f"one.json: was recorded with another version of {name}"
        assert problem in checked.out
        path.write_text(text, encoding="utf-8")


TEMPLATE = """+++
name = "p"
version = 1
description = ""
+++
{% block user %}
One rule. At most five. The end.
{% if brief %}
Only in brief, please.
{% endif %}
{{ fence }} begins
{{ text }}
{{ fence }} ends
Do it.
{% endblock %}
"""


@pytest.mark.parametrize(
    ("old", "new", "is_stale"),
    [
        ("One rule.", "Another rule.", True),
        ("One rule.", "One rule. And a second one.", True),
        (" At most five.", "", True),
        ("One rule. At most", "At most", True),
        ("Do it.", "Do it. Now.", True),
        (" ends\nDo it.", " ends", True),
        ("At most five.", "At most {{ count }}.", False),
        ("version = 1", "version = 2", False),
        ("Only in brief, please.", "Make it brief, and I mean it.", False),
        ("The end.\n", "The end.\n{% if x %}\nBut wait.\n{% endif %}\n", False),
    ],
)
def test_a_prompt_is_stale_if_it_would_make_another_request(
    tmp_path, monkeypatch, old, new, is_stale
):
    (tmp_path / "prompts").mkdir()
    monkeypatch.setattr(resources, "find_folder", lambda name: tmp_path / name)
    caches = (
        prompts.list_fixed_texts,
        prompts._load_shipped,
        templates._compute_digests,
    )

    def write(text):
        (tmp_path / "prompts/p.md.j2").write_text(text)
        for function in caches:
            function.cache_clear()

    write(TEMPLATE)
    values = {"brief": False, "fence": "##", "text": "A text.", "count": "five"}
    (message,) = prompts.render("p", values)
    body = json.dumps({"messages": [{"content": message.content}]}).encode()
    recorded = templates.identify_templates(body)
    assert recorded.keys() == {"prompts/p"}
    assert templates.find_changed(recorded, body) == []
    write(TEMPLATE.replace(old, new))
    try:
        changed = templates.find_changed(recorded, body)
        assert changed == (["prompts/p"] if is_stale else [])
    finally:
        for function in caches:
            function.cache_clear()


def test_prunes_what_no_test_plays(tmp_path):
    (tmp_path / "test_a.py").touch()
    folder = tmp_path / "cassettes"
    played, unused, gone = (request(text) for text in (b"1", b"2", b"3"))
    record(folder / "a.json", (played, response()), (unused, response()), item=ITEM)
    record(folder / "a.json", item=ITEM, plays=[played])
    record(folder / "gone.json", (gone, response()), item="test_gone.py::test_it")
    record(folder / "session.json", (gone, response()), item="session::fixture")
    record(folder / "unknown.json", (gone, response()))
    (folder / "old.yaml").write_text("interactions: []\nversion: 1\n")
    before = {path: path.read_text() for path in folder.iterdir()}

    pruned = claimcheck("cassettes", "prune", "--dry-run")
    assert pruned.out == (
        "a.json: 1 answer\ngone.json: 1 answer\ncassettes: 2 answers would be removed\n"
    )
    assert before == {path: path.read_text() for path in folder.iterdir()}

    pruned = claimcheck("cassettes", "prune")
    assert pruned.out.endswith("cassettes: 2 answers removed\n")
    assert not (folder / "gone.json").exists()
    listed = read_rows(claimcheck("cassettes", "list", "--format", "json"))
    counts = {row["path"]: (row["answers"], row["unused"]) for row in listed}
    one = (1, 0)
    assert counts == {
        "a.json": one, "old.yaml": (0, 0), "session.json": one, "unknown.json": one,
    }  # fmt: skip
