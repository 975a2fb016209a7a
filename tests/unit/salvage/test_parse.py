"""Reading answers: what is valid is used, wherever and however it is written."""

import html
import json
import re

import pytest

from claimcheck.models.brief import Brief, Field
from claimcheck.prompts.answer_schemas import load
from claimcheck.salvage import parse_answer
from tests.support.scripted import answer, claim

CLAIMS = [claim("A came."), claim("B went."), claim("C said “no”.")]
ANSWER = answer(*CLAIMS)
JSON = json.dumps(ANSWER, ensure_ascii=False)
PLAIN = json.dumps(answer(*CLAIMS[:2]))
DRAFT = 'I must give an object like {"claims": []}, so {"claims": [...]}.'


def verdict(evidence):
    item = {"number": 1, "rationale": "So.", "label": "Refuted", "evidence": evidence}
    return {"verdicts": [item]}


@pytest.mark.parametrize(
    "text",
    [
        JSON,
        "\ufeff" + JSON,
        f"<think>\n{DRAFT}\n</think>\n\n{JSON}",
        f"{DRAFT}</think>{JSON}",
        f"[THINK]{DRAFT}[/THINK]{JSON}",
        f"<think>{JSON}</think>",
        f"Here it is for {{document}}:\n```json\n{JSON}\n```",
        f'The form is {{"type": "object"}}.\n{JSON}\nSee {{above}}.',
        JSON + "\n" + JSON,
        f"[{JSON}]",
        json.dumps({"result": {"answer": ANSWER}}),
        json.dumps({"claims": CLAIMS})
        + json.dumps({key: ANSWER[key] for key in ANSWER if key != "claims"}),
        json.dumps(JSON),
        re.sub(r"([\]}])", r",\1", JSON).replace("[,]", "[]"),
        JSON.replace("\n", " ").replace('"A came."', '"A\ncame."', 1),
        f"<notes>{JSON[:60]}</notes>\n{JSON}",
        f"<think>{JSON[:60]} no.</think>\n{JSON} So be it.",
        f"{JSON}\nThe schema was: {json.dumps(load('summary.answer'))}",
        f"{json.dumps(load('summary.answer'))}\n{JSON}",
    ],
)
def test_finds_the_object_that_fits(text):
    parsed = parse_answer("summary.answer", text)
    assert parsed.is_complete, parsed.problems
    assert len(parsed.fields["claims"]) == 3
    assert parsed.fields["headline"] == "Headline"


@pytest.mark.parametrize(
    "text",
    [
        re.sub(r'"([^"]*)"', "“\\1”", PLAIN),
        re.sub(r'"([^"]*)"', "„\\1“", PLAIN),
        repr(json.loads(PLAIN)),
    ],
    ids=["typographic", "German", "Python"],
)
def test_reads_other_quotes_as_delimiters_and_records_it(text):
    parsed = parse_answer("summary.answer", text)
    assert parsed.fields == json.loads(PLAIN)
    assert "delimiters" in str(parsed.corrections[0])


@pytest.mark.parametrize(
    ("changed", "expected", "correction"),
    [
        ({"kind": "Event"}, {}, '"Event" was read as "event"'),
        ({"check_worthiness": "0.5"}, {}, '"0.5" was read as 0.5'),
        ({"speaker": ""}, {}, '"" was read as null'),
        ({"speaker": "N/A"}, {"speaker": None}, '"N/A" was read as null'),
        ({"speaker": False}, {"speaker": None}, "false was read as null"),
        ({"speaker": {"name": "A"}}, {"speaker": "A"}, 'was read as "A"'),
        ({"kind": {"value": "event"}}, {}, 'was read as "event"'),
        ({"source": "document"}, {}, 'the key "source" was ignored'),
        ({"kind": ["event"]}, {}, '["event"] was read as "event"'),
        ({"check_worthiness": "50%"}, {}, '"50%" was read as 0.5'),
        ({"speaker": []}, {}, "[] was read as null"),
        ({"kind": None}, {"kind": "statement"}, 'is missing; read as "statement"'),
        ({"kind": ""}, {"kind": "statement"}, 'is missing; read as "statement"'),
        ({"check_worthiness": None}, {}, "is missing; read as 0.5"),
        ({"text": "bad \ud83d"}, {"text": "bad \ufffd"}, "surrogate"),
    ],
)
def test_corrects_what_has_one_meaning_and_records_it(changed, expected, correction):
    text = json.dumps({"claims": [claim("A came.") | changed]})
    parsed = parse_answer("claims.answer", text)
    assert parsed.is_complete
    assert parsed.fields["claims"] == [claim("A came.") | expected]
    assert correction in str(parsed.corrections[0])


