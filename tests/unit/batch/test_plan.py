"""The configuration of a batch names all that its answers depend on."""

from claimcheck import Limits, Settings
from claimcheck.batch.plan import Plan
from claimcheck.pipeline import (
    check,
    corrections,
    long_document,
    summarize,
    summary,
)

SETTINGS = Settings(engine="llm", model="scripted")


def test_names_every_prompt_and_schema_that_its_pipelines_use():
    config = Plan.from_settings(SETTINGS, Limits(), check=True).config()
    parts = (check, corrections, long_document, summarize, summary)
    used = {part.PROMPT for part in parts}
    assert config["prompts"].keys() == {*used, "repair", "json-only"}
    assert config["schemas"].keys() >= {part.SCHEMA for part in parts}
    assert "verdict" not in Plan.from_settings(SETTINGS, Limits()).config()["prompts"]
