"""What faster costs is said with measured numbers of the nearest data, or not at all."""

from __future__ import annotations

import dataclasses

from tests.choosing.made import PHOTOS
from trasluz.choosing.measured import Measured, all_measured, cost_of_faster
from trasluz.components import own_names

CELLS = [
    Measured("cats-dogs-400", "photos-scratch", 400, 2, "accuracy", 0.70),
    Measured("cats-dogs", "photos-scratch", 2000, 2, "accuracy", 0.83),
    Measured("cats-dogs", "photos-scratch", 2000, 5, "accuracy", 0.90),
    Measured("cats-dogs", "photos-scratch", 2000, 15, "accuracy", 0.925),
    Measured("cats-dogs", "photos-transfer", 2000, 2, "accuracy", 0.99),
]


def test_the_numbers_are_those_of_the_nearest_data() -> None:
    told = cost_of_faster("photos-scratch", PHOTOS, 5, CELLS)
    assert "cats-dogs (2" in told
    assert "83.0" in told
    assert "90.0" in told
    assert "92.5" not in told
    few = cost_of_faster("photos-scratch", dataclasses.replace(PHOTOS, samples=300), 5, CELLS)
    assert "cats-dogs-400" in few


def test_no_number_stands_for_data_that_were_not_measured() -> None:
    for facts, name in ((dataclasses.replace(PHOTOS, samples=50_000), "photos-scratch"), (PHOTOS, "table")):
        told = cost_of_faster(name, facts, 5, CELLS)
        assert "has not been measured" in told
        assert "%" not in told


def test_nothing_is_faster_than_the_fastest_that_was_measured() -> None:
    assert "has not been measured" in cost_of_faster("photos-scratch", PHOTOS, 2, CELLS)


def test_the_table_that_is_shipped_speaks_of_candidates_that_there_are() -> None:
    assert {cell.candidate for cell in all_measured()} <= set(own_names("trasluz.choosing.candidates"))
