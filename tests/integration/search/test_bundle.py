"""A check of what was found can be verified years later, without a network."""

import hashlib
import json

import pytest

from claimcheck import Check, Document, Settings, check, summarize
from claimcheck.bundles.bundle import write_bundle
from claimcheck.bundles.verify import verify_bundle
from claimcheck.settings import SearchSettings
from tests.support.bundles import change, list_steps
from tests.support.command import claimcheck
from tests.support.endpoint import completion, serve_script
from tests.support.newsstand import page

EXTRACTIVE = Settings(engine="extractive")
CLAIMS = ["In 1899 Nairobi was founded as a rail depot.", "Nairobi has nine rivers."]
STEPS = ("files", "prompts and schemas", "evidence", "verdicts from evidence")
NAIROBI = page(
    "Nairobi",
    "Nairobi is the capital and largest city of Kenya.",
    "Nairobi was founded as a rail depot in 1899. The town replaced Mombasa as the "
    "capital in 1907.",
)


@pytest.fixture
def checked(stand):
    stand.pages["/nairobi"] = NAIROBI
    return check(CLAIMS, search=SearchSettings(("searxng",)), settings=EXTRACTIVE)


def test_a_bundle_is_verified_from_its_own_pages(checked, tmp_path):
    (tmp_path / "check.json").write_text(checked.to_json())
    path = tmp_path / "case.zip"
    done = claimcheck("bundle", tmp_path / "check.json", "-o", path)
    assert done.returncode == 0, done.err
    # On another machine: no archive, and no server.
    (tmp_path / ".local").rename(tmp_path / "elsewhere")
    assert list_steps(path) == dict.fromkeys(STEPS, True)
    done = claimcheck("verify", path)
    assert done.returncode == 0
    assert "every quotation is in one of 1 document, read again" in done.stdout.decode()


def test_a_run_with_an_external_check_is_verified_with_it(stand, tmp_path):
    stand.pages["/nairobi"] = NAIROBI
    run = summarize(
        Document.from_text(" ".join(CLAIMS)),
        settings=EXTRACTIVE,
        search=SearchSettings(("searxng",)),
    )
    write_bundle(run, tmp_path / "case.zip")
    steps = list_steps(tmp_path / "case.zip")
    assert steps.keys() >= {"spans", "claims and verdicts", *STEPS}
    assert set(steps.values()) == {True}


def test_evidence_that_was_given_is_kept_too(stand, tmp_path):
    stand.pages["/nairobi"] = NAIROBI
    own = Document.from_text("Nairobi has nine rivers in 2020.", source="own")
    checked = check(
        CLAIMS, own, search=SearchSettings(("searxng",)), settings=EXTRACTIVE
    )
    write_bundle(checked, tmp_path / "case.zip")
    assert list_steps(tmp_path / "case.zip") == dict.fromkeys(STEPS, True)


def test_indexes_folders_and_a_search_count_together(stand, tmp_path):
    stand.pages["/nairobi"] = NAIROBI
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "rivers.txt").write_text("Nairobi has nine rivers in 2020.")
    (folder / "seas.txt").write_text("The sea is salty.")
    (tmp_path / "lakes.txt").write_text("Lake Victoria is the largest lake of Africa.")
    index = tmp_path / "lakes.db"
    assert claimcheck("index", "add", index, tmp_path / "lakes.txt").returncode == 0
    claims = tmp_path / "claims.txt"
    claims.write_text(
        "\n".join([*CLAIMS, "Lake Victoria is the largest lake of Africa."])
    )
    output = tmp_path / "check.json"
    done = claimcheck(
        *("check", claims, "--search", "searxng", "--against", folder),
        *("--index", index, "--format", "json", "-o", output, "--quiet"),
    )
    assert done.returncode == 0, done.err
    checked = Check.from_json(output.read_text())
    assert [str(verdict.label) for verdict in checked.verdicts] == ["supported"] * 3
    assert checked.searched == 4
    write_bundle(checked, tmp_path / "case.zip")
    assert list_steps(tmp_path / "case.zip") == dict.fromkeys(STEPS, True)


def test_a_forged_page_is_found_although_all_hashes_were_updated(checked, tmp_path):
    path = tmp_path / "case.zip"
    write_bundle(checked, path)
    name = f"pages/{hashlib.sha256(NAIROBI.encode()).hexdigest()}"

    def forge(text):
        assert "1899" in text
        return text.replace("1899", "1989")

    change(path, name, forge, update_hashes=True)
    evidence = next(step for step in verify_bundle(path) if step.name == "evidence")
    assert evidence.holds is False
    assert "has another content than its hash says" in evidence.detail


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('"label": "supported"', '"label": "refuted"', "verdicts from evidence"),
        ("as a rail depot in", "as a rail depox in", "evidence"),
        ('"text": "Nairobi has nine rivers."', '"text": "Nairobi has ten rivers."', "verdicts from evidence"),
    ],
)  # fmt: skip
def test_a_forged_check_is_found(checked, tmp_path, old, new, wrong):
    path = tmp_path / "case.zip"
    write_bundle(checked, path)

    def forge(text):
        assert old in text
        return text.replace(old, new)

    change(path, "check.json", forge, update_hashes=True)
    assert list_steps(path)[wrong] is False


