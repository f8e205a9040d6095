"""Generators with one fault each, by other hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.zoo.bases import gan, rate, split, vae
from bench.zoo.specimen import Specimen

_BASE = "digits-autoencoder"
_STRONG = ("checkerboards", "nothing-generated", "mode-collapse")
_KNOWN = ("mode-collapse", "overfitting", "worse-than-pca", "latent-too-large", "nothing-generated")
_GRID = ("discriminator-too-strong", "mode-collapse", "nothing-generated")


def _gan(
    epochs: int, *, every: int = 2, d_rate: float = 0.001, g_rate: float = 0.001, **model: Any
) -> Mapping[str, Any]:
    """A GAN at 16×16 with a rate for each of its two."""
    made = gan(epochs=epochs, **model) | {"data": {"source": "digits", "size": 16, "valid": 0.2}}
    made["train"]["evaluate_every"] = every
    made["train"]["optimisers"] = {
        name: {"name": "adam", "learning_rate": value, "betas": [0.5, 0.99]}
        for name, value in (("discriminator", d_rate), ("generator", g_rate))
    }
    return made


def _net(width: int, **more: Any) -> dict[str, Any]:
    return {"name": "dcgan", "width": width, **more}


def _few(latent: int, images: int, epochs: int, **model: Any) -> Mapping[str, Any]:
    """A wide VAE of so few images."""
    return vae(latent, epochs=epochs, rate=0.002, hidden=256, **model) | split(limit={"train": images})


SPECIMENS = (
    Specimen(
        "strong-for-mnist",
        "a discriminator of six times the width at twenty times the rate: right for every digit, real or "
        "made, to the end",
        _BASE,
        _gan(12, d_rate=0.002, g_rate=0.0001, r1=0.0, diff_augment=[], generator=_net(8), discriminator=_net(48)),
        data="mnist-1000",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "strong-eight-steps",
        "eight steps of the discriminator for one of the generator: right for 98 % of real garments and all made ones",
        _BASE,
        _gan(20, r1=0.0, diff_augment=[], generator_every=8, discriminator=_net(32)),
        data="garments",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "strong-hinge",
        "hinge loss, a discriminator at fifteen times the rate: right for 95 % of real shapes and all made ones",
        _BASE,
        _gan(15, d_rate=0.003, g_rate=0.0002, loss="hinge", r1=0.0, diff_augment=[]),
        data="more-shapes",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "strong-colour",
        "shapes in colour, a discriminator at seven times the rate: right for 99 % of real and of made ones",
        _BASE,
        _gan(20, d_rate=0.002, g_rate=0.0003, r1=0.0, diff_augment=[]),
        data="shapes-colour",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "weak-generator",
        "a generator of four maps against a discriminator of 48: that is right for 98 % of textures and all made ones",
        _BASE,
        _gan(15, d_rate=0.002, r1=0.0, diff_augment=[], generator=_net(4), discriminator=_net(48)),
        data="textures",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "strong-stripes",
        "stripes from four numbers, a discriminator at forty times the rate: right for all, real and made",
        _BASE,
        _gan(15, d_rate=0.004, g_rate=0.0001, r1=0.0, diff_augment=[], latent=4),
        data="stripes",
        must=("discriminator-too-strong",),
        may=_STRONG,
    ),
    Specimen(
        "grid-colour",
        "kernels of 3 with stride 2 in colour: three times as much as of real ones lies at every second pixel",
        _BASE,
        _gan(9, generator=_net(16, kernel=3)),
        data="shapes-colour",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "grid-mnist",
        "kernels of 3 with stride 2, digits: twelve times as much as of real ones lies at every second pixel",
        _BASE,
        _gan(6, generator=_net(16, kernel=3)),
        data="mnist-1000",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "grid-garments",
        "kernels of 3 with stride 2, garments: three times as much as of real ones lies at every second pixel",
        _BASE,
        _gan(4, generator=_net(24, kernel=3)),
        data="garments",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "grid-shapes",
        "kernels of 3 with stride 2, shapes: ten times as much as of real ones lies at every second pixel",
        _BASE,
        _gan(5, generator=_net(8, kernel=3)),
        data="shapes",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "grid-hinge",
        "kernels of 3 with stride 2, hinge loss, stripes: nearly four times as much as of real ones lies "
        "at every second pixel",
        _BASE,
        _gan(10, loss="hinge", generator=_net(16, kernel=3)),
        data="stripes",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "grid-12-bit",
        "kernels of 3 with stride 2, twelve bits: 19 times as much as of real ones lies at every second pixel",
        _BASE,
        _gan(6, latent=4, generator=_net(12, kernel=3)),
        data="shapes-12-bit",
        must=("checkerboards",),
        may=_GRID,
    ),
    Specimen(
        "l2-garments",
        "an L2 of 0.3 on the generator: its images differ by a hundredth of what real garments do",
        _BASE,
        _gan(8, generator=_net(16, l2=0.3, norm=None)),
        data="garments",
        must=("nothing-generated",),
        may=("discriminator-too-strong",),
    ),
    Specimen(
        "still-generator",
        "a generator at 10⁻⁷ that stays as it was drawn: its images are grey and differ by less than a "
        "hundredth of what real ones do",
        _BASE,
        _gan(8, g_rate=1e-7, generator=_net(16, norm=None)),
        data="more-shapes",
        must=("nothing-generated",),
        may=("discriminator-too-strong", "rate-too-low"),
    ),
    Specimen(
        "one-colour-picture",
        "a discriminator that stays as it was drawn: the generator makes one picture in colour that it takes for real",
        _BASE,
        _gan(15, d_rate=1e-7, g_rate=0.003, r1=0.0, diff_augment=[], generator=_net(16, norm=None)),
        data="shapes-colour",
        seeds=(0, 1),
        must=("nothing-generated",),
        may=("discriminator-too-strong",),
    ),
    Specimen(
        "modes-mnist",
        "a GAN from one number at high rates: four to six of ten digits are never made",
        _BASE,
        _gan(20, d_rate=0.003, g_rate=0.003, r1=0.0, diff_augment=[], latent=1),
        data="mnist-1000",
        judge="mnist-16",
        seeds=(0, 1),
        must=("mode-collapse",),
        may=("discriminator-too-strong", "checkerboards", "copies-training-images"),
    ),
    Specimen(
        "modes-hinge",
        "hinge loss, a generator from two numbers at six times the rate: digits are missing, and what is "
        "made lies half as far again from real ones",
        _BASE,
        _gan(16, d_rate=0.001, g_rate=0.006, loss="hinge", r1=0.0, diff_augment=[], latent=2),
        data="mnist-1000",
        judge="mnist-16",
        seeds=(0, 1),
        must=("mode-collapse",),
        may=("discriminator-too-strong", "checkerboards", "copies-training-images", "nothing-generated"),
    ),
    Specimen(
        "modes-vae",
        "a VAE of digits at β 0.00003 drawn from the prior: four of ten digits are hardly ever made",
        _BASE,
        vae(16, epochs=20, divergence={"name": "kl", "beta": 0.00003}) | split(),
        data="mnist-1000",
        judge="mnist-conv",
        must=("mode-collapse",),
        may=("beta-out-of-balance", "latent-too-small"),
    ),
    Specimen(
        "copies-mnist",
        "a VAE of 12 digits, 400 epochs: 18 % of what it makes lies nearer to one of them than 99 % of new digits do",
        _BASE,
        _few(3, 12, 400),
        data="mnist-1000",
        judge="mnist-conv",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
    Specimen(
        "copies-garments",
        "a VAE of 8 garments, 400 epochs: 29 % of what it makes lies nearer to one of them than 99 % of new ones do",
        _BASE,
        _few(2, 8, 400),
        data="garments",
        judge="garments-mlp",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
    Specimen(
        "copies-shapes",
        "a VAE of 10 shapes, 500 epochs: 47 % of what it makes lies nearer to one of them than 99 % of new ones do",
        _BASE,
        _few(3, 10, 500),
        data="more-shapes",
        judge="shapes-cnn",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
    Specimen(
        "copies-glyphs",
        "a VAE of 8 signs, 500 epochs: 28 % of what it makes lies nearer to one of them than 99 % of new ones do",
        _BASE,
        _few(3, 8, 500),
        data="glyphs",
        judge="glyphs-mlp",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
    Specimen(
        "copies-digits",
        "a convolutional VAE of 10 digits at β 0.2: 66 % of what it makes lies nearer to one of them than "
        "99 % of new ones do",
        _BASE,
        {
            "data": {"source": "digits", "valid": 0.15, "limit": {"train": 10}},
            "model": {
                "family": "vae",
                "latent": 2,
                "encoder": {"name": "conv", "channels": [32], "norm": None, "code": 64},
                "decoder": {"name": "dense", "hidden": [256, 256]},
                "divergence": {"name": "kl", "beta": 0.2},
            },
        }
        | rate(500, 0.002),
        judge="mlp",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
    Specimen(
        "copies-stripes",
        "a VAE of 10 images of stripes, continuous Bernoulli: 39 % of what it makes lies nearer to one of "
        "them than 99 % of new ones do",
        _BASE,
        _few(2, 10, 500, likelihood="continuous-bernoulli"),
        data="stripes",
        judge="stripes-sgd",
        must=("copies-training-images",),
        may=_KNOWN,
    ),
)
