"""The same autoencoder in a plain PyTorch loop: DataLoader without workers, nn.Dropout, Adam, fp32."""

from __future__ import annotations

import gzip
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

source, count, batch, epochs = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
with gzip.open(source / "train-images-idx3-ubyte.gz") as file:
    images = np.frombuffer(file.read()[16:], np.uint8).reshape(-1, 1, 28, 28)[:count].astype("float32") / 255

layers: list[nn.Module] = []
width = 1
for wider in (16, 32, 64):
    layers += [
        nn.Conv2d(width, wider, 3, padding=1),
        nn.ReLU(),
        nn.Dropout(0.1),
        nn.BatchNorm2d(wider),
        nn.MaxPool2d(2),
    ]
    width = wider
layers += [nn.Conv2d(64, 128, 1), nn.ReLU()]
layers += [nn.ConvTranspose2d(128, 32, 3, stride=2), nn.ReLU(), nn.Dropout(0.1), nn.BatchNorm2d(32)]
layers += [
    nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
    nn.ReLU(),
    nn.Dropout(0.1),
    nn.BatchNorm2d(16),
]
layers += [nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid()]
model = nn.Sequential(*layers)
kernels = [p for p in model.parameters() if p.ndim == 4]
regularised = [k for k in kernels if k.shape[-1] == 3][:-1]
loader = DataLoader(TensorDataset(torch.from_numpy(images)), batch_size=batch, shuffle=True)
optimiser = torch.optim.Adam(model.parameters(), lr=1e-4)
seconds = []
for _epoch in range(epochs):
    started = time.perf_counter()
    for (x,) in loader:
        optimiser.zero_grad()
        loss = nn.functional.mse_loss(model(x), x) + 0.01 * sum((k**2).sum() for k in regularised)
        loss.backward()
        optimiser.step()
    seconds.append(time.perf_counter() - started)
settings = f"PyTorch {torch.__version__}, fp32, {torch.get_num_threads()} threads, DataLoader without workers"
parameters = sum(p.numel() for p in model.parameters())
print(json.dumps({"images_per_second": count / min(seconds[1:]), "settings": settings, "parameters": parameters}))
