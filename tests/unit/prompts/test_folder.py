"""A user's own templates: used, linted, compared, and stated in the signature."""

import hashlib
from dataclasses import replace

import pytest

from claimcheck import RunStore, Settings, errors, prompts, summarize
from claimcheck.batch.plan import Plan
from claimcheck.models.brief import Brief
from claimcheck.prompts import folder as folders
from claimcheck.settings import Limits
from tests.support.command import claimcheck
from tests.support.endpoint import completion, serve_script
from tests.support.scripted import ScriptedClient, answer, claim, response

TEXT = "The ferry sank on Monday. Nobody was hurt."
GOOD = answer(claim("The ferry sank on Monday."))
LLM = Settings(engine="llm")


def edit(folder, name, old, new):
    """Copy a shipped template into the folder with one change."""
    source = prompts.read_source(name)
    assert old in source
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md.j2").write_text(source.replace(old, new, 1))


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    edit(
        folder,
        "summarize",
        "You read one document",
        "You are Zoe, and read one document",
    )
    return folder


def run_with(folder, *responses):
    client = ScriptedClient([response(item) for item in responses])
    brief = Brief(prompts=folders.read_folder(folder))
    run = summarize(TEXT, settings=replace(LLM, brief=brief), client=client)
    return run, client.requests


def test_a_template_replaces_the_shipped_one_and_the_signature_has_its_hash(own):
    run, (request,) = run_with(own, GOOD)
    assert request.messages[0].content.startswith("You are Zoe, and read")
    text = (own / "summarize.md.j2").read_bytes()
    assert run.signature.prompts["summarize"] == hashlib.sha256(text).hexdigest()
    assert run.signature.prompts["correct"] == prompts.load("correct").digest


def test_every_template_can_be_replaced(tmp_path):
    # json-only goes with each request, repair with an answer that is not complete,
    # correct with a quote that is not there, digest with a summary that is missing.
    for name in ("json-only", "repair", "correct", "digest"):
        edit(tmp_path, name, "%}\n", "%}\nZoe here.\n")
    broken = answer(claim("The ferry sunk on Tuesday.", kind="odd"))
    del broken["headline"]
    run, requests = run_with(tmp_path, broken, broken, {"corrections": []}, GOOD)
    contents = [
        "".join(message.content for message in item.messages) for item in requests
    ]
    assert all("Zoe here." in content for content in contents[1:])
    assert all("Zoe here." in item.schema_message.content for item in requests)
    assert [item.schema_name for item in requests][:2] == [
        "summary.answer",
        "claims.answer",
    ]
    assert {"json-only", "repair"} <= set(run.signature.prompts)


def test_a_batch_with_other_templates_is_another_batch(own):
    limits = Limits()
    plain = Plan.from_settings(replace(LLM, model="m"), limits).config()
    brief = Brief(prompts=folders.read_folder(own))
    other = Plan.from_settings(replace(LLM, model="m", brief=brief), limits).config()
    assert plain["settings"] == other["settings"]
    assert {
        name
        for name in plain["prompts"]
        if plain["prompts"][name] != other["prompts"][name]
    } == {"summarize"}


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("summarize", "{{ text }}", "{{ txt }}", "unknown variable 'txt'"),
        ("summarize", "{{ text }}", "{{ txt }}", "did you mean 'text'?"),
        ("summarize", "{{ text }}", "", "does not use the variable 'text'"),
        ("summarize", "{{ fence }} document ends", "document ends", "has the text outside of the fence"),
        ("summarize", "{{ fence }} document begins\n{{ text }}", "{{ text }}\n{{ fence }} document begins", "has the text outside of the fence"),
        ("summarize", "You read", "About: {{ text }}. You read", "the block 'system' has the text outside"),
        ("summarize", "The mark is {{ fence }}.", "", "does not name the mark before"),
        ("summarize", "{{ text }}", "{{ text[:9] }}", "leaves out or cuts the text"),
        ("summarize", "{{ text }}", "{{ text.nix }}", "has no attribute 'nix'"),
        ("summarize", "{{ text }}", "{{ text.__class__ }}", "unsafe"),
        ("summarize", "{{ text }}", "{% include '/etc/passwd' %}{{ text }}", ": a template is one file"),
        ("summarize", "{% endblock %}", "", "block"),
        ("summarize", "{% block user %}", "Hello\n{% block user %}", "text outside of the blocks"),
        ("summarize", "{% block user %}", "{% block human %}", "has the blocks system, human"),
        ("summarize", 'schema = "summary.answer"', 'schema = "x"', "the form of the answer cannot be changed"),
        ("summarize", 'name = "summarize"', 'name = "other"', "it must be 'summarize'"),
        ("summarize", "version = 4\n", "", "front matter: 'version' is missing"),
        ("claims", "{{ fence }} earlier text, only to tell who or what is meant, begins\n", "", "has the context outside"),
        ("digest", "{{ fence }} claims begin", "Claims", "has the item outside"),
        ("digest", "{{ item }}", "{{ item.text }}", "has no attribute 'text'"),
        ("correct", "{{ item.passage }}", "{{ item.number }}", "leaves out or cuts the passage"),
        ("verdict", "{{ fence }} claims begin\n", "", "has the claim outside"),
        ("repair", "{{ answer }}", "no", "does not use the variable 'answer'"),
        ("json-only", "{{ schema }}", "no", "does not use the variable 'schema'"),
    ],
)  # fmt: skip
def test_lint_names_what_is_wrong(tmp_path, name, old, new, problem):
    edit(tmp_path, name, old, new)
    with pytest.raises(errors.InputError) as caught:
        folders.read_folder(tmp_path)
    assert problem in str(caught.value)
    assert str(tmp_path / f"{name}.md.j2") in str(caught.value)