@pytest.mark.parametrize(
    "spell",
    [
        lambda text: text[1:],
        lambda text: text.replace('"claims"', '/* all */ "claims"', 1),
        lambda text: text.replace('"claims"', '// all\n"claims"', 1),
        lambda text: text.replace('"claims"', '# all\n"claims"', 1),
        lambda text: re.sub(r'"(\w+)":', r"\1:", text),
        lambda text: text.replace("}, {", "} {"),
        lambda text: text.replace("0.5", ".5"),
        lambda text: text.replace("0.5", "+0.5"),
        lambda text: text.replace("0.5", '"0,5"'),
        lambda text: text[:-1],
        lambda text: re.sub(r'"([^"]*)"', r"«\1»", text),
        lambda text: re.sub(r'"([^"]*)"', r"＂\1＂", text),
        lambda text: text.replace("{", "{{").replace("}", "}}"),
        lambda text: text.replace(", ", ",\u3000\u2028\u200b"),
        lambda text: text.replace('": ', '"：').replace(', "', '，"'),
        lambda text: text.replace("null", "nil").replace("0.5", "50%"),
        lambda text: text.replace('"event"', "event"),
        lambda text: text.replace("}]", "}, ...]"),
        lambda text: re.sub(r'({"quote".*?})', r'{"claim": \1}', text),
        lambda text: json.dumps(ANSWER | {"claims": {"items": CLAIMS}}),
        html.escape,
        lambda text: text.replace('"', '\\"'),
        lambda text: f"```json\n{json.dumps(text)}\n```",
        lambda text: (
            "> " + json.dumps(json.loads(text), indent=1).replace("\n", "\n> ")
        ),
        lambda text: json.dumps(
            {
                key: json.dumps(value) if key == "claims" else value
                for key, value in json.loads(text).items()
            }
        ),
        lambda text: json.dumps(
            ANSWER | {"claims": [json.dumps(item) for item in CLAIMS]}
        ),
        lambda text: json.dumps(ANSWER | {"claims": [CLAIMS]}),
        lambda text: json.dumps({"output": text}),
        lambda text: json.dumps({"output": f"```json\n{text}\n```"}),
    ],
)
def test_finds_an_answer_in_other_wrappings(spell):
    parsed = parse_answer("summary.answer", spell(JSON))
    assert parsed.is_complete
    assert parsed.fields["claims"] == CLAIMS


@pytest.mark.parametrize(
    ("spelled", "read"),
    [
        ('B "really" went.', 'B "really" went.'),
        ('B went, "he said", and "so on".', 'B went, "he said", and "so on".'),
        (r"B\'s went \$5.", r"B's went \$5."),
        (r"\u0042 \z \"went\" \ud83d\ude00.", 'B \\z "went" \U0001f600.'),
    ],
)
def test_reads_quotes_and_escapes_that_are_not_json_as_part_of_the_text(spelled, read):
    text = JSON.replace('"text": "B went."', f'"text": "{spelled}"')
    parsed = parse_answer("summary.answer", text)
    assert parsed.is_complete, parsed.problems
    assert parsed.fields["claims"][1]["text"] == read
    assert "part of it" in str(parsed.corrections[0])


def test_reads_texts_and_maps_where_objects_and_lists_were_asked_for():
    changed = {"claims": {"1": CLAIMS[0], "2": CLAIMS[1]}, "sentences": ["It came."]}
    parsed = parse_answer("summary.answer", json.dumps(ANSWER | changed))
    assert parsed.is_complete
    assert parsed.fields["claims"] == CLAIMS[:2]
    assert parsed.fields["sentences"] == [{"text": "It came.", "claims": []}]


@pytest.mark.parametrize(
    ("evidence", "numbers"),
    [(["passage 2", "[1]", "3"], [2, 1, 3]), (2, [2]), (["1 and 2"], None)],
)
def test_reads_the_only_number_of_a_text(evidence, numbers):
    parsed = parse_answer("verdict.answer", json.dumps(verdict(evidence)))
    read = [item["evidence"] for item in parsed.fields["verdicts"]]
    assert read == ([] if numbers is None else [numbers])


