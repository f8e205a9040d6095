# Every target sets up .venv when there is none, or when what it is made from has changed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
RUNS ?= runs
# Test processes; each of them computes on one thread.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench zoo attack reproduce locale docs clean

help: ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' --constraint constraints.txt
	touch $@

setup: $(READY) ## the virtual environment .venv

demo: $(READY) ## train two networks on the embedded digits and write their reports
	$(BIN)/python scripts/demo.py --runs $(RUNS)

test: $(READY) ## every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: $(READY) ## lint, format, types, import order, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/translations.py check

format: $(READY) ## put the code into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## measure speed, side by side with plain PyTorch, Keras, pytorch-grad-cam and tf-keras-vis
	$(BIN)/python -m bench.run
	$(BIN)/python -m bench.maps
	$(BIN)/python -m bench.workers
	$(BIN)/python -m bench.search
	$(BIN)/python -m bench.overhead

zoo: $(READY) ## train runs with and without faults, ask for findings, follow their advice; docs/findings.md holds what came of it
	$(BIN)/python -m bench.zoo --advice --runs $(RUNS)/zoo

attack: $(READY) ## kills, hostile inputs, damaged runs, two hands on one run; docs/reliability.md holds what came of it
	$(BIN)/python -m attack.run

reproduce: $(READY) ## train what docs/results.md reports; its runs stay in runs/reproduce, so that it can be stopped
	$(BIN)/python -m bench.reproduce --runs $(RUNS)/reproduce
	$(BIN)/python -m bench.pretraining --runs $(RUNS)/reproduce
	$(BIN)/python -m bench.samples --runs $(RUNS)/reproduce
	$(BIN)/python -m bench.transfer --runs $(RUNS)/reproduce
	$(BIN)/python -m bench.tables
	$(BIN)/python -m bench.studies --runs $(RUNS)/reproduce
	$(BIN)/python -m bench.book
	$(BIN)/python -m bench.coverage
	$(BIN)/python -m bench.label_noise --work $(RUNS)/reproduce/label-noise

locale: $(READY) ## extract the sentences and compile the translations
	$(BIN)/python scripts/translations.py update
	$(BIN)/python scripts/translations.py compile

docs: $(READY) ## write the tables in docs/ from the code
	$(BIN)/python scripts/docs.py update

clean: ## remove .venv and every cache, never a run
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
