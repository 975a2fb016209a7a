"""Each sentence of a draft is checked against its own sources only."""

import json

import pytest

from claimcheck import Settings
from claimcheck.api.cite import check_citations
from claimcheck.models.citation import Citing
from tests.support.command import claimcheck
from tests.support.newsstand import page

EXTRACTIVE = Settings(engine="extractive")
NAIROBI = "Nairobi was founded in 1899 as a rail depot on the Uganda Railway."
KILIMANJARO = "Mount Kilimanjaro is the highest mountain in Africa, at 5,895 metres."


@pytest.fixture
def draft(stand, tmp_path):
    stand.pages |= {
        "/nairobi": page("Nairobi", NAIROBI, "It is the capital of Kenya."),
        "/kilimanjaro": page("Kilimanjaro", KILIMANJARO, "It is in Tanzania."),
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
    assert Citing.SUPPORTED not in {item.outcome for item in checked.statements}


def test_each_of_several_sources_is_judged(draft):
    checked = check_citations(
        draft(
            "Nairobi was [founded](SITE/kilimanjaro) in 1899 as a [rail depot](SITE/nairobi)."
        ),
        settings=EXTRACTIVE,
    )
    (statement,) = checked.statements
    first, second = (citation.outcome for citation in statement.citations)
    assert (first, second) == (Citing.NOT_FOUND, Citing.SUPPORTED)
    assert statement.outcome is Citing.SUPPORTED
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
        "is not an http or https address, nor a file",
        "is neither an address nor a file beside the draft",
    ]


def test_the_command_prints_what_each_source_says(draft):
    path = draft(
        "Nairobi was [founded in 1989](SITE/nairobi) as a rail depot. "
        "Kilimanjaro is the [highest mountain](SITE/kilimanjaro) in Africa."
    )
    done = claimcheck("cite", path, "--quiet")
    assert done.returncode == 0, done.err
    assert done.out.startswith("1. THE SOURCE SAYS OTHERWISE  Nairobi was founded in")
    assert "1 supported, 1 contradicted by their source" in done.out
    assert "citation precision 0.50, recall 0.50" in done.out
    assert claimcheck("cite", path, "--fail-on", "refuted", "--quiet").returncode == 1


def test_json_has_a_row_per_sentence_and_the_totals(draft):
    path = draft("Nairobi was [founded in 1899](SITE/nairobi) as a rail depot.")
    done = claimcheck("cite", path, "--format", "json", "--fail-on", "unsupported")
    assert done.returncode == 0, done.err
    row, totals = map(json.loads, done.out.splitlines())
    assert row["outcome"] == row["citations"][0]["outcome"] == "supported"
    assert row["citations"][0]["verdict"]["finding"]["evidence"]
    assert (totals["precision"], totals["recall"]) == (1, 1)


def test_a_draft_without_citations_is_an_error(draft):
    done = claimcheck("cite", draft("Nairobi is a city."))
    assert done.returncode == 2
    assert "cites no source; give a text with links, footnotes" in done.err
