"""Settings: where they come from, what is refused, and what is never shown."""

import pytest

from claimcheck import Limits, Settings, errors
from claimcheck.settings.load import fill_endpoint, load_settings


@pytest.mark.parametrize(
    "name", ["concurrency", "rpm", "tpm", "budget_usd", "budget_tokens"]
)
def test_refuses_a_limit_of_zero(name):
    with pytest.raises(
        errors.SettingsError, match=f"{name} is 0; give a number above 0"
    ):
        Limits(**{name: 0})


@pytest.mark.parametrize(
    "price",
    ["{ input = 1 }", "3", '{ input = "1", output = 2 }', "{ input = -1, output = 2 }"],
)
def test_names_a_price_that_is_not_valid(tmp_path, price):
    (tmp_path / "claimcheck.toml").write_text(f'[prices]\n"gpt x" = {price}\n')
    with pytest.raises(
        errors.SettingsError, match=r"prices\.'gpt x' is .*; give US dollars"
    ):
        load_settings(folder=tmp_path, environment={})


def load(tmp_path, flags=None, environment=None, toml=None):
    if toml is not None:
        (tmp_path / "claimcheck.toml").write_bytes(
            toml if isinstance(toml, bytes) else toml.encode()
        )
    return load_settings(flags, environment=environment or {}, folder=tmp_path)


def test_flags_override_environment_override_file_override_defaults(tmp_path):
    found = load(
        tmp_path,
        {"model": "flag"},
        {"CLAIMCHECK_MODEL": "env", "OPENAI_BASE_URL": "http://env/v1"},
        'model = "file"\nbase_url = "http://file/v1"\nmax_claims = 5\n',
    )
    assert (
        found.settings.model,
        found.settings.base_url,
        found.settings.max_claims,
    ) == (
        "flag",
        "http://env/v1",
        5,
    )
    assert (found.origins["model"], found.origins["base_url"]) == (
        "flag",
        "environment OPENAI_BASE_URL",
    )
    assert (found.origins["max_claims"], found.origins["attempts"]) == (
        "claimcheck.toml",
        "default",
    )


def test_an_empty_environment_variable_counts_as_unset(tmp_path):
    assert (
        load(tmp_path, environment={"CLAIMCHECK_ENGINE": ""}).settings.engine == "auto"
    )


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("model = ", "is not valid TOML"),
        (b"\xff\xfe", "is not valid TOML"),
        (
            "modle = 'x'",
            "claimcheck.toml, line 1: modle is not a setting; did you mean model?",
        ),
        (
            "max_claims = 'many'",
            "line 1: max_claims is 'many'; it must be a whole number",
        ),
        ("max_claims = true", "max_claims is True"),
        (
            "max_claims = 0",
            "claimcheck.toml, line 1: max_claims is 0; give a whole number from 1",
        ),
        ("api_key = 'sk-abc'", "contains api_key"),
    ],
)
def test_names_a_malformed_file(tmp_path, toml, message):
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
def test_names_settings_with_invalid_values(bad):
    with pytest.raises(errors.SettingsError, match=next(iter(bad))):
        Settings(**bad)


def test_auto_chooses_a_model_only_when_one_or_an_endpoint_is_set():
    assert Settings().chosen_engine() == "extractive"
    assert Settings(api_key="k" * 20).chosen_engine() == "extractive"
    assert Settings(model="m").chosen_engine() == "llm"
    assert Settings(base_url="http://localhost/v1").chosen_engine() == "llm"


def test_shows_an_endpoint_without_credentials():
    assert (
        Settings(base_url="http://jane:pw@localhost:80/v1?key=abc").endpoint()
        == "http://localhost:80/v1"
    )
    assert Settings().endpoint() == "api.openai.com"


def test_never_represents_the_key():
    settings = Settings(api_key="sk-very-secret")
    assert "secret" not in repr(settings)
    assert "api_key" not in settings.published()


def test_the_key_of_the_environment_goes_to_its_endpoint_only():
    environment = {
        "OPENAI_API_KEY": "sk-env-0123456789",
        "OPENAI_BASE_URL": "http://a/v1",
    }
    filled = fill_endpoint(Settings(model="m"), environment)
    assert (filled.api_key, filled.base_url) == ("sk-env-0123456789", "http://a/v1")
    other = Settings(model="m", base_url="http://b/v1")
    assert fill_endpoint(other, environment) == other
    own = fill_endpoint(Settings(model="m", api_key="sk-own-0123456789"), environment)
    assert (own.api_key, own.base_url) == ("sk-own-0123456789", "http://a/v1")


@pytest.mark.parametrize("url", ["http:///v1", "https://?x", "ftp://x/v1", "x:80/v1"])
def test_a_base_url_needs_a_scheme_and_a_host(url):
    with pytest.raises(errors.SettingsError, match=r"is not an http\(s\) URL"):
        Settings(base_url=url)
