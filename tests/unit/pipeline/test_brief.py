"""What the user tells the model about a summary: in the trusted part of each prompt."""

import json
from typing import get_type_hints

import pytest

from claimcheck import (
    Brief,
    Settings,
    errors,
    prompts,
    read_brief,
    schemas,
    summarize,
)
from claimcheck.models.brief import EMPTY_BRIEF
from claimcheck.pipeline.summarize import _count_brief_tokens
from claimcheck.prompts.briefs import BRIEF_SETTINGS, BriefValues, read_examples
from claimcheck.settings.load import load_settings
from tests.support.command import claimcheck
from tests.support.endpoint import completion, serve_script
from tests.support.scripted import ScriptedClient, answer, claim, response

TEXT = "The ferry sank on Monday. Nobody was hurt."
CLAIM = claim("The ferry sank on Monday.")
BRIEF = {
    "instructions": "Name the ship.",
    "focus": "What did it cost?",
    "audience": "children",
    "length": "long",
    "language": "de",
}


def run_with(brief, *answers, text=TEXT, **settings):
    client = ScriptedClient([response(item) for item in answers])
    settings = Settings(engine="llm", brief=read_brief(**brief), **settings)
    return summarize(text, settings=settings, client=client), client.requests


def test_all_of_it_is_in_the_system_message_and_nothing_in_the_fence():
    run, (request,) = run_with(BRIEF, answer(CLAIM))
    system, user = (message.content for message in request.messages)
    for text in (
        "Name the ship.",
        "What did it cost?",
        "readers: children",
        "language: German",
        "five to eight sentences",
        "up to ten",
    ):
        assert text in system
        assert text not in user
    assert {name: run.signature.settings[name] for name in BRIEF} == BRIEF


def test_without_a_brief_nothing_is_said_and_nothing_is_stated():
    assert EMPTY_BRIEF.published() == {}
    run, (request,) = run_with({}, answer(CLAIM))
    assert run.signature.settings.keys().isdisjoint(BRIEF)
    for name in ("summarize", "claims", "digest"):
        body = prompts.load(name).body
        assert "{{ sentence_count }}" in body or name == "claims"
    assert "three or four sentences" in request.messages[0].content
    assert request.schema["properties"]["sentences"]["maxItems"] == 4


def test_the_prompts_of_a_long_document_say_it_too():
    text = "\n\n".join(
        f"In the year {1900 + n} ship number {n} sank near the coast of Peru."
        for n in range(40)
    )
    claims = {
        "claims": [claim("In the year 1900 ship number 0 sank near the coast of Peru.")]
    }
    digest = answer()
    del digest["claims"]
    _, requests = run_with(BRIEF, *[claims] * 6, digest, text=text, passage_tokens=150)
    by_schema = {
        request.schema_name: request.messages[0].content for request in requests
    }
    assert set(by_schema) == {"claims.answer", "digest.answer"}
    assert "What did it cost?" in by_schema["claims.answer"]
    assert "children" not in by_schema["claims.answer"]
    for text in (
        "Name the ship.",
        "What did it cost?",
        "children",
        "language: German",
        "five to eight",
    ):
        assert text in by_schema["digest.answer"]


@pytest.mark.parametrize(("length", "most"), [("short", 2), ("medium", 4), ("long", 8)])
def test_the_length_is_enforced(length, most):
    sentences = [{"text": f"Sentence {n}.", "claims": [1]} for n in range(9)]
    run, (request,) = run_with({"length": length}, answer(CLAIM, sentences=sentences))
    assert request.schema["properties"]["sentences"]["maxItems"] == most
    assert len(run.summary.sentences) == most
    assert schemas.find_problems("run", json.loads(run.to_json())) == ()


def test_language_auto_is_that_of_the_document():
    _, (request,) = run_with({"language": "auto"}, answer(CLAIM))
    assert (
        "Write the summary in the language of the document."
        in request.messages[0].content
    )


