import torch
from torch import nn

from trasluz.objectives.l2 import kernels, l2


def network() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 3, 3),
        nn.BatchNorm2d(3),
        nn.ConvTranspose2d(3, 2, 3),
        nn.Flatten(),
        nn.Linear(2, 4),
        nn.LayerNorm(4),
    )


def test_gradient_of_a_hundredth_is_two_hundredths_of_the_kernel_and_nothing_on_biases_and_norms() -> None:
    net = network()
    l2(kernels(net), 0.01).backward()
    for name, parameter in net.named_parameters():
        if name in ("0.weight", "2.weight", "4.weight"):
            torch.testing.assert_close(parameter.grad, 0.02 * parameter.detach())
        else:
            assert parameter.grad is None, name


def test_penalty_is_the_written_sum() -> None:
    net = network()
    expected = 0.01 * sum((net[i].weight.double() ** 2).sum().item() for i in (0, 2, 4))
    assert abs(l2(kernels(net), 0.01).item() - expected) < 1e-6


def test_a_shared_kernel_is_counted_once() -> None:
    layer = nn.Linear(3, 3)
    assert len(kernels(nn.ModuleDict({"a": nn.Sequential(layer, layer), "b": layer}))) == 1
