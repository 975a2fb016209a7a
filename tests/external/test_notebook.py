"""Results in a notebook, run by Jupyter's own client."""

import pytest

nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

CELLS = (
    "import claimcheck\n"
    "settings = claimcheck.Settings(engine='extractive')\n"
    "text = 'The ferry carried 900 people in 2020.'\n"
    "claimcheck.summarize(text, settings=settings)",
    "claimcheck.check(['The ferry carried 700 people.'], text, settings=settings)",
    "await claimcheck.asummarize(text, settings=settings)",
)


@pytest.mark.enable_socket
def test_results_are_shown_as_reports_without_warnings():
    import nbformat

    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbclient.NotebookClient(notebook, timeout=200).execute()
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    assert [output.output_type for output in outputs] == ["execute_result"] * 3
    run, check, again = (output.data["text/markdown"] for output in outputs)
    assert "The ferry carried 900 people in 2020. \\[1\\]" in run
    assert "The claim says “700 people”, the evidence “900 people”." in check
    assert again.startswith("# The ferry carried 900 people in 2020")