def test_an_example_keeps_its_paragraphs_to_be_measured_on(tmp_path):
    claims = [{"quote": "It rained.", "text": "It rained.", "kind": "event"}]
    example = {"text": "Rain\n\nIt rained.", "claims": claims}
    claims[0]["check_worthiness"] = 0.2
    path = tmp_path / "examples.jsonl"
    path.write_text(json.dumps(example))
    (read,) = read_examples(path, EMPTY_BRIEF)
    assert read.text == "Rain\n\nIt rained."


@pytest.mark.parametrize(
    ("language", "written"),
    [("FR", "French"), ("Plattdeutsch", "Plattdeutsch"), ("zz", "zz")],
)
def test_a_language_is_named_in_words(language, written):
    _, (request,) = run_with({"language": language}, answer(CLAIM))
    assert f"in this language: {written}." in request.messages[0].content


def test_examples_are_shown_in_full_and_before_the_document():
    example = {
        "text": "The bus  was late.",
        "claims": [
            {
                "quote": "The bus was late.",
                "text": "The bus was late.",
                "kind": "event",
                "check_worthiness": 0.2,
            }
        ],
    }
    run, (request,) = run_with({"examples": [example]}, answer(CLAIM))
    system = request.messages[0].content
    assert 'Text of example 1:\nThe bus was late.\nIts claims:\n{"claims": [' in system
    # What an example leaves out is shown as the answer has to have it.
    assert '"speaker": null' in system
    stated = run.signature.settings["examples"]
    assert read_brief(examples=stated) == read_brief(examples=[example])


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 1"),
        ("1", "line 1: is not a JSON object, on one line"),
        ('{"text": "A b c."}', "`claims` is not a list"),
        ('{"text": "A b c.", "claims": [{"quote": "A c."}]}', "quote: is not in the text"),
        ('{"text": "A b c.", "claims": [{"quote": "A b c.", "text": "A", "kind": "x", "check_worthiness": 1}]}', "'x' is not one of"),
        ('{"text": "A b c.", "claims": [{"quote": "A b c."}]}', "$.claims[0].text: None is not of type"),
        ('{"text": "' + 50_000 * "a" + '", "claims": []}', "so use at most 10 with 40,000"),
        ("", "has no example"),
    ],
)  # fmt: skip
def test_names_what_is_wrong_with_examples(tmp_path, line, problem):
    path = tmp_path / "examples.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(errors.InputError) as caught:
        read_brief(examples_file=path)
    assert problem in str(caught.value)
    assert problem.startswith("so use") or str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            {"length": "huge"},
            "length 'huge' is unknown; choose from short, medium, long",
        ),
        ({"focus": " "}, "focus is ' '; give a text"),
        ({"focus": "x" * 4001}, "focus has 4,001 characters"),
        ({"focus": "\udc80"}, "is not valid UTF-8"),
        ({"kinds": ["a", "a"]}, "contains a kind twice"),
        ({"kinds": ["a\nb"]}, "is not a word or two"),
        ({"kinds": [""]}, "is not a word or two"),
        ({"kinds": "a"}, "give a list"),
        ({"mood": "good"}, "'mood' is unknown; choose from prompts_folder"),
    ],
)
def test_names_values_that_make_no_sense(values, problem):
    with pytest.raises(errors.SettingsError) as caught:
        read_brief(**values)
    assert problem in str(caught.value)


def test_type_checkers_know_every_setting_of_a_brief():
    assert set(get_type_hints(BriefValues)) == set(BRIEF_SETTINGS)


