"""A pool of processes, one thread each: every training goes to the next one that is free.

A process that is killed loses the training that it was at, which another begins anew once.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from trasluz import allowed
from trasluz.data.data import Data
from trasluz.errors import DivergedError, Interrupted, RequestError, WorkError
from trasluz.messages import _, current_language
from trasluz.search.executing.crossing import Crossing, Order, Reply, Setting
from trasluz.search.executing.piece import Done, Piece
from trasluz.training.interrupt import stop_request

_TRIES = 2  # processes that a training may lose before it is given up
_LOOK = 0.2  # seconds between looks at whether somebody asked to stop
_PART = 60.0  # seconds for a process to write its checkpoint when it is asked to stop

_START = 4.0  # seconds until a process has imported PyTorch and can begin, where none was started yet
_starts: deque[float] = deque(maxlen=9)  # seconds that the last ones took on this machine

_Answer = tuple[int, Reply | Exception]


def start_seconds() -> float:
    """How long a process needs until it can train, as measured of those that this one has started."""
    return statistics.median(_starts) if _starts else _START


def train_in_processes(
    numbers: Sequence[int], pieces: Sequence[Piece], data: Sequence[Data], processes: int
) -> Iterator[Done]:
    """Trains the pieces with these ``numbers``, each on its own of ``data``; gives each as it is done.

    Raises:
        RequestError: what makes a store cannot be sent to another process, or a recipe does not fit its data.
        Interrupted: Ctrl-C or SIGTERM; what was trained until then is in the stores.
        WorkError: a training failed, or its processes were killed.
    """
    views = list({id(own): own for own in data}.values())
    place = {id(own): i for i, own in enumerate(views)}
    orders = {
        i: _packed(Order(pieces[i].recipe, place[id(data[i])], pieces[i].make_store, pieces[i].filmed)) for i in numbers
    }
    with tempfile.TemporaryDirectory(prefix="trasluz-") as folder:
        crossing = Crossing.of(views, Path(folder))
        setting = Setting(crossing, allowed.named(), allowed.closed_folders(), current_language())
        pool = _Pool(orders, _packed(sys.path) + _packed(setting), min(processes, len(orders)))
        try:
            for number, reply in pool.answers():
                yield _done(number, reply, pieces[number], data[number])
        finally:
            pool.end()


def _done(number: int, reply: Reply | Exception, piece: Piece, data: Data) -> Done:
    if isinstance(reply, Exception):
        raise reply
    if isinstance(reply.outcome, DivergedError):
        return Done(number, reply.outcome, "process", reply.seconds)
    if isinstance(reply.outcome, Exception):
        raise reply.outcome
    return Done(number, reply.outcome.model(piece.recipe, data), "process", reply.seconds)


def _packed(what: object) -> bytes:
    try:
        return pickle.dumps(what)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        message = _(
            "This training cannot be sent to another process ({reason}); let a function of a module make its store."
        )
        raise RequestError(message.format(reason=str(error).rstrip("."))) from None


class _Pool:
    """Threads that each lead one process: they send it an order, and wait for its answer."""

    def __init__(self, orders: dict[int, bytes], greeting: bytes, processes: int) -> None:
        self._orders, self._greeting, self._count = orders, greeting, len(orders)
        self._left: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()
        self._found: queue.SimpleQueue[_Answer] = queue.SimpleQueue()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False
        for number in orders:
            self._left.put((number, 1))
        self._threads = [threading.Thread(target=self._lead, daemon=True) for _worker in range(processes)]
        for thread in self._threads:
            thread.start()

    def answers(self) -> Iterator[_Answer]:
        """Each training's answer as it comes."""
        with stop_request() as request:
            for _number in range(self._count):
                while True:
                    if request.asked:
                        raise Interrupted(_("Interrupted; what was trained until then is kept."))
                    with suppress(queue.Empty):
                        yield self._found.get(timeout=_LOOK)
                        break

    def end(self) -> None:
        """Asks every process that still trains to stop, which writes its checkpoint, and waits for it."""
        self._ended = True
        for _thread in self._threads:
            self._left.put(None)
        for process in tuple(self._running):
            process.terminate()
        for process in tuple(self._running):
            try:
                process.wait(_PART)
            except subprocess.TimeoutExpired:
                process.kill()
        for thread in self._threads:
            thread.join()

    def _lead(self) -> None:
        process: subprocess.Popen[bytes] | None = None
        began: float | None = None
        while (order := self._left.get()) is not None and not self._ended:
            number, tries = order
            try:
                if process is None:
                    began, process = time.monotonic(), self._started()
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(self._orders[number])
                process.stdin.flush()
                reply: Reply = pickle.load(process.stdout)
                if began is not None:
                    _starts.append(max(0.0, time.monotonic() - began - reply.seconds))
                    began = None
                self._found.put((number, reply))
            except (EOFError, OSError, pickle.UnpicklingError) as error:
                self._lost(process, number, tries, error)
                process = None
            except Exception as error:  # what was sent back cannot be read here: who waits has to hear of it
                self._found.put((number, error))
        if process is not None:
            self._part(process)

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "trasluz.search.executing.worker"]
        where = os.pathsep.join(path for path in sys.path if path)  # where this process has Trasluz from
        threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONPATH": where}
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **threads}
        )
        self._running.add(process)
        assert process.stdin is not None
        process.stdin.write(self._greeting)
        return process

    def _lost(self, process: subprocess.Popen[bytes] | None, number: int, tries: int, error: Exception) -> None:
        """A process is gone in the midst of a training: another begins it anew, unless that was tried before."""
        code = None
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(_PART)
            self._part(process)
        if self._ended:
            return
        if tries < _TRIES:
            self._left.put((number, tries + 1))
            return
        ended = (
            signal.Signals(-code).name if code is not None and code < 0 else str(code if code is not None else error)
        )
        message = _("Training number {number} lost its process {tries} times (the last one ended with {code}).")
        self._found.put((number, WorkError(message.format(number=number, tries=tries, code=ended))))

    def _part(self, process: subprocess.Popen[bytes]) -> None:
        self._running.discard(process)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        process.wait()
