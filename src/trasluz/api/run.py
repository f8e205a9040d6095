"""Run: a trained recipe opened for use: evaluate, predict, reconstruct, encode, decode, generate, report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trasluz import allowed
from trasluz.api import applying, sources
from trasluz.api.given import Source
from trasluz.api.listening import listening
from trasluz.api.opened import Images, Lengths, OpenedRun
from trasluz.api.results import Predictions, Reconstructions
from trasluz.api.trusting import Packages
from trasluz.data.data import Data
from trasluz.data.read.raw import Raw
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.messages import current_language
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.runs.weights import FINAL

if TYPE_CHECKING:
    from trasluz.api.findings import Findings
    from trasluz.api.generation import Generated
    from trasluz.api.translation import Translations
    from trasluz.api.why import NextSteps
    from trasluz.evaluation.sample_evaluation import SampleEvaluation
    from trasluz.look.result import Result


class Run(OpenedRun, ShownInNotebooks):
    """One run folder and what can be done with it."""

    shown_by: ClassVar[str] = "trasluz.draw.notebook:run_shown"

    def __init__(self, folder: RunFolder, data: Data | None = None, weights: str = FINAL) -> None:
        super().__init__(folder, open_source, data, weights)

    def evaluate(
        self,
        split: str | None = None,
        data: str | Path | None = None,
        reporter: Reporter | None = None,
        *,
        importance_samples: int | None = None,
    ) -> Evaluation:
        """Scores on a split of the run's own data, kept under ``looks/``, or on other data (``data``).

        ``split`` is ``valid`` by default; of other data all samples count unless a split is named.  Where ``data`` are
        the run's own in another place, they count as such, and the place is remembered; ``split="all"`` judges all.
        ``importance_samples``: draws of each code (at most 5,000) for the importance-weighted bound on the evidence,
        of models with a posterior and a prior; it can take minutes.

        Raises:
            DataError: there is no such split, or the other data's classes are not the run's.
            RequestError: an importance-weighted bound of a model that has none.
        """
        from trasluz.api.evaluating import evaluate

        with allowed.allow(self.allowed):  # data may be another run
            return evaluate(self, split, data, importance_samples, listening(reporter))

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
        data: Source | None = None,
        reporter: Reporter | None = None,
    ) -> Generated:
        """``count`` images that the model makes, in float32; the same ones for the same seed.

        ``labels``: classes (names or numbers) for a model that makes images of a class on request, taken in turns.
        ``source``: ``prior``, or ``mixture`` for a mixture of Gaussians fitted to the codes of the training images,
        which lets any autoencoder generate; it is fitted once and kept in the run's folder.  ``data``: where the run's
        own data lie now, if they moved; only a mixture that is not fitted yet needs them.

        Raises:
            RequestError: the model cannot generate so, or a count, class or source that there is not.
        """
        from trasluz.api.generation import generate

        self._take(data, reporter)
        return generate(self, count, seed, labels, source, listening(reporter))

    def translate(self, images: Images, domain: str | int, reporter: Reporter | None = None) -> Translations:
        """Files, a folder of files, or arrays as the model would have them in ``domain``, its name or its number.

        Raises:
            RequestError: the model does not translate, or there is no such domain.
            DataError: nothing can be read.
        """
        from trasluz.api.translation import Translations, translator

        self.need("translate")
        name, compute = translator(self.model, domain)
        loaded = self.load(images, reporter)
        made = applying.to_bytes(self.model.over(loaded.samples, compute))
        original = applying.to_bytes(self.model.over(loaded.samples, lambda _inputs, pixels: pixels))
        return Translations(loaded.files, original, made, name, self.origin, loaded.unreadable)

    def evaluate_samples(
        self,
        classifier: str | Path | OpenedRun,
        count: int = 10_000,
        split: str = "test",
        *,
        seed: int = 0,
        source: str = "prior",
        data: Source | None = None,
        reporter: Reporter | None = None,
    ) -> SampleEvaluation:
        """What ``count`` generated images are worth beside the held-out ones of ``split``, kept under ``looks/``.

        FID, KID, precision and recall, density and coverage, nearest training images and classes, all over the
        features and answers of ``classifier``, a run trained on the same data; each beside what real images get.
        ``data``: where the run's own data lie now, if they moved.

        Raises:
            RequestError: too few samples, or a model that cannot generate or has no features.
            DataError: there is no such split, or too few images.
        """
        from trasluz.api.sample_quality import evaluate_samples

        self._take(data, reporter)
        judge = classifier if isinstance(classifier, OpenedRun) else open_run(classifier, allow=self.allowed)
        found = evaluate_samples(self, judge, count, split, seed, source, listening(reporter))
        found.save(self.weights.looks, self.weights.digest())
        return found

    def look(
        self,
        name: str,
        images: Images | None = None,
        *,
        split: str | None = None,
        data: Source | None = None,
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

        self._take(data, reporter)
        return look(self, name, images, split, options, listening(reporter))

    def looks(self) -> tuple[str, ...]:
        """The names of the looks that this model can be looked at with."""
        from trasluz.api.looks import subject_of
        from trasluz.look.base import fitting

        return fitting(subject_of(self, None))

    def findings(self) -> Findings:
        """What went wrong, as far as the run's folder tells, the gravest first, in the language in force.

        Nothing is computed: what was evaluated, judged and looked at before is what the rules know.

        Raises:
            RunError: the folder is damaged.
        """
        from trasluz.api.findings import Findings, evidence_of
        from trasluz.findings.base import check_all

        return Findings(check_all(evidence_of(self)))

    def why(self) -> NextSteps:
        """What to try next, what is likely to help most first, each with what to type; shows itself as text.

        From findings whose advice was measured to help, then from the run's own numbers; nothing is computed.

        Raises:
            RunError: the folder is damaged.
        """
        from trasluz.api.why import why

        return why(self)

    def _take(self, data: Source | None, reporter: Reporter | None) -> None:
        if data is not None:
            self.take_data(data, reporter)

    def report(
        self,
        lang: str | None = None,
        reporter: Reporter | None = None,
        *,
        data: Source | None = None,
        name: str | None = None,
    ) -> Path:
        """Writes ``report.html`` and ``findings.json``, and returns the page's path; evaluates and looks at what was
        not evaluated or looked at yet.

        Test data are read here only if they were evaluated before: a report must not tempt to tune on them.  ``data``:
        where the run's own data lie now, if they moved; without any the page shows what was kept.  ``name``: what the
        page is called, now and later; an empty one calls it by its data again.
        """
        from trasluz.api.report import report

        self._take(data, reporter)
        if name is not None:
            self.folder.update_info(title=name)
        return report(self, lang or current_language(), listening(reporter))


def open_run(path: str | Path, data: Data | Source | None = None, *, weights: str = FINAL, allow: Packages = ()) -> Run:
    """An existing run.

    ``data``: its own, where opening them again can be saved; or where they lie now (``Run.take_data``), which is
    checked and remembered.

    ``weights``: ``final``, those that training ended with, or ``best``, those of the epoch in which what the last phase
    watched (``early_stopping.monitor``, otherwise the validation loss) was best.  What is found with the best ones is
    kept apart, in the run's ``best/``.

    ``allow``: packages whose functions the run's model may call, where its recipe has ``module:``; what is allowed by
    ``tz.allow`` or in the environment when the run is opened counts, too.

    Raises:
        RunError: not a run folder, incomplete, or from a newer version; or the best weights of a run that kept none.
        RequestError: weights of another name, or a package that cannot be allowed.
    """
    with allowed.allow(allow):
        run = Run(RunFolder.open(path), data if isinstance(data, Data) else None, weights)
    if data is not None and not isinstance(data, Data):
        run.take_data(data)
    return run


def open_source(section: DataSection, seed: int, reporter: Reporter | None = None, arrays: Raw | None = None) -> Data:
    """The data that ``section`` describes, the images of another run included (``sources.open_source``)."""
    return sources.open_source(section, seed, listening(reporter), arrays, open_run)
