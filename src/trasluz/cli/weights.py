"""The option ``--weights`` of ``trasluz train``: what a recipe starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trasluz.messages import N_

if TYPE_CHECKING:
    from trasluz.recipe import Recipe

StartingWeights = Annotated[
    str | None,
    typer.Option(
        "--weights",
        metavar="WEIGHTS",
        help=N_("Pretrained weights to start from: a file, a folder of files, timm:NAME or torchvision:NAME."),
        show_default=False,
    ),
]


def starting_from(recipe: Recipe, weights: str | None) -> Recipe:
    """``recipe``, or where ``weights`` are given the same that starts from them.

    Raises:
        RecipeError: it starts from no weights, they are not there, or fit no known architecture.
    """
    if weights is None:
        return recipe
    from trasluz import api

    return api.with_weights(recipe, weights)
