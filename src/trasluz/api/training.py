"""train() and resume(): puts data, family, loop and run folder together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasluz import allowed
from trasluz.api.asked import resolve
from trasluz.api.choosing import Chosen, choose_for
from trasluz.api.given import Source, as_recipe, in_memory, names_data, require_no_choice
from trasluz.api.listening import listening
from trasluz.api.pretrained import with_weights
from trasluz.api.reopening import reopen
from trasluz.api.run import Run, open_run, open_source
from trasluz.api.run_facts import first_facts
from trasluz.api.trusting import Packages, check_code, trusting
from trasluz.data.arrays import GivenGroups
from trasluz.data.data import Data
from trasluz.data.describe.audit_notes import audit_notes
from trasluz.data.describe.audit_warnings import audit_warnings
from trasluz.data.read.raw import Raw
from trasluz.draw.live import LiveCurvesCallback, in_notebook
from trasluz.errors import CheckpointError, HeldError, RunError, TrasluzError
from trasluz.messages import _
from trasluz.model.hardware import Hardware, choose
from trasluz.numerals import numeral
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.runs.checkpoint import numbered
from trasluz.runs.completeness import missing
from trasluz.runs.folder import RunFolder
from trasluz.runs.held import HeldRun
from trasluz.runs.leftovers import remove_leftovers
from trasluz.runs.splits import add_earlier, arrays_to_keep, save_splits
from trasluz.training.callbacks.base import Callback
from trasluz.training.callbacks.film_strip import FilmStrip
from trasluz.training.callbacks.progress import ProgressBar
from trasluz.training.callbacks.samples import SampleGrid
from trasluz.training.callbacks.translations import TranslatedExamples
from trasluz.training.fit import run_to_end, session
from trasluz.training.loop import Loop
from trasluz.training.start import estimate_seconds, make_loop, prepare, restore, try_out
from trasluz.training.start_from import Start, run_folder_of

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def train(
    recipe: str | Path | Recipe | Source,
    *,
    data: Source | None = None,
    minutes: float | None = None,
    purpose: str | None = None,
    weights: str | Path | None = None,
    set: dict[str, Any] | None = None,
    seed: int | None = None,
    runs: str | Path = "runs",
    device: str | None = None,
    precision: str | None = None,
    devices: int | None = None,
    nodes: int | None = None,
    allow: Packages = (),
    reporter: Reporter | None = None,
    callbacks: Sequence[Callback] = (),
    groups: GivenGroups | None = None,
    name: str | None = None,
) -> Run:
    """Trains a recipe, or what is chosen for data, and returns its run.

    In the place of a recipe (a name, a YAML file, a ``Recipe``) there may be data (a folder, an archive, a table, a
    named data set, samples or ``(samples, labels)`` in memory): then the recipe is chosen for them, for ``purpose``
    (``classify``, ``reconstruct``, ``generate`` or ``translate``, by their labels where it is not given) and within
    ``minutes``.  A name that is both a recipe's and a data set's is the recipe's.

    ``data`` replaces the recipe's source: a name, a path, samples in memory or ``(samples, labels)``.  ``set``
    overrides dotted fields (``{"train.epochs": 5}``).  ``groups``: of samples in memory, one name or number each, as
    scikit-learn's splitters take them: no split comes between samples of one group.  ``allow``: packages whose
    functions the recipe may call by ``module:``, as inside ``tz.allow``.  ``name``: what its report is called.

    Raises:
        RequestError: the recipe, the data or a value is wrong; nothing was started.
        Interrupted: Ctrl-C or SIGTERM; the run can be resumed.
        WorkError: training failed; the last good checkpoint is kept.
    """
    speaker = listening(reporter)
    settings: dict[str, Any] = {"set": set, "seed": seed, "device": device, "precision": precision}
    settings |= {"devices": devices, "nodes": nodes, "groups": groups}
    if names_data(recipe):
        asked = {"data": data, "minutes": minutes, "purpose": purpose, "weights": weights, "allow": allow}
        return train_for(recipe, Path(runs), speaker, callbacks, name, **asked, **settings)
    require_no_choice(minutes, purpose)
    chosen = as_recipe(recipe)
    if weights is not None:
        chosen = with_weights(chosen, weights)
    whole, arrays = resolve(chosen, data=data, **settings)
    with trusting(allow, whole.data.source):
        check_code(whole.model)
        return _train(whole, arrays, Path(runs), speaker, callbacks, name)


def train_for(
    source: Source,
    runs: Path,
    speaker: Reporter,
    callbacks: Sequence[Callback] = (),
    name: str | None = None,
    **settings: Any,
) -> Run:
    """Trains what is chosen for ``source``; the ``settings`` are those of ``choose_for``.

    Raises:
        RequestError, Interrupted, WorkError: as ``train``.
    """
    RunFolder.check_parent(runs)
    with choose_for(source, reporter=speaker, **settings) as chosen:
        return _train(chosen.recipe, chosen.arrays, runs, speaker, callbacks, name, chosen)


def _train(
    whole: Recipe,
    arrays: Raw | None,
    runs: Path,
    speaker: Reporter,
    callbacks: Sequence[Callback],
    name: str | None,
    chosen: Chosen | None = None,
) -> Run:
    hardware = choose(whole.compute)
    RunFolder.check_parent(runs)
    with session(hardware) as (hardware, fabric, request):
        opened = _open(whole, arrays, fabric, speaker) if chosen is None else chosen.data
        folder = HeldRun.at(Path(fabric.broadcast(str(RunFolder.plan(runs, whole).path))))
        prepared = prepare(whole, opened, fabric, hardware, speaker)
        loop = make_loop(prepared, folder, _callbacks(fabric, speaker, callbacks), request)
        _estimate(loop, speaker if chosen is None else Reporter())  # which has said already how long it takes
        if loop.lead:
            for start in prepared.starts:
                (speaker.warn if start.doubtful else speaker.say)(start.sentence())
            for warning in audit_warnings(opened.audit):
                speaker.warn(warning)
            for note in audit_notes(opened.audit):
                speaker.say(note)
            started = [start.to_dict() for start in prepared.starts]
            before = [path for start in prepared.starts if (path := start.run_folder) is not None]
            rows = arrays_to_keep(opened.splits, opened.identities, before)
            facts = first_facts(opened, prepared.hardware, whole.data.source, folder.path)
            facts |= {} if chosen is None else {"choice": chosen.facts}
            facts |= {"title": name} if name else {}
            folder.create(whole, rows, opened.groups, **facts, started_from=started)
        with _held(folder, fabric):
            run_to_end(loop, speaker)
        return open_run(folder.path, data=opened)


def resume(
    run: str | Path | Run,
    *,
    set: dict[str, Any] | None = None,
    data: Source | None = None,
    allow: Packages = (),
    reporter: Reporter | None = None,
    callbacks: Sequence[Callback] = (),
) -> Run:
    """Goes on exactly where a run stopped, on the hardware settings that it started with.

    Of a run whose training has ended, what is missing is made again from its last checkpoint and its data; what killed
    processes left half-made is removed.  ``set`` changes the recipe first: ``{"train.epochs": 50}`` trains a finished
    run on.  ``data`` must be given again when the run was trained on arrays in memory; a name or path says where the
    same data lie now, which the run remembers.  ``allow`` is that of ``train``.

    Raises:
        RunError: not a run, or its data changed.
        HeldError: another process trains it.
        RecipeError: it names code that was not allowed.
        CheckpointError: no checkpoint can be read.
    """
    with allowed.allow(allow, run.allowed if isinstance(run, Run) else ()):
        folder = HeldRun.at((run.folder if isinstance(run, Run) else RunFolder.open(run)).path)
        return _resume(folder, set or {}, data, listening(reporter), callbacks)


def _resume(
    folder: HeldRun, set: dict[str, Any], data: Source | None, speaker: Reporter, callbacks: Sequence[Callback]
) -> Run:
    place = str(data) if isinstance(data, (str, Path)) else None
    info = folder.info()
    folder.lock.look()
    remove_leftovers(folder.path)
    if _finished(folder, set, speaker):
        with suppress(HeldError), folder.lock:  # whoever writes there now, sweeps there too
            remove_leftovers(folder.path / "checkpoints", alone=True)
        return open_run(folder.path, data=data)
    hardware = Hardware(**{field.name: info["hardware"][field.name] for field in dataclasses.fields(Hardware)})
    recipe = folder.recipe().override(set)
    choose(recipe.compute.model_copy(update={"device": hardware.device}))
    check_code(recipe.model)
    with (
        trusting((), recipe.data.source, place),
        session(hardware) as (hardware, fabric, request),
        _held(folder, fabric),
    ):
        if _finished(folder, set, speaker):  # by another process, before this one had the lock
            return open_run(folder.path)
        if fabric.is_global_zero:
            remove_leftovers(folder.path / "checkpoints", alone=True)
        ended = folder.info()["status"] == "finished" and not set
        # Told by the lead, which may have mended something before the others look.
        lacks = fabric.broadcast(missing(folder.path) if ended else ())
        recipe = folder.recipe().override(set)
        arrays = None if data is None or isinstance(data, (str, Path)) else in_memory(data)
        opened = reopen(folder, recipe, arrays, open_source, speaker, place)
        if fabric.is_global_zero:
            _say_lacks(folder, lacks, speaker)
            _draw_splits(folder, opened, bool(lacks), speaker)
        if lacks == ("splits.npz",):
            fabric.barrier()
            return open_run(folder.path, data=opened)
        prepared = prepare(recipe, opened, fabric, hardware)
        loop = make_loop(prepared, folder, _callbacks(fabric, speaker, callbacks), request)
        _check_same_phases(folder.recipe(), recipe)
        if loop.lead:
            _keep_starts(folder, opened, prepared.starts)
        if not ended:
            _estimate(loop, speaker)
        restored = restore(loop, speaker)
        if restored and set:
            loop.stop_reason = None
        if set and loop.lead:
            folder.update_info(status="running")  # first: a recipe that asks for more is never a finished run's
            folder.write_recipe(recipe)
        fabric.barrier()
        run_to_end(loop, speaker)
        return open_run(folder.path, data=opened)


def _finished(folder: RunFolder, changes: dict[str, Any] | None, speaker: Reporter) -> bool:
    """Whether there is nothing to go on with and nothing to mend, which is said."""
    if changes or folder.info()["status"] != "finished" or missing(folder.path):
        return False
    speaker.say(_("This run is finished; train it on with --set train.epochs=N."))
    return True


@contextmanager
def _held(folder: HeldRun, fabric: Fabric) -> Iterator[None]:
    """The lead has the run's lock inside; where it is refused, all processes are, so that none waits for the rest.

    Raises:
        HeldError: another process trains the run.
    """
    refusal = None
    try:
        if fabric.is_global_zero:
            folder.lock.take()
    except TrasluzError as error:
        refusal = error
    try:
        refusal = fabric.broadcast(refusal)
        if refusal is not None:
            raise refusal
        yield
        folder.lock.release()
        fabric.barrier()  # so that none of them looks at the run before the lead let it go
    finally:
        folder.lock.release()


def _say_lacks(folder: RunFolder, lacks: Sequence[str], speaker: Reporter) -> None:
    """Says what is missing of a finished run before it is made again.

    Raises:
        CheckpointError: there is nothing that it could be made from.
    """
    if not lacks:
        return
    if lacks != ("splits.npz",) and not numbered(folder.path / "checkpoints"):
        message = _("{path}: {names} is missing, and so is every checkpoint to make it from; train the run anew.")
        raise CheckpointError(message.format(path=folder.path, names=", ".join(lacks)))
    message = _("{path}: training has ended, but {names} is missing; it is made again.")
    speaker.warn(message.format(path=folder.path, names=", ".join(lacks)))


def _draw_splits(folder: RunFolder, data: Data, said: bool, speaker: Reporter) -> None:
    """Writes the splits where the run has none, as its recipe draws them from its data, and says so unless it is."""
    if not (folder.path / "splits.npz").is_file():
        starts = [run_folder_of(str(start["source"])) for start in folder.info().get("started_from", [])]
        before = [path for path in starts if path is not None]
        save_splits(folder.path, arrays_to_keep(data.splits, data.identities, before))
        if not said:
            speaker.warn(_("{path}: splits.npz was missing; it was drawn again.").format(path=folder.path))


def _keep_starts(folder: HeldRun, data: Data, starts: Sequence[Start]) -> None:
    """Keeps what phases that were added start from, and that what these weights were trained on was seen, too."""
    known = folder.info().get("started_from", [])
    named = {start["phase"] for start in known}
    added = [start for start in starts if start.phase not in named]
    if added:
        add_earlier(folder.path, data.identities, [path for one in added if (path := one.run_folder) is not None])
        folder.update_info(started_from=[*known, *(start.to_dict() for start in added)])


def _check_same_phases(before: Recipe, after: Recipe) -> None:
    names = [p.name for p, _train in before.resolved_phases()]
    if (
        [p.name for p, _train in after.resolved_phases()][: len(names)] != names
        or before.model != after.model
        or before.data != after.data
    ):
        raise RunError(
            _(
                "resume: only train.* (and more phases) can change in a run; for another model or "
                "other data start a new one."
            )
        )


def _open(recipe: Recipe, arrays: Raw | None, fabric: Fabric, reporter: Reporter) -> Data:
    with fabric.rank_zero_first():
        return open_source(recipe.data, recipe.seed, reporter, arrays)


def _callbacks(fabric: Fabric, reporter: Reporter, more: Sequence[Callback]) -> list[Callback]:
    if not fabric.is_global_zero:
        return []
    curves = [LiveCurvesCallback()] if in_notebook() else []
    return [ProgressBar(reporter), SampleGrid(), TranslatedExamples(), FilmStrip(), *curves, *more]


def _estimate(loop: Loop, reporter: Reporter) -> None:
    seconds = estimate_seconds(loop, try_out(loop))
    if loop.lead:
        reporter.say(_("Estimated time for the whole training: {time}.").format(time=_duration(seconds)))


def _duration(seconds: float) -> str:
    if seconds < 90:
        return _("about {n} s").format(n=max(1, round(seconds)))
    if seconds < 5400:
        return _("about {n} min").format(n=round(seconds / 60))
    return _("about {n} h").format(n=numeral(f"{seconds / 3600:.1f}"))
