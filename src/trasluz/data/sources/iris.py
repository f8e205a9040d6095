"""``iris``: 150 flowers of three species by four lengths, embedded in scikit-learn (Fisher 1936, via UCI)."""

from __future__ import annotations

from trasluz.data.read.raw import Raw
from trasluz.data.read.table_columns import Column
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

NAME = "iris"


def open_named(section: DataSection, reporter: Reporter) -> Raw:
    """Float64 ``[150, 4]`` in centimetres, the species' names as labels, no given split."""
    from sklearn.datasets import load_iris

    found = load_iris()
    species = [str(found.target_names[number]) for number in found.target]
    columns = tuple(Column(name=name) for name in found.feature_names)
    return Raw(NAME, found.data, species, kind="table", value_range=None, columns=columns)
