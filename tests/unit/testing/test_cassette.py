"""Cassettes without pytest: what is recorded is what is replayed."""

import gzip
import json
import os
import re
import threading

import pytest
from hypothesis import example, given, strategies as st

from claimcheck import Settings, summarize
from claimcheck.testing import CassetteMissError, use_cassette
from claimcheck.testing.bodies import pack_response
from claimcheck.testing.cassette import Cassette
from claimcheck.testing.files import read_file
from tests.support import scripted
from tests.support.cassettes import URL, record, request, response

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=8,
)
JSON_BODIES = st.builds(
    lambda value, indent, ascii_only, end: (
        json.dumps(value, indent=indent, ensure_ascii=ascii_only) + end
    ).encode("utf-8", "backslashreplace"),
    JSON_VALUES,
    st.sampled_from([None, 0, 2, 3, 4]),
    st.booleans(),
    st.sampled_from(["", "\n", "\r\n", " "]),
)
BODIES = st.binary() | st.text().map(str.encode) | JSON_BODIES


def play(path, sent, item=""):
    answer = Cassette(path, item=item).play(sent)
    return answer and answer["body"]["string"]


@given(sent=BODIES, received=BODIES)
@example(sent=b'{"a": "\\ud83d"}', received=b'{"a": "\\ud83d", "b": "\\uD83D"}')
@example(sent=b'{"a": 1, "a": 2}', received=b'{"a": 1, "a": 2}')
@example(
    sent=b"[1e400, 0.1]", received=b"[1e400, 0.10, -0, -0.0, 1E2, 0.30000000000001]"
)
@example(sent=b"1" * 5000, received=b'{"n": ' + b"1" * 5000 + b"}")
@example(sent=b"[" * 5000, received=b'{"a":' * 5000)
@example(sent=b'"\\u0000\x7f"', received='{"a":"\u2028\\/\\u00e9"}'.encode())
@example(sent=b"\xef\xbb\xbf{}", received=b"\xef\xbb\xbf{}\r\n")
@example(
    sent=b"NaN", received=b'{"quote": "\\"/home/anna/list.txt\\" set-cookie: a=b"}'
)
def test_any_body_is_replayed_byte_for_byte(tmp_path_factory, sent, received):
    path = tmp_path_factory.mktemp("any") / "a.json"
    record(path, (request(sent), response(received)))
    assert play(path, request(sent)) == received
    # Once more through the file, as a later recording does.
    record(path, (request(b"another"), response()))
    assert play(path, request(sent)) == received


def test_matching_ignores_the_layout_of_json_and_nothing_else(tmp_path):
    path = tmp_path / "a.json"
    record(path, (request(b'{"b": 1, "a": [1, 2]}', f"{URL}?q=ferry&p="), response()))
    url = f"{URL}?q=ferry&p="
    assert play(path, request(b'{"a":[1,2],\n"b":1}', f"{URL}?p=&q=ferry")) is not None
    for other in (
        request(b'{"b": 1, "a": [2, 1]}', url),
        request(b'{"b": 1.0, "a": [1, 2]}', url),
        request(b'{"b": true, "a": [1, 2]}', url),
        request(b'{"b": 1, "a": [1, 2], "b": 1}', url),
        request(b'{"b": 1, "a": [1, 2]}', f"{URL}?q=bridge&p="),
        request(b'{"b": 1, "a": [1, 2]}', f"{URL}?q=ferry"),
        request(b'{"b": 1, "a": [1, 2]}', url, method="PUT"),
    ):
        assert play(path, other) is None


@pytest.mark.parametrize(
    "name", ["keyword", "page_token", "token", "key", "monkey", "secretary", "design"]
)
def test_a_parameter_that_is_no_secret_takes_part_in_the_match(tmp_path, name):
    record(tmp_path / "a.json", (request(uri=f"{URL}?{name}=one"), response()))
    assert play(tmp_path / "a.json", request(uri=f"{URL}?{name}=one")) is not None
    assert play(tmp_path / "a.json", request(uri=f"{URL}?{name}=two")) is None


def test_a_recording_with_a_key_replays_with_another_and_without(tmp_path):
    path = tmp_path / "a.json"
    uri = f"{URL}?api-key=gateway-pass"
    headers = {"authorization": "Bearer newsroom-pass"}
    body = b'{"text": "I use newsroom-pass, \\"gateway-pass\\" and more"}'
    record(path, (request(body, uri, headers), response(b'["newsroom-pass", 1]')))
    text = path.read_text()
    assert "newsroom-pass" not in text
    assert "gateway-pass" not in text
    other = {"authorization": "Bearer another-pass"}
    for headers in ({}, other):
        sent = request(body, f"{URL}?api-key=x", headers)
        assert play(path, sent) == b'["[redacted]", 1]'
    # A machine whose key is an ordinary word of the text still matches.
    other = {"authorization": "Bearer more"}
    assert play(path, request(body, f"{URL}?api-key=x", other)) is not None
    changed = body.replace(b"and more", b"and less")
    assert play(path, request(changed, f"{URL}?api-key=x")) is None


