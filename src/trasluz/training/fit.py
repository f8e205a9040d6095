"""fit(): trains a recipe on data and gives the model; where it is kept is the store's business.

    model = fit(recipe, data)                       # in memory: no folder, no file
    model.over(images, lambda inputs, pixels: model.family.encode(model.networks, inputs))

``api.train`` is this with a run folder for a store.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from trasluz.data.data import Data
from trasluz.errors import Interrupted, StorageError
from trasluz.families import base as families
from trasluz.messages import _
from trasluz.model.hardware import Hardware, choose
from trasluz.model.model import Model
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.training._fabric import Fabric
from trasluz.training.callbacks.base import Callback
from trasluz.training.engine import computing, launched
from trasluz.training.interrupt import StopRequest, stop_request
from trasluz.training.loop import Loop
from trasluz.training.processes import one_sentence
from trasluz.training.start import make_loop, prepare, restore
from trasluz.training.store import MemoryStore, Store


def fit(
    recipe: Recipe,
    data: Data,
    store: Store | None = None,
    *,
    callbacks: Sequence[Callback] = (),
    reporter: Reporter = Reporter(),  # noqa: B008 - without state
) -> Model:
    """Trains ``recipe`` on ``data`` and gives the model; goes on where ``store`` holds a checkpoint.

    ``store``: where records, checkpoints and the model are kept, this process's memory by default.

    Raises:
        RequestError: the recipe does not fit the data; nothing was started.
        Interrupted: Ctrl-C or SIGTERM; fitting again with the same store goes on.
        WorkError: training failed; the last good checkpoint is in the store.
    """
    chosen = MemoryStore() if store is None else store
    with session(choose(recipe.compute)) as (hardware, fabric, request):
        loop = make_loop(prepare(recipe, data, fabric, hardware, reporter), chosen, callbacks, request)
        restore(loop, reporter)
        return run_to_end(loop, reporter)


@contextmanager
def session(hardware: Hardware) -> Iterator[tuple[Hardware, Fabric, StopRequest]]:
    """The process as training wants it: its settings, its processes, and an ear for signals; all put back after."""
    with computing(hardware), launched(hardware) as fabric, stop_request() as request:
        yield hardware, fabric, request


def run_to_end(loop: Loop, reporter: Reporter) -> Model:
    """Runs the loop, keeps the facts of its store true about what became of it, and keeps the model there.

    Raises:
        Interrupted, WorkError: as ``Loop.run``.
    """
    with _status(loop), one_sentence(loop.store.how_to_resume):
        loop.run()
        model = _model_of(loop)
        if loop.lead:
            loop.store.write_model(loop.recipe, model)
    if loop.lead and loop.stop_reason:
        reporter.say(_("Stopped early: {reason}").format(reason=loop.stop_reason))
    loop.fabric.barrier()
    return model


def _model_of(loop: Loop) -> Model:
    # A family of its own: that of the loop may be in the midst of a phase that trains one layer.
    family = families.create(loop.recipe.model, loop.data.spec)
    return Model(family, loop.engine.evaluated, loop.preprocess, loop.data.spec, loop.engine.device)


@contextmanager
def _status(loop: Loop) -> Iterator[None]:
    """Keeps the store's ``status`` true about what became of the training; ``finished`` is the last thing written."""
    store, started = loop.store, time.perf_counter()
    before = float(store.info()["timings"]["training_seconds"]) if loop.lead else 0.0
    note = _noting(loop, lambda: before + time.perf_counter() - started)
    note("running", recipe_hash=loop.recipe.hash)
    try:
        yield
    except Interrupted:
        note("interrupted")
        if loop.lead:
            store.write_model(loop.recipe, _model_of(loop))
        raise
    except KeyboardInterrupt:
        note("interrupted")
        raise Interrupted(_("Stopped at once; go on with: {command}").format(command=store.how_to_resume)) from None
    except Exception:
        with suppress(StorageError):  # the disk that is full may be the reason
            note("failed")
        raise
    note("finished", parameters=sum(parameter.numel() for parameter in loop.engine.evaluated.parameters()))


def _noting(loop: Loop, seconds: Callable[[], float]) -> Callable[..., None]:
    """A function that writes a status, with the ``seconds`` of training until then."""

    def note(status: str, **more: Any) -> None:
        if loop.lead:
            write_status(loop.store, status, seconds(), loop.stop_reason, **more)

    return note


def write_status(store: Store, status: str, seconds: float, stop_reason: str | None, **more: Any) -> None:
    """Writes what became of a training after ``seconds`` of it."""
    changed = datetime.now(UTC).isoformat(timespec="seconds")
    told = {"changed": changed, "timings": {"training_seconds": seconds}, "stop_reason": stop_reason}
    store.update_info(status=status, **told, **more)