@pytest.mark.parametrize(
    ("numbers", "shares"),
    [((8, 4), [0.8, 0.4]), (("85", 5), [0.85, 0.05]), ((8, 0.4), [0.5, 0.4])],
)
def test_reads_shares_on_another_scale_only_if_all_are(numbers, shares):
    items = [claim(f"{item}.", check_worthiness=item) for item in numbers]
    parsed = parse_answer("claims.answer", json.dumps({"claims": items}))
    assert [item["check_worthiness"] for item in parsed.fields["claims"]] == shares


def test_fills_in_only_what_may_be_empty():
    short = {"quote": "A.", "text": "A.", "kind": "event", "checkWorthiness": 1}
    parsed = parse_answer("claims.answer", json.dumps({"Claims": [short]}))
    assert parsed.fields["claims"] == [claim("A.", check_worthiness=1, speaker=None)]
    del short["quote"]
    parsed = parse_answer("claims.answer", json.dumps({"claims": [short]}))
    assert parsed.fields["claims"] == []
    assert str(parsed.problems[0]).startswith(
        "$.claims[0].quote: 'quote' is a required"
    )
    assert str(parse_answer("claims.answer", "{}").problems[0]).startswith("$: ")


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "fact"},
        {"speaker": {"first": "A", "last": "B"}},
        {"quote": " "},
    ],
)
def test_rejects_a_bad_item_by_itself_with_its_path(bad):
    items = [*CLAIMS[:1], claim("x") | bad, *CLAIMS[1:]]
    parsed = parse_answer("summary.answer", json.dumps(answer(*items)))
    assert parsed.fields["claims"] == CLAIMS
    assert parsed.indexes["claims"] == (0, 2, 3)
    (rejected,) = parsed.rejected
    assert rejected.problems[0].path == f"$.claims[1].{next(iter(bad))}"


def test_recognizes_a_cut_anywhere_and_never_completes_anything():
    for length in range(1, len(JSON) - 1):  # without the last brace, nothing is missing
        parsed = parse_answer("summary.answer", JSON[:length])
        assert parsed.is_cut_off, JSON[:length]
        kept = parsed.fields.get("claims", [])
        assert kept == CLAIMS[: len(kept)]
        assert (len(kept) == 3) or parsed.open_list == "claims" or not kept
        for name in ("headline", "sentences"):
            assert parsed.fields.get(name, ANSWER[name]) == ANSWER[name]


def test_keeps_both_lists_of_a_key_that_occurs_twice():
    first, second = json.dumps(CLAIMS[:2]), json.dumps(CLAIMS[2:])
    for text, count in (
        (f'{{"claims": {first}, "claims": {second}}}', 3),
        (f'{{"claims": {first}, "claims": []}}', 2),
        (f'{{"claims": {first}, "claims": null}}', 2),
    ):
        parsed = parse_answer("claims.answer", text)
        assert parsed.fields["claims"] == CLAIMS[:count]
        assert "occurs twice" in str(parsed.corrections[0])


@pytest.mark.parametrize(
    "text",
    [json.dumps(CLAIMS), "\n".join(map(json.dumps, CLAIMS))],
    ids=["array", "lines"],
)
def test_reads_claims_without_an_object_around_them(text):
    parsed = parse_answer("claims.answer", text)
    assert (parsed.is_complete, parsed.fields["claims"]) == (True, CLAIMS)


def test_keeps_the_good_claims_of_json_that_is_broken_in_one_place():
    text = JSON.replace('"text": "B went."', '"text": B went.')
    parsed = parse_answer("summary.answer", text)
    assert parsed.fields["claims"] == [CLAIMS[0], CLAIMS[2]]
    assert str(parsed.problems[0]).startswith("$: is not JSON: 'B' is not a JSON")
    assert "A came" not in parsed.leftover
    assert "B " in parsed.leftover


def test_reasoning_that_never_ends_is_no_answer():
    for text in (f"<think>{DRAFT}", f"<think>{JSON} But wait,", "<think>I am thinking"):
        parsed = parse_answer("summary.answer", text)
        assert (parsed.fields, parsed.is_cut_off) == ({}, True)