def test_only_the_answers_of_other_tests_survive_a_new_recording(tmp_path):
    path = tmp_path / "shared.json"
    same, old, new = request(b"same"), request(b"old"), request(b"new")
    record(path, (same, response(b"1")), (old, response(b"2")), item="a")
    record(path, (request(b"b only"), response(b"3")), item="b", plays=[same])
    assert play(path, same, "c") == b"1"

    record(path, (same, response(b"4")), (new, response(b"5")), item="a", mode="all")
    assert [play(path, same, item) for item in "ab"] == [b"4", b"1"]
    assert play(path, request(b"b only"), "b") == b"3"
    assert play(path, old, "a") is None
    # One more request than was recorded does not play the answer of another test.
    cassette = Cassette(path, item="b")
    assert cassette.play(same) is not None
    assert cassette.play(same) is None


def test_recording_what_is_new_leaves_nothing_unplayed_and_loses_nothing(tmp_path):
    path = tmp_path / "a.json"
    old, new = request(b"old"), request(b"new")
    record(path, (old, response(b"1")), item="a")
    record(path, (new, response(b"2")), item="a", passed=False)
    assert len(Cassette(path, item="a").find_unplayed()) == 2
    record(path, item="a", plays=[new])
    assert play(path, new, "a") == b"2"
    assert len(Cassette(path, item="a").find_unplayed()) == 1
    # The paid answer is still there, for whoever sends the request again.
    assert play(path, old, "a") == b"1"


def test_a_failed_recording_removes_nothing(tmp_path):
    path = tmp_path / "a.json"
    first, second = request(b"first"), request(b"second")
    record(path, (first, response(b"1")), (second, response(b"2")), item="a")
    record(path, (first, response(b"3")), item="a", mode="all", passed=False)
    assert play(path, first, "a") == b"3"
    assert play(path, second, "a") == b"2"


def test_a_file_of_an_older_version_loses_nothing_to_any_test(tmp_path):
    path = tmp_path / "a.json"
    record(path, (request(b"1"), response()), (request(b"2"), response()))
    assert len(Cassette(path, item="a").find_unplayed()) == 2
    record(path, (request(b"3"), response()), item="a", mode="all")
    assert len(read_file(path).interactions) == 3
    assert Cassette(path, item="a").write_protected
    assert len(Cassette(path, item="a").find_unplayed()) == 1


def test_tests_that_record_at_the_same_time_keep_all_answers(tmp_path):
    path = tmp_path / "shared.json"

    def write(number):
        # The session's fixture, which every worker records, and a test of its own.
        for item, body in (("fixture", b"same"), (f"test {number}", b"%d" % number)):
            record(path, (request(body), response(body)), item=item)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(
        play(path, request(b"%d" % number), f"test {number}") for number in range(8)
    )
    assert os.listdir(tmp_path) == ["shared.json"]


def test_workers_that_record_the_same_fixture_keep_one_answer(tmp_path):
    path = tmp_path / "a.json"
    workers = [Cassette(path, item="fixture", record="new") for _ in range(2)]
    for number, worker in enumerate(workers):
        worker.add(request(b"same"), response(b"%d" % number))
    for worker in workers:
        worker.save(passed=True)
    assert len(read_file(path).interactions) == 1


def test_reads_the_cassettes_of_plain_vcrpy(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "interactions:\n- request:\n    body: '{\"a\": 1}'\n    headers: {}\n"
        f"    method: POST\n    uri: {URL}\n  response:\n    body:\n"
        "      string: 'é'\n    headers: {}\n"
        "    status:\n      code: 200\n      message: OK\nversion: 1\n",
        encoding="utf-8",
    )
    assert play(tmp_path / "a.yaml", request(b'{"a":1}')) == "é".encode()


