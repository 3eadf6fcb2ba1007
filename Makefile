# make demo   runs the main job and serves it      make test   passes the tests
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
PYTHON ?= python3
ONCE   ?=
ROOMS  := warehouse scrapers pricing recommender campaigns experiments serve purveyor

.PHONY: help setup setup-dev demo test check bench lock clean

help:  ## list what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: $(VENV)/.main  ## install everything the main job needs into .venv

setup-dev: $(VENV)/.dev  ## install what tests and checks need too

$(UV): requirements-uv.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-uv.lock
	@touch $@

# The lock is a constraint with hashes: whatever is installed is a version it names, and its bytes are verified.
INSTALL = $(UV) pip install --quiet --python $(BIN)/python --verify-hashes \
	--constraint requirements.lock --build-constraints requirements.lock

$(VENV)/.main: $(UV) pyproject.toml requirements.lock scripts/system-packages.sh
	@sh scripts/system-packages.sh main
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.main
	$(INSTALL) --editable '.[dev,spark]'
	@touch $@

demo: setup  ## run the main job on a simulated market, then serve it until Ctrl-C (ONCE=1: stop after the summary)
	$(BIN)/purveyor demo $(if $(ONCE),--once)

test: setup-dev  ## run the tests; ends by naming what could not be exercised
	@sh scripts/system-packages.sh test
	$(BIN)/python -m pytest tests --numprocesses 4 --no-loadscope-reorder  # many wait for processes

check: setup-dev  ## ruff, mypy --strict and the walls between rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup-dev  ## slow measurements
	$(BIN)/python -m benchmarks

lock: $(UV)  ## write the lock files from pyproject.toml and the version of uv in use
	$(UV) pip compile --quiet --all-extras --generate-hashes --universal --no-header --output-file requirements.lock pyproject.toml
	$(UV) --version | awk '{print $$1 "==" $$2}' \
		| $(UV) pip compile --quiet --generate-hashes --universal --no-header --output-file requirements-uv.lock -

clean:  ## remove what was installed here
	rm -rf $(VENV) *.egg-info