def test_a_missing_page_is_named(checked, tmp_path):
    done = claimcheck("bundle", "-", "-o", "case.zip", stdin=checked.to_json().encode())
    assert done.returncode == 0, done.err
    (tmp_path / ".local").rename(tmp_path / "gone")
    done = claimcheck("bundle", "-", "-o", "b.zip", stdin=checked.to_json().encode())
    assert done.returncode == 2
    assert "the evidence archive no longer has the page" in done.err


def test_pages_are_exported_as_a_web_archive(checked, stand, tmp_path):
    iterator = pytest.importorskip("warcio.archiveiterator")
    (tmp_path / "check.json").write_text(checked.to_json())
    path = tmp_path / "pages.warc.gz"
    done = claimcheck("bundle", "check.json", "--format", "warc", "-o", path)
    assert done.returncode == 0, done.err
    assert "1 page" in done.err
    with path.open("rb") as file:
        info, page = [
            (record.rec_type, record.rec_headers, record.content_stream().read())
            for record in iterator.ArchiveIterator(file, check_digests="raise")
        ]
    assert info[0] == "warcinfo"
    assert page[0] == "response"
    assert page[1].get_header("WARC-Target-URI") == f"{stand.url}/nairobi"
    assert page[2] == NAIROBI.encode()
    fetched = checked.search.pages[0].snapshot.fetched
    assert page[1].get_header("WARC-Date") == f"{fetched:%Y-%m-%dT%H:%M:%SZ}"
    # Other tools read it, and so does claimcheck.
    document = Document.from_path(path)
    assert "rail depot in 1899" in document.text


def test_a_check_of_given_evidence_only_cannot_be_bundled():
    checked = check(["Snow fell."], "Snow fell on Monday.", settings=EXTRACTIVE)
    done = claimcheck("bundle", "-", "-o", "b.zip", stdin=checked.to_json().encode())
    assert done.returncode == 2
    assert "only the evidence of a check with --search is kept" in done.err


def test_a_check_without_texts_keeps_what_was_read(checked):
    without = Check.from_json(checked.to_json(text=False))
    assert without.documents[0].text is None
    assert without.search == checked.search
    assert json.loads(checked.to_json())["search"]["pages"][0]["problem"] is None


def test_a_check_by_a_model_is_verified_from_the_answer_cache(stand, tmp_path):
    stand.pages["/nairobi"] = NAIROBI
    verdict = {"rationale": "It says so.", "label": "supported", "evidence": [1]}
    verdicts = {"verdicts": [{"number": 1, **verdict}]}
    searches = [{"number": 1, "queries": ["Nairobi depot"], "contrary": "Nairobi 1907"}]
    with serve_script(
        (200, completion(json.dumps({"searches": searches}))),
        (200, completion(json.dumps(verdicts))),
    ) as (url, received):
        (tmp_path / "claims.txt").write_text(CLAIMS[0])
        flags = ("--model", "scripted-1", "--base-url", url, "--quiet")
        done = claimcheck(
            "check", "claims.txt", "--search", "searxng", *flags,
            "--format", "json", "-o", "check.json",
        )  # fmt: skip
        assert done.returncode == 0, done.err
        assert len(received) == 2
        assert stand.queries[:2] == ["Nairobi depot", "Nairobi 1907"]
        done = claimcheck("bundle", "check.json", "-o", "case.zip", "--base-url", url)
        assert done.returncode == 0, done.err
        assert "2 answers" in done.err
        assert len(received) == 2
    assert list_steps(tmp_path / "case.zip") == dict.fromkeys(STEPS, True)

    def forge(text):
        return text.replace("It says so.", "It says no.")

    change(tmp_path / "case.zip", "answers.jsonl", forge, update_hashes=True)
    assert list_steps(tmp_path / "case.zip")["verdicts from evidence"] is False


def test_without_its_answers_a_model_cannot_be_verified(stand, tmp_path, monkeypatch):
    stand.pages["/nairobi"] = NAIROBI
    verdict = {"evidence": [1], "rationale": "It says so.", "label": "supported"}
    with serve_script((200, completion(json.dumps(verdict)))) as (url, _):
        settings = Settings(engine="llm", model="scripted-1", base_url=url)
        checked = check(
            CLAIMS[:1], search=SearchSettings(("searxng",)), settings=settings
        )
    (tmp_path / "check.json").write_text(checked.to_json())
    done = claimcheck("bundle", "check.json", "-o", "case.zip")
    assert done.returncode == 0
    assert "does not have the model's answers" in done.err
    assert list_steps(tmp_path / "case.zip")["verdicts from evidence"] is None