def test_a_cassette_of_plain_vcrpy_is_never_written(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("interactions: []\nversion: 1\n")
    cassette = Cassette(path, record="new")
    assert cassette.write_protected
    miss = cassette.build_miss(request(b"new"))
    assert "give the cassette a name that does not end in .yaml" in str(miss)
    cassette.save(passed=True)
    assert path.read_text() == "interactions: []\nversion: 1\n"


def test_a_compressed_answer_is_readable_in_the_file_and_replayed_compressed(tmp_path):
    path = tmp_path / "a.json"
    packed = response(gzip.compress(b'{"a": "text"}'), **{"content-encoding": "gzip"})
    liar = response(b"plain", **{"content-encoding": "gzip"})
    record(path, (request(b"1"), packed), (request(b"2"), liar))
    assert '"a": "text"' in path.read_text()
    answers = [
        pack_response(Cassette(path).play(request(sent))) for sent in (b"1", b"2")
    ]
    assert gzip.decompress(answers[0]["body"]["string"]) == b'{"a": "text"}'
    assert answers[1]["body"]["string"] == b"plain"
    for answer in answers:
        assert answer["headers"]["content-encoding"] == ["gzip"]


def test_a_secret_in_a_compressed_answer_is_masked(tmp_path):
    body = gzip.compress(b"sk-proj-abcdefghij0123456789")
    packed = response(body, **{"content-encoding": "gzip"})
    record(tmp_path / "a.json", (request(), packed))
    assert play(tmp_path / "a.json", request()) == b"[redacted]"


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ('{"text": "one.  Two", "n": 1}', "+$.text:  Two"),
        ('{"text": "one.\\nTwo", "n": 1}', "one.\\\\nTwo"),
        ('{"text": "one. Two", "n": "1"}', '{"n":"1"'),
        ('{"text": "one. Three", "n": 1}', "+$.text: Three"),
    ],
)
def test_a_miss_shows_every_difference(tmp_path, sent, line):
    path = tmp_path / "a.json"
    record(path, (request(b'{"text": "one. Two", "n": 1}'), response()))
    assert line in str(Cassette(path).build_miss(request(sent.encode())))


def test_a_miss_does_not_show_the_mark_of_a_prompt(tmp_path):
    def build(text):
        client = scripted.ScriptedClient([scripted.response(scripted.answer())])
        summarize(text, settings=Settings(model="m"), client=client)
        contents = [message.content for message in client.requests[0].messages]
        return request(json.dumps(contents).encode())

    record(tmp_path / "a.json", (build("The ferry stops in May."), response()))
    miss = Cassette(tmp_path / "a.json").build_miss(build("The ferry stops in June."))
    changed = re.findall(r"^\s*([+-]\$.*)", str(miss), re.M)
    assert changed == [
        "-$[1]: The ferry stops in May.",
        "+$[1]: The ferry stops in June.",
    ]


def test_equal_requests_of_one_test_keep_all_their_answers(tmp_path):
    path = tmp_path / "a.json"
    record(path, *[(request(), response(b"%d" % n)) for n in range(3)], item="a")
    cassette = Cassette(path, item="a")
    played = [cassette.play(request())["body"]["string"] for _ in range(3)]
    assert played == [b"0", b"1", b"2"]


def test_names_a_file_that_is_not_a_cassette(tmp_path):
    (tmp_path / "a.json").write_text('{"interactions": [')
    with pytest.raises(ValueError, match=r"a\.json is not a cassette"):
        Cassette(tmp_path / "a.json")


def test_names_a_mode_that_does_not_exist(tmp_path):
    with (
        pytest.raises(ValueError, match="choose from none, once, new, all"),
        use_cassette(tmp_path / "a.json", record="newer"),
    ):
        pass


@pytest.mark.parametrize("record", [None, "none"])
def test_the_context_manager_explains_a_miss(tmp_path, record):
    from openai import OpenAI

    client = OpenAI(api_key="k", base_url="http://127.0.0.1:1/v1", max_retries=0)
    with (
        client,
        pytest.raises(CassetteMissError, match="does not exist"),
        use_cassette(tmp_path / "none.json", record=record),
    ):
        client.models.list()


def test_the_context_manager_raises_a_miss_that_the_code_swallowed(tmp_path):
    import httpx2

    def send(error):
        with use_cassette(tmp_path / "none.json"):
            with pytest.raises(CassetteMissError):
                httpx2.get("http://127.0.0.1:1/v1")
            if error:
                raise error

    for error in (None, KeyError("name")):
        with pytest.raises(CassetteMissError, match="does not exist"):
            send(error)


def test_once_resumes_a_recording_that_was_killed(tmp_path):
    path = tmp_path / "a.json"
    killed = Cassette(path, record="once")
    killed.add(request(b"one"), response(b"1"))
    resumed = Cassette(path, record="once")
    assert (resumed.write_protected, resumed.can_play(request(b"one"))) == (False, True)
    resumed.add(request(b"two"), response(b"2"))
    resumed.save(passed=True)
    assert Cassette(path, record="once").write_protected
    assert [play(path, request(body)) for body in (b"one", b"two")] == [b"1", b"2"]


def test_an_answer_loses_a_key_that_a_later_request_is_sent_with(tmp_path):
    path = tmp_path / "a.json"
    cassette = Cassette(path, record="once")
    cassette.add(request(b"log in"), response(b"your token: tulip-and-rose"))
    later = request(b"ask")
    later.headers["authorization"] = "Bearer tulip-and-rose"
    cassette.add(later, response(b"yes"))
    assert "tulip" not in path.read_text(encoding="utf-8")
    cassette.save(passed=True)
    assert play(path, request(b"log in")) == b"your token: [redacted]"
