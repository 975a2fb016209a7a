#!/bin/sh
# Build the sdist and from it the wheel, install that into a new environment, and
# summarize a file from another folder: wheel.sh FILE
set -eu
seed=$(realpath "$1")
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$PYTHON" -m build --outdir "$work/dist" . >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
"$PYTHON" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$work"/dist/*.whl
mkdir "$work/elsewhere"
cd "$work/elsewhere"
"$work/venv/bin/claimcheck" summarize "$seed" --engine extractive --quiet --format json -o run.json
"$work/venv/bin/claimcheck" validate run.json
"$work/venv/bin/claimcheck" prompts >/dev/null
"$work/venv/bin/claimcheck" prompts init mine --quiet
"$work/venv/bin/claimcheck" prompts lint mine >/dev/null
"$work/venv/bin/claimcheck" batch "$seed" --store runs.db --engine extractive --quiet
"$work/venv/bin/claimcheck" runs show "$seed" --store runs.db --format html | grep -q "</html>"
"$work/venv/bin/python" - <<'PY'
import pathlib, claimcheck
run = claimcheck.Run.from_json(pathlib.Path("run.json").read_text())
assert len(run.claims) >= 10, len(run.claims)
(found,) = claimcheck.ground("Kim bought a large yard in May. It is in the old town.", ["Kim purchased a large yard in May."])
assert found.match == "fuzzy", found  # the synonyms are in the wheel
assert "site-packages" in claimcheck.__file__, claimcheck.__file__
PY
# A stranger's project, which replays its cassettes.
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$(echo "$work"/dist/*.whl)[testing]"
cp -r "$root/examples/ci" "$work/newsroom"
cd "$work/newsroom"
"$work/venv/bin/pytest" -q
"$work/venv/bin/claimcheck" cassettes check
echo "wheel: it replays the example project"
echo "wheel: it installs and summarizes from another folder"
