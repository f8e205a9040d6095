"""What ``bench.reproduce`` trains: recipes, on which split they are judged, and what was asked of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """A recipe, how often it is trained, on which split it is judged, and what was asked of it."""

    recipe: str
    asked: str
    metrics: tuple[str, ...]
    split: str = "valid"
    seeds: int = 1
    settings: dict[str, Any] = field(default_factory=dict)
    importance_samples: int | None = None


_BOOK = "(Géron, Hands-on machine learning, 3rd edition, chapter 17)"


def _twins(kind: str, asked: str, metrics: tuple[str, ...]) -> dict[str, Case]:
    """An autoencoder as its notebook has it, and the tuned one with a code of the same size."""
    recipe = f"{kind}-autoencoder"
    better = f"MSE at least 15 % below {recipe}'s in no more time"
    return {
        kind: Case(recipe, f"{asked} within 2 % {_BOOK}", ("loss", *metrics), seeds=3),
        f"{kind}-tuned": Case(f"{recipe}-tuned", better, metrics, seeds=3),
    }


_SPINE = {
    "autoencoder-fast": Case(
        "conv-autoencoder-fast",
        "MSE < 0.009, rounded accuracy > 0.95, under 20 s of training",
        ("mse", "rounded_accuracy"),
    ),
    "autoencoder-tuned": Case(
        "conv-autoencoder-tuned", "MSE ≤ 0.005, rounded accuracy ≥ 0.963, under 120 s", ("mse", "rounded_accuracy")
    ),
    "mnist-cnn": Case("mnist-cnn", "test accuracy ≥ 0.994, under 300 s", ("accuracy",), "test"),
    "fashion-cnn": Case(
        "fashion-cnn", "test accuracy ≥ 0.937, mean of three seeds, under 240 s each", ("accuracy",), "test", 3
    ),
    "cats-dogs-tuned": Case(
        "cats-dogs-tuned", "validation accuracy ≥ 0.90, mean of three seeds, under 600 s each", ("accuracy",), seeds=3
    ),
    "cats-dogs-2": Case("cats-dogs-2", "validation accuracy 0.801 after 100 epochs (the notebook's)", ("accuracy",)),
}

_NOTEBOOKS = {
    **_twins("stacked", "validation loss ≤ 0.0132", ("mse",)),
    **_twins("layerwise", "validation loss ≤ 0.0133", ("mse",)),
    **_twins("conv-pooled", "validation loss ≤ 0.0121", ("mse",)),
    **_twins("recurrent", "validation loss ≤ 0.0104", ("mse",)),
    **_twins("denoising", "validation loss, of clean inputs, ≤ 0.0166", ("mse",)),
    **_twins("sparse", "validation loss with penalty ≤ 0.0111", ("mse", "mean_activity")),
    "mmd-vae": Case(
        "mmd-vae",
        "validation rounded accuracy ≥ 0.90 after 2 epochs (the notebook's 0.9053)",
        ("rounded_accuracy", "mse", "prior_mmd"),
        seeds=3,
    ),
    "mmd-kernel": Case(
        "mmd-vae",
        "a working kernel (median of distances, unbiased): prior_mmd below mmd-vae's with intervals apart, MSE at most "
        "5 % above",
        ("prior_mmd", "mse", "rounded_accuracy"),
        seeds=3,
        settings={"model.divergence.bandwidths": "median", "model.divergence.estimator": "unbiased"},
    ),
    "mmd-tuned": Case(
        "mmd-vae-tuned",
        "a working kernel: prior_mmd below mmd-tuned-narrow's with intervals apart, MSE at most 5 % above",
        ("prior_mmd", "mse", "rounded_accuracy"),
        seeds=3,
    ),
    "mmd-tuned-narrow": Case(
        "mmd-vae-tuned",
        "the same with the notebook's kernel (σ 0.1), to be compared with",
        ("prior_mmd", "mse", "rounded_accuracy"),
        seeds=3,
        settings={"model.divergence.bandwidths": [0.1]},
    ),
    "vae-mse": Case("vae-mse", f"validation loss (MSE + KL/784) ≤ 0.0311 {_BOOK}", ("loss", "mse", "kl"), seeds=3),
    "vae-mnist": Case(
        "vae-mnist",
        "binarised MNIST, importance-weighted bound with 5,000 samples ≤ 90 nats, under 1,800 s",
        ("importance_weighted_nll", "loss"),
        "test",
        importance_samples=5000,
    ),
    "fashion-cnn-best": Case(
        "fashion-cnn-best", "test accuracy ≥ 0.945, under 1,200 s", ("accuracy",), "test", seeds=3
    ),
    "fashion-cnn-small": Case(
        "fashion-cnn-small", "test accuracy ≥ 0.93 with under 100,000 parameters", ("accuracy",), "test", seeds=3
    ),
}

_SMALL = ("accuracy", "cross_entropy")


def _row(row: str, recipe: str, metrics: tuple[str, ...], epochs: int | None = None, seeds: int = 3) -> Case:
    """A row of the notebooks for which no figure was asked: what it gives is what is reported."""
    whole = f"row {row}" if epochs is None else f"row {row}, its first {epochs} epochs"
    return Case(recipe, whole, metrics, seeds=seeds, settings={} if epochs is None else {"train.epochs": epochs})


_ROWS = {
    **{
        name: _row("0.6", name, ("accuracy", "mse", "divergence"))
        for name in ("vae-classifier", "vae-classifier-notebook")
    },
    **{
        name: _row("0.7", name, metrics, epochs=20, seeds=1)
        for name, metrics in {
            "classifier-reconstruction": ("accuracy", "mse"),
            "joint-classifier-only": ("accuracy",),
            "joint-autoencoder-only": ("mse",),
        }.items()
    },
    "cats-dogs-1": _row("1.2", "cats-dogs-1", ("accuracy", "cross_entropy"), seeds=1),
    "mnist-mlp": _row("4.4", "mnist-mlp", _SMALL),
    **{name: _row("4.5", name, _SMALL) for name in ("underfitting", "overfitting", "weight-decay")},
    **{name: _row("4.6", name, _SMALL) for name in ("full-batch", "small-batches")},
    "mnist-cnn-5x5": _row("4.8", "mnist-cnn-5x5", _SMALL),
    **{name: _row("4.10", name, _SMALL, seeds=1) for name in ("lenet", "raw-pixels", "alexnet")},
    "swap": _row("0.11", "swap", ("mse",), seeds=1),
}

CASES = {**_SPINE, **_NOTEBOOKS, **_ROWS}
