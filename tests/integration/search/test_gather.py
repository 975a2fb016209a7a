"""Evidence that is searched for: what is read, and what is left out and why."""

from datetime import date

import pytest

from claimcheck import Check, Document, Settings, check, errors, summarize
from claimcheck.search import endpoint
from claimcheck.settings import SearchSettings
from tests.support.loopback import Handler, serve_handler
from tests.support.newsstand import HTML, page

EXTRACTIVE = Settings(engine="extractive")
CLAIM = "Nairobi was founded in 1899 as a rail depot."
NAIROBI = (
    "Nairobi is the capital and largest city of Kenya.",
    "Nairobi was founded in 1899 as a rail depot. It lies on the Uganda Railway. "
    "The town replaced Mombasa as the capital in 1907.",
)
OTHER = (
    "The history of the city on the equator is short. Nairobi was founded in 1899 as "
    "a rail depot. It burned down and was built again a few years later.",
)


def search(*claims, **fields):
    fields = {"providers": ("searxng",), "reuse": False} | fields
    return check(
        claims or [CLAIM], search=SearchSettings(**fields), settings=EXTRACTIVE
    )


def problems(checked):
    return {page.url: page.problem for page in checked.search.pages if page.problem}


def test_a_page_that_was_found_supports_a_claim(stand):
    stand.pages["/nairobi"] = page("Nairobi", *NAIROBI, date="2024-03-01")
    checked = search()
    (verdict,) = checked.verdicts
    assert verdict.label == "supported"
    (document,) = checked.documents
    assert document.source == f"{stand.url}/nairobi"
    assert document.published == date(2024, 3, 1)
    (found,) = checked.search.pages
    assert found.snapshot.headers["content-type"] == "text/html; charset=utf-8"
    assert checked.search.claims[0].document_ids == (document.id,)
    assert Check.from_json(checked.to_json()) == checked


def test_queries_get_shorter_until_there_are_enough_results(stand):
    stand.pages["/nairobi"] = page("Nairobi", *NAIROBI)
    search()
    assert stand.queries == [
        "nairobi founded 1899 rail depot",
        "nairobi founded rail depot",
        "nairobi",
    ]
    stand.queries.clear()
    search(max_pages=1)
    assert stand.queries == ["nairobi founded 1899 rail depot"]


def test_requests_are_as_far_apart_as_the_provider_asks(stand, monkeypatch):
    waits = []
    monkeypatch.setattr(endpoint.time, "sleep", waits.append)
    provider = endpoint.Endpoint("Test", stand.url, requests_per_minute=1)
    for _ in range(3):
        provider.get_json("/search", {"q": "Nairobi"})
    provider.close()
    first, second, third = waits
    assert first == 0
    assert 30 < second <= 60 < third <= 120


def test_a_reprinted_text_is_not_a_second_source(stand):
    stand.pages |= {
        "/a": page("Nairobi", *NAIROBI, *OTHER),
        "/b": page("Read elsewhere: Nairobi", *NAIROBI, *OTHER, "More news follows."),
        "/c": page("Equator", *OTHER, "Its zoo has three giraffes and a lion."),
    }
    checked = search()
    assert problems(checked)[f"{stand.url}/b"] == f"repeats the text of {stand.url}/a"
    first = checked.search.pages[0].document_id
    assert checked.search.pages[1].copy_of == first


def test_the_page_with_the_claim_is_no_evidence_for_it(stand):
    text = "\n\n".join(NAIROBI)
    stand.pages["/own"] = page("Our article", *NAIROBI)
    run = summarize(
        Document.from_text(text),
        settings=EXTRACTIVE,
        search=SearchSettings(("searxng",), reuse=False),
    )
    external = run.external_check
    assert external.documents == ()
    assert problems(external) == {
        f"{stand.url}/own": "has the text that makes the claims"
    }
    assert {verdict.label for verdict in external.verdicts} == {"not_enough_evidence"}
    assert type(run).from_json(run.to_json()) == run


def test_the_own_address_is_no_evidence_even_if_its_text_changed(stand):
    stand.pages["/own"] = page("Our article", *OTHER)
    article = Document.from_url(f"{stand.url}/own")
    stand.pages["/own"] = page("Our article, updated", *NAIROBI)
    run = summarize(
        article,
        settings=EXTRACTIVE,
        search=SearchSettings(("searxng",), reuse=False),
    )
    assert list(problems(run.external_check)) == [f"{stand.url}/own"]


