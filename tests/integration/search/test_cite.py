"""Each sentence of a draft is checked against its own sources only."""

import json

import pytest

from claimcheck import Settings
from claimcheck.api.cite import check_citations
from claimcheck.models.citation import CitationOutcome
from tests.support.command import claimcheck
from tests.support.newsstand import page
from tests.support.scripted import response

EXTRACTIVE = Settings(engine="extractive")
NAIROBI = "Nairobi was founded in 1899 as a rail depot."
KILIMANJARO = "Mount Kilimanjaro is the highest mountain in Africa, at 5,895 metres."


@pytest.fixture
def draft(stand, tmp_path):
    stand.pages |= {
        "/nairobi": page("Nairobi", NAIROBI, "It is the capital of Kenya."),
        "/kilimanjaro": page("Kilimanjaro", KILIMANJARO, "It is in Tanzania."),
        "/sea": page("Sea", "The sea is salty and deep.", "Ships sail on it."),
    }

    def write(text):
        path = tmp_path / "draft.md"
        path.write_text(text.replace("SITE", stand.url))
        return path

    return write


def outcomes(checked):
    return [str(statement.outcome) for statement in checked.statements]


def test_a_source_supports_contradicts_or_does_not_say_it(draft):
    checked = check_citations(
        draft(
            "Nairobi was [founded in 1899](SITE/nairobi) as a rail depot. "
            "Nairobi was [founded in 1989](SITE/nairobi) as a rail depot.\n\n"
            "Kilimanjaro is [made of cheese](SITE/kilimanjaro). "
            "Nairobi has [nine rivers](SITE/missing). This sentence cites no source."
        ),
        settings=EXTRACTIVE,
    )
    assert outcomes(checked) == [
        "supported",
        "contradicted",
        "not_found",
        "unreachable",
    ]
    assert checked.uncited == ("This sentence cites no source.",)
    assert checked.recall == 1 / 5
    assert checked.precision == 1 / 4


def test_the_source_of_another_sentence_does_not_count(draft):
    checked = check_citations(
        draft(
            "Nairobi was [founded in 1899](SITE/kilimanjaro) as a rail depot. "
            "Kilimanjaro is the [highest mountain](SITE/nairobi) in Africa."
        ),
        settings=EXTRACTIVE,
    )
    assert CitationOutcome.SUPPORTED not in {
        item.outcome for item in checked.statements
    }


def test_each_of_several_sources_is_judged(draft):
    checked = check_citations(
        draft(
            "Nairobi was [founded](SITE/kilimanjaro) in 1899 as a [rail depot](SITE/nairobi)."
        ),
        settings=EXTRACTIVE,
    )
    (statement,) = checked.statements
    first, second = (citation.outcome for citation in statement.citations)
    assert (first, second) == (CitationOutcome.NOT_FOUND, CitationOutcome.SUPPORTED)
    assert statement.outcome is CitationOutcome.SUPPORTED
    assert (checked.precision, checked.recall) == (0.5, 1)


def test_a_source_is_fetched_once(draft, stand):
    text = (
        "Nairobi was [founded in 1899](SITE/nairobi). It is [a capital](SITE/nairobi)."
    )
    check_citations(draft(text), settings=EXTRACTIVE)
    assert stand.requests == ["/nairobi"]


