"""The files of a folder: all that may be documents, and why some are not."""

import os
from pathlib import Path

from claimcheck.readers.sources import ReadOptions, find_sources, read_collection


def read_all(folder):
    entries = []
    for source in find_sources([str(folder)], ReadOptions()):
        entries += source.entries()
    return {Path(entry.key).name: entry.problem for entry in entries}


def test_names_broken_links_and_leaves_out_what_is_no_file(tmp_path):
    (tmp_path / "a.txt").write_text("The ferry left.")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.txt").write_text("The ferry came back.")
    (tmp_path / "sub" / ".hidden.txt").write_text("Nobody sees it.")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "c.txt").write_text("Nobody sees it.")
    (tmp_path / "broken.txt").symlink_to("gone")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "parent").symlink_to(".")
    os.mkfifo(tmp_path / "pipe.txt")
    problems = read_all(tmp_path)
    assert {name for name in problems if not problems[name]} == {"a.txt", "b.txt"}
    assert "does not exist" in problems.pop("broken.txt")
    assert "symbolic links" in problems.pop("loop")
    assert problems.keys() == {"a.txt", "b.txt"}
    skipped = read_collection(str(tmp_path)).skipped
    assert [message.partition(": ")[0] for message in skipped] == [
        str(tmp_path / "broken.txt"),
        str(tmp_path / "loop"),
    ]
