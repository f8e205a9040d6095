"""Run folders with believable numbers, made in a second: logistic regression and PCA on scikit-learn's digits."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from trasluz.data.data import Data
from trasluz.data.describe.audit import audit
from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.examples import choose_examples
from trasluz.recipe import from_dict
from trasluz.runs.folder import RunFolder

CLASSES = tuple(str(i) for i in range(10))
_SPEC = {"kind": "image", "shape": [1, 8, 8], "classes": list(CLASSES), "multi_label": False, "domains": []}


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    digits = load_digits()
    return digits.images / 16, digits.target


def _examples(
    images: np.ndarray, arrays: dict[str, np.ndarray], rebuilt: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    if rebuilt is None:
        positions = choose_examples(arrays["probabilities"], arrays["labels"], 600)
    else:
        order = np.argsort(arrays["error"])
        positions = np.sort(np.concatenate([order[:12], order[-12:]]))
    shown = {"positions": positions, "images": np.round(255 * images[positions, :, :, None]).astype(np.uint8)}
    if rebuilt is not None:
        shown["reconstructions"] = np.round(255 * rebuilt[positions, :, :, None].clip(0, 1)).astype(np.uint8)
    return shown


@cache
def classifier_evaluation(split: str = "valid") -> Evaluation:
    images, labels = _digits()
    flat = images.reshape(len(images), -1)
    model = LogisticRegression(C=0.02, max_iter=300).fit(flat[:900], labels[:900])
    probabilities = model.predict_proba(flat[900:]).astype(np.float32)
    truth, said = labels[900:], probabilities.argmax(1)
    arrays = {"rows": np.arange(900, 1797), "labels": truth, "probabilities": probabilities}
    accuracy = float((truth == said).mean())
    spread = 1.96 * math.sqrt(accuracy * (1 - accuracy) / len(truth))
    precision, recall, f1, support = precision_recall_fscore_support(truth, said)
    per_class = {
        c: {
            "precision": float(precision[i]),
            "recall": float(recall[i]),
            "f1": float(f1[i]),
            "support": float(support[i]),
        }
        for i, c in enumerate(CLASSES)
    }
    return Evaluation(
        split=split,
        count=len(truth),
        metrics={
            "accuracy": accuracy,
            "loss": 0.3141,
            "macro_precision": float(precision.mean()),
            "macro_recall": float(recall.mean()),
            "macro_f1": float(f1.mean()),
            "calibration_error": 0.21,
        },
        intervals={"accuracy": (accuracy - spread, accuracy + spread)},
        baselines={"majority class": {"accuracy": 0.1037}},
        classes=CLASSES,
        per_class=per_class,
        confusion=confusion_matrix(truth, said),
        calibration=_bins(probabilities.max(1), truth == said),
        arrays=arrays,
        examples=_examples(images[900:], arrays),
    )


def _bins(confidence: np.ndarray, right: np.ndarray) -> dict[str, list[float]]:
    which = np.minimum((confidence * 10).astype(int), 9)
    rows = [
        (float(confidence[which == b].mean()), float(right[which == b].mean()), float((which == b).sum()))
        if (which == b).any()
        else (0.0, 0.0, 0.0)
        for b in range(10)
    ]
    return {"confidence": [r[0] for r in rows], "accuracy": [r[1] for r in rows], "count": [r[2] for r in rows]}


@cache
def autoencoder_evaluation() -> Evaluation:
    images, labels = _digits()
    flat = images.reshape(len(images), -1)
    rebuilt = (lambda pca: pca.inverse_transform(pca.transform(flat[900:])))(PCA(10, random_state=0).fit(flat[:900]))
    error = ((rebuilt - flat[900:]) ** 2).mean(1)
    arrays = {"rows": np.arange(900, 1797), "labels": labels[900:], "error": error.astype(np.float32)}
    mse = float(error.mean())
    return Evaluation(
        split="valid",
        count=len(error),
        metrics={"mse": mse, "psnr": -10 * math.log10(mse), "ssim": 0.871, "rounded_accuracy": 0.93, "loss": 64 * mse},
        intervals={"mse": (0.95 * mse, 1.05 * mse)},
        baselines={"pca": {"mse": 1.1 * mse, "components": 10.0, "components_for_same_error": 12.0}},
        classes=CLASSES,
        arrays=arrays,
        examples=_examples(images[900:], arrays, rebuilt.reshape(-1, 8, 8)),
        notes=("SSIM is measured with a window of 7 pixels because the images are small.",),
    )


def records(family: str, epochs: int = 30) -> list[dict[str, Any]]:
    made = []
    for epoch in range(1, epochs + 1):
        loss, rising = 2.2 * math.exp(-epoch / 5) + 0.08, 0.012 * max(0, epoch - 18)
        record: dict[str, Any] = {
            "phase": "train",
            "epoch": epoch,
            "step": 29 * epoch,
            "train/loss": loss,
            "valid/loss": loss * 1.15 + rising,
        }
        if family == "classifier":
            record |= {"train/accuracy": 1 - loss / 3, "valid/accuracy": 1 - loss / 2.8 - rising / 3}
        else:
            record |= {
                "train/mse": loss / 64,
                "valid/mse": loss / 60 + rising / 60,
                "valid/psnr": -10 * math.log10(loss / 60),
            }
        made.append(
            record
            | {
                "learning_rate": 1e-3 * 0.5 * (1 + math.cos(math.pi * epoch / epochs)),
                "seconds": 0.21 + 0.01 * (epoch % 3),
                "images_per_second": 6800.0 - 10 * epoch,
            }
        )
    return made


@cache
def made_audit() -> dict[str, Any]:
    """As ``trasluz.data.describe.audit`` would write it, with something of everything."""
    images, labels = _digits()
    stored = np.round(255 * images[..., None]).astype(np.uint8)
    stored[1500], stored[7] = stored[3], 0
    splits = {"train": np.arange(1437), "valid": np.arange(1437, 1617), "test": np.arange(1617, 1797)}
    data = Data("digits", "image", stored, splits, labels=labels.astype(np.int64), classes=CLASSES)
    sizes = np.array([[8, 8]] * 1796 + [[12, 9]])
    return audit(data, unreadable=[("folder/<b>half.png", "truncated")], original_sizes=sizes)


def make_run(
    runs: Path, family: str = "classifier", status: str = "finished", epochs: int = 30, **info: Any
) -> RunFolder:
    recipe = from_dict(
        {
            "name": f"digits-{'cnn' if family == 'classifier' else 'autoencoder'}",
            "description": {
                "en": "A small network on the embedded digits.",
                "es": "Una red pequeña con los dígitos incluidos.",
            },
            "data": {"source": "digits"},
            "model": {"family": family},
            "train": {"epochs": 30, "batch": 50},
        }
    )
    folder = RunFolder.plan(runs, recipe)
    folder.create(recipe)
    for record in records(family, epochs):
        folder.append_metrics(record)
    (folder.path / "model" / "config.json").write_text(json.dumps({"model": recipe.model, "spec": _SPEC}))
    folder.update_info(
        status=status,
        data="digits",
        audit=made_audit(),
        splits={"train": 1437, "valid": 180, "test": 180},
        fingerprint="5f3c9e0a77d1b2c4",
        recipe_hash=recipe.hash,
        versions={"python": "3.11.9", "trasluz": "0.1.0", "torch": "2.7.1", "numpy": "2.4.6"},
        hardware={
            "device": "cpu",
            "devices": 1,
            "nodes": 1,
            "precision": "bf16",
            "layout": "channels-last",
            "threads": 2,
            "processor": "Some Processor 9000",
            "system": "Linux",
            "machine": "x86_64",
        },
        timings={"training_seconds": 7.2},
        **info,
    )
    return folder
