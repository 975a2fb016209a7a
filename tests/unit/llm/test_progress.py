"""Progress reports every request that was sent and answered."""

from claimcheck import RunProgress, RunWork, Settings, schemas, summarize
from claimcheck.llm.progress import _WORK_BY_SCHEMA
from tests.support.scripted import ScriptedClient, answer, claim, response

FERRY = "The ferry carried 900 people in 2020."
EXTRACTIVE = Settings(engine="extractive")
SCRIPTED = Settings(engine="llm", model="scripted")


def test_reports_every_request_sent_and_answered():
    heard = []
    quote_not_there = response(
        answer(claim("The ferry carried 800 people in 2020.", FERRY))
    )
    second = response({"corrections": []})
    summarize(
        FERRY,
        settings=SCRIPTED,
        client=ScriptedClient([quote_not_there, second]),
        progress=heard.append,
    )
    assert heard == [
        RunProgress(RunWork.SUMMARY_AND_CLAIMS, 0, 1),
        RunProgress(RunWork.SUMMARY_AND_CLAIMS, 1, 1),
        RunProgress(RunWork.QUOTES, 0, 1),
        RunProgress(RunWork.QUOTES, 1, 1),
    ]
    assert str(heard[1]) == "summary and claims: 1 of 1 answered"


def test_reports_an_engine_that_sends_no_request():
    heard = []
    summarize(FERRY, settings=EXTRACTIVE, progress=heard.append)
    assert [str(stage) for stage in heard] == ["summary and claims"]


def test_every_answer_schema_belongs_to_a_stage():
    assert {name for name in schemas.list_names() if name.endswith(".answer")} == set(
        _WORK_BY_SCHEMA
    )
