"""Principal axes: NumPy's singular value decomposition is the oracle, on either side and in any parts."""

from __future__ import annotations

import numpy as np
import pytest

from trasluz.metrics import principal_axes
from trasluz.metrics.principal_axes import PrincipalAxes, by_covariance, by_gram


def centred(count: int, width: int) -> np.ndarray:
    rows = np.random.default_rng(0).normal(size=(count, width)) * np.linspace(3, 0.2, width)
    return rows - rows.mean(0)


def check(found: PrincipalAxes, rows: np.ndarray, wanted: int) -> None:
    _left, sizes, axes = np.linalg.svd(rows, full_matrices=False)
    np.testing.assert_allclose(found.variances, sizes[:wanted] ** 2)
    np.testing.assert_allclose(np.abs((found.axes * axes[:wanted]).sum(1)), 1)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(wanted), atol=1e-9)
    assert found.whole == pytest.approx((sizes**2).sum())


@pytest.mark.parametrize("wanted", [1, 3, 20])
@pytest.mark.parametrize("parts", [1, 7])
def test_a_few_or_all_axes_of_long_rows_in_any_parts(wanted: int, parts: int) -> None:
    rows = centred(90, 20)
    check(by_covariance(np.array_split(rows, parts), 20, 1e-12, wanted), rows, wanted)


@pytest.mark.parametrize("wanted", [1, 3, 19])
@pytest.mark.parametrize("values", [70, 8_000_000])
def test_a_few_or_all_axes_of_wide_rows_in_any_parts(wanted: int, values: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(principal_axes, "_CHUNK_VALUES", values)
    rows = centred(20, 90)
    check(by_gram(rows, 1e-12, wanted), rows, wanted)


def test_axes_that_the_rows_do_not_have_are_left_out_and_all_others_kept() -> None:
    rows = np.zeros((9, 30))
    rows[:, :3] = centred(9, 3)
    assert len(by_gram(rows, 1e-12).axes) == len(by_covariance([rows], 30, 1e-12).axes) == 3


@pytest.mark.parametrize("rows", [np.zeros((1, 4)), np.zeros((5, 4)), np.zeros((1, 1))])
def test_rows_that_do_not_differ_have_no_axes(rows: np.ndarray) -> None:
    for found in (by_gram(rows, 1e-12), by_covariance([rows], rows.shape[1], 1e-12, 2)):
        assert found.axes.shape == (0, rows.shape[1])
        assert found.whole == 0


def test_rows_of_float32_have_axes_of_float32() -> None:
    assert by_gram(centred(5, 9).astype(np.float32), 1e-10).axes.dtype == np.float32