def test_an_unreadable_vote_is_not_read_as_no_evidence():
    parsed = parse_answer("verdict.answer", json.dumps(verdict(["one"])))
    assert [str(problem) for problem in parsed.problems] == [
        "$.verdicts[0].evidence[0]: 'one' is not of type 'integer'"
    ]


@pytest.mark.parametrize(
    "unit", ['{"a{“', "{“x", '{"a":{', '{"k":"', "{'", '{"claims": ', '["{', '{"a\\']
)
def test_hostile_text_takes_time_in_proportion_to_its_length(unit):
    parse_answer("claims.answer", unit * (20_000 // len(unit)) + "!")


@pytest.mark.parametrize("value", [8, float("nan"), "high", {"low": 0, "high": 1}])
def test_a_claim_with_an_unusable_rank_has_a_neutral_one(value):
    items = [claim("A came."), claim("B went.", check_worthiness=value)]
    parsed = parse_answer("claims.answer", json.dumps({"claims": items}))
    assert parsed.is_complete
    assert parsed.fields["claims"] == [claim("A came."), claim("B went.")]
    assert parsed.corrections[-1].path == "$.claims[1].check_worthiness"


@pytest.mark.parametrize(
    ("label", "read"),
    [
        ("SUPPORTS", "supported"),
        ("Not Enough Info", "not_enough_evidence"),
        ("Conflicting Evidence/Cherrypicking", "conflicting_evidence"),
    ],
)
def test_reads_the_labels_of_other_data_sets(label, read):
    answer = verdict([1])
    answer["verdicts"][0]["label"] = label
    parsed = parse_answer("verdict.answer", json.dumps(answer))
    assert parsed.fields["verdicts"][0]["label"] == read
    answer["verdicts"][0]["label"] = "true"
    parsed = parse_answer("verdict.answer", json.dumps(answer))
    assert parsed.rejected[0].problems[0].path == "$.verdicts[0].label"


@pytest.mark.parametrize(
    ("key", "value"), [("kind", "statement"), ("check_worthiness", 0.5)]
)
def test_keeps_a_claim_without_what_it_is_ranked_by(key, value):
    item = claim("A came.")
    del item[key]
    parsed = parse_answer("claims.answer", json.dumps({"claims": [item]}))
    assert parsed.fields["claims"] == [item | {key: value}]
    assert [problem.path for problem in parsed.corrections] == [f"$.claims[0].{key}"]


def test_chooses_no_kind_among_the_users_own():
    brief = Brief(kinds=("promise", "threat"))
    item = claim("A came.") | {"kind": None}
    parsed = parse_answer("claims.answer", json.dumps({"claims": [item]}), brief)
    assert parsed.rejected[0].problems[0].path == "$.claims[0].kind"


@pytest.mark.parametrize("headline", [None, "", [], "gone"])
def test_a_summary_without_a_headline_has_its_first_sentence(headline):
    changed = ANSWER | {"headline": headline}
    if headline == "gone":
        del changed["headline"]
    parsed = parse_answer("summary.answer", json.dumps(changed))
    assert parsed.is_complete, parsed.problems
    assert parsed.fields["headline"] == ANSWER["sentences"][0]["text"]
    assert "first sentence" in str(parsed.corrections[-1])


def test_nothing_is_a_headline_where_there_is_no_sentence():
    changed = ANSWER | {"headline": None, "sentences": None}
    parsed = parse_answer("summary.answer", json.dumps(changed))
    assert "$.headline" in [problem.path for problem in parsed.missing]


def test_rejects_an_item_whose_list_is_too_short():
    item = {"quote": "Venus is hot.", "meanings": [", Venus is hot."]}
    parsed = parse_answer("summary.answer", json.dumps(ANSWER | {"ambiguous": [item]}))
    assert parsed.fields["ambiguous"] == []
    (problem,) = parsed.rejected[0].problems
    assert str(problem) == "$.ambiguous[0].meanings: has fewer than 2 values"


def test_reads_a_number_in_quotes_as_the_choice_of_a_field():
    brief = Brief(fields=(Field("year", '{"enum": [1999, 2000]}', ""),))
    claims = [claim("A came.") | {"fields": {"year": "1999"}}]
    text = json.dumps({"claims": claims, "ambiguous": []})
    parsed = parse_answer("claims.answer", text, brief)
    assert parsed.fields["claims"][0]["fields"] == {"year": 1999}
