from __future__ import annotations

import dataclasses

import pytest

from tests.findings.made import evidence, found, history, not_found, rebuilt
from trasluz.families.base import get
from trasluz.findings.evidence import Evidence

_LOSS = [3.0, 2.5, 2.0, 1.9]


def _joint(**weights: float) -> Evidence:
    made = evidence({"model": {"family": "joint", **weights}})
    return dataclasses.replace(made, parameters={"encoder.a.weight": 9, "decoder.a.weight": 40, "decoder.a.bias": 2})


def test_a_decoder_whose_term_has_no_weight() -> None:
    finding = found("term-reaches-nothing", _joint(reconstruction=0.0))
    assert finding.severity == "warn"
    assert finding.numbers == {"parameters": 42}
    assert finding.settings == ("model.reconstruction=1.0",)


def test_each_family_says_which_weight_alone_trains_which_network(monkeypatch: pytest.MonkeyPatch) -> None:
    made = dataclasses.replace(evidence({"model": {"family": "autoencoder", "l2": 0}}), parameters={"encoder.a": 9})
    not_found("term-reaches-nothing", made)
    monkeypatch.setattr(get("autoencoder"), "trained_alone", {"l2": "encoder"})
    assert found("term-reaches-nothing", made).settings == ("model.l2=1.0",)


def test_a_term_that_never_changes_a_bit_while_the_loss_moves() -> None:
    constant = [0.25] * 4
    records = history(train_divergence=constant, valid_divergence=constant, valid_loss=_LOSS, train_loss=_LOSS)
    finding = found("term-reaches-nothing", evidence(records=records))
    assert "Divergence" in finding.seen
    assert finding.numbers == {"divergence": 0.25, "epochs": 4}


@pytest.mark.parametrize("name", ["accuracy", "macro_f1", "kernel_similarity"])
def test_what_is_only_watched_and_what_is_never_trained_are_none(name: str) -> None:
    series = {f"valid_{name}": [0.9] * 4, **({f"train_{name}": [0.9] * 4} if "kernel" not in name else {})}
    not_found("term-reaches-nothing", evidence(records=history(valid_loss=_LOSS, **series)))


def test_weights_changes_zeros_and_a_rate_of_zero_are_none() -> None:
    not_found("term-reaches-nothing", _joint(reconstruction=0.5))
    not_found("term-reaches-nothing", _joint(classification=0.0))  # this model has no classifier's numbers
    moving = [0.25, 0.25, 0.25, 0.25 + 1e-12]
    not_found("term-reaches-nothing", evidence(records=history(train_kl=moving, valid_kl=moving)))
    solved = [0.0] * 4
    not_found("term-reaches-nothing", evidence(records=history(train_kl=solved, valid_kl=solved, valid_loss=_LOSS)))
    still = [0.25] * 4
    not_found("term-reaches-nothing", evidence(records=history(0.0, train_kl=still, valid_kl=still, valid_loss=_LOSS)))


def test_where_the_whole_loss_reaches_nothing_that_is_said_instead() -> None:
    still = [0.25] * 4
    made = evidence(records=history(train_kl=still, valid_kl=still, valid_loss=[2.0] * 4))
    not_found("term-reaches-nothing", made)
    found("loss-reaches-nothing", made)


def test_a_divergence_without_weight() -> None:
    for given, field in (({"name": "mmd", "weight": 0.0}, "weight"), ({"name": "kl", "beta": 0.0}, "beta")):
        set_ = {"model": {"family": "vae", "divergence": given}}
        finding = found("term-reaches-nothing", evidence(set_, evaluation=rebuilt({"divergence": 0.3})))
        assert finding.numbers == {field: 0.0}
    weighed = {"model": {"family": "vae", "divergence": {"name": "kl", "beta": 0.1}}}
    not_found("term-reaches-nothing", evidence(weighed, evaluation=rebuilt({"divergence": 0.3})))
