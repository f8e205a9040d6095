"""cleanlab over the same probabilities, in an environment of its own; nothing of ours is imported.

    python label_noise_cleanlab.py FOLDER

Of each ``NAME.npz`` (``labels`` int ``[n]``, ``probabilities`` float ``[n, k]``) writes ``NAME.json``: ``ranked``, all
samples, the likeliest wrong first, by each of its scores; ``flagged``, what its ``find_label_issues`` calls issues.
Its version is the one line of output.
"""

import json
import sys
from pathlib import Path

import cleanlab
import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores

SCORES = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")


def main() -> None:
    for path in sorted(Path(sys.argv[1]).glob("*.npz")):
        with np.load(path) as stored:
            labels, probabilities = stored["labels"], stored["probabilities"]
        ranked = {}
        for score in SCORES:
            quality = get_label_quality_scores(labels, probabilities, method=score)
            ranked[score] = np.argsort(quality, kind="stable").tolist()
        issues = find_label_issues(labels, probabilities, n_jobs=1)
        found = {"ranked": ranked, "flagged": np.flatnonzero(issues).tolist()}
        path.with_suffix(".json").write_text(json.dumps(found), encoding="utf-8")
    print(json.dumps({"cleanlab": cleanlab.__version__}))


if __name__ == "__main__":
    main()
