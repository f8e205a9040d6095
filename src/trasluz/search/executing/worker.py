"""A process of the pool: trains what it is sent on one thread, and sends back what came of it.

    python -m trasluz.search.executing.worker

It is started as a program of its own, not as a copy of the calling one, so that scripts and notebooks need no guard.
What is sent over its standard input and output are pickles between processes of one person on one machine.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import time
from typing import BinaryIO

from trasluz import allowed
from trasluz.data.data import Data
from trasluz.errors import DivergedError
from trasluz.messages import language
from trasluz.runs.held import HeldRun
from trasluz.search.executing.crossing import Order, Reply, Setting, Trained
from trasluz.search.executing.piece import callbacks_of
from trasluz.training.fit import fit


def main() -> None:
    """Serves until the input ends."""
    given = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints must not come between the answers
    # Ctrl-C reaches all processes of a terminal: between trainings it is the business of who asked for them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import torch

    torch.set_num_threads(1)
    sys.path[:] = pickle.load(given)
    setting: Setting = pickle.load(given)
    data = setting.crossing.open()
    trusted = allowed.allow(setting.allowed), allowed.closed(*setting.closed)
    with trusted[0], trusted[1], language(setting.language), contextlib.suppress(EOFError):
        while True:
            order: Order = pickle.load(given)
            _answer(answers, _done(order, data[order.data]))


def _done(order: Order, data: Data) -> Reply:
    started = time.perf_counter()
    outcome: Trained | Exception
    try:
        store = order.make_store()
        with store.lock if isinstance(store, HeldRun) else contextlib.nullcontext():
            outcome = Trained.of(fit(order.recipe, data, store, callbacks=callbacks_of(order.filmed)))
    except Exception as error:
        outcome = error
    return Reply(outcome, time.perf_counter() - started)


def _answer(answers: BinaryIO, reply: Reply) -> None:
    try:
        content = pickle.dumps(reply)
        pickle.loads(content)  # some errors cannot be made again
    except Exception:
        assert isinstance(reply.outcome, Exception), "models can be pickled"
        kind = DivergedError if isinstance(reply.outcome, DivergedError) else RuntimeError
        content = pickle.dumps(Reply(kind(f"{type(reply.outcome).__name__}: {reply.outcome}"), reply.seconds))
    answers.write(content)
    answers.flush()


if __name__ == "__main__":
    main()
