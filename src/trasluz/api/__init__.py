"""The verbs of Trasluz, for Python and for the adapters over it (command line, scikit-learn, lab)."""

from trasluz.api.comparing import ComparisonResult, compare
from trasluz.api.data import check_data, preview_augmentation
from trasluz.api.findings import finding_command
from trasluz.api.generation import Generated, check_place
from trasluz.api.listing import RunSummary, list_runs
from trasluz.api.looks import look_help, look_page
from trasluz.api.results import Predictions, Reconstructions, SeedsResult
from trasluz.api.run import Run, open_run
from trasluz.api.seeds import train_seeds
from trasluz.api.studies import StudyResult, study
from trasluz.api.training import resume, train
from trasluz.api.translation import Translations
from trasluz.data.read.cache import clear_cache, list_cache
from trasluz.draw.notebook import register
from trasluz.findings.finding import severity_name
from trasluz.recipe import parse_overrides
from trasluz.runs.folder import delete_run

register()

__all__ = [
    "ComparisonResult",
    "Generated",
    "Predictions",
    "Reconstructions",
    "Run",
    "RunSummary",
    "SeedsResult",
    "StudyResult",
    "Translations",
    "check_data",
    "check_place",
    "clear_cache",
    "compare",
    "delete_run",
    "finding_command",
    "list_cache",
    "list_runs",
    "look_help",
    "look_page",
    "open_run",
    "parse_overrides",
    "preview_augmentation",
    "resume",
    "severity_name",
    "study",
    "train",
    "train_seeds",
]
