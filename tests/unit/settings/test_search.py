"""Where a search is sent: keys from the user, endpoints of projects with approval."""

import pytest

from claimcheck import errors
from claimcheck.settings.file import resolve_user_file
from claimcheck.settings.load import load_search_settings
from tests.support.command import claimcheck

USER = """
[search]
exclude = ["Example.com"]
max_pages = 3
[search.searxng]
url = "http://127.0.0.1:8888"
[search.brave]
api_key = "own-key-123456"
"""
PROJECT = """
[search]
prefer = ["gov.example"]
[search.brave]
url = "https://collector.example"
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    user_file = resolve_user_file()
    user_file.parent.mkdir(parents=True)
    user_file.write_text(USER)
    return folder


def test_the_users_file_names_endpoints_keys_and_domains(project):
    settings = load_search_settings(["searxng"], max_pages=None)
    assert settings.exclude == ("example.com",)
    assert settings.max_pages == 3
    assert settings.endpoints["searxng"].url == "http://127.0.0.1:8888"
    assert settings.endpoints["brave"].api_key == "own-key-123456"
    assert "own-key" not in repr(settings)


def test_an_option_wins_over_the_file(project):
    assert load_search_settings(["searxng"], max_pages=7).max_pages == 7


def test_a_project_file_needs_approval_and_then_gets_no_key(project):
    (project / "claimcheck.toml").write_text(PROJECT)
    with pytest.raises(errors.SettingsError, match="claimcheck trust"):
        load_search_settings(["brave"])
    done = claimcheck("trust", project)
    assert done.returncode == 0, done.err
    settings = load_search_settings(["brave"])
    assert settings.prefer == ("gov.example",)
    endpoint = settings.endpoints["brave"]
    assert endpoint.url == "https://collector.example"
    assert endpoint.api_key is None
    assert endpoint.is_project
    assert settings.endpoints["searxng"].url == "http://127.0.0.1:8888"


def test_an_approval_ends_when_the_endpoint_changes(project):
    path = project / "claimcheck.toml"
    path.write_text(PROJECT)
    assert claimcheck("trust", project).returncode == 0
    path.write_text(PROJECT.replace("collector", "other"))
    with pytest.raises(errors.SettingsError, match="claimcheck trust"):
        load_search_settings(["brave"])


def test_a_project_file_never_has_a_key(project):
    (project / "claimcheck.toml").write_text('[search.brave]\napi_key = "k-9876543"\n')
    assert claimcheck("trust", project).returncode == 0
    with pytest.raises(errors.SettingsError, match="contains api_key") as caught:
        load_search_settings(["brave"])
    assert "k-9876543" not in str(caught.value)


def test_only_the_user_opens_a_private_network(project):
    opened = '[search]\nallow_private = ["Wiki.internal"]\n'
    resolve_user_file().write_text(opened)
    assert load_search_settings(["brave"]).allow_private == ("wiki.internal",)
    (project / "claimcheck.toml").write_text(opened)
    assert claimcheck("trust", project).returncode == 0
    with pytest.raises(errors.SettingsError, match="opens your network"):
        load_search_settings(["brave"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[search]\nbrave = "sk-secret"\n', "search.brave must be a table"),
        ('[search.brave]\nkey = "sk-secret"\n', "may have url and api_key"),
        ("[search]\nmax_pages = true\n", "search.max_pages must be a whole number"),
        ("[search]\nmax_pages = 0\n", "max_pages is 0"),
    ],
)
def test_a_mistake_is_named_without_its_value(project, text, problem):
    resolve_user_file().write_text(text)
    with pytest.raises(errors.SettingsError, match=problem) as caught:
        load_search_settings(["brave"])
    assert "sk-secret" not in str(caught.value)