def test_lint_names_the_line_of_the_file(tmp_path):
    edit(tmp_path, "summarize", "{{ text }}", "{% include 'x' %}{{ text }}")
    (problem,) = folders.find_problems(tmp_path)
    lines = prompts.read_source("summarize").splitlines()
    assert f"line {lines.index('{{ text }}') + 1}: " in problem


def test_lint_names_all_files_that_would_not_be_read(tmp_path):
    for name in ("sumarize.md.j2", "claims.md", "verdict.j2", "README.md", "notes.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "digest.md.j2").write_bytes(b"\xff")
    done = claimcheck("prompts", "lint", tmp_path)
    assert done.returncode == 2
    lines = done.out.splitlines()
    assert len(lines) == 4
    assert "rename it to summarize.md.j2" in done.out
    assert "README" not in done.out
    assert "is not UTF-8" in lines[-1]


def test_a_folder_without_templates_is_an_error(tmp_path):
    assert "has no template" in folders.find_problems(tmp_path)[0]
    assert "is not a folder" in folders.find_problems(tmp_path / "nix")[0]


def test_the_shipped_templates_pass_and_may_be_edited_freely_within_the_rules(tmp_path):
    copied = folders.copy_shipped(tmp_path)
    assert len(copied) == len(prompts.list_names())
    assert folders.find_problems(tmp_path) == []
    path = tmp_path / "summarize.md.j2"
    text = path.read_text()
    # Windows line ends, a title inside the fence, a macro, no date.
    text = text.replace("Title: {{ title }}\n", "").replace(
        "begins\n", "begins\n{{ title }}\n", 1
    )
    text = text.replace("Published: {{ published }}\n", "")
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert folders.find_problems(tmp_path) == []


def test_init_diff_and_lint_from_the_command_line(tmp_path):
    folder = tmp_path / "mine"
    done = claimcheck("prompts", "init", folder, "verdict")
    assert (done.returncode, done.err) == (0, f"{folder}: 1 template copied\n")
    assert claimcheck("prompts", "init", folder).returncode == 2  # overwrites nothing
    assert claimcheck("prompts", "diff", folder).out == ""
    edit(folder, "verdict", "careful", "kind")
    lines = claimcheck("prompts", "diff", folder).out.splitlines()
    assert lines[:2] == ["--- claimcheck/verdict.md.j2", f"+++ {folder}/verdict.md.j2"]
    assert sum(line.startswith(("+", "-")) for line in lines) == 4
    assert claimcheck("prompts", "lint", folder).out == f"{folder}: no problem\n"


def test_lint_says_when_the_shipped_template_is_newer(tmp_path):
    edit(tmp_path, "verdict", "version = 2", "version = 0")
    assert "is version 0, claimcheck has version" in folders.find_notes(tmp_path)[0]


def test_prompts_of_the_command_line_reach_the_model_in_summarize_check_and_batch(
    tmp_path, own
):
    edit(own, "verdict", "You are a careful", "You are Zoe, a careful")
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "claims.txt").write_text("The ferry sank on Monday.\n")
    verdict = {"number": 1, "rationale": "Same.", "label": "supported"}
    verdict = {"verdicts": [verdict | {"evidence": [1]}]}
    script = [(200, completion(response(item).text)) for item in (GOOD, verdict, GOOD)]
    with serve_script(*script) as (url, received):
        options = (
            "--engine",
            "llm",
            "--model",
            "m",
            "--base-url",
            url,
            "--no-cache",
            "--prompts",
            own,
        )
        store = tmp_path / "runs.db"
        commands = [
            ("summarize", tmp_path / "a.txt"),
            ("check", tmp_path / "claims.txt", tmp_path / "a.txt"),
            ("batch", tmp_path / "a.txt", "--store", store),
        ]
        for command in commands:
            done = claimcheck(*command, *options)
            assert done.returncode == 0, done.err
    systems = [body["messages"][0]["content"] for body in received]
    assert len(systems) == 3
    assert all(text.startswith("You are Zoe") for text in systems)
    # The store has the hashes, so only the same templates resume and replay the batch.
    with RunStore(store, create=False) as opened:
        assert (
            opened.batches()[0].config["prompts"]["summarize"]
            != prompts.load("summarize").digest
        )
    bundle = tmp_path / "case.zip"
    packed = ("bundle", tmp_path / "a.txt", "--store", store, "-o", bundle)
    assert "--prompts" in claimcheck(*packed).err
    assert claimcheck(*packed, "--prompts", own).returncode == 0
    assert "not verified" in claimcheck("verify", bundle).out
    done = claimcheck("verify", bundle, "--prompts", own)
    assert done.returncode == 0, done.out


def test_prompts_without_a_model_are_refused(tmp_path, own):
    done = claimcheck("summarize", "-", "--prompts", own, stdin=TEXT.encode())
    assert done.returncode == 2
    assert "--prompts requires a model" in done.err
