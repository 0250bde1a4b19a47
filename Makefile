# make demo   set up, install, and assess the embedded demo district
# make test   lint, types, import contracts, tests
# make docs   write the pages that are made from code, and hold all pages to it
# make attack spoilt files, kills, little memory, full disks, random examples; SECONDS=20
# make mutants  small faults one by one: do the tests notice? MODULES="gaps reach" EACH=10
# make bench  compare with other tools and measure growth; OSM=FILE takes another city
# make lock   renew constraints.txt from the lower bounds in pyproject.toml
# make clean  remove the environment and what runs have written

PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PEERS := .venv-peers
OSM ?= data/demo/streets.osm.pbf
ROUNDS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test lint tests docs attack mutants bench lock clean

demo: $(VENV)/installed
	$(BIN)/circle run config/demo.yaml

# Beside each other: most of lint keeps one core busy, and tests end on one.
test: $(VENV)/installed-dev
	$(MAKE) --no-print-directory -j2 lint tests

lint: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/numpydoc lint circle/*.py
	$(BIN)/mypy
	$(BIN)/lint-imports

# Workers beside each other would compile the same twice: first a run compiles it.
tests: $(VENV)/installed-dev
	CIRCLE_CACHE=off $(BIN)/python -c "import circle as c; \
	  c.assess(c.load_city(c.read_study('config/demo.yaml')))"
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# Pages are held to the code: links, commands, keys, columns, warnings, examples.
docs: $(VENV)/installed-dev
	$(BIN)/python docs/generate.py
	CIRCLE_EXAMPLES=all $(BIN)/python -m pytest -q -rs tests/test_docs.py \
	  tests/test_reference.py tests/test_tutorial.py tests/test_howto.py \
	  tests/test_command_examples.py

# New examples each time: spoilt files for SECONDS per reader and fuzzer, kills, little
# memory, full disks, and all properties. The second fuzzer is skipped where it cannot
# be installed; what is skipped is listed with its reason.
SECONDS ?= 20
PROPERTIES = $(shell grep -l "^from hypothesis" tests/test_*.py)
attack: $(VENV)/installed-fuzz
	CIRCLE_ATTACK_SECONDS=$(SECONDS) CIRCLE_ATTACK_SEED=$$(date +%s) \
	  $(BIN)/python -m pytest --numprocesses auto --dist worksteal -q \
	  tests/attack tests/oracle tests/test_demo.py tests/test_outputs.py \
	  tests/test_cache.py tests/test_bad_inputs.py tests/test_round_trip.py \
	  tests/test_atlas.py \
	  $(PROPERTIES)

# A score, and every fault that no test noticed; the same ones for the same seed.
MODULES ?=
EACH ?= 10
SEED ?= 1
mutants: $(VENV)/installed-dev
	$(BIN)/python tests/attack/mutants.py --each $(EACH) --seed $(SEED) $(MODULES)

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade --constraint constraints.txt pip
	$(PIP) install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) install --quiet --constraint constraints.txt --group dev
	touch $@

# Fuzzing led by coverage exists for Linux only.
$(VENV)/installed-fuzz: $(VENV)/installed-dev
	$(PIP) install --quiet --constraint constraints.txt --group fuzz || true
	touch $@

# The peers are AGPL: they stay out of the environment and are never shipped.
bench: $(VENV)/installed-dev
	test -d $(PEERS) || ($(PYTHON) -m venv $(PEERS) && \
	  $(PEERS)/bin/python -m pip install --quiet pandana pandarm)
	$(BIN)/python -m benchmarks.peers $(OSM) --rounds $(ROUNDS) \
	  --peer-python $(PEERS)/bin/python
	$(BIN)/python -m benchmarks.district --rounds $(ROUNDS)
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.siting
	$(BIN)/python -m benchmarks.matrix
	$(BIN)/python -m benchmarks.whatif
	$(BIN)/python -m benchmarks.pages
	$(BIN)/python -m benchmarks.report

lock:
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --upgrade pip
	.venv-lock/bin/python -m pip install --quiet --editable . --group dev --group fuzz
	.venv-lock/bin/python -m pip freeze --all --exclude-editable > constraints.txt
	rm -rf .venv-lock

clean:
	rm -rf $(VENV) $(PEERS) .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find maps -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
