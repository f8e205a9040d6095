"""What costs nothing to reach on the evaluated samples: the most frequent class, and PCA with a code as large."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch

from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.evaluation.records import CodeSize
from trasluz.messages import Sentence, sentence
from trasluz.metrics.majority_class import majority_class, majority_labels
from trasluz.metrics.pca import PCABaseline, Pixels, compare, fit
from trasluz.numerals import integer
from trasluz.reporting import Reporter


@dataclass(frozen=True)
class Baselines:
    """Baseline → {metric: value}, and sentences about them."""

    values: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __add__(self, other: Baselines) -> Baselines:
        return Baselines({**self.values, **other.values}, (*self.notes, *other.notes))


def classifier_baselines(arrays: dict[str, np.ndarray], train: Data) -> Baselines:
    """``majority class``, learned from the labels of ``train``'s training split; nothing without labels."""
    if "probabilities" not in arrays or "labels" not in arrays or train.labels is None:
        return Baselines()
    known, asked = train.labels[train.split("train")], arrays["labels"]
    if train.multi_label:
        return Baselines({"majority class": majority_labels(known, asked)} if len(known) else {})
    groups = arrays["groups"][asked >= 0] if "groups" in arrays else None
    known, asked = known[known >= 0], asked[asked >= 0]
    if not len(known) or not len(asked):
        return Baselines()
    return Baselines({"majority class": majority_class(known, asked, len(train.classes), groups)})


def reconstruction_baselines(
    error: float,
    size: CodeSize | None,
    train: Data,
    data: Data,
    preprocess: Preprocess,
    rows: np.ndarray,
    reporter: Reporter,
) -> Baselines:
    """``pca`` with as many components as the code has numbers, fitted on ``train``, judged on ``rows`` of ``data``.

    A code of bits has as many numbers as values of the stored samples would hold these.

    ``components_for_same_error`` is absent when no number of components reaches ``error``; a note says so, and
    also when the code is larger than the image or when PCA saw only some of the training samples.
    """
    learned = train.split("train")
    if size is None:
        return Baselines()
    if data.lengths is not None:
        return Baselines(
            notes=(sentence("There is no PCA to compare with: these sequences have lengths of their own."),)
        )
    if not len(learned):
        return Baselines(notes=(sentence("There is no PCA to compare with: these data have no training images."),))
    pca = fit(_pixels(train, learned, preprocess), reporter)
    held_out = _pixels(data, rows, preprocess)
    code = size.in_values(8 * data.samples.dtype.itemsize)
    found = compare(pca, held_out, code, error, reporter)
    images = {"psnr": found.psnr, "rounded_accuracy": found.rounded_accuracy} if held_out.bounded else {}
    values = {
        "mse": found.mse,
        **images,
        "components": float(found.components),
        "code": float(code),
        "code_larger_than_image": float(code > held_out.width),
    }
    if found.same_error is not None:
        values["components_for_same_error"] = float(found.same_error)
    return Baselines({"pca": values}, (*_about_bits(size, code), *_notes(found, code, held_out.width)))


def _pixels(data: Data, rows: np.ndarray, preprocess: Preprocess) -> Pixels:
    """What a reconstruction is compared with: images in [0, 1], or samples as the network sees them."""
    if data.kind == "image":
        return Pixels(data.samples, rows, preprocess.low, preprocess.high)
    seen = preprocess.normalise(preprocess.to_pixels(torch.from_numpy(data.samples[rows]))).numpy()
    return Pixels(seen, np.arange(len(rows)), 0.0, 1.0, bounded=False)


def _about_bits(size: CodeSize, code: int) -> tuple[str, ...]:
    if size.bits is None:
        return ()
    return (
        sentence(
            "The {bits} bits of the code are counted as {code} numbers, each of the bits that a stored value has.",
            bits=integer(math.ceil(size.bits)),
            code=integer(code),
        ),
    )


def _notes(found: PCABaseline, code: int, width: int) -> list[Sentence]:
    notes = []
    if code > width:
        notes.append(
            sentence(
                "The code is larger than the image: {code} numbers for {width} values, so it need not compress.",
                code=code,
                width=width,
            )
        )
    if found.components < code:
        notes.append(
            sentence(
                "PCA was compared with {components} components, all there are, instead of the code's {code}.",
                components=found.components,
                code=code,
            )
        )
    if found.same_error is None:
        notes.append(
            sentence(
                "PCA does not reach the model's error on these images even with all its {rank} components.",
                rank=found.rank,
            )
        )
    if found.fitted_on < found.of:
        notes.append(
            sentence(
                "PCA was fitted on {used} of the {all} training images, drawn at random, to keep it quick.",
                used=found.fitted_on,
                all=found.of,
            )
        )
    return notes
