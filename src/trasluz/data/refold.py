"""Another fold, or other limits, of data that are open: row numbers change, and nothing is read or decoded again."""

from __future__ import annotations

import dataclasses

from trasluz.data.data import Data
from trasluz.data.describe.audit import audit
from trasluz.data.describe.audit_groups import describe_groups
from trasluz.data.opening import about_folds, near_of, range_of
from trasluz.data.split.splitting import split_by
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


def refold(data: Data, section: DataSection, seed: int, reporter: Reporter | None = None) -> Data:
    """``data`` as ``open_data`` gives them for ``section``, which may differ from the one that they were opened with in
    ``fold``, ``test_fold``, ``valid``, ``test``, ``split_seed``, ``limit`` and ``labelled``; ``seed`` is the recipe's.

    The samples are shared, and so is what the audit says of likely groups.

    Raises:
        DataError: the data were not opened by a recipe's fields, such as those that a verb made of others.
        RecipeError: a split, a fold or a limit that cannot be made.
    """
    basis = data.basis
    if basis is None or len(basis.copies) != len(data.samples):
        message = _("{source}: these data do not say what their splits were made from, so that no fold can be taken.")
        raise DataError(message.format(source=data.name))
    reporter = reporter or Reporter()
    split = split_by(basis, section, seed)
    splits = split.splits
    scale = range_of(data.samples, splits["train"]) if data.own_range else data.value_range
    made = dataclasses.replace(data, splits=splits, labels=split.labels, value_range=scale)
    near = near_of(made, scale, basis.copies, reporter)
    found = {**data.audit, **audit(made, groups=basis.copies, near=near, reporter=reporter)}
    for name in ("sizes", "unreadable"):
        found[name] = data.audit[name]
    for name in ("folds", "test_folds"):
        found.pop(name, None)
    if data.groups is not None:
        found["groups"] = describe_groups(made, data.groups, data.audit["groups"]["alone"])
    if "made_splits" in found:
        found["made_splits"] = [name for name in splits if name != "train" and not len(basis.given.get(name, ()))]
    return dataclasses.replace(made, audit={**found, **about_folds(split)})


def folds_of(section: DataSection, data: Data) -> int:
    """How many folds ``data.fold`` of ``section`` makes of ``data``, which were opened with it: for one of each group
    as many as there are groups; 1 where it asks for none."""
    if section.fold is None:
        return 1
    return section.fold.count or int(data.audit["folds"])


def test_folds_of(section: DataSection, data: Data) -> int:
    """The same of ``data.test_fold``."""
    if section.test_fold is None:
        return 1
    return section.test_fold.count or int(data.audit["test_folds"])
