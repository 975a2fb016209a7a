"""A batch at an endpoint that attacks it."""

from tests.support.hostile_endpoint import ATTACKS, run_hostile_batch


def test_an_attack_costs_its_document_only(tmp_path):
    report = run_hostile_batch(tmp_path, documents=len(ATTACKS), timeout_s=2.0)
    assert report.startswith(f"{len(ATTACKS)} documents")
