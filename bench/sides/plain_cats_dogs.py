"""The same network in plain PyTorch: ImageFolder, DataLoader and the same augmentation in torchvision."""

from __future__ import annotations

import json
import sys
import time

import torch
import torchvision.transforms as t
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder


def main() -> None:
    folder, steps, batch, epochs, workers = sys.argv[1], *map(int, sys.argv[2:6])
    change = t.Compose(
        [
            t.Resize((150, 150)),
            t.RandomHorizontalFlip(),
            t.RandomAffine(
                40, translate=(0.2, 0.2), scale=(0.8, 1.2), shear=0.2, interpolation=t.InterpolationMode.BILINEAR
            ),
            t.ToTensor(),
        ]
    )
    loader = DataLoader(
        ImageFolder(folder, change), batch, shuffle=True, num_workers=workers, persistent_workers=workers > 0
    )
    layers: list[nn.Module] = []
    width = 3
    for wider in (32, 64, 128, 128):
        layers += [nn.Conv2d(width, wider, 3), nn.ReLU(), nn.MaxPool2d(2)]
        width = wider
    model = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.1), nn.Linear(6272, 512), nn.ReLU(), nn.Linear(512, 1))
    optimiser = torch.optim.RMSprop(model.parameters(), lr=1e-4, alpha=0.9, eps=1e-7)
    seconds = []
    for _epoch in range(epochs):
        started, shown = time.perf_counter(), 0
        for step, (x, y) in enumerate(loader):
            if step == steps:
                break
            optimiser.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(model(x)[:, 0], y.float()).backward()
            optimiser.step()
            shown += len(x)
        seconds.append((time.perf_counter() - started) / shown)
    settings = f"PyTorch {torch.__version__}, fp32, {torch.get_num_threads()} threads, {workers} workers"
    parameters = sum(p.numel() for p in model.parameters())
    print(json.dumps({"images_per_second": 1 / min(seconds[1:]), "settings": settings, "parameters": parameters}))


if __name__ == "__main__":
    main()
