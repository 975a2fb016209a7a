#!/bin/sh
# Make the files of a release in FOLDER: the wheel, the sources, the versions and hashes of
# everything that the extra `all` installs (for every platform), an SBOM, and checksums.
# Then install the wheel from exactly these versions: release.sh FOLDER
set -eu
out=$(mkdir -p "$1" && realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $PYTHON in /*) ;; *) PYTHON=$PWD/$PYTHON UV=$PWD/$UV ;; esac
"$PYTHON" -m build --outdir "$out" . >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
cp -r pyproject.toml README.md LICENSE NOTICE claimcheck "$work"
cd "$work"
version=$("$PYTHON" -c 'exec(open("claimcheck/version.py").read()); print(__version__)')
"$UV" lock --quiet
"$UV" export --locked --quiet --no-emit-project --no-annotate --no-header --extra all \
  --output-file "$out/requirements-$version.txt" >/dev/null
"$UV" export --locked --quiet --extra all --preview-features sbom-export \
  --format cyclonedx1.5 --output-file "$out/claimcheck-$version.cdx.json" >/dev/null
cd "$out"
"$PYTHON" - "requirements-$version.txt" "claimcheck-$version.cdx.json" <<'PY'
import json, pathlib, re, sys
pinned = re.findall(r"^([\w.-]+)==", pathlib.Path(sys.argv[1]).read_text(), re.M)
listed = [part["name"] for part in json.loads(pathlib.Path(sys.argv[2]).read_text())["components"]]
assert pinned and set(pinned) == set(listed), set(pinned) ^ set(listed)
print(f"release: {len(set(pinned))} packages, each with its hashes")
PY
sha256sum *.whl *.tar.gz requirements-* *.cdx.json >SHA256SUMS
"$PYTHON" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
  --requirement "requirements-$version.txt"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps *.whl
"$work/venv/bin/claimcheck" --version
echo "release: it installs from the pinned versions and their hashes"
