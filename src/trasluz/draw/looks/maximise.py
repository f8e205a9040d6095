"""Images that maximise classes or channels, each above the real image that comes nearest, with both scores."""

from __future__ import annotations

from trasluz.draw.looking import Question
from trasluz.draw.names import integer, significant, split_name
from trasluz.draw.overlay import as_shown
from trasluz.draw.panel import Gallery, Panel, Tile
from trasluz.look.looks.maximise import MaximiseResult
from trasluz.messages import _, ngettext

QUESTION: Question = "inside"
ORDER = 50


def draw(result: MaximiseResult) -> tuple[Panel, ...]:
    """One panel."""
    gallery = Gallery((_made(result), _real(result)), (_("made"), _("best real image")), _heads(result))
    if result.layer:
        title = _("Images made to raise the channels of {layer}").format(layer=result.layer)
    else:
        title = _("Images made to raise the score of each class")
    alt = _("{n} images made by gradient ascent, each above the real image with the highest score").format(
        n=len(result.targets)
    )
    return (Panel(title, gallery, alt, _note(result), _verdict(result)),)


def _heads(result: MaximiseResult) -> tuple[str, ...]:
    if result.layer:
        return tuple(_("channel {n}").format(n=target) for target in result.targets)
    return result.targets


def _made(result: MaximiseResult) -> tuple[Tile, ...]:
    tiles = []
    for image, target, score, real in zip(result.images, _heads(result), result.scores, result.real, strict=True):
        alt = _("image made for {target}: score {score}").format(target=target, score=_score(score))
        flag = _("below the real one") if score < real else ""
        tiles.append(Tile(as_shown(image), alt, _score(score), flag=flag, made="generated"))
    return tuple(tiles)


def _real(result: MaximiseResult) -> tuple[Tile, ...]:
    tiles = []
    known = zip(result.real_images, result.real_names, _heads(result), map(_score, result.real), strict=True)
    for image, name, target, score in known:
        alt = _("image {name}: score {score} for {target}").format(name=name, target=target, score=score)
        tiles.append(Tile(as_shown(image), alt, score))
    return tuple(tiles)


def _score(value: float) -> str:
    return significant(float(value))


def _note(result: MaximiseResult) -> str:
    texts = [
        _(
            "From noise, {steps} steps of gradient ascent; at each the image is moved, turned and scaled a little, so "
            "that the score does not hang on single pixels (Olah et al. 2017)."
        ).format(steps=integer(result.steps))
        if result.shaken
        else _("From noise, {steps} steps of gradient ascent (Olah et al. 2017).").format(steps=integer(result.steps)),
        _("Below each image stands the mean of the channel over the image.")
        if result.layer
        else _("Below each image stands the score of the class before softmax."),
    ]
    examined = integer(result.examined)
    texts.append(
        _("The second row is the best of {n} images of {split}.").format(n=examined, split=split_name(result.split))
        if result.split
        else _("The second row is the best of the {n} images given.").format(n=examined)
    )
    if result.total > len(result.targets):
        shown = {"n": integer(len(result.targets)), "total": integer(result.total)}
        said = _("Shown are {n} of {total} channels.") if result.layer else _("Shown are {n} of {total} classes.")
        texts.append(said.format(**shown))
    return " ".join(texts)


def _verdict(result: MaximiseResult) -> str:
    higher, count = int((result.scores > result.real).sum()), len(result.targets)
    if not higher:
        return ""
    said = ngettext(
        "{higher} of {n} image made scores higher than every real image.",
        "{higher} of {n} images made score higher than every real image.",
        count,
    ).format(higher=higher, n=count)
    more = (
        _("What raises a channel most need not be in any image.")
        if result.layer
        else _("What raises a score most need not look like the class.")
    )
    return f"{said} {more}"
