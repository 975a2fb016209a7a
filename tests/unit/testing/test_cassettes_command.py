"""`claimcheck cassettes`."""

import json

from tests.support.command import claimcheck
from tests.unit.testing.test_cassette import record, request, response


def test_lists_and_checks_a_folder(tmp_path):
    folder = tmp_path / "cassettes"
    sent = request(b'{"model": "m-1", "text": "see /home/anna/list.txt"}')
    record(folder / "a/one.json", (sent, response()), item="test_a.py::test_one")
    (folder / "broken.json").write_text("{")
    listed = claimcheck("cassettes", "list")
    assert listed.returncode == 0
    assert "a/one.json: 1 answers, m-1\n    test_a.py::test_one\n" in listed.out

    record(folder / "a/one.json", item="test_a.py::test_one")  # plays nothing
    checked = claimcheck("cassettes", "check", str(folder), "--format", "json")
    assert checked.returncode == 1
    one, broken = [json.loads(line) for line in checked.out.splitlines()]
    assert (one["unused"], len(one["problems"])) == (1, 2)
    assert "machine path: /home/anna" in one["problems"][0]
    assert "is not a cassette" in broken["problems"][0]

    assert claimcheck("cassettes", "check", "nowhere").returncode == 2
    (folder / "broken.json").unlink()
    (folder / "a/one.json").unlink()
    assert claimcheck("cassettes", "check").returncode == 0