def test_before_leaves_out_later_pages_and_those_without_a_date(stand):
    stand.pages |= {
        "/old": page("Nairobi", *NAIROBI, date="2020-01-01"),
        "/new": page("Equator", *OTHER, date="2024-05-01"),
        "/undated": page("Kenya", NAIROBI[0]),
    }
    checked = search(before=date(2024, 5, 1))
    assert [document.published for document in checked.documents] == [date(2020, 1, 1)]
    assert problems(checked) == {
        f"{stand.url}/new": "is from 2024-05-01, not before 2024-05-01",
        f"{stand.url}/undated": "states no date, so it may be later than 2024-05-01",
    }


def test_a_result_that_is_dated_too_late_is_not_even_fetched(stand):
    stand.results = [{"url": f"{stand.url}/new", "publishedDate": "2025-01-01T00:00"}]
    checked = search(before=date(2024, 5, 1))
    assert problems(checked) == {
        f"{stand.url}/new": "is from 2025-01-01, not before 2024-05-01"
    }
    assert "/new" not in stand.requests


def test_preferred_sites_come_first_and_excluded_ones_never(stand):
    stand.pages["/nairobi"] = page("Nairobi", *NAIROBI)
    elsewhere = [{"url": f"http://site{number}.example/"} for number in range(9)]
    stand.results = [*elsewhere, "/nairobi"]
    checked = search(max_pages=1, prefer=("127.0.0.1",), exclude=("example",))
    assert [found.url for found in checked.search.pages] == [f"{stand.url}/nairobi"]
    stand.results = elsewhere[:1]
    assert problems(search(exclude=("example",))) == {
        "http://site0.example/": "its site is excluded by your settings"
    }


def test_robots_txt_is_followed(stand):
    stand.pages |= {
        "/robots.txt": (
            200,
            {"content-type": "text/plain"},
            "User-agent: *\nDisallow: /secret\n",
        ),
        "/secret/a": page("Nairobi", *NAIROBI),
        "/open": page("Equator", *OTHER),
        "/moved": (302, {"location": "/secret/a"}, ""),
    }
    stand.results = ["/secret/a", "/open", "/moved"]
    checked = search()
    problem = "its robots.txt disallows fetching it"
    assert problems(checked) == {
        f"{stand.url}/secret/a": problem,
        f"{stand.url}/moved": f"{stand.url}/secret/a: {problem}",
    }
    assert "/secret/a" not in stand.requests
    assert stand.requests.count("/robots.txt") == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((302, {"location": "http://169.254.169.254/latest/"}, ""), "resolves to 169.254.169.254, a private address that [search] allow_private does not name"),
        ((302, {"location": "http://10.0.0.1/"}, ""), "resolves to 10.0.0.1, a private address that [search] allow_private does not name"),
        ((302, {"location": "file:///etc/passwd"}, ""), "only http and https addresses are supported, not file:"),
        ((403, {}, "no"), "refuses access (HTTP 403)"),
        ((500, {}, "no"), "returns no document (HTTP 500)"),
        ((200, {"content-type": "video/mp4"}, "x"), "is video/mp4, which claimcheck can't read"),
        ((200, HTML, ""), "is empty"),
        ((200, HTML, "<html><body></body></html>"), "no article was found in the page"),
        ((200, HTML, b"a" * (21 * 2**20)), "has more than 20 MB"),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_read_costs_only_itself(stand, answer, problem):
    stand.pages |= {"/bad": answer, "/nairobi": page("Nairobi", *NAIROBI)}
    checked = search()
    assert checked.verdicts[0].label == "supported"
    (found,) = [text for url, text in problems(checked).items() if "/bad" in url]
    assert problem in found


@pytest.mark.parametrize("pages", [{}, {"/nairobi": page("Nairobi", *NAIROBI)}])
def test_the_html_report_lists_searches_and_pages_once(stand, pages):
    from claimcheck.reports.formats import Format, render_check

    stand.pages |= {"/gone": (404, {}, ""), **pages}
    report = render_check(search(), Format.HTML)
    assert report.count(f"Left out: {stand.url}/gone: returns no document") == 1
    assert "Searched searxng for" in report


