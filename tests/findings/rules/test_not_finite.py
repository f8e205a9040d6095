from __future__ import annotations

from tests.findings.made import evidence, found, not_found

FAILURE = {"term": "divergence", "global_step": 41, "epoch": 2, "phase": "train"}


def test_the_first_term_is_named() -> None:
    finding = found("not-finite", evidence(status="failed", failure=FAILURE))
    assert finding.severity == "bad"
    assert "divergence" in finding.seen
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
