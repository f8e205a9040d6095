from __future__ import annotations

from tests.findings.made import evidence, found, not_found, rebuilt
from trasluz.findings.evidence import Evidence

GAN = {"model": {"family": "gan", "generator": {"name": "dcgan", "width": 32}}}
RESIZE = {"model": {"family": "gan", "generator": {"name": "dcgan", "up": "resize"}}}


def _run(index: float, model: dict[str, object] = GAN, spread: float = 0.2) -> Evidence:
    return evidence(model, evaluation=rebuilt({"checkerboard": index, "sample_std": spread, "real_std": 0.3}))


def test_a_grid_in_all_samples() -> None:
    assert found("checkerboards", _run(40.0)).settings == ("model.generator.up=resize",)
    assert found("checkerboards", _run(40.0, RESIZE)).settings == ()


def test_about_as_much_as_in_real_images_is_none() -> None:
    not_found("checkerboards", _run(2.5))
    not_found("checkerboards", evidence())


def test_where_all_samples_are_one_the_index_says_nothing() -> None:
    not_found("checkerboards", _run(40.0, spread=0.001))
