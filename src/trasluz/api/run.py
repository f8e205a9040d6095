"""Run: a trained recipe opened for use: evaluate, predict, reconstruct, encode, decode, generate, report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from trasluz.api import applying
from trasluz.api.results import Predictions, Reconstructions
from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.images import LoadedImages, load_images
from trasluz.errors import DataError, RequestError
from trasluz.evaluation.evaluation import Evaluation
from trasluz.families.base import BaseFamily
from trasluz.look.subject import over
from trasluz.messages import _, current_language
from trasluz.model.hardware import choose
from trasluz.model.model import Model, load_model
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.runs.evaluations import load_evaluations
from trasluz.runs.folder import RunFolder
from trasluz.runs.weights import FINAL, Weights
from trasluz.training.checkpoint import read_checkpoint

if TYPE_CHECKING:
    from trasluz.api.generation import Generated
    from trasluz.api.translation import Translations
    from trasluz.draw.provenance import Origin
    from trasluz.evaluation.sample_evaluation import SampleEvaluation
    from trasluz.findings.finding import Finding
    from trasluz.look.result import Result

Images = str | Path | Sequence[str | Path] | np.ndarray | Sequence[np.ndarray]
Lengths = Sequence[int] | np.ndarray | None


class Run:
    """One run folder and what can be done with it. Reads lazily; holds the model once it was needed."""

    def __init__(self, folder: RunFolder, data: Data | None = None, weights: str = FINAL) -> None:
        self.folder = folder
        self.weights = Weights.choose(folder.path, weights)
        self._given = data

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
        """The resolved recipe."""
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
        """The scores in the last record, or in that of the best epoch with its weights: ``train/…`` and ``valid/…``."""
        best = self.weights.epoch()
        records = [r for r in self.history if best is None or (r["phase"], r["epoch"]) == (best.phase, best.epoch)]
        last = records[-1] if records else {}
        return {name: value for name, value in last.items() if name.startswith(("train/", "valid/"))}

    @cached_property
    def model(self) -> Model:
        """The trained model with the weights that the run was opened with, on the best device there is.

        Raises:
            RunError: the run has no trained model yet.
            CheckpointError: the weights of the best epoch are damaged.
        """
        best = None if self.weights.final else read_checkpoint(self.weights.file.parent)["networks"]
        loaded = load_model(self.path / "model", best)
        loaded.networks.to(self.device)
        return loaded

    @cached_property
    def device(self) -> torch.device:
        """Where the model computes: the recipe's device, or the processor when that is absent."""
        asked = self.recipe.compute.model_copy(update={"device": "auto"})
        return torch.device(choose(asked).device)

    @property
    def family(self) -> BaseFamily:
        """The family of the model."""
        return self.model.family

    @property
    def networks(self) -> nn.ModuleDict:
        """The trained networks, in evaluation mode."""
        return self.model.networks

    @property
    def preprocess(self) -> Preprocess:
        """How an image becomes an input."""
        return self.model.preprocess

    @property
    def capabilities(self) -> frozenset[str]:
        """What the model can do: encode, decode, reconstruct, classify, generate…"""
        return self.family.capabilities

    @cached_property
    def data(self) -> Data:
        """The data that the run was trained on, with its splits.

        Raises:
            RunError: the data changed since.
        """
        if self._given is not None:
            return self._given
        from trasluz.api.training import reopen

        return reopen(self.folder, self.recipe, None, Reporter())

    def evaluate(
        self,
        split: str | None = None,
        data: str | Path | None = None,
        reporter: Reporter | None = None,
        *,
        importance_samples: int | None = None,
    ) -> Evaluation:
        """Scores on a split of the run's own data, or on other data (``data``), kept under ``looks/``.

        ``split`` is ``valid`` by default; of other data all samples count unless a split is named.
        ``importance_samples``: draws of each code (at most 5,000) for the importance-weighted bound on the evidence,
        of models with a posterior and a prior; it can take minutes.

        Raises:
            DataError: there is no such split, or the other data's classes are not the run's.
            RequestError: an importance-weighted bound of a model that has none.
        """
        from trasluz.api.evaluating import evaluate

        return evaluate(self, split, data, importance_samples, reporter or Reporter())

    def evaluations(self) -> dict[str, Evaluation]:
        """Evaluations made so far with these weights, by split."""
        return load_evaluations(self.weights)

    def need(self, capability: str) -> None:
        """Refuses what the model cannot do.

        Raises:
            RequestError: names what it can.
        """
        if capability not in self.capabilities:
            can = ", ".join(applying.verbs(self.capabilities)) or _("nothing")
            raise RequestError(
                _("{path}: this model cannot {capability}; it can {can}.").format(
                    path=self.path, capability=capability, can=can
                )
            )

    def load(self, images: Images, reporter: Reporter | None = None, *, lengths: Lengths = None) -> LoadedImages:
        """New samples, prepared as those of training were stored; every verb that is given samples takes these.

        Images are files, folders or archives of them, or arrays ``[n, h, w, c]``; rows of a table CSV files or arrays
        ``[n, features]``.  Sequences are a list of arrays ``[steps, features]`` of different lengths, or an array
        ``[n, steps, features]`` padded at the end with the ``lengths`` of its sequences (without them every step
        counts), or ``.npz`` files with both as ``X`` and ``lengths``; none longer than the longest of training.

        Raises:
            DataError: nothing can be read, or it does not fit the model.
        """
        loaded = load_images(images, self.preprocess, reporter or Reporter(), self.model.spec.shape, lengths)
        if not len(loaded.samples):
            first = f"{loaded.unreadable[0][0]}: {loaded.unreadable[0][1]}" if loaded.unreadable else ""
            told = _("None of the images can be read. {first}"), _("None of the samples can be read. {first}")
            raise DataError(told[self.preprocess.kind != "image"].format(first=first).strip())
        return loaded

    def over(self, samples: np.ndarray, compute: Callable[[Tensor, Tensor], Tensor]) -> np.ndarray:
        """``compute(inputs, unit)`` over stored samples in large batches, float32."""
        return over(samples, self.preprocess, self.device, compute)

    def predict(self, images: Images, reporter: Reporter | None = None, *, lengths: Lengths = None) -> Predictions:
        """Class probabilities of files, a folder, arrays, or sequences with ``lengths``: of what ``load`` takes.

        Raises:
            RequestError: the model does not classify.
            DataError: nothing can be read, or it does not fit the model.
        """
        self.need("classify")
        return applying.predict(self, self.load(images, reporter, lengths=lengths))

    def reconstruct(
        self, images: Images, reporter: Reporter | None = None, *, lengths: Lengths = None
    ) -> Reconstructions:
        """Reconstructions, with the error of each, of what ``load`` takes; rows and sequences in the data's own units.

        Raises:
            RequestError: the model does not reconstruct.
            DataError: nothing can be read, or it does not fit the model.
        """
        self.need("reconstruct")
        return applying.reconstruct(self, self.load(images, reporter, lengths=lengths))

    def encode(self, images: Images, reporter: Reporter | None = None, *, lengths: Lengths = None) -> np.ndarray:
        """Codes (means, where the code is a distribution), float32 ``[n, latent]``, of what ``load`` takes.

        Raises:
            RequestError: the model does not encode.
            DataError: nothing can be read, or it does not fit the model.
        """
        self.need("encode")
        return applying.encode(self, self.load(images, reporter, lengths=lengths))

    def posterior(self, images: Images, reporter: Reporter | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Means and log-variances of the codes' Gaussians, float32 ``[n, latent]`` each, of what ``load`` takes.

        Raises:
            RequestError: the model has no distributions of codes.
            DataError: nothing can be read, or it does not fit the model.
        """
        self.need("encode")
        applying.need_posterior(self)
        return applying.posterior(self, self.load(images, reporter))

    def decode(self, codes: np.ndarray | Sequence[Sequence[float]]) -> np.ndarray:
        """What the decoder makes of codes ``[n, latent]``: images float32 ``[n, h, w, c]`` in [0, 1], or rows of a
        table or sequences of full length in the data's own units.

        Raises:
            RequestError: the model does not decode, or codes of another size.
        """
        return applying.decode(self, codes)

    def generate(
        self,
        count: int,
        *,
        seed: int = 0,
        labels: Sequence[str | int] | None = None,
        source: str = "prior",
        reporter: Reporter | None = None,
    ) -> Generated:
        """``count`` images that the model makes, in float32; the same ones for the same seed.

        ``labels``: classes (names or numbers) for a model that makes images of a class on request, taken in turns.
        ``source``: ``prior``, or ``mixture`` for a mixture of Gaussians fitted to the codes of the training images,
        which lets any autoencoder generate; it is fitted once and kept in the run's folder.

        Raises:
            RequestError: the model cannot generate so, or a count, class or source that there is not.
        """
        from trasluz.api.generation import generate

        return generate(self, count, seed, labels, source, reporter or Reporter())

    def translate(self, images: Images, domain: str | int, reporter: Reporter | None = None) -> Translations:
        """Files, a folder of files, or arrays as the model would have them in ``domain``, its name or its number.

        Raises:
            RequestError: the model does not translate, or there is no such domain.
            DataError: nothing can be read.
        """
        from trasluz.api.translation import Translations, translator

        self.need("translate")
        name, compute = translator(self.family, self.networks, domain)
        loaded = self.load(images, reporter)
        made = applying.to_bytes(self.over(loaded.samples, compute))
        original = applying.to_bytes(self.over(loaded.samples, lambda _inputs, unit: unit))
        return Translations(loaded.files, original, made, name, self.origin, loaded.unreadable)

    def evaluate_samples(
        self,
        classifier: str | Path | Run,
        count: int = 10_000,
        split: str = "test",
        *,
        seed: int = 0,
        source: str = "prior",
        reporter: Reporter | None = None,
    ) -> SampleEvaluation:
        """What ``count`` generated images are worth beside the held-out ones of ``split``, kept under ``looks/``.

        FID, KID, precision and recall, density and coverage, nearest training images and classes, all over the
        features and answers of ``classifier``, a run trained on the same data; each beside what real images get.

        Raises:
            RequestError: too few samples, or a model that cannot generate or has no features.
            DataError: there is no such split, or too few images.
        """
        from trasluz.api.judging import evaluate_samples

        judge = classifier if isinstance(classifier, Run) else open_run(classifier)
        found = evaluate_samples(self, judge, count, split, seed, source, reporter or Reporter())
        found.save(self.weights.looks, self.weights.digest())
        return found

    def look(
        self,
        name: str,
        images: Images | None = None,
        *,
        split: str | None = None,
        reporter: Reporter | None = None,
        **options: Any,
    ) -> Result:
        """One way of seeing inside: the look ``name`` with its options, as arrays; shows itself in a notebook.

        ``images``: files, a folder of files, or arrays; without them it looks at ``split`` (validation, or test where
        that was evaluated) and keeps what it found under ``looks/``.

        Raises:
            RecipeError: no such look or option.
            RequestError: the model cannot be looked at so.
            DataError: there is no such split, or nothing can be read.
        """
        from trasluz.api.looks import look

        return look(self, name, images, split, options, reporter or Reporter())

    def looks(self) -> tuple[str, ...]:
        """The names of the looks that this model can be looked at with."""
        from trasluz.api.looks import subject_of
        from trasluz.look.base import fitting

        return fitting(subject_of(self, None))

    def findings(self) -> tuple[Finding, ...]:
        """What went wrong, as far as the run's folder tells, the gravest first, in the language in force.

        Nothing is computed: what was evaluated, judged and looked at before is what the rules know.

        Raises:
            RunError: the folder is damaged.
        """
        from trasluz.api.findings import evidence_of
        from trasluz.findings.base import check_all

        return check_all(evidence_of(self))

    def report(self, lang: str | None = None, reporter: Reporter | None = None) -> Path:
        """Writes ``report.html`` and ``findings.json``, and returns the page's path; evaluates and looks at what was
        not evaluated or looked at yet.

        Test data are read here only if they were evaluated before: a report must not tempt to tune on them.
        """
        from trasluz.api.report import report

        return report(self, lang or current_language(), reporter or Reporter())


def open_run(path: str | Path, data: Data | None = None, *, weights: str = FINAL) -> Run:
    """An existing run; ``data`` saves opening them again.

    ``weights``: ``final``, those that training ended with, or ``best``, those of the epoch in which what the last phase
    watched (``early_stopping.monitor``, otherwise the validation loss) was best.  What is found with the best ones is
    kept apart, in the run's ``best/``.

    Raises:
        RunError: not a run folder, incomplete, or from a newer version; or the best weights of a run that kept none.
        RequestError: weights of another name.
    """
    return Run(RunFolder.open(path), data, weights)
