"""A bundle can be signed as a file, with the commands of the decision record."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from claimcheck import Document, Settings, summarize
from claimcheck.bundles.bundle import write_bundle
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "decisions" / "013-bundles-are-signed-as-files.md"


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")
def test_the_documented_commands_sign_a_bundle_and_notice_a_change(tmp_path):
    document = Document.from_text("Venus is hot. The ferry carried 900 people.")
    run = summarize(document, settings=Settings(engine="extractive"))
    bundle = tmp_path / "case.zip"
    write_bundle(run, bundle)
    key = tmp_path / "key"
    make_key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(make_key, check=True)
    public = Path(f"{key}.pub").read_text()
    (tmp_path / "signers").write_text(f"anna@example.org {public}")
    sign, verify = re.findall(r"^ssh-keygen .*?(?=\s+#|$)", PAGE.read_text(), re.M)
    sign = sign.replace("~/.ssh/id_ed25519", str(key))
    run_in(tmp_path, sign)
    assert run_in(tmp_path, verify) == 0
    bundle.write_bytes(bundle.read_bytes() + b"x")
    assert run_in(tmp_path, verify) != 0


def run_in(folder, command):
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, check=False
    ).returncode
