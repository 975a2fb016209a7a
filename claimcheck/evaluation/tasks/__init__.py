"""The tasks, one a file: what is measured of a row, and by which measures."""

from claimcheck.evaluation.tasks import (
    checkworthy,
    extraction,
    grounding,
    summaries,
    verification,
)
from claimcheck.evaluation.tasks.base import Task

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        checkworthy.CHECK_WORTHINESS_TASK,
        verification.VERIFICATION_TASK,
        summaries.SUMMARIES_TASK,
        extraction.EXTRACTION_TASK,
        grounding.GROUNDING_TASK,
    )
}

__all__ = ["TASKS", "Task"]
