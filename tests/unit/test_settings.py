"""Where settings come from, and what is refused."""

import pytest

from claimcheck import Settings, errors
from claimcheck.config import load_settings


def load(tmp_path, flags=None, environment=None, toml=None):
    if toml is not None:
        (tmp_path / "claimcheck.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    return load_settings(flags, environment=environment or {}, folder=tmp_path)


def test_flags_win_over_environment_over_file_over_defaults(tmp_path):
    found = load(
        tmp_path,
        {"model": "flag"},
        {"CLAIMCHECK_MODEL": "env", "OPENAI_BASE_URL": "http://env/v1"},
        'model = "file"\nbase_url = "http://file/v1"\nmax_claims = 5\n',
    )
    assert (found.settings.model, found.settings.base_url, found.settings.max_claims) == (
        "flag",
        "http://env/v1",
        5,
    )
    assert (found.origins["model"], found.origins["base_url"]) == ("flag", "environment OPENAI_BASE_URL")
    assert (found.origins["max_claims"], found.origins["attempts"]) == ("claimcheck.toml", "default")


def test_an_empty_variable_is_not_set(tmp_path):
    assert load(tmp_path, environment={"CLAIMCHECK_ENGINE": ""}).settings.engine == "auto"


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("model = ", "is no TOML"),
        (b"\xff\xfe", "is no TOML"),
        ("modle = 'x'", "'modle' is unknown; there are attempts"),
        ("max_claims = 'many'", "max_claims is 'many'; it has to be int"),
        ("max_claims = true", "max_claims is True"),
        ("max_claims = 0", "claimcheck.toml: max_claims is 0; give a whole number from 1"),
        ("api_key = 'sk-abc'", "holds api_key"),
    ],
)
def test_a_malformed_file_is_refused_with_its_name(tmp_path, toml, message):
    with pytest.raises(errors.SettingsError, match=message) as caught:
        load(tmp_path, toml=toml)
    assert "claimcheck.toml" in str(caught.value)
    assert "sk-abc" not in str(caught.value)


@pytest.mark.parametrize(
    "bad",
    [
        {"engine": "gpt"},
        {"attempts": 0},
        {"temperature": 3.0},
        {"temperature": float("nan")},
        {"seed": -1},
        {"base_url": "localhost:8080"},
        {"context_tokens": 3},
        {"timeout_s": 0},
        {"max_output_tokens": 0},
    ],
)
def test_values_that_make_no_sense_are_refused_by_name(bad):
    with pytest.raises(errors.SettingsError, match=next(iter(bad))):
        Settings(**bad)


def test_auto_takes_a_model_only_where_one_or_an_endpoint_is_named():
    assert Settings().chosen_engine() == "extractive"
    assert Settings(api_key="k" * 20).chosen_engine() == "extractive"
    assert Settings(model="m").chosen_engine() == "llm"
    assert Settings(base_url="http://localhost/v1").chosen_engine() == "llm"


def test_an_endpoint_is_shown_without_credentials():
    assert Settings(base_url="http://jane:pw@localhost:80/v1?key=abc").endpoint() == "http://localhost:80/v1"
    assert Settings().endpoint() == "api.openai.com"


def test_the_key_is_in_no_representation():
    settings = Settings(api_key="sk-very-secret")
    assert "secret" not in repr(settings)
    assert "api_key" not in settings.published()
