from __future__ import annotations

import math

from tests.findings.made import evidence, found, not_found

FAILURE = {"term": "divergence", "global_step": 41, "epoch": 2, "phase": "train"}


def test_the_first_term_is_named() -> None:
    finding = found("not-finite", evidence(status="failed", failure=FAILURE))
    assert finding.severity == "bad"
    assert "Divergence" in finding.seen
    assert "41" in finding.seen
    assert finding.settings == ("train.optimiser.learning_rate=0.0001", "train.clip=1.0")


def test_a_clipped_run_is_not_told_to_clip() -> None:
    made = evidence({"train.clip": 0.5}, status="failed", failure=FAILURE)
    assert found("not-finite", made).settings == ("train.optimiser.learning_rate=0.0001",)


def test_a_finished_run_is_fine_even_if_it_once_failed() -> None:
    not_found("not-finite", evidence())
    not_found("not-finite", evidence(failure=FAILURE))


def test_a_recipe_that_is_known_to_be_fragile_says_so_itself() -> None:
    plain = found("not-finite", evidence(status="failed", failure=FAILURE))
    told = found("not-finite", evidence({"fragile": {"en": "Train the tuned one."}}, status="failed", failure=FAILURE))
    assert told.advice == f"{plain.advice} Train the tuned one."


def test_an_absurd_rate_is_brought_to_where_its_optimiser_usually_begins() -> None:
    huge = evidence({"train.optimiser": {"name": "sgd", "learning_rate": 1e20}}, status="failed", failure=FAILURE)
    finding = found("not-finite", huge)
    assert finding.settings == ("train.optimiser.learning_rate=0.05", "train.clip=1.0")
    assert "to 0.05" in finding.advice
    large = evidence({"train.optimiser": {"name": "sgd", "learning_rate": 1.0}}, status="failed", failure=FAILURE)
    assert found("not-finite", large).settings[0] == "train.optimiser.learning_rate=0.1"


def test_a_validation_loss_that_is_no_number_at_the_end_is_one_of_a_finished_run() -> None:
    def records(*losses: float) -> list[dict[str, object]]:
        return [{"phase": "train", "epoch": i, "train/loss": 0.5, "valid/loss": x} for i, x in enumerate(losses, 1)]

    finding = found("not-finite", evidence(records=records(0.4, math.nan, math.inf)))
    assert finding.severity == "bad"
    assert finding.numbers == {"times": 2, "epochs": 3}
    not_found("not-finite", evidence(records=records(math.nan, 0.4)))  # it got over it
    not_found("not-finite", evidence(records=records(0.5, 0.4)))
