"""Every test starts in its own empty folder, without keys and the user's settings."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import certifi
import pytest
from hypothesis import HealthCheck, settings

from claimcheck import resources
from tests.support.paths import SEED

# how long an example takes depends on what else the machine does
settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")


# A shell that starts the tests in the background lets them ignore SIGINT, and so would
# the processes that the tests of Ctrl-C start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _hide_shipped_verifier(tmp_path_factory):
    """Let the default verifier be the lexical one.

    The shipped one is not installed everywhere, and its scores depend on the processor.
    """
    folder = tmp_path_factory.getbasetemp() / "no-data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resources, "find_data", lambda name: folder / name)
        yield


@pytest.fixture(autouse=True, scope="session")
def _one_certificate(tmp_path_factory):
    """Trust one authority: to load all of them for each client takes 20 ms."""
    bundle = Path(certifi.where()).read_text(encoding="utf-8")
    end = "-----END CERTIFICATE-----\n"
    path = tmp_path_factory.getbasetemp() / "one.pem"
    path.write_text(bundle.partition(end)[0] + end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        yield


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path):
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "CLAIMCHECK_MODEL",
        "CLAIMCHECK_ENGINE",
        "COLUMNS",
        "NO_COLOR",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
    ):
        monkeypatch.delenv(name, raising=False)
    # loopback ports come back: what one test's server refused is not another's concern
    if negotiation := sys.modules.get("claimcheck.llm.negotiation"):
        negotiation.forget_dialects()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def seed_text():
    return SEED.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def seed_run(seed_text):
    from claimcheck import Document, Settings, summarize

    return summarize(
        Document.from_text(seed_text, source="seed.txt"),
        settings=Settings(engine="extractive"),
    )
