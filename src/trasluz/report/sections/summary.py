"""In short, the first screen: what was trained on what, how good it is beside its baselines, what went wrong, and the
three pictures that say most."""

from __future__ import annotations

from dataclasses import dataclass

from trasluz.draw.looking import first_sentence
from trasluz.draw.names import integer, metric_value, significant
from trasluz.evaluation.evaluation import Evaluation
from trasluz.findings.base import names
from trasluz.findings.finding import Severity, severity_name
from trasluz.messages import N_
from trasluz.report.context import Context
from trasluz.report.family_names import family_phrase
from trasluz.report.highlights.base import highlights_of
from trasluz.report.page import fill
from trasluz.report.phrase import Phrase, both, both_n, metric_phrase, plain, split_phrase
from trasluz.report.sections import samples
from trasluz.report.sections._ending import ending
from trasluz.report.sections.base import Section
from trasluz.report.title import place_of
from trasluz.runs.evaluations import load_samples

ORDER = 10
_LARGE = ("accuracy", "label_accuracy", "mse")
_CHANNELS = {1: N_("grey"), 3: N_("colour"), 4: N_("colour with transparency")}


def applies(context: Context) -> bool:
    """Every run can be summed up."""
    return True


def answer(context: Context) -> Phrase:
    """What was trained on what."""
    return _what(context)


def render(context: Context) -> Section:
    """Words, the number that people look for first, the gravest finding, and pictures."""
    main = context.main
    quality = _quality(main, context.spec.get("kind", "image") == "image") if main else []
    html = fill(
        "sections/summary.html",
        what=_what(context),
        ending=ending(context),
        alarm=context.info.get("status") in ("failed", "interrupted"),
        score=_score(main) if main and quality else _score_of_samples(context),
        quality=quality or _quality_of_samples(context),
        evaluated=bool(context.evaluations),
        gravest=_gravest(context),
        highlights=highlights_of(context),
    )
    return Section(both("In short"), "summary", html, "first")


@dataclass(frozen=True)
class _Gravest:
    """One line: what the gravest finding is and saw; ``more`` of them there are."""

    severity: Severity | None
    badge: Phrase
    title: Phrase
    seen: Phrase
    more: int


def _gravest(context: Context) -> _Gravest | None:
    """The finding that comes first, or that there is none; ``None`` where the rules were not asked."""
    if context.findings is None:
        return None
    found = next(iter(context.findings.values()), ())
    nothing = plain("")
    if not found:
        none = both("None of the {n} rules found a fault in what is known of this run.", n=len(names()))
        return _Gravest(None, nothing, none, nothing, 0)
    first = {name: same[0] for name, same in context.findings.items()}
    severity = found[0].severity
    return _Gravest(
        severity,
        Phrase.of(lambda: severity_name(severity)),
        Phrase.of_texts({name: finding.title for name, finding in first.items()}),
        Phrase.of_texts({name: first_sentence(finding.seen) for name, finding in first.items()}),
        len(found) - 1,
    )


def _score_of_samples(context: Context) -> tuple[Phrase, str] | None:
    """The first metric of samples that were judged."""
    found = load_samples(context.weights)
    if found is None or not found.metrics:
        return None
    name = next(iter(found.metrics))
    return metric_phrase(f"samples/{name}"), metric_value(f"samples/{name}", found.metrics[name])


def _quality_of_samples(context: Context) -> list[Phrase]:
    """What judged samples are worth, or how to have them judged; nothing of a model that makes none."""
    if load_samples(context.weights) is not None:
        return [samples.answer(context)]
    if not context.evaluations or "prior-samples" not in context.looks:
        return []
    return [
        both(
            "No number says yet what its samples are worth; `{command}` finds some, where CLASSIFIER is a run trained "
            "on the same images.",
            command=f"trasluz evaluate {context.folder.path.name} --classifier CLASSIFIER",
        )
    ]


def _score(evaluation: Evaluation) -> tuple[Phrase, str] | None:
    """The name and value of the one number that stands large."""
    name = next((name for name in _LARGE if name in evaluation.metrics), None)
    return None if name is None else (metric_phrase(name), metric_value(name, evaluation.metrics[name]))