def test_a_brief_takes_lists_and_is_hashable():
    brief = Brief(kinds=["benefit", "risk"])
    assert brief.kinds == ("benefit", "risk")
    assert {brief} == {Brief(kinds=("benefit", "risk"))}
    assert Settings(brief=brief).brief is brief


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"kinds": "ab"}, "kinds: got one string; give a list with a string per kind"),
        ({"kinds": [3]}, "kind 1: is of type int; give a string"),
        ({"fields": {"dose": {}}}, "fields: got dict; give a list with a Field, as re"),
        ({"examples": [{}]}, "example 1: is of type dict; give an Example, as read_b"),
        (
            {"prompts": {"claims": "x"}},
            "prompts: got dict; give a list with a pair of na",
        ),
        ({"length": "huge"}, "length 'huge' is unknown; choose from short, medium, l"),
    ],
)
def test_a_brief_names_what_it_can_not_use(values, problem):
    with pytest.raises(errors.InputError) as caught:
        Brief(**values)
    assert str(caught.value).startswith(problem)


def test_settings_refuse_another_brief():
    with pytest.raises(errors.InputError, match=r"brief: is of type dict; give what"):
        Settings(brief={"focus": "costs"})


def test_a_brief_that_the_users_own_template_would_ignore_is_an_error(tmp_path):
    source = prompts.read_source("summarize")
    start, end = source.index("{% if focus %}"), source.index("{% if audience %}")
    (tmp_path / "summarize.md.j2").write_text(source[:start] + source[end:])
    assert read_brief(prompts_folder=tmp_path, audience="children").prompts
    with pytest.raises(errors.SettingsError) as caught:
        read_brief(prompts_folder=tmp_path, focus="costs")
    assert "does not use focus, so 'focus' would have no effect" in str(caught.value)


def test_a_long_brief_leaves_less_room_for_the_document():
    assert _count_brief_tokens(EMPTY_BRIEF) == 0
    assert _count_brief_tokens(read_brief(focus="word " * 300)) > 250


def test_settings_come_from_flags_and_files_and_stored_ones_open_no_file(tmp_path):
    (tmp_path / "config.toml").write_text("")
    (tmp_path / "fields.json").write_text('{"a": {"type": "string"}}')
    toml = 'focus = "costs"\nkinds = ["a", "b"]\nlength = "short"\nfields_file = "fields.json"\n'
    (tmp_path / "claimcheck.toml").write_text(toml)
    from claimcheck.settings.trust import approve_project_file

    approved = approve_project_file(tmp_path)
    assert "kinds ['a', 'b']" in approved
    brief = load_settings(
        {"model": "m", "focus": "risks"}, folder=tmp_path
    ).settings.brief
    assert (brief.focus, brief.kinds, brief.length) == ("risks", ("a", "b"), "short")
    assert [field.name for field in brief.fields] == ["a"]
    (tmp_path / "fields.json").write_text('{"b": {"type": "string"}}')
    with pytest.raises(errors.SettingsError, match="claimcheck trust"):
        load_settings({"model": "m"}, folder=tmp_path)


def test_the_options_reach_the_model(tmp_path):
    example = {"text": "The bus was late.", "claims": []}
    (tmp_path / "examples.jsonl").write_text(json.dumps(example) + "\n")
    options = ["--model", "m", "--no-cache", "--examples", tmp_path / "examples.jsonl"]
    for name, value in BRIEF.items():
        options += [f"--{name}", value]
    with serve_script((200, completion(json.dumps(answer(CLAIM))))) as (url, received):
        done = claimcheck(
            "summarize", "-", "--base-url", url, *options, stdin=TEXT.encode()
        )
    assert done.returncode == 0, done.err
    system = received[0]["messages"][0]["content"]
    for text in (
        "The bus was late.",
        "Name the ship.",
        "What did it cost?",
        "children",
        "language: German",
    ):
        assert text in system
    for option in ("--focus", "--kinds", "--language"):
        done = claimcheck("summarize", "-", option, "x", stdin=TEXT.encode())
        assert done.returncode == 2
        assert f"{option} requires a model; name one with --model" in done.err
    done = claimcheck(
        *("summarize", "-", "--focus", "x", "--engine", "extractive", "--model", "m"),
        stdin=TEXT.encode(),
    )
    assert "--focus requires a model; use --engine llm" in done.err
