"""Evaluation of a trained model on one split: scores with intervals, baselines, records, and images to look at.

Never augmented, in inference mode, with draws that depend on nothing but a sample's position, and summed over
samples: the size of the batches changes nothing but the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from torch import Tensor

from trasluz.data.data import Data
from trasluz.data.feed.batch import Batch
from trasluz.data.feed.batches import evaluation_batches
from trasluz.data.feed.preprocess import Preprocess
from trasluz.errors import DataError
from trasluz.evaluation.baselines import Baselines, classifier_baselines, reconstruction_baselines
from trasluz.evaluation.by_groups import intervals_by_groups, note_on_groups
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.examples import choose_examples
from trasluz.evaluation.records import CodeSize, Records
from trasluz.families.base import BaseFamily
from trasluz.messages import _, sentence
from trasluz.metrics.reconstruction import to_uint8
from trasluz.metrics.scores import (
    Scores,
    classifier_scores,
    latent_scores,
    multi_label_scores,
    reconstruction_scores,
)
from trasluz.model.evaluation_mode import batch_size_for
from trasluz.model.memory import kept_memory
from trasluz.model.model import Model
from trasluz.numerals import percent
from trasluz.reporting import Reporter
from trasluz.rng import Rng, StepRng

_EXAMPLE_BYTES = 12_000_000
_MOST_EXAMPLES = 600


def evaluate_split(
    model: Model,
    data: Data,
    split: str,
    *,
    rows: np.ndarray | None = None,
    forward: Callable[[], AbstractContextManager[object]] = nullcontext,
    batch: int | None = None,
    baselines: bool = True,
    train: Data | None = None,
    reporter: Reporter = Reporter(),  # noqa: B008 - without state
) -> Evaluation:
    """Everything that is known of ``model`` on ``split``; ``rows`` (int64) evaluates these instead.

    ``forward`` is the precision of the forward pass (float32 by default), ``batch`` the samples per batch (by the size
    of the images).  ``baselines`` fits PCA, which can take
    a while for large images; they learn from the training split of ``train``, which is ``data`` by default: name
    the run's own data when evaluating other data.

    Raises:
        DataError: there is nothing to evaluate, or a classifier meets no label.
    """
    chosen = data.split(split) if rows is None else rows
    if not len(chosen):
        message = _("{data}: there is nothing to evaluate in the split {split}; choose one that has samples.")
        raise DataError(message.format(data=data.name, split=split))
    records = Records()
    size = batch or batch_size_for(data.samples)
    networks, preprocess = model.networks, model.preprocess
    counted = _("images") if data.kind == "image" else _("samples")
    with kept_memory(model.device.type), reporter.task(_("Evaluating"), total=len(chosen), counted=counted) as task:
        sums: dict[str, Tensor] = {}
        for done, (part, rng) in _counted(data, chosen, size, preprocess, model.device):
            records.begin(part, done)
            with model.inference(), forward():
                found = model.family.evaluate(networks, part, rng, records)
            _add(sums, found)
            task.advance(len(part))
        own = model.family.metrics(sums, networks)
    arrays = {"rows": chosen.astype(np.int64), **records.arrays()}
    if data.labels is not None:
        arrays["labels"] = data.labels[chosen]
    if data.groups is not None:
        arrays["groups"] = data.groups[chosen]
    beside = Baselines()
    if baselines:
        beside = _beside(arrays, records.code_size, train or data, data, preprocess, reporter)
    return _put_together(own, records, arrays, beside, data, preprocess, split, model.family)


def _counted(
    data: Data, rows: np.ndarray, size: int, preprocess: Preprocess, device: torch.device
) -> Iterator[tuple[int, tuple[Batch, StepRng]]]:
    """Each batch with the number of samples before it."""
    done = 0
    for part, rng in evaluation_batches(data, rows, size, preprocess, device):
        yield done, (part, rng)
        done += len(part)


def _add(sums: dict[str, Tensor], found: dict[str, Tensor]) -> None:
    for name, value in found.items():
        wide = value.to(torch.float32 if value.device.type == "mps" else torch.float64)
        sums[name] = sums[name] + wide if name in sums else wide


def _beside(
    arrays: dict[str, np.ndarray],
    code: CodeSize | None,
    train: Data,
    data: Data,
    preprocess: Preprocess,
    reporter: Reporter,
) -> Baselines:
    """The baselines that suit what was recorded."""
    beside = classifier_baselines(arrays, train)
    if "error" in arrays:
        error = float(arrays["error"].mean(dtype=np.float64))
        beside += reconstruction_baselines(error, code, train, data, preprocess, arrays["rows"], reporter)
    return beside


def _put_together(
    own: dict[str, float],
    records: Records,
    arrays: dict[str, np.ndarray],
    beside: Baselines,
    data: Data,
    preprocess: Preprocess,
    split: str,
    family: BaseFamily,
) -> Evaluation:
    parts = scores_of(arrays, data.classes, data.multi_label)
    metrics = dict(own)
    for part in parts:
        metrics |= {name: value for name, value in part.metrics.items() if name not in own}
    intervals = {k: v for part in parts for k, v in part.intervals.items() if k in metrics}
    grouped = "groups" in arrays
    return Evaluation(
        split=split,
        count=len(arrays["rows"]),
        metrics=metrics,
        intervals=intervals_by_groups(arrays, intervals) if grouped else intervals,
        baselines=beside.values,
        classes=data.classes,
        per_class=next((p.per_class for p in parts if p.per_class is not None), None),
        confusion=next((p.confusion for p in parts if p.confusion is not None), None),
        calibration=next((p.calibration for p in parts if p.calibration is not None), None),
        arrays=arrays,
        examples=_examples(arrays, records, data, preprocess),
        notes=(
            *((note_on_groups(arrays),) if grouped else ()),
            *_about_ssim(arrays, data),
            *_about_losses(metrics, family),
            *(note for part in parts for note in part.notes),
            *beside.notes,
        ),
    )


def scores_of(arrays: Mapping[str, np.ndarray], classes: tuple[str, ...], several: bool) -> list[Scores]:
    """The scores of per-sample records, as ``Evaluation.arrays`` has them; ``several``: labels per sample."""
    parts = []
    if "error" in arrays:
        parts.append(reconstruction_scores(arrays))
    if len(arrays.get("latents", ())) > 1:
        parts.append(latent_scores(arrays["latents"], Rng(0), arrays.get("groups")))
    if "probabilities" in arrays and "labels" in arrays:
        answers = arrays["probabilities"], arrays["labels"], classes
        parts.append(multi_label_scores(*answers) if several else classifier_scores(*answers, arrays.get("log_loss")))
    return parts


def _about_ssim(arrays: dict[str, np.ndarray], data: Data) -> tuple[str, ...]:
    if "error" not in arrays or "ssim" in arrays or data.kind != "image":
        return ()
    height, width = data.samples.shape[1:3]
    return (
        sentence(
            "SSIM is not given: it compares windows of at least 3 × 3 pixels, and these images are {size}.",
            size=f"{height} × {width}",
        ),
    )


def _about_losses(metrics: dict[str, float], family: BaseFamily) -> tuple[str, ...]:
    """Why two numbers that are one for most recipes differ here."""
    if "log_loss" not in metrics or "cross_entropy" not in metrics:
        return ()
    if math.isclose(metrics["log_loss"], metrics["cross_entropy"], rel_tol=1e-3, abs_tol=1e-6):
        return ()
    smoothing, weighted = float(getattr(family.config, "label_smoothing", 0.0)), family.class_weights is not None
    share = percent(smoothing)
    if smoothing and weighted:
        said = sentence(
            "Cross-entropy is what training minimises, here of labels smoothed by {share} and with weighted classes; "
            "log loss is that of the labels as they are.",
            share=share,
        )
    elif smoothing:
        said = sentence(
            "Cross-entropy is what training minimises, here of labels smoothed by {share}; log loss is that of the "
            "labels as they are.",
            share=share,
        )
    elif weighted:
        said = sentence(
            "Cross-entropy is what training minimises, here with weighted classes; log loss counts all samples the "
            "same."
        )
    else:
        said = sentence(
            "Cross-entropy is what training minimises; log loss is that of the probabilities that it answers."
        )
    return (said,)


def _examples(
    arrays: dict[str, np.ndarray], records: Records, data: Data, preprocess: Preprocess
) -> dict[str, np.ndarray]:
    """Images for pages, within 12 MB: best and worst reconstructions, or what stands behind the confusion cells."""
    if data.kind != "image":
        return {}
    most = max(1, min(_MOST_EXAMPLES, _EXAMPLE_BYTES // max(1, int(np.prod(data.samples.shape[1:])))))
    if records.shown:
        kept = sorted(records.shown, key=lambda s: s.position)
        places = np.array([s.position for s in kept], np.int64)
        return {
            "positions": places,
            **_files(data, arrays["rows"][places]),
            "images": np.stack([s.original for s in kept]),
            "reconstructions": np.stack([s.reconstruction for s in kept]),
            **records.images,
        }
    if "probabilities" not in arrays or "labels" not in arrays:
        return dict(records.images)
    positions = choose_examples(arrays["probabilities"], arrays["labels"], most)
    stored = torch.from_numpy(np.ascontiguousarray(data.samples[arrays["rows"][positions]]))
    images = {"positions": positions, "images": to_uint8(preprocess.to_pixels(stored)), **records.images}
    return images | _files(data, arrays["rows"][positions])


def _files(data: Data, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The names of the files of these rows; nothing where data have none."""
    return {} if data.files is None else {"files": np.array([data.files[row] for row in rows], np.str_)}
