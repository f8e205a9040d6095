"""What a run's model makes of images and of codes, and what it says it can do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import trasluz as tz
from trasluz.errors import RequestError
from trasluz.families.capabilities import verbs

QUICK = {"train.epochs": 1, "data.limit": 200, "compute.device": "cpu", "compute.threads": 1}
GAN = {
    "data.source": "digits",
    "data.size": 16,
    "data.valid": 0.2,
    "data.test": None,
    "model.generator": {"name": "dcgan", "width": 4},
    "model.discriminator": {"name": "dcgan", "width": 4},
    "model.latent": 5,
}


@pytest.fixture(scope="module")
def vae(tmp_path_factory: pytest.TempPathFactory) -> tz.Run:
    recipe = tmp_path_factory.mktemp("recipe") / "small.yaml"
    recipe.write_text(
        "name: small\ndata: {source: digits, valid: 0.2}\nmodel:\n  family: vae\n  latent: 3\n"
        "  encoder: {name: dense, hidden: [9], code: 8}\n  decoder: {name: dense, hidden: [9]}\n",
        encoding="utf-8",
    )
    return tz.train(str(recipe), set=QUICK, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def gan(tmp_path_factory: pytest.TempPathFactory) -> tz.Run:
    return tz.train("gan", set={**QUICK, **GAN}, runs=tmp_path_factory.mktemp("runs"))


def test_images_decoded_from_the_codes_of_images_are_their_reconstructions(vae: tz.Run) -> None:
    images = np.asarray(vae.data.samples[:1100] if len(vae.data.samples) > 1100 else vae.data.samples)
    decoded = vae.decode(vae.encode(images))
    made = vae.reconstruct(images)
    assert decoded.shape == made.reconstructions.shape
    assert decoded.dtype == np.float32
    np.testing.assert_array_equal(np.rint(decoded * 255), made.reconstructions)
    one = vae.decode(vae.encode(images[:1])[0])
    np.testing.assert_allclose(one, decoded[:1], atol=1e-5)


def test_a_posterior_is_its_mean_and_the_logarithm_of_its_variance(vae: tz.Run) -> None:
    images = np.asarray(vae.data.samples[:7])
    means, log_variances = vae.posterior(images)
    np.testing.assert_array_equal(means, vae.encode(images))
    inputs = torch.from_numpy(images / 16.0).permute(0, 3, 1, 2).float()
    with torch.inference_mode():
        both = vae.networks["head"](vae.networks["encoder"](inputs))
    both = torch.cat(both, 1) if isinstance(both, tuple) else both
    np.testing.assert_allclose(np.concatenate([means, log_variances], 1), both.numpy(), atol=1e-5)


def test_latents_of_a_gan_are_decoded_though_it_encodes_nothing(gan: tz.Run) -> None:
    images = gan.decode(np.zeros((2, 5)))
    assert images.shape == (2, 16, 16, 1)
    assert images.min() >= 0
    assert images.max() <= 1
    with pytest.raises(RequestError, match=r"cannot encode; it can decode, generate\."):
        gan.posterior(np.zeros((1, 16, 16), np.uint8))


@pytest.mark.parametrize("codes", [np.zeros((2, 4)), np.zeros(4), [[np.nan] * 3], [[1, 2], [3]], "codes", []])
def test_codes_that_are_none_of_the_models_are_refused(vae: tz.Run, codes: Any) -> None:
    with pytest.raises(RequestError, match=r"\[n, 3\]"):
        vae.decode(codes)


def test_points_have_no_posterior(tmp_path: Path) -> None:
    run = tz.train("digits-autoencoder", set=QUICK, runs=tmp_path)
    with pytest.raises(RequestError, match="points"):
        run.posterior(np.zeros((1, 8, 8), np.uint8))
    with pytest.raises(RequestError, match=r"cannot classify; it can decode, encode, reconstruct\."):
        run.predict(np.zeros((1, 8, 8), np.uint8))


def test_rows_are_rebuilt_and_decoded_in_their_own_units(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal([50.0, -3.0], [10.0, 0.1], (60, 2))
    (tmp_path / "rows.csv").write_text("a,b\n" + "\n".join(f"{a:.6f},{b:.6f}" for a, b in values), encoding="utf-8")
    (tmp_path / "rows.yaml").write_text(
        f"name: rows\ndata: {{source: {tmp_path / 'rows.csv'}, valid: 0.2, normalise: standard}}\n"
        "model:\n  family: autoencoder\n  encoder: {name: dense, hidden: [4], code: 2}\n"
        "  decoder: {name: dense, hidden: [4]}\n  likelihood: gaussian\ntrain: {epochs: 1}\n",
        encoding="utf-8",
    )
    run = tz.train(str(tmp_path / "rows.yaml"), runs=tmp_path / "runs", set={"compute.device": "cpu"})
    made = run.reconstruct(values)
    np.testing.assert_allclose(made.originals, values, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(run.decode(run.encode(values)), made.reconstructions, rtol=1e-4, atol=1e-4)
    scaled = (made.originals - made.reconstructions) / np.array(run.preprocess.std)
    np.testing.assert_allclose(made.errors, (scaled**2).mean(1), rtol=1e-3)
    assert np.load(made.save(tmp_path / "out") / "reconstructions.npz").files == ["X", "original"]


def test_every_verb_that_is_named_is_one_of_a_run() -> None:
    named = verbs(
        frozenset({"classify", "decode", "encode", "generate", "posterior", "prior", "discriminate", "layers"})
    )
    assert named == ("decode", "encode", "generate", "predict")
    everything = verbs(frozenset({"classify", "reconstruct", "translate", *named}))
    assert all(callable(getattr(tz.Run, verb)) for verb in everything)
