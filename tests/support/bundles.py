"""A bundle as its recipient sees it, and as a forger changes it."""

import hashlib
import json
import zipfile

from claimcheck.reports.bundle import verify_bundle

ALL_STEPS = ("files", "spans", "source", "prompts and schemas", "claims and verdicts")


def list_steps(path):
    """Whether each step of the verification holds, by its name."""
    return {step.name: step.holds for step in verify_bundle(path)}


def change(path, name, edit, *, update_hashes=False):
    """Change one file of a bundle; `update_hashes` also updates the manifest, as a forger would."""
    with zipfile.ZipFile(path) as case:
        files = {item: case.read(item) for item in case.namelist()}
    files[name] = edit(files[name].decode()).encode()
    if update_hashes:
        manifest = json.loads(files["manifest.json"])
        manifest["files"] = {
            item: hashlib.sha256(data).hexdigest()
            for item, data in files.items()
            if item != "manifest.json"
        }
        files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as case:
        for item, data in files.items():
            case.writestr(item, data)
