"""Builds the network that a recipe names: a part by its ``name``, or the user's own by its ``module``.

What comes out is tried on two blank samples, so that a wrong shape is told before training.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from trasluz import components
from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.networks.custom import CustomSection, build_custom
from trasluz.networks.output import refusal, shape_in_words
from trasluz.networks.sizes import need_image
from trasluz.networks.trying import cannot_take, copied, noise
from trasluz.rng import Rng

Settings = Mapping[str, Any]


def build_encoder(
    settings: Settings, shape: tuple[int, ...], where: str = "model.encoder"
) -> tuple[nn.Module, tuple[int, ...]]:
    """The encoder that ``where`` in a recipe names, for samples of ``shape``, and its code's shape without the batch.

    Raises:
        RecipeError: unknown part or field, images too small, or a code that is neither flat nor spatial.
    """
    network = _build(settings, "encoders", where, shape, lambda part, config, own: part.build(config, own), None)
    code = output_shape(network, shape, where)
    if len(code) not in (1, 3):
        message = _("{where}: a code is [n, k] or [n, k, height, width], but this network gives {given}.")
        raise RecipeError(message.format(where=where, given=["n", *code]))
    return network, code


def build_decoder(settings: Settings, code: tuple[int, ...], shape: tuple[int, ...]) -> nn.Module:
    """The decoder of ``model.decoder`` from a code of shape ``code`` to logits of samples of ``shape``.

    Raises:
        RecipeError: unknown part or field, images too small, or an output that has not the image's shape.
    """
    where = "model.decoder"
    build = lambda part, config, own: part.build(config, code, own)  # noqa: E731 - one line of five alike
    network = _build(settings, "decoders", where, shape, build, shape, code)
    _need(output_shape(network, code, where, needed=shape), shape, where)
    return network


def build_classifier(
    settings: Settings, shape: tuple[int, ...], outputs: int, where: str = "model.network"
) -> nn.Module:
    """The classifier that ``where`` in a recipe names, for samples (or codes) of ``shape``, with ``outputs`` scores.

    Raises:
        RecipeError: unknown part or field, images too small, or an output that is not ``[n, outputs]``.
    """
    build = lambda part, config, own: part.build(config, own, outputs)  # noqa: E731 - one line of five alike
    network = _build(settings, "classifiers", where, shape, build, outputs)
    _need(output_shape(network, shape, where, needed=(outputs,)), (outputs,), where)
    return network


def build_generator(settings: Settings, latent: int, shape: tuple[int, ...], classes: int) -> nn.Module:
    """The generator of ``model.generator`` from ``latent`` numbers to raw images of ``shape``.

    With ``classes`` above 0 it is called with class shares ``[n, classes]`` as a second input.

    Raises:
        RecipeError: unknown part or field, images too small, or an output that has not the image's shape.
    """
    where = "model.generator"
    build = lambda part, config, own: part.build(config, latent, own, classes)  # noqa: E731 - one line of five alike
    network = _build(settings, "generators", where, shape, build, shape, (latent,))
    _need(output_shape(network, (latent,), where, *_class_shares(classes), needed=shape), shape, where)
    return network


def build_discriminator(settings: Settings, shape: tuple[int, ...], classes: int) -> nn.Module:
    """The discriminator of ``model.discriminator`` for images of ``shape``, to one score.

    With ``classes`` above 0 it is called with class shares ``[n, classes]`` as a second input.

    Raises:
        RecipeError: unknown part or field, images too small, or an output that is not ``[n, 1]``.
    """
    where = "model.discriminator"
    build = lambda part, config, own: part.build(config, own, classes)  # noqa: E731 - one line of five alike
    network = _build(settings, "discriminators", where, shape, build, 1)
    _need(output_shape(network, shape, where, *_class_shares(classes), needed=(1,)), (1,), where)
    return network


def _class_shares(classes: int) -> tuple[tuple[int, ...], ...]:
    """The shapes of what a conditional network takes besides its input."""
    return ((classes,),) if classes else ()


def output_shape(
    network: nn.Module,
    shape: tuple[int, ...],
    where: str,
    *more: tuple[int, ...],
    needed: tuple[int, ...] | None = None,
) -> tuple[int, ...]:
    """What ``network`` makes of inputs of ``shape`` (and ``more`` of them), without the batch axis.

    The network itself is not changed.  ``needed``: what it should make of them, where that is known.

    Raises:
        RecipeError: it fails on such inputs, or gives something else than one row per input.
    """
    trial = copied(network, where).eval()
    try:
        with torch.no_grad(), Rng(0).ambient("shape"):
            result = trial(*(noise(2, *one) for one in (shape, *more)))
    except RecipeError:
        raise
    except Exception as error:  # a user's network may raise anything
        samples = not where.endswith(
            ("decoder", "generator")
        )  # others are given codes, which no setting of data shapes
        raise RecipeError(cannot_take(where, shape, error, network if samples else None)) from error
    if not isinstance(result, Tensor):
        raise RecipeError(refusal(result, where, needed))
    if result.ndim < 1 or len(result) != 2:
        message = _("{where}: for 2 images the network must give one tensor of 2 rows, but it gives {given}.")
        raise RecipeError(message.format(where=where, given=shape_in_words(result)))
    return tuple(result.shape[1:])


def _build(
    settings: Settings,
    package: str,
    where: str,
    shape: tuple[int, ...],
    build: Callable[[Any, Any, tuple[int, ...]], nn.Module],
    outputs: int | tuple[int, ...] | None,
    given: tuple[int, ...] | None = None,
) -> nn.Module:
    """A part of ``package`` made by ``build``, or the user's own called with (``given`` or ``shape``, ``outputs``).

    A part works on images unless its file says ``ANY_SHAPE = True``.
    """
    if "module" in settings:
        section = components.configure(CustomSection, dict(settings), where)
        return build_custom(section, given or shape, outputs, where)
    values = dict(settings)
    name = values.pop("name", None)
    if not isinstance(name, str):
        allowed = ", ".join(components.names(f"trasluz.networks.{package}"))
        message = _(
            "{where}.name: is required; allowed: {allowed}; or give module: package.file:function for your own."
        )
        raise RecipeError(message.format(where=where, allowed=allowed))
    part = components.load(f"trasluz.networks.{package}", name, f"{where}.name")
    own = shape if getattr(part, "ANY_SHAPE", False) else need_image(shape, where)
    return build(part, components.configure(part.Config, values, where), own)


def _need(given: tuple[int, ...], needed: tuple[int, ...], where: str) -> None:
    if given != needed:
        message = _("{where}: the network must give {needed}, but it gives {given}.")
        raise RecipeError(message.format(where=where, needed=["n", *needed], given=["n", *given]))
