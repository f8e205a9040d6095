from __future__ import annotations

import numpy as np

from tests.findings.made import classified, evidence, found, not_found
from trasluz.evaluation.evaluation import Evaluation
from trasluz.metrics.intervals import wilson
from trasluz.numerals import integer


def test_an_interval_wider_than_five_points_to_a_side() -> None:
    made = evidence({"data.valid": 0.2}, evaluation=classified([[20, 5], [5, 20]]))
    finding = found("validation-too-small", made)
    assert (finding.numbers["low"], finding.numbers["high"]) == wilson(40, 50)
    assert finding.settings == ("data.valid=0.3",)
    assert integer(1500) in finding.advice  # of the 5,000 that there are


def test_a_validation_that_came_with_the_data_has_no_share_to_change() -> None:
    assert (
        found("validation-too-small", evidence({"data.valid": 0.1}, evaluation=classified([[20, 5], [5, 20]]))).settings
        == ()
    )


def test_many_samples_or_a_share_near_one_are_enough() -> None:
    not_found("validation-too-small", evidence(evaluation=classified([[400, 100], [100, 400]])))
    not_found("validation-too-small", evidence(evaluation=classified([[50, 0], [0, 50]])))
    not_found("validation-too-small", evidence())


def test_of_several_labels_samples_with_all_of_them_right_are_counted() -> None:
    finding = found("validation-too-small", evidence(evaluation=Evaluation("valid", 12, {"subset_accuracy": 1.0})))
    assert (finding.numbers["low"], finding.numbers["high"]) == wilson(12, 12)
    assert finding.seen.startswith("All labels are right for")
    not_found("validation-too-small", evidence(evaluation=Evaluation("valid", 400, {"subset_accuracy": 1.0})))


def test_of_groups_no_larger_share_is_promised_because_more_samples_of_the_same_say_little() -> None:
    groups, right = np.arange(50) // 10, np.repeat([True, False], [40, 10])
    scores = np.stack([right, ~right], 1).astype(np.float32)
    arrays = {"labels": np.zeros(50, np.int64), "probabilities": scores, "groups": groups}
    made = evidence({"data.valid": 0.2}, evaluation=classified([[40, 10], [0, 0]], arrays=arrays))
    assert found("validation-too-small", made).settings == ()
