"""Heat map not to be trusted: what it shows does not follow from what was learned, or does not matter to the model.

A map that by luck marks what matters passes: convolutions that learned nothing and that the scores hardly depend on,
beside a layer that decides by the pixels, still answer to the edges of an object, and where the object is all that
there is in the picture, taking these away changes the answer more than taking away other pixels.
"""

from __future__ import annotations

from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding, Severity
from trasluz.look import saliencies
from trasluz.look.checks.verdicts import FEWEST, Judged, judge, knows_something, measured, pointed
from trasluz.look.looks import cam, trust
from trasluz.look.method_names import method_name
from trasluz.messages import _
from trasluz.numerals import MINUS, integer, numeral, percent, points

_SAME_FOR_ALL = 0.8  # rank correlation between classes at which the look at heat maps calls them nearly the same


def check(evidence: Evidence) -> Finding | None:
    """The gravest of what the kept looks ``trust`` and ``cam`` surely say against maps that people read.

    Methods that come with a warning of their own, such as guided backpropagation, are left out: their maps are known
    not to follow the weights, whatever the model.
    """
    judged, shown = evidence.looks.get("trust"), evidence.looks.get("cam")
    found: Finding | None = None
    if isinstance(judged, trust.TrustResult) and len(judged.right) >= FEWEST:
        found = _nothing_known(judged) or _random_alike(judged) or _marks_nothing(judged)
    if found is None and isinstance(shown, cam.CamResult) and len(shown.images) >= FEWEST:
        found = _points_nowhere(shown) or _same_for_all(shown)
    return found


def _nothing_known(found: trust.TrustResult) -> Finding | None:
    if knows_something(found) is not False:
        return None
    share = float(found.right.mean())
    seen = _("It is right on {right} of {n} images; always naming the most frequent class would be on {majority}.")
    return _finding(
        seen.format(right=percent(share), n=integer(len(found.right)), majority=percent(found.majority)),
        _("A model that knows nothing has nothing to show: its heat maps are patterns of chance."),
        _("Mend the training first; then look again."),
        {"accuracy": share, "majority": found.majority},
    )


def _read(found: trust.TrustResult) -> list[Judged]:
    """What the checks say of methods without a warning of their own."""
    warned = {name for name in saliencies.methods() if saliencies.find(name).WARNING}
    return [judge(found, method) for method in found.methods if method not in warned]


def _random_alike(found: trust.TrustResult) -> Finding | None:
    for each in _read(found):
        numbers = {"alike": each.alike.mean, "complexity_rise": each.rise.mean}
        if each.same_as_random:
            seen = _("{method}: networks with random weights give maps that look the same (rank correlation {alike}).")
        elif each.no_simpler:
            seen = _("{method}: maps of networks with random weights are no more complex ({rise}).")
        else:
            continue
        rise = ("+" if each.rise.mean > 0 else "") + percent(each.rise.mean)
        return _finding(
            seen.format(
                method=method_name(each.method), alike=numeral(f"{each.alike.mean:.2f}".replace("-", MINUS)), rise=rise
            ),
            _("Such maps show the image and the build of the network, not what it learned."),
            _("Read maps of another method, which `trasluz look RUN trust` finds to follow the weights."),
            numbers,
        )
    return None


def _marks_nothing(found: trust.TrustResult) -> Finding | None:
    for each in _read(found):
        if not each.marks_nothing:
            continue
        seen = _(
            "{method}: taking away the pixels that it marks, or showing only them, changes the answer no more than "
            "other pixels do ({deletion} points of probability beside a random order)."
        )
        gain = each.deletion[0].mean
        return _finding(
            seen.format(method=method_name(each.method), deletion=("+" if gain > 0 else "") + points(gain)),
            _("The map does not show the place by which the model decides."),
            _("Read maps of another method or of another layer, which `trasluz look RUN trust` finds to matter."),
            {"deletion_gain": gain, "insertion_gain": each.insertion[0].mean, "road_gain": each.road[0].mean},
        )
    return None


def _points_nowhere(found: cam.CamResult) -> Finding | None:
    regions = pointed(found)
    if not regions.at_nothing:
        return None
    seen = _(
        "{method} at {layer}: without the region that holds half of its evidence the model is as sure as without "
        "another region of that size, and with only that region in view as with another ({n} images)."
    )
    return _finding(
        seen.format(method=method_name(found.method), layer=found.layers[-1], n=integer(len(found.images))),
        _("The map does not show the place by which the model decides."),
        _("Read maps of another method or of another layer, which `trasluz look RUN trust` finds to matter."),
        {"kept_gain": regions.kept[0].mean, "removed_gain": regions.without[0].mean},
        "note",  # of the few images that the look at heat maps shows; `trust` judges more, in more ways
    )


def _same_for_all(found: cam.CamResult) -> Finding | None:
    alike = measured(found.class_agreement[:, -1], found.groups)
    if not found.class_specific or not alike.known or alike.low < _SAME_FOR_ALL:
        return None
    seen = _(
        "{method} at {layer}: maps of different classes of an image are nearly the same (rank correlation {alike})."
    )
    return _finding(
        seen.format(method=method_name(found.method), layer=found.layers[-1], alike=numeral(f"{alike.mean:.2f}")),
        _("The map shows where the object is, not what speaks for one class rather than another."),
        _("Read it as a map of the object, or look at the difference between two classes."),
        {"class_agreement": alike.mean},
        "note",
    )


def _finding(seen: str, meaning: str, advice: str, numbers: dict[str, float], severity: Severity = "warn") -> Finding:
    refuted_by = _("taking away what the map marks changes the answer more than taking away as much elsewhere.")
    return Finding(severity, _("Heat maps not to be trusted"), seen, meaning, advice, numbers, refuted_by=refuted_by)