def test_a_page_of_100_megabytes_is_not_read_to_its_end(stand):
    # A gzip of zeros: 100 kB on the way, 100 MB unpacked.
    import gzip

    packed = gzip.compress(bytes(100 * 2**20))
    stand.pages["/bomb"] = (200, HTML | {"content-encoding": "gzip", "content-length": str(len(packed))}, packed)  # fmt: skip
    assert problems(search()) == {f"{stand.url}/bomb": "has more than 20 MB"}


def test_a_search_result_never_leads_to_the_private_network(stand, monkeypatch):
    monkeypatch.undo()  # loopback is private again
    monkeypatch.setenv("CLAIMCHECK_SEARXNG_URL", stand.url)
    stand.pages["/admin"] = page("Nairobi", *NAIROBI)
    checked = search()
    assert problems(checked) == {
        f"{stand.url}/admin": "resolves to 127.0.0.1, a private address that [search] allow_private does not name"
    }
    assert "/admin" not in stand.requests


def test_a_host_that_the_user_names_may_be_private(stand, monkeypatch):
    monkeypatch.undo()  # loopback is private again
    monkeypatch.setenv("CLAIMCHECK_SEARXNG_URL", stand.url)
    stand.pages["/nairobi"] = page("Nairobi", *NAIROBI)
    stand.pages["/elsewhere"] = (302, {"location": "http://localhost:1/x"}, "")
    found = search(allow_private=("127.0.0.1",))
    assert found.verdicts[0].label == "supported"
    (problem,) = problems(found).values()
    assert problem.endswith("that [search] allow_private does not name")


def test_hostile_titles_reach_no_terminal_and_no_page(stand):
    from claimcheck.reports.formats import Format, render_check

    title = "\x1b[31m<script>alert(1)</script>\u202e| [x](http://evil.example)"
    stand.results = [{"url": f"{stand.url}/missing", "title": title}]
    checked = search()
    (found,) = checked.search.pages
    assert "\x1b" not in found.title
    assert "\u202e" not in found.title
    for format in (Format.TEXT, Format.MARKDOWN, Format.HTML):
        report = render_check(checked, format)
        assert "\x1b" not in report
        assert "<script>alert" not in report


def test_an_equal_search_is_answered_from_the_archive(stand):
    stand.pages["/nairobi"] = page("Nairobi", *NAIROBI)
    first = search(reuse=True)
    before = len(stand.requests)
    second = search(reuse=True)
    assert len(stand.requests) == before
    assert second.verdicts == first.verdicts
    assert second.search == first.search
    search(reuse=False)
    assert len(stand.requests) > before


def test_a_search_that_fails_is_tried_again(stand, monkeypatch):
    monkeypatch.setattr(endpoint, "_BACKOFF", lambda state: 0.0)
    stand.pages["/nairobi"] = page("Nairobi", *NAIROBI)
    stand.refusals = [(503, "", {}), (429, "", {"retry-after": "0"})]
    assert search().verdicts[0].label == "supported"


@pytest.mark.parametrize(
    ("refusal", "error", "message"),
    [
        ((403, "Forbidden", {}), errors.AuthenticationError, "must allow `json`"),
        ((429, "", {"retry-after": "3600"}), errors.ProviderError, "accepts no more requests now"),
        ((404, "", {}), errors.ProviderError, "HTTP 404"),
        ((200, "<html>", {}), errors.ProviderError, "is not JSON"),
        ((200, "[]", {}), errors.ProviderError, "is not SearXNG"),
        ((200, "{\"results\": \"x\"}", {}), errors.ProviderError, "is not SearXNG"),
        ((302, "", {"location": "http://evil.example/"}), errors.ProviderError, "redirects to 'http://evil.example/'"),
    ],
)  # fmt: skip
def test_a_provider_without_any_answer_is_an_error(stand, refusal, error, message):
    stand.refusals = [refusal] * 9
    with pytest.raises(error, match=message):
        search()


def test_a_provider_that_is_down_says_so(stand, monkeypatch):
    monkeypatch.setattr(endpoint, "_BACKOFF", lambda state: 0.0)
    monkeypatch.setenv("CLAIMCHECK_SEARXNG_URL", "http://127.0.0.1:9")
    with pytest.raises(errors.ProviderError, match="can't be reached"):
        search()


