import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import decomposition
from sklearn.datasets import load_digits

from tests import real
from trasluz.metrics import pca as module
from trasluz.metrics.pca import PCA, Pixels, compare, error_curve, fit
from trasluz.reporting import Reporter

QUIET = Reporter()


def digits() -> np.ndarray:
    return (load_digits().images * 255 / 16).astype(np.uint8)[..., None]


def images(shape: tuple[int, ...], seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    smooth = rng.random((shape[0], 3)) @ rng.random((3, int(np.prod(shape[1:]))))
    noisy = smooth / smooth.max() * 200 + rng.random(smooth.shape) * 55
    return noisy.reshape(shape).astype(np.uint8)


def flat(samples: np.ndarray) -> np.ndarray:
    return samples.reshape(len(samples), -1) / 255.0


def reference_curve(samples: np.ndarray, train: np.ndarray, held_out: np.ndarray, upto: int) -> list[float]:
    reference = decomposition.PCA(svd_solver="full").fit(flat(samples[train]))
    x = flat(samples[held_out])
    centred = x - reference.mean_
    errors = []
    for k in range(upto + 1):
        basis = reference.components_[:k]
        errors.append(float(np.mean((centred - centred @ basis.T @ basis) ** 2)))
    return errors


@pytest.mark.parametrize(
    ("samples", "side"),
    [
        (digits(), "covariance"),
        (images((30, 9, 7, 3)), "gram"),
        (images((12, 6, 6, 4)), "gram"),
        (images((40, 3, 5, 1)), "covariance"),
    ],
)
def test_error_over_components_is_that_of_scikit_learn_on_either_side(samples: np.ndarray, side: str) -> None:
    cut = len(samples) * 3 // 4
    train, held_out = np.arange(cut), np.arange(cut, len(samples))
    found = fit(Pixels(samples, train), QUIET)
    assert (samples[0].size <= cut) == (side == "covariance")
    assert found.rank <= min(cut - 1, samples[0].size)
    curve = error_curve(found, Pixels(samples, held_out))
    np.testing.assert_allclose(curve, reference_curve(samples, train, held_out, found.rank), atol=1e-6)
    np.testing.assert_allclose(found.components @ found.components.T, np.eye(found.rank), atol=1e-4)


def test_the_clipped_reconstruction_is_that_of_scikit_learn_clipped() -> None:
    samples = digits()
    reference = decomposition.PCA(8, svd_solver="full").fit(flat(samples[:1400]))
    x = flat(samples[1400:])
    expected = np.clip(reference.inverse_transform(reference.transform(x)), 0, 1)
    found = compare(
        fit(Pixels(samples, np.arange(1400)), QUIET), Pixels(samples, np.arange(1400, 1797)), 8, 0.02, QUIET
    )
    assert found.mse == pytest.approx(np.mean((expected - x) ** 2), rel=1e-4)
    assert found.rounded_accuracy == pytest.approx(np.mean((expected > 0.5) == (x > 0.5)), abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(error=st.floats(1e-4, 0.08))
def test_the_number_for_an_error_reaches_it_and_one_less_does_not(error: float) -> None:
    samples = digits()
    found = fit(Pixels(samples, np.arange(1000)), QUIET)
    held_out = Pixels(samples, np.arange(1000, 1200))
    same = compare(found, held_out, 8, error, QUIET).same_error
    assert same is not None
    assert compare(found, held_out, same, 1.0, QUIET).mse <= error
    if same > 0:
        assert compare(found, held_out, same - 1, 1.0, QUIET).mse > error


def test_an_error_that_pca_cannot_reach_has_no_number() -> None:
    samples = images((20, 8, 8, 3))
    found = fit(Pixels(samples, np.arange(10)), QUIET)
    assert compare(found, Pixels(samples, np.arange(10, 20)), 4, 1e-9, QUIET).same_error is None


def test_a_code_larger_than_the_image_uses_all_components_there_are() -> None:
    samples = digits()
    found = compare(
        fit(Pixels(samples, np.arange(500)), QUIET), Pixels(samples, np.arange(500, 600)), 1152, 0.01, QUIET
    )
    assert found.components == found.rank <= 64
    assert found.mse < 1e-4


def test_a_mean_image_that_is_good_enough_needs_no_component() -> None:
    samples = digits()
    assert (
        compare(fit(Pixels(samples, np.arange(500)), QUIET), Pixels(samples, np.arange(9)), 3, 0.9, QUIET).same_error
        == 0
    )


@pytest.mark.parametrize("shape", [(1, 5, 5, 1), (2, 5, 5, 3), (6, 1, 1, 1), (1, 1, 1, 4)])
def test_a_handful_of_images_or_pixels_is_enough(shape: tuple[int, ...]) -> None:
    samples = images(shape)
    rows = np.arange(len(samples))
    found = fit(Pixels(samples, rows), QUIET)
    result = compare(found, Pixels(samples, rows), 2, 0.5, QUIET)
    assert found.rank <= max(0, min(len(samples) - 1, samples[0].size))
    assert result.mse == pytest.approx(0, abs=0.01)


def test_identical_images_have_no_direction_worth_the_name() -> None:
    samples = np.full((9, 6, 6, 1), 77, np.uint8)
    found = compare(fit(Pixels(samples, np.arange(9)), QUIET), Pixels(samples, np.arange(9)), 4, 1e-6, QUIET)
    assert found.mse == pytest.approx(0, abs=1e-10)
    assert found.same_error == 0


def test_other_value_ranges_are_brought_to_one_first() -> None:
    samples = images((30, 4, 4, 1))
    rows = np.arange(30)
    wide = samples.astype(np.float32) / 255 * 4 - 2
    one = error_curve(fit(Pixels(samples, rows), QUIET), Pixels(samples, rows))
    other = error_curve(fit(Pixels(wide, rows, -2.0, 2.0), QUIET), Pixels(wide, rows, -2.0, 2.0))
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_chunks_do_not_change_the_components(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = digits()
    whole = error_curve(fit(Pixels(samples, np.arange(900)), QUIET), Pixels(samples, np.arange(900, 1000)))
    monkeypatch.setattr(module, "_CHUNK_VALUES", 64 * 7)
    parts = error_curve(fit(Pixels(samples, np.arange(900)), QUIET), Pixels(samples, np.arange(900, 1000)))
    np.testing.assert_allclose(whole, parts, atol=1e-7)


def test_too_many_large_images_are_sampled_and_the_count_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GRAM_WORK", 20**2 * 192)
    monkeypatch.setattr(module, "_LARGEST_COVARIANCE", 100)
    samples = images((50, 8, 8, 3))
    first, second = (fit(Pixels(samples, np.arange(50)), QUIET) for _ in range(2))
    assert (first.fitted_on, first.of, first.rank) == (20, 50, 19)
    np.testing.assert_array_equal(first.components, second.components)


def test_nothing_but_the_training_rows_is_looked_at() -> None:
    samples = images((40, 5, 5, 1))
    changed = samples.copy()
    changed[30:] = 255 - changed[30:]
    one, other = (fit(Pixels(s, np.arange(30)), QUIET) for s in (samples, changed))
    assert isinstance(one, PCA)
    np.testing.assert_array_equal(one.components, other.components)


def test_64_components_of_fashion_mnist_reach_the_known_error() -> None:
    path = real.fashion_mnist() / "train-images-idx3-ubyte"
    packed = path.with_name(path.name + ".gz")
    content = gzip.decompress(packed.read_bytes()) if packed.is_file() else path.read_bytes()
    samples = np.frombuffer(content, np.uint8, offset=16).reshape(-1, 28, 28, 1)
    found = fit(Pixels(samples, np.arange(55_000)), QUIET)
    result = compare(found, Pixels(samples, np.arange(55_000, 60_000)), 64, 0.0052, QUIET)
    assert result.mse == pytest.approx(0.0099, abs=5e-5)
    assert result.rounded_accuracy == pytest.approx(0.951, abs=5e-4)
    assert result.same_error == 149
