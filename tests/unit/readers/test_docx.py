"""Reading Word documents."""

import pytest

from claimcheck import Document, errors
from tests.support.paths import FILES


def test_names_a_damaged_document(tmp_path):
    """Found by fuzzing: the error of zlib for damaged data was not caught."""
    data = bytearray((FILES / "ferry.docx").read_bytes())
    start = data.index(b"word/styles.xml") + 40
    data[start : start + 200] = bytes(200)
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(errors.InputError, match="is a damaged Word document"):
        Document.from_path(path)


def test_reads_every_cell_of_a_row_with_equal_cells(tmp_path):
    import docx

    document = docx.Document()
    table = document.add_table(1, 3)
    for cell, text in zip(table.rows[0].cells, ("Yards", "5", "5"), strict=True):
        cell.text = text
    document.save(str(tmp_path / "a.docx"))
    assert Document.from_path(tmp_path / "a.docx").text == "Yards\t5\t5"