def test_a_slow_provider_is_given_up(stand, monkeypatch):
    monkeypatch.setattr(endpoint, "TIMEOUT_S", 0.2)
    monkeypatch.setattr(endpoint, "_ATTEMPTS", 1)
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("CLAIMCHECK_SEARXNG_URL", f"http://127.0.0.1:{port}")
        with pytest.raises(errors.ProviderError, match="did not answer within"):
            search()


def test_a_key_is_in_no_result_and_not_in_the_archive(stand, monkeypatch, tmp_path):
    key = "k-0123456789abcdef"
    monkeypatch.setenv("BRAVE_API_KEY", key)
    monkeypatch.setenv("CLAIMCHECK_BRAVE_URL", stand.url)
    answer = {"web": {"results": [{"url": f"{stand.url}/nairobi"}]}}
    stand.pages |= {
        "/web/search?q=nairobi+founded+1899+rail+depot&count=10&search_lang=en": (
            200,
            {},
            answer,
        ),
        "/nairobi": page("Nairobi", *NAIROBI),
    }
    checked = search(providers=("brave",), max_pages=1, reuse=True)
    assert checked.verdicts[0].label == "supported"
    assert key not in checked.to_json()
    stored = [path for path in tmp_path.rglob("evidence.db*") if path.stat().st_size]
    assert stored
    assert all(key.encode() not in path.read_bytes() for path in stored)


def test_no_results_are_not_an_error(stand):
    stand.results = []
    checked = search()
    assert checked.searched == 0
    assert checked.verdicts[0].label == "not_enough_evidence"


SILENT = [["bing", "Suspended: CAPTCHA"], ["startpage", "timeout"]]


def test_blocked_engines_are_not_an_empty_result(stand):
    answer = {"results": [], "unresponsive_engines": SILENT}
    stand.refusals = [(200, answer, {})] * 9
    message = r"did not answer: bing \(CAPTCHA\), startpage \(timeout\)"
    with pytest.raises(errors.ProviderError, match=message):
        search()


def test_a_shorter_query_follows_one_that_engines_did_not_answer(stand):
    stand.pages["/nairobi"] = page("Nairobi", *NAIROBI)
    answer = {"results": [], "unresponsive_engines": SILENT[:1]}
    stand.refusals = [(200, answer, {})]
    checked = search()
    assert checked.verdicts[0].label == "supported"
    first, *others = checked.search.claims[0].queries
    assert "CAPTCHA" in first.problem
    assert not any(query.problem for query in others)


def test_one_silent_engine_among_others_is_no_problem(stand):
    stand.pages["/nairobi"] = page("Nairobi", *NAIROBI)
    answer = {"results": stand.list_results(), "unresponsive_engines": SILENT}
    stand.refusals = [(200, answer, {})] * 9
    checked = search()
    assert checked.verdicts[0].label == "supported"
    assert not any(query.problem for query in checked.search.claims[0].queries)


def test_a_claim_that_could_not_be_searched_has_no_verdict(stand):
    stand.pages["/nairobi"] = page("Nairobi", *NAIROBI)
    checked = search(CLAIM, "Oslo is the capital of Norway.", max_requests=1)
    assert len(checked.verdicts) + len(checked.failures) == 2
    (failure,) = checked.failures
    assert failure.cause == "unanswered"
    assert "the maximum number of requests (1) is reached" in failure.message
    assert len(stand.queries) == 1


def test_given_evidence_counts_beside_what_was_found(stand):
    stand.pages["/nairobi"] = page("Nairobi", *NAIROBI)
    own = Document.from_text(
        "Nairobi was founded in 1899 as a rail depot, our archive says."
    )
    checked = check(
        [CLAIM],
        own,
        search=SearchSettings(("searxng",), reuse=False),
        settings=EXTRACTIVE,
    )
    assert checked.searched == 2
    assert own.id in checked.search.claims[0].document_ids


@pytest.mark.parametrize("status", [200, 302, 400, 403])
def test_no_error_shows_the_key_or_a_piece_of_it(status):
    key = "0123456789abcdef0123456789abcdef"

    class Refusing(Handler):
        def do_GET(self):
            words = f"{'x' * 30} bad key {key} {'y' * 120} {key}"
            self.answer(words, status, location=f"http://{key}.example/")

    with serve_handler(Refusing) as url:
        provider = endpoint.Endpoint("Test", url, key)
        with pytest.raises(errors.ProviderError) as caught:
            provider.get_json()
        provider.close()
    assert key[:8] not in str(caught.value)
