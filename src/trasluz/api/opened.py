"""OpenedRun: a run folder with its model and its data, opened lazily. What every verb is given.

``Run`` (``run.py``) is this with the verbs as methods; the verbs themselves (``evaluating.py``, ``generation.py``, …)
take an ``OpenedRun`` and know nothing of ``Run``, so that no module here needs one above it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from trasluz import allowed
from trasluz.api.given import Source, in_memory
from trasluz.api.listening import listening
from trasluz.api.places import moved_to, sources_of
from trasluz.api.reopening import OpenSource, reopen
from trasluz.api.trusting import trusting
from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.images import LoadedImages, load_images
from trasluz.errors import CheckpointError, DataError, RequestError, RunError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.families.base import BaseFamily
from trasluz.families.capabilities import name_of, spoken, verbs
from trasluz.messages import _, ngettext
from trasluz.model.hardware import choose
from trasluz.model.model import Model
from trasluz.model.storing import load_model
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.runs.checkpoint import read_checkpoint
from trasluz.runs.completeness import missing
from trasluz.runs.evaluations import load_evaluations
from trasluz.runs.folder import RunFolder
from trasluz.runs.weights import FINAL, Weights

if TYPE_CHECKING:
    from trasluz.draw.provenance import Origin


def _best_weights(checkpoint: Path) -> dict[str, Tensor]:
    """The weights in the checkpoint of the best epoch.

    Raises:
        CheckpointError: it is damaged.
    """
    found = read_checkpoint(checkpoint).get("networks")
    whole = isinstance(found, dict) and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in found.items())
    if not isinstance(found, dict) or not found or not whole:
        message = _("{path}: damaged ({reason}).")
        raise CheckpointError(message.format(path=checkpoint, reason=_("{field} is missing").format(field="networks")))
    return found


Images = str | Path | Sequence[str | Path] | np.ndarray | Sequence[np.ndarray]
Lengths = Sequence[int] | np.ndarray | None

P = TypeVar("P")

# By the verb of a capability: what to type for it after ``trasluz``; encoding and decoding have no command.
_COMMANDS = {
    "generate": "generate {run}",
    "predict": "predict {run} {images}",
    "reconstruct": "reconstruct {run} {images}",
    "translate": "translate {run} {images} --to {domain}",
}


class OpenedRun:
    """One run folder. Reads lazily; holds the model once it was needed; may be used by many threads.

    ``open_source`` opens data, another run's images included; ``data`` saves opening the run's own.  ``allowed``: the
    packages whose functions its model may call, those that were allowed where it was opened.
    """

    def __init__(
        self, folder: RunFolder, open_source: OpenSource, data: Data | None = None, weights: str = FINAL
    ) -> None:
        self.folder = folder
        self.allowed = allowed.named()
        self.weights = Weights.choose(folder.path, weights)
        self.open_source = open_source
        self._given = data
        self._opening = threading.RLock()  # one thread opens, the others wait for what it opened
        self._opened: dict[str, Any] = {}

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.folder.path

    @property
    def weights_note(self) -> str:
        """Which weights these are, in one sentence, where they are not the final ones; else empty.

        Raises:
            RunError: what is written beside them is damaged.
        """
        from trasluz.draw.weights import weights_sentence

        return weights_sentence(self.weights.epoch())

    @property
    def recipe(self) -> Recipe:
        """The resolved recipe, read again when the file changed."""
        return self.folder.recipe()

    @property
    def origin(self) -> Origin:
        """What images that the run makes say of it."""
        from trasluz.draw.provenance import Origin

        return Origin(self.weights.label, self.recipe.name, self.recipe.hash)

    @property
    def info(self) -> dict[str, Any]:
        """What ``run.json`` says."""
        return self.folder.info()

    @property
    def status(self) -> str:
        """created, running, interrupted, failed or finished."""
        return str(self.info["status"])

    @property
    def history(self) -> list[dict[str, Any]]:
        """All records of ``metrics.jsonl``, oldest first."""
        return self.folder.metrics()

    @property
    def metrics(self) -> dict[str, float]:
        """The scores in the last record, or in that of the best epoch with its weights: ``train/…``,
        ``train_eval/…`` (training images in evaluation) and ``valid/…``."""
        best = self.weights.epoch()
        wanted = None if best is None else (best.phase, best.epoch)
        records = [r for r in self.history if wanted is None or (r.get("phase"), r.get("epoch")) == wanted]
        last = records[-1] if records else {}
        return {name: value for name, value in last.items() if name.startswith(("train/", "train_eval/", "valid/"))}

    @property
    def model(self) -> Model:
        """The trained model with the weights that the run was opened with, on the best device there is.

        Raises:
            RunError: the run has no trained model yet.
            RecipeError: it names code that was not allowed.
            CheckpointError: the weights of the best epoch are damaged.
        """
        with self._opening:
            if "model" not in self._opened:
                self._need_model()
                best = None if self.weights.final else _best_weights(self.weights.file.parent)
                with trusting(self.allowed, *self._sources):
                    self._opened["model"] = load_model(self.path / "model", best).to(self.device)
            model: Model = self._opened["model"]
            return model

    @property
    def split_codes(self) -> dict[str, np.ndarray]:
        """Codes of whole splits by this model, float32 ``[n, d]`` by the split's name, as looks have computed them."""
        codes: dict[str, np.ndarray] = self._opened.setdefault("split_codes", {})
        return codes

    def take_model(self, model: Model) -> None:
        """``model`` is what lies in the folder, where whoever trained it has it still."""
        with self._opening:
            self._opened["model"] = model

    def _need_model(self) -> None:
        if not self.weights.stored():
            from trasluz.draw.names import status_name

            message = _("{path}: there is no trained model here ({status}); first run: trasluz resume {path}")
            lost = [name for name in missing(self.path) if name.startswith("model/")]
            if self.status == "finished" and lost:
                message = _(
                    "{path}: {names} is missing, so there is no trained model; first run: trasluz resume {path}"
                )
            told = {"path": self.path, "status": status_name(self.status), "names": ", ".join(lost)}
            raise RunError(message.format(**told))

    @property
    def unfinished_note(self) -> str:
        """That training has not ended, though there is a model, and what to do, in one sentence; empty where it has."""
        from trasluz.draw.names import status_name

        if self.status == "finished" or not self.weights.stored():
            return ""
        message = _("{path}: this run has not finished ({status}); go on with: trasluz resume {path}")
        return message.format(path=self.path, status=status_name(self.status))

    @property
    def _sources(self) -> tuple[str, ...]:
        """Where its data were and may be; none where the recipe cannot be read, which a model needs not."""
        try:
            return (self.recipe.data.source, *sources_of(self.folder, self.recipe.data.source))
        except RequestError:
            return ()

    @property
    def moved_to(self) -> str | None:
        """Where its data lie, as ``--data`` takes it, where that is not what its recipe names."""
        return moved_to(self.folder, self.recipe.data.source)

    @cached_property
    def device(self) -> torch.device:
        """Where the model computes: the best device there is."""
        asked = self.recipe.compute.model_copy(update={"device": "auto"})
        return torch.device(choose(asked).device)

    @property
    def family(self) -> BaseFamily:
        """The family of the model."""
        return self.model.family

    @property
    def networks(self) -> nn.ModuleDict:
        """The calling thread's own networks over the trained weights, in evaluation mode."""
        return self.model.networks

    @property
    def preprocess(self) -> Preprocess:
        """How an image becomes an input."""
        return self.model.preprocess

    @property
    def capabilities(self) -> frozenset[str]:
        """What the model can do: encode, decode, reconstruct, classify, generate…"""
        return self.model.capabilities

    @property
    def data(self) -> Data:
        """The data that the run was trained on, with its splits, wherever they are found (``api/places.py``).

        Raises:
            DataError: they are nowhere; ``take_data`` says where they lie now.
            RunError: the data changed since.
        """
        if self._given is not None:
            return self._given
        with self._opening:
            if "data" not in self._opened:
                with allowed.allow(self.allowed):
                    self._opened["data"] = reopen(self.folder, self.recipe, None, self.open_source, Reporter())
            data: Data = self._opened["data"]
            return data

    def take_data(self, data: Source, reporter: Reporter | None = None) -> Data:
        """Opens the data that the run was trained on where they lie now, ``data``: a name, a path, or arrays in memory.

        They must be the same, whatever their place is called; a name or path is remembered in the run's folder.

        Raises:
            DataError: there is nothing there.
            RunError: these are other data; says in what they differ.
        """
        place = str(data) if isinstance(data, (str, Path)) else None
        arrays = None if isinstance(data, (str, Path)) else in_memory(data)
        with self._opening, allowed.allow(self.allowed):
            found = reopen(self.folder, self.recipe, arrays, self.open_source, listening(reporter), place)
            self._given = found
        return found

    def evaluations(self) -> dict[str, Evaluation]:
        """Evaluations made so far with these weights, by split."""
        return load_evaluations(self.weights)

    def need(self, capability: str) -> None:
        """Refuses what the model cannot do.

        Raises:
            RequestError: names what it can.
        """
        if capability not in self.capabilities:
            can = ", ".join(map(spoken, verbs(self.capabilities))) or _("nothing")
            message = _("{path}: this model cannot {capability}; it can {can}.").format(
                path=self.path, capability=spoken(capability), can=can
            )
            raise RequestError(message + self._commands())

    def _commands(self) -> str:
        """What to type for what the model can do, as the rest of a sentence; empty where there is no such command."""
        known = [_COMMANDS[verb] for verb in verbs(self.capabilities) if verb in _COMMANDS]
        places = {"run": self.path, "images": _("IMAGES"), "domain": _("DOMAIN")}
        typed = ", ".join(f"`trasluz {words.format(**places)}`" for words in known)
        told = ngettext("The command: {commands}.", "The commands: {commands}.", len(known))
        return f" {told.format(commands=typed)}" if known else ""

    def ask(self, protocol: type[P]) -> P:
        """The model's family, typed as one that has this capability of ``families/capabilities.py``.

        Raises:
            RequestError: it has not; names what it can.
        """
        self.need(name_of(protocol))
        return self.model.ask(protocol)

    def load(self, images: Images, reporter: Reporter | None = None, *, lengths: Lengths = None) -> LoadedImages:
        """New samples, prepared as those of training were stored; every verb that is given samples takes these.

        Images are files, folders or archives of them, or arrays ``[n, h, w, c]``; rows of a table CSV files or arrays
        ``[n, features]``.  Sequences are a list of arrays ``[steps, features]`` of different lengths, or an array
        ``[n, steps, features]`` padded at the end with the ``lengths`` of its sequences (without them every step
        counts), or ``.npz`` files with both as ``X`` and ``lengths``; none longer than the longest of training.

        Raises:
            DataError: nothing can be read, or it does not fit the model.
        """
        loaded = load_images(images, self.preprocess, listening(reporter), self.model.spec.shape, lengths)
        if not len(loaded.samples):
            first = f"{loaded.unreadable[0][0]}: {loaded.unreadable[0][1]}" if loaded.unreadable else ""
            told = _("None of the images can be read. {first}"), _("None of the samples can be read. {first}")
            raise DataError(told[self.preprocess.kind != "image"].format(first=first).strip())
        return loaded
