"""Garbage collection runs less often while a block runs, and as before after it."""

import gc
from contextlib import suppress

import pytest

from claimcheck.core import garbage


@pytest.mark.parametrize(("before", "inside"), [(700, 10_000), (0, 0), (50_000, 50_000)])
def test_collects_garbage_less_often_inside_the_block_and_as_before_after_it(before, inside):
    own = gc.get_threshold()
    try:
        gc.set_threshold(before, 10, 10)
        with suppress(ZeroDivisionError), garbage.looked_for_seldom():
            assert gc.get_threshold()[0] == inside
            raise ZeroDivisionError
        assert gc.get_threshold()[0] == before
    finally:
        gc.set_threshold(*own)
