"""The scorer in Inspect itself, with its mock model."""

import lzma

import pytest

from tests.support.paths import ROOT

inspect_ai = pytest.importorskip("inspect_ai")


# The name under which tiktoken keeps the encoding o200k_base.
_TIKTOKEN_NAME = "fb374d419588a4632f3f557e76b4b70aebbca790"


@pytest.fixture(autouse=True)
def _encoding(tmp_path, monkeypatch):
    """Give tiktoken the encoding that Inspect's token counts would download."""
    packed = (ROOT / "claimcheck/data/o200k_base.tiktoken.xz").read_bytes()
    (tmp_path / _TIKTOKEN_NAME).write_bytes(lzma.decompress(packed))
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))


def test_inspect_scores_a_task(tmp_path):
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ModelOutput, get_model

    from claimcheck.integrations.inspect import supported

    source = "The ferry carried 900 people in 2020. It was built in 1998."
    answer = "The ferry carried 900 people in 2020. It was built in 1987."
    outputs = [ModelOutput.from_content("mockllm", answer)]
    task = inspect_ai.Task(
        dataset=[Sample(input="Summarize.", target=source)], scorer=supported()
    )
    model = get_model("mockllm/model", custom_outputs=outputs)
    (log,) = inspect_ai.eval(task, model=model, log_dir=str(tmp_path), display="none")
    assert log.status == "success", log.error
    (score,) = log.samples[0].scores.values()
    assert score.value == 0.5
    assert "1987" in score.explanation