def _what(context: Context) -> Phrase:
    recipe = context.recipe
    said = both(
        "The recipe {recipe} ({family}) was trained on {data}",
        recipe=recipe.name,
        family=family_phrase(recipe.model["family"]),
        data=place_of(context),
    )
    train = (context.info.get("splits") or {}).get("train")
    shape, classes = context.spec.get("shape", ()), context.spec.get("classes", ())
    if train is not None and len(shape) == 1:
        rows = both_n("{n} row", "{n} rows", int(train))
        width = both_n("{n} number", "{n} numbers", int(shape[0]))
        if not classes:
            return both("{said}: {rows} of {width}, without labels.", said=said, rows=rows, width=width)
        classes = len(classes)
        return both(
            "{said}: {rows} of {width}, in {classes} classes.", said=said, rows=rows, width=width, classes=classes
        )
    if train is None or len(shape) != 3:
        return both("{said}.", said=said)
    kind = both(_CHANNELS[shape[0]]) if shape[0] in _CHANNELS else both("{n} channels", n=shape[0])
    images = both_n("{n} image", "{n} images", int(train))
    size = both("{height} × {width} pixels, {kind}", height=shape[1], width=shape[2], kind=kind)
    if not classes:
        return both("{said}: {images} of {size}, without labels.", said=said, images=images, size=size)
    return both(
        "{said}: {images} of {size}, in {classes} classes.", said=said, images=images, size=size, classes=len(classes)
    )


def _quality(evaluation: Evaluation, pixels: bool) -> list[Phrase]:
    """One sentence per thing that can be measured, each beside what it costs nothing to reach."""
    split, count = split_phrase(evaluation.split), integer(evaluation.count)
    metrics, sentences = evaluation.metrics, []
    if "accuracy" in metrics:
        share = _with_interval(evaluation, "accuracy")
        sentences.append(
            both(
                "Of {count} {split} images it names the right class for {share}.", count=count, split=split, share=share
            )
        )
        sentences += [
            _baseline(name, values["accuracy"]) for name, values in evaluation.baselines.items() if "accuracy" in values
        ]
    if "label_accuracy" in metrics:
        share = _with_interval(evaluation, "label_accuracy")
        sentences.append(
            both("On {count} {split} images, {share} of the labels are right.", count=count, split=split, share=share)
        )
    if "mse" in metrics:
        error = _with_interval(evaluation, "mse")
        scaled = N_(
            "It rebuilds {count} {split} images with a mean squared error of {error}, where pixels go from 0 to 1."
        )
        others = N_(
            "It rebuilds {count} {split} images with a mean squared error of {error}, in what the network sees."
        )
        sentences.append(both(scaled if pixels else others, count=count, split=split, error=error))
        sentences += _beside_pca(evaluation)
    return sentences


def _with_interval(evaluation: Evaluation, name: str) -> Phrase:
    value = metric_value(name, evaluation.metrics[name])
    if name not in evaluation.intervals:
        return plain(value)
    low, high = (metric_value(name, bound) for bound in evaluation.intervals[name])
    return both("{value} (95 % interval: {low} to {high})", value=value, low=low, high=high)


def _baseline(name: str, accuracy: float) -> Phrase:
    if name.replace("_", " ") == "majority class":
        return both(
            "Always naming the most frequent class would be right for {share}.",
            share=metric_value("accuracy", accuracy),
        )
    return both("The baseline {name} reaches {share}.", name=name, share=metric_value("accuracy", accuracy))


def _beside_pca(evaluation: Evaluation) -> list[Phrase]:
    pca = evaluation.baselines.get("pca", {})
    sentences = []
    if "mse" in pca and "components" in pca:
        sentences.append(
            both(
                "PCA with as many numbers per image ({components}) reaches {error}.",
                components=integer(pca["components"]),
                error=significant(pca["mse"]),
            )
        )
    if pca.get("components_for_same_error") == 0:
        sentences.append(both("The mean of the training images alone would be as good."))
    elif "components_for_same_error" in pca:
        sentences.append(
            both_n(
                "PCA would need {n} number per image for the same error.",
                "PCA would need {n} numbers per image for the same error.",
                int(pca["components_for_same_error"]),
            )
        )
    return sentences
