"""A term of the loss that reaches no parameter: its weight is zero, or its value never changes while others do."""

from __future__ import annotations

from trasluz.findings.evidence import Evidence, divergence_setting
from trasluz.findings.finding import Finding
from trasluz.findings.rules.kernel_out_of_range import check as kernel_out_of_range
from trasluz.findings.rules.loss_reaches_nothing import check as loss_reaches_nothing
from trasluz.messages import _
from trasluz.metrics.described import metric
from trasluz.metrics.names import metric_name
from trasluz.numerals import integer, significant

_FEWEST = 3  # epochs


def check(evidence: Evidence) -> Finding | None:
    """A weight of zero on a term that alone trains a network; or a term whose value on validation is the same to the
    last bit in every epoch, though steps were taken and the loss moves.

    Validation draws the same random numbers every time, so that a term over weights that move has other bits.
    """
    if loss_reaches_nothing(evidence) is not None or kernel_out_of_range(evidence) is not None:
        return None  # which say more
    return _without_weight(evidence) or _without_divergence(evidence) or _constant(evidence)


def _without_weight(evidence: Evidence) -> Finding | None:
    for name, network in evidence.family.trained_alone.items():
        left = [key for key in evidence.parameters if key.startswith(f"{network}.")]
        if evidence.recipe.model.get(name) == 0 and left:
            count = sum(evidence.parameters[key] for key in left)
            return Finding(
                severity="warn",
                title=_("A network that no loss reaches"),
                seen=_("The weight model.{name} is 0, and {n} numbers of the {network} are as they were drawn.").format(
                    name=name, n=integer(count), network=network
                ),
                meaning=_("What this network gives is chance: its numbers and pictures say nothing of the model."),
                advice=_("Give the term a weight, or choose a family without this network."),
                numbers={"parameters": float(count)},
                settings=(f"model.{name}=1.0",),
                refuted_by=_("a number of the {network} differs from what it was drawn as.").format(network=network),
            )
    return None


def _without_divergence(evidence: Evidence) -> Finding | None:
    """A divergence that weighs nothing: codes lie where they will, and the prior says nothing of them."""
    field = next((name for name in ("beta", "weight") if name in evidence.divergence), None)
    if field is None or evidence.divergence[field] != 0 or evidence.metric("divergence") is None:
        return None
    return Finding(
        severity="warn",
        title=_("A divergence that weighs nothing"),
        seen=_("The weight model.divergence.{field} is 0; on validation the divergence is {value}.").format(
            field=field, value=significant(evidence.metric("divergence") or 0.0)
        ),
        meaning=_(
            "Nothing draws codes towards the prior: what is decoded from its samples is chance, and the posterior's "
            "deviations mean nothing."
        ),
        advice=_("Give the divergence a weight, or choose an autoencoder, which has none."),
        numbers={field: 0.0},
        settings=(divergence_setting(evidence, **{field: 1.0}),),
        refuted_by=_("samples of the prior are decoded to images like those of the data."),
        cause="divergence",
        specific=2,
    )


def _constant(evidence: Evidence) -> Finding | None:
    if not any(evidence.series("learning_rate")):
        return None
    known = {key.removeprefix("train/") for record in evidence.phase for key in record if key.startswith("train/")}
    for name in sorted(filter(_is_term, known)):
        values = evidence.series(f"valid/{name}")
        if len(values) >= _FEWEST and len(set(values)) == 1 and values[0] != 0:
            return Finding(
                severity="warn",
                title=_("A term of the loss reaches no parameter"),
                seen=_(
                    "On validation {name} is {value} in all {epochs} epochs, to the last bit; the loss moves."
                ).format(name=metric_name(f"valid/{name}"), value=significant(values[0]), epochs=integer(len(values))),
                meaning=_("The term is a constant: what it depends on is frozen, or its gradient is zero."),
                advice=_("See which parts the phases leave to move, and whether the term is at an end of its range."),
                numbers={name: values[0], "epochs": float(len(values))},
                settings=(f"phases.{len(evidence.recipe.phases) - 1}.frozen=[]",) if evidence.recipe.phases else (),
                refuted_by=_("{name} changes with other weights of the parts that the phases train.").format(
                    name=metric_name(f"valid/{name}")
                ),
            )
    return None


def _is_term(name: str) -> bool:
    """Whether a number of training is a term of the loss: not the loss itself, nor a share, which is only watched."""
    described = metric(name)
    return name.rsplit("/", 1)[-1] != "loss" and (described is None or described.kind != "share")
