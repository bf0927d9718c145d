# Everything needs nothing but Python 3.11 (or newer, below 3.14), make and the package registry.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name) 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed

# Some containers forbid Python to keep what it compiled; each command would then start 2 s later.
export PYTHONDONTWRITEBYTECODE :=

FUZZ_SECONDS ?= 10
SEED ?= 1
CHANGED ?= 300
SOAK_MINUTES ?= 10
SESSIONS ?= 12
# Tests wait for processes more than they compute, so more of them than cores run side by side.
TEST_WORKERS ?= 3
PYTEST := $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadscope --no-loadscope-reorder
UNIT := not long and not hypothesis and not pipeline
UNIT_TESTS := $(addprefix discovery_dagster_tests/,domain reference versions)

.PHONY: install develop demo up test-unit coverage test test-long check chaos cluster-test soak fuzz attack report bench \
	screenshots lock sbom clean

# What Discovery needs to run, and nothing else.
install: $(INSTALLED)

# That and the tools of development, in the same environment.
develop: $(DEVELOPED)

# The first uv comes by the pip that Python brings, with the hashes of the lock; then both are the
# lock's. The build of this package is isolated, and pinned by the lock of development.
$(INSTALLED): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	awk '/^[^ ]/ {uv = /^uv==/} uv' requirements.lock > $(VENV)/uv.lock
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --no-deps --requirement $(VENV)/uv.lock
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --build-constraints requirements-dev.lock \
		--no-deps --editable .
	touch $@

$(DEVELOPED): $(INSTALLED) requirements-dev.lock
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps --editable .
	touch $@

demo: install
	$(BIN)/discovery demo

up: install
	$(BIN)/discovery up

# Three workers with a thread of Polars for each core would wait for one another; `test-long` and
# `fuzz` run with as many threads as users have.
test-unit coverage test: export POLARS_MAX_THREADS := 1

# What needs neither Postgres nor a search for examples, and no table taken through several steps:
# while one writes code.
test-unit: develop
	$(PYTEST) -n 2 -m "$(UNIT)" $(UNIT_TESTS)

# How much of the rules `test-unit` executes; ends with 1 below the floor in pyproject.toml.
coverage: develop
	$(PYTEST) -n 2 -m "$(UNIT)" --cov --cov-report=term $(UNIT_TESTS)

# Every feature, in real processes, and 10 examples of each property.
test: develop
	$(PYTEST) --durations=20 -m "not long"

# The rest: services that are killed, Postgres servers, every page and form in a browser, ten thousand
# attacks, whole corpora of labelled files, and up to 300 examples of each property.
test-long: develop
	HYPOTHESIS_PROFILE=many $(PYTEST) -m "long or hypothesis"

# 50 kills at random moments, beside four busy processes; prints a table of what they ended in.
chaos: develop
	$(BIN)/python -m scripts.chaos

# SESSIONS of four clients on three workers without a shared disk, over Redis, a Postgres server with
# passwords, PgBouncer and a bucket, each of which is killed once; one worker in a network namespace,
# where root may make one, is cut off. Ends with 1 unless all ends as on one machine.
cluster-test: develop
	$(BIN)/python -m scripts.cluster --sessions $(SESSIONS)

# A week in SOAK_MINUTES against running services; ends with 1 if anything grows without bound.
soak: develop
	SOAK_MINUTES=$(SOAK_MINUTES) $(BIN)/python -m scripts.soak

# Searches with new examples for inputs that break readers, values, accounting, identity, planning:
# FUZZ_SECONDS for each of about 60 targets.
fuzz: develop
	HYPOTHESIS_PROFILE=search FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python -m pytest -q -m hypothesis

# Several hundred hostile files of about 50 kinds, and CHANGED of them changed by a drawing from SEED:
# each is refused or read within 10 s and 1 GiB, and the file beside it is read. Ends with 1 if not.
attack: develop
	$(BIN)/python -m attack --seed $(SEED) --changed $(CHANGED)

# How right edges, types and mappings are, on labelled files; ends with 1 below a target.
report: develop
	$(BIN)/python -m quality

# The pictures of the README, of the sample estate; needs /usr/bin/chromium.
screenshots: develop
	$(BIN)/python -m scripts.screenshots

bench: develop
	$(BIN)/python -m benchmarks

check: develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_lock.py
	$(BIN)/python scripts/validate_definitions.py
	$(BIN)/python -m scripts.dependencies

# Writes the locks anew, keeping the versions that still fit, and the list of what is in them.
lock: develop
	$(BIN)/python scripts/check_lock.py --write
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps --editable .
	$(BIN)/python -m scripts.dependencies --write

# The bill of materials (CycloneDX), with licences: artifacts/sbom.cdx.json.
sbom: develop
	$(BIN)/python -m scripts.dependencies --sbom artifacts/sbom.cdx.json

clean:
	rm -rf $(VENV) .discovery
