import json

import pytest


@pytest.fixture
def write(tmp_path):
    def to(rows, name="rows.jsonl"):
        path = tmp_path / name
        path.write_text(
            "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
        )
        return path

    return to
