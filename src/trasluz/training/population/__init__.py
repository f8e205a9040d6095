"""A population: many small networks of one shape, trained as one with stacked weights (``torch.func.vmap``).

    models = fit_population([recipe.with_seed(seed) for seed in range(30)], data)

For recipes that differ only in numbers: seeds, rates, decay, clipping, early stopping, what terms weigh.  A small
network's step is mostly the overhead of calling its operations; thirty as one pay it once.
"""

from trasluz.training.population.fit import fit_population, stackable

__all__ = ["fit_population", "stackable"]