def test_files_beside_the_draft_are_sources_but_no_others(draft, tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a b.txt").write_text(NAIROBI)
    secret = tmp_path.parent / "secret.txt"
    secret.write_text("Nairobi was founded in 1899 as a rail depot. Password: x.")
    checked = check_citations(
        draft(
            "Nairobi was founded [in 1899](sources/a%20b.txt) as a rail depot. "
            "Nairobi was founded [in 1899](../secret.txt) as a depot for rails. "
            "Nairobi was [founded as](ftp://site.example/a) a rail depot in 1899. "
            "Nairobi, a depot, was founded [in 1899](sources/none.txt)."
        ),
        settings=EXTRACTIVE,
    )
    assert outcomes(checked) == ["supported", *["unreachable"] * 3]
    problems = [item.citations[0].problem for item in checked.statements]
    assert problems[1:] == [
        "is not in the folder of the draft",
        "is neither an http or https address nor a file",
        "is neither an address nor a file in the draft's folder",
    ]


def test_the_command_prints_what_each_source_says(draft):
    path = draft(
        "Nairobi was [founded in 1989](SITE/nairobi) as a rail depot. "
        "Mount Kilimanjaro is the [highest mountain](SITE/kilimanjaro) in Africa, at "
        "5,895 metres."
    )
    done = claimcheck("cite", path, "--quiet")
    assert done.returncode == 0, done.err
    assert done.out.startswith("1. THE SOURCE SAYS OTHERWISE  Nairobi was founded in")
    assert "1 supported, 1 contradicted by the source cited" in done.out
    assert "citation precision 0.50, recall 0.50" in done.out
    assert claimcheck("cite", path, "--fail-on", "refuted", "--quiet").returncode == 1


class BothNeeded:
    """A scripted model: it supports what has passages of both subjects."""

    def complete(self, request):
        shown = request.messages[-1].content
        both = "rail depot." in shown and "5,895" in shown
        verdict = {
            "number": 1,
            "rationale": "It says so.",
            "label": "supported" if both else "not_enough_evidence",
            "evidence": list(range(1, 1 + shown.count("\n"))) if both else [],
        }
        return response({"verdicts": [verdict]})


def test_two_sources_may_support_a_sentence_together(draft):
    """ALCE: a citation counts if the others do not support the sentence without it."""
    checked = check_citations(
        draft(
            "Nairobi was founded in 1899 as a rail depot and Mount Kilimanjaro is the "
            "highest mountain in Africa ([a](SITE/nairobi); [b](SITE/kilimanjaro); "
            "[c](SITE/sea))."
        ),
        settings=Settings(engine="llm", model="scripted"),
        client=BothNeeded(),
    )
    (statement,) = checked.statements
    assert [str(item.outcome) for item in statement.citations] == ["not_found"] * 3
    assert [item.is_needed for item in statement.citations] == [True, True, False]
    assert (statement.outcome, checked.recall) == (CitationOutcome.SUPPORTED, 1)
    assert checked.precision == 2 / 3
    texts = {item.id: item.full_text for item in checked.documents}
    spans = [
        (texts[passage.document_id][span.start : span.end], span.text)
        for passage in statement.together.finding.evidence
        for span in passage.spans
    ]
    assert (
        len({passage.document_id for passage in statement.together.finding.evidence})
        >= 2
    )
    assert all(text == quoted for text, quoted in spans)


def test_what_is_undefined_or_uncited_is_printed(draft):
    path = draft(
        "Nairobi was [founded](SITE/nairobi) in 1899. It has nine rivers [7]. "
        "Nobody counted the lions.\n\n# References\n\n1. SITE/sea\n"
    )
    done = claimcheck("cite", path, "--quiet")
    assert "cites [7], which the text does not define" in done.out
    assert "1 sentence without a source:\n   Nobody counted the lions." in done.out
    assert "1 reference that no sentence cites:\n   [1] http" in done.out
    assert claimcheck("cite", path, "--fail-on", "unsupported").returncode == 1


def test_json_follows_its_schema(draft, tmp_path):
    path = draft("Nairobi was [founded in 1899](SITE/nairobi) as a rail depot.")
    output = tmp_path / "cited.json"
    done = claimcheck("cite", path, "--format", "json", "-o", output)
    assert done.returncode == 0, done.err
    cited = json.loads(output.read_text())
    (statement,) = cited["statements"]
    assert statement["outcome"] == statement["citations"][0]["outcome"] == "supported"
    assert (cited["precision"], cited["recall"]) == (1, 1)
    assert claimcheck("validate", "--schema", "citations", output).returncode == 0


def test_a_draft_without_citations_is_an_error(draft):
    done = claimcheck("cite", draft("Nairobi is a city."))
    assert done.returncode == 2
    assert "cites no source; give a text with links, footnotes" in done.err
