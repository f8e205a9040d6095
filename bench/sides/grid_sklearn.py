"""The same grid by scikit-learn: GridSearchCV over MLPClassifier, two processes, the same 600 and 200 images."""

from __future__ import annotations

import json
import sys
import time
import warnings

import numpy as np
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.neural_network import MLPClassifier

from bench.sides.grid_cells import DECAYS, EPOCHS, RATES, WIDTHS, images


def main() -> None:
    x, y, vx, vy = images(sys.argv[1])
    fold = PredefinedSplit(np.r_[np.full(len(x), -1), np.zeros(len(vx))])
    grid = {
        "learning_rate_init": RATES,
        "alpha": DECAYS,
        "hidden_layer_sizes": [(width,) for width in WIDTHS],
        "max_iter": EPOCHS,
        "batch_size": [600, 800, 1024],  # which it cuts to all images, with a warning
    }
    network = MLPClassifier(solver="adam", tol=0.0, n_iter_no_change=10**6, random_state=0)
    scores = ["accuracy", "f1_macro", "neg_log_loss"]
    search = GridSearchCV(network, grid, scoring=scores, refit=False, cv=fold, n_jobs=2)
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(np.concatenate([x, vx]), np.concatenate([y, vy]))
    seconds = time.perf_counter() - started
    accuracy = float(np.mean(search.cv_results_["mean_test_accuracy"]))
    print(json.dumps({"seconds": seconds, "settings": "fp32, n_jobs=2", "accuracy": accuracy}))


if __name__ == "__main__":
    main()
