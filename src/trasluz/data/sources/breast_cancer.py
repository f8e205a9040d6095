"""``breast-cancer``: 569 tumours by 30 measures of their cells' nuclei, embedded in scikit-learn.

The diagnostic data of Wisconsin (Street, Wolberg & Mangasarian 1993, via UCI): ten measures of the nuclei in an image,
each by its mean, its standard error and the mean of the three largest.
"""

from __future__ import annotations

from trasluz.data.read.raw import Raw
from trasluz.data.read.table_columns import Column
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter

NAME = "breast-cancer"


def open_named(section: DataSection, reporter: Reporter) -> Raw:
    """Float64 ``[569, 30]``, labels ``malignant`` and ``benign``, no given split."""
    from sklearn.datasets import load_breast_cancer

    found = load_breast_cancer()
    diagnoses = [str(found.target_names[number]) for number in found.target]
    columns = tuple(Column(name=str(name)) for name in found.feature_names)
    return Raw(NAME, found.data, diagnoses, kind="table", value_range=None, columns=columns)
