"""The HTTP API, fuzzed by schemathesis from its own description.

The server must not fail, and every response must match the description. It may refuse
a valid request: a schema can't say whether a text can be read or an address fetched.
"""

import subprocess
import sys
from pathlib import Path

import openapi_spec_validator
import pytest

from tests.support.web import FERRY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


def fuzz(api, folder, *options):
    command = [
        SCHEMATHESIS,
        "run",
        f"{str(api.base_url).rstrip('/')}/openapi.json",
        "--max-examples=25",
        "--seed=1",
        "--request-timeout=90",
        "--exclude-checks=positive_data_acceptance",
        "--generation-database=none",
        "--no-color",
        *options,
    ]
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=550,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    return done.stdout


def test_no_request_breaks_the_server_or_its_description(serve, tmp_path):
    assert "Tested: 10" in fuzz(serve(), tmp_path)


def test_no_request_for_existing_objects_breaks_the_server(serve, tmp_path):
    api = serve()
    claim = api.post("/api/runs", json={"text": FERRY}).json()["claims"][0]["id"]
    arguments = {"claims": [{"text": FERRY}], "evidence": [{"text": FERRY}]}
    assert api.post("/api/checks", json=arguments).status_code == 201
    (tmp_path / "schemathesis.toml").write_text(
        "[parameters]\n"
        '"path.name" = "1-1"\n'
        f'"path.claim" = "{claim}"\n'
        '"path.number" = 1\n'
    )
    output = fuzz(api, tmp_path, "--include-path-regex={", "--exclude-method=DELETE")
    assert "Tested: 4" in output
    assert "Missing test data" not in output


def test_the_description_is_valid_openapi(serve):
    openapi_spec_validator.validate(serve().get("/openapi.json").json())
