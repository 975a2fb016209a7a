"""Providers are found by name, and get the endpoint and key of the user."""

import pytest

from claimcheck import errors
from claimcheck.search import provider
from claimcheck.search.provider import list_providers, open_provider
from claimcheck.settings import SearchEndpoint

URL = "http://127.0.0.1:9"


class Archive:
    """A provider of another package."""

    default_url = "https://archive.example"
    key_variable = "ARCHIVE_KEY"
    requests_per_minute = 60
    serves_pages = False

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def search(self, query):
        return []


@pytest.fixture
def _other_package(monkeypatch):
    class Point:
        name = "archive"

        def load(self):
            return Archive

    def find(*, group, name="archive"):
        assert group == "claimcheck.search"
        return [Point()] if name == "archive" else []

    monkeypatch.setattr(provider, "entry_points", find)


def open_by_name(name, configured=None, **environment):
    opened, endpoint = open_provider(name, configured or {}, environment)
    endpoint.close()
    return opened, endpoint


def test_the_environment_overrides_the_settings():
    configured = {"searxng": SearchEndpoint("http://settings.example")}
    _, endpoint = open_by_name("searxng", configured)
    assert endpoint.url == "http://settings.example"
    _, endpoint = open_by_name("searxng", configured, CLAIMCHECK_SEARXNG_URL=URL)
    assert endpoint.url == URL


def test_wikipedia_needs_no_settings():
    assert open_by_name("wikipedia")[1].url == "https://en.wikipedia.org/w"


def test_an_unknown_provider_lists_the_known_ones():
    with pytest.raises(errors.SettingsError, match="available: searxng, mediawiki"):
        open_by_name("altavista")


def test_a_provider_without_its_endpoint_says_how_to_name_one():
    with pytest.raises(errors.SettingsError, match="set CLAIMCHECK_KIWIX_URL"):
        open_by_name("kiwix")


@pytest.mark.usefixtures("_other_package")
def test_another_package_adds_a_provider():
    assert list_providers()[-1] == "archive"
    opened, endpoint = open_by_name("archive", ARCHIVE_KEY="k-123")
    assert isinstance(opened, Archive)
    assert (endpoint.url, endpoint.key) == ("https://archive.example", "k-123")


@pytest.mark.usefixtures("_other_package")
def test_a_missing_key_is_an_error_before_anything_is_sent():
    with pytest.raises(
        errors.SettingsError, match=r"no key; set ARCHIVE_KEY \(in Python: "
    ):
        open_by_name("archive")
    configured = {"archive": SearchEndpoint(api_key="k-own")}
    assert open_by_name("archive", configured)[1].key == "k-own"


@pytest.mark.usefixtures("_other_package")
def test_the_endpoint_of_a_project_gets_no_key():
    configured = {"archive": SearchEndpoint(URL, is_project=True)}
    with pytest.raises(errors.SettingsError, match="your key is not sent"):
        open_by_name("archive", configured, ARCHIVE_KEY="k-123")


@pytest.mark.parametrize("key", ["k-one\nk-two", "k-ключ", "k-\x00"])
def test_a_key_that_cannot_be_sent_is_not_printed(key):
    with pytest.raises(errors.SettingsError, match="BRAVE_API_KEY") as caught:
        open_by_name("brave", BRAVE_API_KEY=key)
    assert "k-" not in str(caught.value)
    assert open_by_name("brave", BRAVE_API_KEY=" k-9 \r\n")[1].key == "k-9"
