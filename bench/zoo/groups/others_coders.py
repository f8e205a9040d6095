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
        "a code of 48 numbers for 35 pixels",
        _BASE,
        split() | _coder((96,), 48) | rate(15),
        data="glyphs",
        must=("code-larger-than-image",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "large-stripe-code",
        "a spatial code of 16 maps of 5×5 for 121 pixels",
        _BASE,
        split() | _maps(16) | rate(10),
        data="stripes",
        must=("code-larger-than-image",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "large-table-code",
        "a code of 10 numbers for rows of 6",
        _BASE,
        split() | _coder((32,), 10) | rate(15),
        data="clouds",
        must=("code-larger-than-image",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "below-pca-glyphs",
        "two epochs: an error of 0.097 where as many principal components have 0.035",
        _BASE,
        split() | _coder((48,), 12) | rate(2, 0.002),
        data="glyphs",
        must=("worse-than-pca",),
        may=("rate-too-low", "still-improving"),
    ),
    Specimen(
        "below-pca-mnist",
        "three layers of sigmoids on each side, eight epochs: an error of 0.070, that of the mean digit, "
        "where PCA has 0.031",
        _BASE,
        split() | _coder((64, 32), 12, activation="sigmoid") | rate(8, 0.001),
        data="mnist-1000",
        must=("worse-than-pca",),
        may=("rate-too-low", "still-improving"),
    ),
    Specimen(
        "below-pca-garments",
        "a convolutional one, two epochs of AdamW: an error of 0.083 where PCA has 0.020",
        _BASE,
        split() | _maps(8, 16, code=16) | rate(2, 0.002, name="adamw"),
        data="garments",
        must=("worse-than-pca",),
        may=("rate-too-low", "still-improving"),
    ),
    Specimen(
        "slow-code",
        "an autoencoder with Adam at three millionths: its loss falls by 0.2 % in eight epochs, at a "
        "thousand times the rate by nine tenths",
        _BASE,
        split() | _coder((48,), 12) | rate(8, 3e-6),
        data="glyphs",
        must=("rate-too-low",),
        may=("worse-than-pca", "still-improving"),
    ),
    Specimen(
        "code-explodes",
        "an autoencoder with SGD at 10¹²: its loss is no number after the first step",
        _BASE,
        split() | _coder((32, 32), 8) | rate(3, 1e12, name="sgd"),
        data="shapes",
        must=("not-finite",),
    ),
    Specimen(
        "short-vae",
        "four epochs: the loss of validation falls by 5 % with the last, and goes on to 139 elsewhere (`mnist-vae`)",
        _BASE,
        vae(8, epochs=4, rate=0.001) | split(),
        data="mnist-2000",
        must=("still-improving",),
        may=("worse-than-pca", "latent-too-large"),
    ),
    Specimen(
        "beta-100-shapes",
        "β 100: none of 8 numbers varies with the image (variance of their means below 0.01), a "
        "divergence of 0.0002 nats",
        _BASE,
        _beta(8, 100.0),
        data="shapes",
        must=("posterior-collapse",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "beta-500-garments",
        "β 500 and 16 numbers: none varies with the image",
        _BASE,
        _beta(16, 500.0, epochs=10),
        data="garments",
        must=("posterior-collapse",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "beta-joint",
        "β 50 in joint training: none of 8 numbers varies with the image, and the classifier knows nothing",
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
        "β 0.0003: posteriors of deviation 0.03 that spread three times as far as the prior",
        _BASE,
        _beta(6, 0.0003),
        data="shapes",
        must=("beta-out-of-balance",),
        may=("latent-too-small",),
    ),
    Specimen(
        "beta-tiny-glyphs",
        "β 0.0001: posteriors of deviation 0.03 that spread four times as far as the prior",
        _BASE,
        _beta(10, 0.0001, hidden=64),
        data="glyphs",
        must=("beta-out-of-balance",),
        may=("latent-too-small",),
    ),
    Specimen(
        "beta-tiny-mnist",
        "β 0.001: 153 nats of divergence, codes that spread four times as far as the prior",
        _BASE,
        _beta(12, 0.001, epochs=10),
        data="mnist-1000",
        must=("beta-out-of-balance",),
        may=("latent-too-small",),
    ),
    Specimen(
        "kernel-narrow-glyphs",
        "a kernel of width 0.002 where codes and prior lie 9 apart: it is 0 of every pair",
        _BASE,
        _mmd(8, 0.002, weight=10.0),
        data="glyphs",
        must=("kernel-out-of-range",),
        may=("beta-out-of-balance",),
    ),
    Specimen(
        "kernel-wide-shapes",
        "a kernel of width 3,000 where codes and prior lie 6 apart: it is 1 of every pair",
        _BASE,
        _mmd(4, 3000.0),
        data="shapes",
        must=("kernel-out-of-range",),
        may=("beta-out-of-balance",),
    ),
    Specimen(
        "kernels-narrow-stripes",
        "kernels of widths 0.001 and 0.01 where codes and prior lie 9 apart",
        _BASE,
        _mmd(16, 0.001, 0.01),
        data="stripes",
        must=("kernel-out-of-range",),
        may=("beta-out-of-balance",),
    ),
    Specimen(
        "latent-40-stripes",
        "40 numbers for stripes, of which 11 vary with the image (variance of their means above 0.01)",
        _BASE,
        vae(40, epochs=120) | split(),
        data="stripes",
        must=("latent-too-large",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "latent-60-shapes",
        "60 numbers for shapes, of which 7 vary with the image",
        _BASE,
        vae(60, epochs=150) | split(),
        data="shapes",
        must=("latent-too-large",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "latent-100-mnist",
        "100 numbers for 800 digits, of which 41 vary with the image, 15 by more than a tenth of a nat",
        _BASE,
        vae(100, epochs=80) | split(),
        data="mnist-1000",
        must=("latent-too-large",),
        may=("worse-than-pca", "overfitting"),
    ),
    Specimen(
        "latent-64-garments",
        "64 numbers for four kinds of garments, of which 9 vary with the image",
        _BASE,
        vae(64, epochs=80) | split(),
        data="garments",
        must=("latent-too-large",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "latent-30-few-glyphs",
        "30 numbers for six signs, of which 5 vary with the image",
        _BASE,
        vae(30, epochs=250) | split(),
        data="few-glyphs",
        must=("latent-too-large",),
        may=("worse-than-pca",),
    ),
    Specimen(
        "latent-48-strided",
        "48 numbers of a strided network for digits, of which 3 vary with the image",
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
        "one number for ten digits: an error of 0.061 where eight numbers have 0.030",
        _BASE,
        vae(1, epochs=12) | split(),
        data="mnist-1000",
        must=("latent-too-small",),
    ),
    Specimen(
        "latent-1-garments",
        "one number for four kinds of garments: an error of 0.054 where 64 numbers have 0.022",
        _BASE,
        vae(1, epochs=12, rate=0.002) | split(),
        data="garments",
        must=("latent-too-small",),
    ),
    Specimen(
        "latent-2-shapes",
        "two numbers for four shapes anywhere: an error of 0.043 where six numbers have 0.025",
        _BASE,
        vae(2, epochs=30) | split(),
        data="more-shapes",
        must=("latent-too-small",),
    ),
    Specimen(
        "no-decoder-shapes",
        "joint training whose reconstruction weighs nothing: no weight of the decoder moved",
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
        "joint training whose classification weighs nothing: no weight of the classifier moved, 4 % of 30 "
        "signs are right",
        "digits-cnn",
        joint(12, classification=0.0) | rate(12, name="adamw"),
        data="glyphs",
        must=("term-reaches-nothing",),
        may=("underfitting", "one-answer", "class-never-predicted", "calibration-off", "worse-than-pca"),
    ),
    Specimen(
        "no-divergence",
        "an MMD that weighs nothing: codes that spread three times as far as the prior",
        _BASE,
        vae(6, epochs=12, divergence={"name": "mmd", "weight": 0.0}) | split(),
        data="more-shapes",
        must=("term-reaches-nothing",),
        may=("worse-than-pca", "beta-out-of-balance", "latent-too-small"),
    ),
)
