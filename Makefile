# One command makes its own environment: `make demo` and `make test` work on a bare Python >= 3.11.
.DEFAULT_GOAL := help
.PHONY: help demo test check soak mutants docs messages bench clean
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= auto

help:  ## What there is to make
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime  ## All of it on the example: plan, apply, work orders, and nothing left to do
	@$(BIN)/inregel demo

test: $(VENV)/.dev  ## The whole test suite
	$(BIN)/python -m pytest -n $(WORKERS)

check: $(VENV)/.dev  ## Style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/docs.py --check
	$(BIN)/python tools/messages.py --check

soak: $(VENV)/.dev  ## The long tests at full size (tests/sizes.toml); prints its seeds
	@seed=$${SEED:-$$($(BIN)/python -c 'import random; print(random.randrange(2**31))')}; \
	echo "Repeat this run: make soak SEED=$$seed"; \
	INREGEL_SOAK=1 INREGEL_SEED=$$seed $(BIN)/python -m pytest -n $(WORKERS) -m soak --timeout 7200 \
	    --hypothesis-seed $$seed || { echo "A violation; repeat it: make soak SEED=$$seed" >&2; exit 1; }

mutants: $(VENV)/.dev  ## Takes each behaviour away in turn, and expects the suite to notice
	$(BIN)/python tools/mutants.py $(if $(ONLY),--only '$(ONLY)')

docs: $(VENV)/.dev  ## Writes the parts of the docs that are made from the code
	$(BIN)/python tools/docs.py

messages: $(VENV)/.dev  ## Brings the catalogs of translations up to the texts of the code
	$(BIN)/python tools/messages.py

bench: $(VENV)/.dev  ## Measures, beside what others cost; docs/benchmarks.md
	@for each in bench/*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

clean:  ## Removes the environment and everything made
	rm -rf $(VENV) dist build demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.runtime: pyproject.toml tools/environment.sh
	@sh tools/environment.sh $(VENV) runtime

$(VENV)/.dev: pyproject.toml tools/environment.sh
	@sh tools/environment.sh $(VENV) dev
