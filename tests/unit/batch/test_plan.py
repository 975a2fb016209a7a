"""The configuration of a batch names all that its answers depend on."""

from claimcheck import Limits, Settings
from claimcheck.batch.plan import Plan
from claimcheck.pipeline import check, long_document, summarize

SETTINGS = Settings(engine="llm", model="scripted")


def test_names_every_prompt_and_schema_that_its_pipelines_use():
    config = Plan.from_settings(SETTINGS, Limits(), check=True).config()
    used = {*summarize.PROMPTS, *long_document.PROMPTS, *check.PROMPTS}
    assert config["prompts"].keys() == used
    assert config["schemas"].keys() >= {
        *long_document.SCHEMAS,
        summarize.SCHEMA,
        check.SCHEMA,
    }
    assert "verdict" not in Plan.from_settings(SETTINGS, Limits()).config()["prompts"]
