"""Heat maps that do not follow what was learned, or mark what does not matter; and those of a network that passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.draw.looks.test_trust import made
from tests.findings.made import evidence, found, not_found
from tests.look.looks.planted import network, subject_of, trained
from tests.look.looks.planted_checks import trained_on_shuffled_labels
from trasluz.findings.evidence import Evidence
from trasluz.look.base import compute
from trasluz.look.looks import cam
from trasluz.look.result import Result
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter

RULE = "map-not-to-be-trusted"


def _with(*looks: Result) -> Evidence:
    return replace(evidence(), looks={look.look: look for look in looks})


def _look(of: Subject, name: str, **options: object) -> Result:
    return compute(name, of, None, options, Reporter())


def test_a_network_that_learned_where_to_look_has_no_fault() -> None:
    shown = _look(trained(), "cam", layers="last", count=20)
    judged = _look(trained(), "trust", methods=("grad-cam", "guided-backprop"), count=40, steps=8)
    not_found(RULE, _with(shown, judged))


def test_a_network_trained_on_shuffled_labels_has_nothing_to_show() -> None:
    judged = _look(trained_on_shuffled_labels(), "trust", methods="grad-cam", count=40, steps=4, random_networks=2)
    finding = found(RULE, _with(judged))
    assert "most frequent class" in finding.seen
    assert finding.severity == "warn"


def test_maps_of_an_untrained_network_mark_nothing() -> None:
    shown = _look(subject_of(network(1), 1), "cam", layers="last", count=20)
    finding = found(RULE, _with(shown))
    assert "classifier.7" in finding.seen


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"alike": 0.9}, "look the same (rank correlation 0.9"),
        ({"rise": -0.2}, "no more complex (−"),
        ({"gain": 0.0}, "changes the answer no more"),
    ],
)
def test_each_fault_is_told_with_its_numbers(changes: dict[str, float], words: str) -> None:
    not_found(RULE, _with(made()))
    finding = found(RULE, _with(made(**changes)))  # type: ignore[arg-type]
    assert words in finding.seen
    assert all(np.isfinite(value) for value in finding.numbers.values())


def test_what_is_not_certain_is_not_claimed() -> None:
    not_found(RULE, _with(made(rise=0.0)))
    not_found(RULE, _with(made(alike=0.9, count=5)))
    not_found(RULE, _with())


def test_a_method_that_is_known_to_fail_is_no_fault_of_the_model() -> None:
    one = made(rise=-0.2)
    only = {name: getattr(one, name)[2:] for name in ("alike", "rise", "deletion", "insertion", "road")}
    not_found(RULE, _with(replace(one, methods=("guided-backprop",), **only)))


def test_maps_that_are_the_same_for_every_class_are_remarked() -> None:
    shown = _look(trained(), "cam", layers="last", count=20)
    assert isinstance(shown, cam.CamResult)
    alike = replace(shown, class_agreement=np.full_like(shown.class_agreement, 0.95))
    finding = found(RULE, _with(alike))
    assert finding.severity == "note"
    assert "0.95" in finding.seen
    not_found(RULE, _with(replace(alike, class_specific=False)))
