"""Autoencoders with one fault each, by other hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.zoo.bases import joint, rate, split, vae
from bench.zoo.specimen import Specimen

_BASE = "digits-autoencoder"


def _coder(hidden: tuple[int, ...], code: int, **more: Any) -> Mapping[str, Any]:
    return {
        "model": {
            "family": "autoencoder",
            "encoder": {"name": "dense", "hidden": list(hidden), "code": code, **more},
            "decoder": {"name": "dense", "hidden": list(reversed(hidden)), **more},
        }
    }


def _maps(*channels: int, **encoder: Any) -> Mapping[str, Any]:
    """A convolutional one; its code is spatial unless ``code`` is given."""
    return {
        "model": {
            "family": "autoencoder",
            "encoder": {"name": "conv", "channels": list(channels), "norm": None, **encoder},
            "decoder": {
                "name": "conv-transpose",
                "channels": list(reversed(channels[:-1])),
                "start": channels[-1],
                "norm": None,
            },
        }
    }


def _beta(latent: int, beta: float, *, epochs: int = 16, hidden: int = 128) -> Mapping[str, Any]:
    return vae(latent, epochs=epochs, hidden=hidden, divergence={"name": "kl", "beta": beta}) | split()


def _mmd(latent: int, *bandwidths: float, weight: float = 1.0) -> Mapping[str, Any]:
    divergence = {"name": "mmd", "bandwidths": list(bandwidths), "weight": weight}
    return vae(latent, epochs=12, divergence=divergence) | split()


SPECIMENS = (
    Specimen(
        "large-glyph-code",
        "T",
        _BASE,
        split() | _coder((96,), 48) | rate(15),
        data="glyphs",
        must=("code-larger-than-image",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "large-stripe-code",
        "T",
        _BASE,
        split() | _maps(16) | rate(10),
        data="stripes",
        must=("code-larger-than-image",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "large-table-code",
        "T",
        _BASE,
        split() | _coder((32,), 10) | rate(15),
        data="clouds",
        must=("code-larger-than-image",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "below-pca-glyphs",
        "T",
        _BASE,
        split() | _coder((48,), 12) | rate(2, 0.002),
        data="glyphs",
        must=("worse-than-pca",),
        may=("rate-too-low", "still-improving"),
    ),
    Specimen(
        "below-pca-mnist",
        "T",
        _BASE,
        split() | _coder((64, 32), 12, activation="sigmoid") | rate(8, 0.001),
        data="mnist-1000",
        must=("worse-than-pca",),
        may=("rate-too-low", "still-improving"),
    ),
    Specimen(
        "below-pca-garments",
        "T",
        _BASE,
        split() | _maps(8, 16, code=16) | rate(2, 0.002, name="adamw"),
        data="garments",
        must=("worse-than-pca",),
        may=("rate-too-low", "still-improving"),
    ),
    Specimen(
        "slow-code",
        "T",
        _BASE,
        split() | _coder((48,), 12) | rate(8, 3e-6),
        data="glyphs",
        must=("rate-too-low",),
        may=("worse-than-pca", "still-improving"),
    ),
    Specimen(
        "code-explodes",
        "T",
        _BASE,
        split() | _coder((32, 32), 8) | rate(3, 1e12, name="sgd"),
        data="shapes",
        must=("not-finite",),
    ),
    Specimen(
        "short-vae",
        "T",
        _BASE,
        vae(8, epochs=4, rate=0.001) | split(),
        data="mnist-2000",
        must=("still-improving",),
        may=("worse-than-pca", "latent-too-large"),
    ),
    Specimen(
        "beta-100-shapes",
        "T",
        _BASE,
        _beta(8, 100.0),
        data="shapes",
        must=("posterior-collapse",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "beta-500-garments",
        "T",
        _BASE,
        _beta(16, 500.0, epochs=10),
        data="garments",
        must=("posterior-collapse",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "beta-joint",
        "T",
        "digits-cnn",
        joint(16, latent=8, divergence={"name": "kl", "beta": 50.0}, reconstruction_scale="sum") | rate(15),
        data="shapes",
        must=("posterior-collapse",),
        may=(
            "worse-than-pca",
            "underfitting",
            "one-answer",
            "class-never-predicted",
            "calibration-off",
        ),
    ),
    Specimen(
        "beta-tiny-shapes",
        "T",
        _BASE,
        _beta(6, 0.0003),
        data="shapes",
        must=("beta-out-of-balance",),
        may=("latent-too-small",),
    ),
    Specimen(
        "beta-tiny-glyphs",
        "T",
        _BASE,
        _beta(10, 0.0001, hidden=64),
        data="glyphs",
        must=("beta-out-of-balance",),
        may=("latent-too-small",),
    ),
    Specimen(
        "beta-tiny-mnist",
        "T",
        _BASE,
        _beta(12, 0.001, epochs=10),
        data="mnist-1000",
        must=("beta-out-of-balance",),
        may=("latent-too-small",),
    ),
    Specimen(
        "kernel-narrow-glyphs", "T", _BASE, _mmd(8, 0.002, weight=10.0), data="glyphs", must=("kernel-out-of-range",)
    ),
    Specimen("kernel-wide-shapes", "T", _BASE, _mmd(4, 3000.0), data="shapes", must=("kernel-out-of-range",)),
    Specimen(
        "kernels-narrow-stripes", "T", _BASE, _mmd(16, 0.001, 0.01), data="stripes", must=("kernel-out-of-range",)
    ),
    Specimen(
        "latent-40-stripes",
        "T",
        _BASE,
        vae(40, epochs=120) | split(),
        data="stripes",
        must=("latent-too-large",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "latent-60-shapes",
        "T",
        _BASE,
        vae(60, epochs=150) | split(),
        data="shapes",
        must=("latent-too-large",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "latent-100-mnist",
        "T",
        _BASE,
        vae(100, epochs=80) | split(),
        data="mnist-1000",
        must=("latent-too-large",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "latent-64-garments",
        "T",
        _BASE,
        vae(64, epochs=80) | split(),
        data="garments",
        must=("latent-too-large",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "latent-30-few-glyphs",
        "T",
        _BASE,
        vae(30, epochs=250) | split(),
        data="few-glyphs",
        must=("latent-too-large",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "latent-48-strided",
        "T",
        _BASE,
        {"data": {"source": "digits", "valid": 0.15}}
        | {
            "model": {
                "family": "vae",
                "latent": 48,
                "encoder": {"name": "strided", "channels": [16, 32], "hidden": [64]},
                "decoder": {"name": "strided", "channels": [32, 16]},
            }
        }
        | rate(40),
        must=("latent-too-large",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "latent-1-mnist",
        "T",
        _BASE,
        vae(1, epochs=12) | split(),
        data="mnist-1000",
        must=("latent-too-small",),
    ),
    Specimen(
        "latent-1-garments",
        "T",
        _BASE,
        vae(1, epochs=12, rate=0.002) | split(),
        data="garments",
        must=("latent-too-small",),
    ),
    Specimen(
        "latent-2-shapes",
        "T",
        _BASE,
        vae(2, epochs=30) | split(),
        data="more-shapes",
        must=("latent-too-small",),
    ),
    Specimen(
        "no-decoder-shapes",
        "T",
        "digits-cnn",
        joint(
            16,
            reconstruction=0.0,
            encoder={"name": "conv", "channels": [8, 16], "norm": None, "code": 16},
        )
        | rate(10),
        data="shapes",
        must=("term-reaches-nothing",),
        may=("worse-than-pca", "overfitting"),
    ),
    Specimen(
        "no-classifier-glyphs",
        "T",
        "digits-cnn",
        joint(12, classification=0.0) | rate(12, name="adamw"),
        data="glyphs",
        must=("term-reaches-nothing",),
        may=("underfitting", "one-answer", "class-never-predicted", "calibration-off", "worse-than-pca"),
    ),
    Specimen(
        "no-divergence",
        "T",
        _BASE,
        vae(6, epochs=12, divergence={"name": "mmd", "weight": 0.0}) | split(),
        data="more-shapes",
        must=("term-reaches-nothing",),
        may=("worse-than-pca", "beta-out-of-balance", "latent-too-small"),
    ),
)
