from __future__ import annotations

import pytest

from tests.findings.made import evidence, found, history, not_found, rebuilt

NARROW = {"model": {"family": "vae", "divergence": {"name": "mmd", "bandwidths": [0.01]}}}


@pytest.mark.parametrize("value", [1e-9, 0.99999])
def test_a_kernel_at_an_end_of_its_range(value: float) -> None:
    finding = found("kernel-out-of-range", evidence(NARROW, evaluation=rebuilt({"kernel_similarity": value})))
    assert finding.severity == "bad"
    assert finding.settings == ("model.divergence={name: mmd, bandwidths: median}",)


def test_a_run_that_was_never_evaluated_is_judged_by_its_last_validation() -> None:
    found("kernel-out-of-range", evidence(NARROW, records=history(valid_kernel_similarity=[0.5, 1e-5])))


def test_a_kernel_that_sees_is_none() -> None:
    not_found("kernel-out-of-range", evidence(NARROW, evaluation=rebuilt({"kernel_similarity": 0.4})))
    not_found("kernel-out-of-range", evidence())
