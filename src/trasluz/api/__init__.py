"""The verbs of Trasluz, for Python and for the adapters over it (command line, scikit-learn, lab).

Each name is imported when it is first used, so that listing runs or clearing the cache does not wait for PyTorch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trasluz.api.built_in import RecipeList, recipes
    from trasluz.api.comparing import ComparisonResult, compare
    from trasluz.api.curves import CurveResult, curve
    from trasluz.api.data import check_data, preview_augmentation
    from trasluz.api.findings import finding_command
    from trasluz.api.fitting import fit
    from trasluz.api.folds import SuspectLabels, fold_findings, out_of_fold, suspect_labels
    from trasluz.api.generation import Generated, check_parent
    from trasluz.api.listing import RunSummary, list_runs
    from trasluz.api.looks import look_help, look_page
    from trasluz.api.parts import PartSummary, list_parts
    from trasluz.api.pretrained import with_weights
    from trasluz.api.results import Predictions, Reconstructions, SeedsResult
    from trasluz.api.run import Run, open_run
    from trasluz.api.searching import SearchResult, search_settings, search_test, search_worker
    from trasluz.api.seeds import train_seeds
    from trasluz.api.studies import StudyResult, study
    from trasluz.api.training import resume, train
    from trasluz.api.translation import Translations
    from trasluz.data.read.cache import clear_cache, list_cache
    from trasluz.findings.finding import severity_name
    from trasluz.recipe import parse_overrides
    from trasluz.runs.deletion import delete_run

_HOMES = {
    "ComparisonResult": "trasluz.api.comparing",
    "CurveResult": "trasluz.api.curves",
    "Generated": "trasluz.api.generation",
    "PartSummary": "trasluz.api.parts",
    "Predictions": "trasluz.api.results",
    "RecipeList": "trasluz.api.built_in",
    "Reconstructions": "trasluz.api.results",
    "Run": "trasluz.api.run",
    "RunSummary": "trasluz.api.listing",
    "SearchResult": "trasluz.api.searching",
    "SeedsResult": "trasluz.api.results",
    "StudyResult": "trasluz.api.studies",
    "SuspectLabels": "trasluz.api.folds",
    "Translations": "trasluz.api.translation",
    "check_data": "trasluz.api.data",
    "check_parent": "trasluz.api.generation",
    "clear_cache": "trasluz.data.read.cache",
    "compare": "trasluz.api.comparing",
    "curve": "trasluz.api.curves",
    "delete_run": "trasluz.runs.deletion",
    "finding_command": "trasluz.api.findings",
    "fit": "trasluz.api.fitting",
    "fold_findings": "trasluz.api.folds",
    "list_cache": "trasluz.data.read.cache",
    "list_parts": "trasluz.api.parts",
    "list_runs": "trasluz.api.listing",
    "look_help": "trasluz.api.looks",
    "look_page": "trasluz.api.looks",
    "open_run": "trasluz.api.run",
    "out_of_fold": "trasluz.api.folds",
    "parse_overrides": "trasluz.recipe",
    "preview_augmentation": "trasluz.api.data",
    "recipes": "trasluz.api.built_in",
    "resume": "trasluz.api.training",
    "search_settings": "trasluz.api.searching",
    "search_test": "trasluz.api.searching",
    "search_worker": "trasluz.api.searching",
    "severity_name": "trasluz.findings.finding",
    "study": "trasluz.api.studies",
    "suspect_labels": "trasluz.api.folds",
    "train": "trasluz.api.training",
    "train_seeds": "trasluz.api.seeds",
    "with_weights": "trasluz.api.pretrained",
}

__all__ = [
    "ComparisonResult",
    "CurveResult",
    "Generated",
    "PartSummary",
    "Predictions",
    "RecipeList",
    "Reconstructions",
    "Run",
    "RunSummary",
    "SearchResult",
    "SeedsResult",
    "StudyResult",
    "SuspectLabels",
    "Translations",
    "check_data",
    "check_parent",
    "clear_cache",
    "compare",
    "curve",
    "delete_run",
    "finding_command",
    "fit",
    "fold_findings",
    "list_cache",
    "list_parts",
    "list_runs",
    "look_help",
    "look_page",
    "open_run",
    "out_of_fold",
    "parse_overrides",
    "preview_augmentation",
    "recipes",
    "resume",
    "search_settings",
    "search_test",
    "search_worker",
    "severity_name",
    "study",
    "suspect_labels",
    "train",
    "train_seeds",
    "with_weights",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
