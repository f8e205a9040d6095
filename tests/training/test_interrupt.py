"""Requests to stop: heard by the block that is running, and by those around it."""

from __future__ import annotations

import os
import signal

import pytest

from trasluz.training.interrupt import stop_request


def test_what_is_asked_of_an_inner_block_is_asked_of_the_outer_one() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_request() as outer:
        with stop_request() as first:
            pass
        assert not outer.asked
        with stop_request() as second:
            os.kill(os.getpid(), signal.SIGTERM)
            assert (first.asked, second.asked) == (False, True)
        assert outer.asked
        with stop_request() as third:
            assert third.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) is before
