"""The notebook's own grid search: its code, with the figures of confusion matrices drawn and closed unseen."""

# ruff: noqa: N803, N806 - the notebook's names

from __future__ import annotations

import json
import sys
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pl
import numpy as np
import torch
from sklearn.metrics import confusion_matrix, f1_score

from bench.sides.grid_cells import cells, images


def CM(Y_true, Y_pred, classes):  # noqa: N802 - the notebook's names
    fig = pl.figure(figsize=(5, 5))
    cm = confusion_matrix(Y_true, Y_pred)
    lclasses = np.arange(0, classes)
    cm = cm.astype("float") / cm.sum(axis=1)[:, np.newaxis]
    cmap = pl.cm.Blues
    ax = fig.add_subplot(1, 1, 1)
    im = ax.imshow(cm, interpolation="nearest", cmap=cmap)
    ax.figure.colorbar(im, ax=ax, pad=0.01, shrink=0.86)
    ax.set(xticks=np.arange(cm.shape[1]), yticks=np.arange(cm.shape[0]), xticklabels=lclasses, yticklabels=lclasses)
    ax.set_xlabel("Predicted", size=10)
    ax.set_ylabel("True", size=10)
    ax.set_ylim(classes - 0.5, -0.5)
    pl.setp(ax.get_xticklabels(), size=12)
    pl.setp(ax.get_yticklabels(), size=12)
    thresh = cm.max() / 2.0
    for i in range(cm.shape[0]):
        for j in range(cm.shape[1]):
            color = "white" if cm[i, j] > thresh else "black"
            ax.text(j, i, format(cm[i, j], ".2f"), ha="center", va="center", size=10, color=color)
    fig.canvas.draw()  # what the notebook's front end shows
    pl.close(fig)


def train_valid(model, n_epoch, optimizer, criterion, X_train, Y_train, X_valid, Y_valid):
    loss_train, f1_train, acc_train, loss_valid, f1_valid, acc_valid = [], [], [], [], [], []
    for _epoch in range(n_epoch):
        model.train()
        Xtr = X_train.view(X_train.size(0), -1)
        Y_pred = model(Xtr)
        loss = criterion(Y_pred, Y_train)
        loss_train.append(loss.item())
        Y_pred = torch.argmax(Y_pred, 1)
        f1_train.append(f1_score(Y_train, Y_pred, average="macro"))
        acc = sum(Y_train == Y_pred) / len(Y_pred)
        acc_train.append(acc)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        model.eval()
        Xvl = X_valid.view(X_valid.size(0), -1)
        Y_pred = model(Xvl)
        loss = criterion(Y_pred, Y_valid)
        loss_valid.append(loss.item())
        Y_pred = torch.argmax(Y_pred, 1)
        f1_valid.append(f1_score(Y_valid, Y_pred, average="macro"))
        acc = sum(Y_valid == Y_pred) / len(Y_pred)
        acc_valid.append(acc)
    CM(Y_valid, Y_pred, 10)
    return float(acc_valid[-1])


def main() -> None:
    whole = "--whole" in sys.argv
    x, y, vx, vy = map(torch.from_numpy, images(sys.argv[1]))
    chosen, found = cells(whole), []
    started = time.perf_counter()
    for cell in chosen:
        hidden = cell.width
        model = torch.nn.Sequential(torch.nn.Linear(784, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 10))
        optimizer = torch.optim.Adam(model.parameters(), lr=cell.rate, weight_decay=cell.decay)
        found.append(train_valid(model, cell.epochs, optimizer, torch.nn.CrossEntropyLoss(), x, y, vx, vy))
    seconds = (time.perf_counter() - started) * (1 if whole else 3)
    told = "all cells" if whole else "the 81 cells of one batch size, times 3"
    settings = f"fp32, {torch.get_num_threads()} threads, {told}"
    print(json.dumps({"seconds": seconds, "settings": settings, "accuracy": sum(found) / len(found)}))


if __name__ == "__main__":
    main()
