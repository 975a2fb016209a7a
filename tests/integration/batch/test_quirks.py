"""A batch at an endpoint with many quirks at once survives `kill -9`."""

from tests.support import quirks
from tests.support.quirk_mixture import (
    ACCOUNT_MODES,
    SLOW_MODES,
    run_killed_mixture,
)


def test_no_answer_is_lost_or_paid_twice_when_a_batch_is_killed(tmp_path):
    modes = [name for name in quirks.MODES if name not in ACCOUNT_MODES + SLOW_MODES]
    report = run_killed_mixture(
        tmp_path, documents=60, kills=1, seed=4, modes=modes, share=0.02
    )
    assert report.startswith("60 documents, 1 kills")
