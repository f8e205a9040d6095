"""Recipes: typed, frozen, validated; YAML in and out."""

from trasluz.recipe.data import AugmentSection, DataSection
from trasluz.recipe.files import built_in_names, is_recipe, load, parse_overrides
from trasluz.recipe.fold import FoldSection
from trasluz.recipe.recipe import Recipe, from_dict, from_yaml, schema
from trasluz.recipe.train import (
    OPTIMISERS,
    SCHEDULES,
    ComputeSection,
    EarlyStoppingSection,
    OptimiserSection,
    PhaseSection,
    ProgressiveSection,
    ScheduleSection,
    TrainSection,
)

__all__ = [
    "OPTIMISERS",
    "SCHEDULES",
    "AugmentSection",
    "ComputeSection",
    "DataSection",
    "EarlyStoppingSection",
    "FoldSection",
    "OptimiserSection",
    "PhaseSection",
    "ProgressiveSection",
    "Recipe",
    "ScheduleSection",
    "TrainSection",
    "built_in_names",
    "from_dict",
    "from_yaml",
    "is_recipe",
    "load",
    "parse_overrides",
    "schema",
]
