"""Verifies bundles as a recipient does, and changes them as a forger does."""

import hashlib
import json
import zipfile

from claimcheck.bundles.verify import verify_bundle

ALL_STEPS = ("files", "spans", "source", "prompts and schemas", "claims and verdicts")


def list_steps(path):
    """Return by name whether each step of the verification succeeds."""
    return {step.name: step.holds for step in verify_bundle(path)}


def change(path, name, edit, *, update_hashes=False):
    """Change one file of a bundle.

    `update_hashes` also updates the manifest, as a forger would.
    """
    with zipfile.ZipFile(path) as archive:
        files = {item: archive.read(item) for item in archive.namelist()}
    files[name] = edit(files[name].decode()).encode()
    if update_hashes:
        manifest = json.loads(files["manifest.json"])
        manifest["files"] = {
            item: hashlib.sha256(data).hexdigest()
            for item, data in files.items()
            if item != "manifest.json"
        }
        files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for item, data in files.items():
            archive.writestr(item, data)
