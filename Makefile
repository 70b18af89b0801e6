# One command file. Everything works on a machine with Python 3.11, make and pip only.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
JOBS ?= 2
SCALE ?= 1m
FAULTS ?= 500
SEED ?=
ARGS ?=
RUN := $(VENV)/bin/python
PATHS := marketplace merchants providers orders aftersales tests bench manage.py
export PATH := $(abspath $(VENV))/bin:$(PATH)
export DJANGO_SETTINGS_MODULE ?= marketplace.settings
# `make test DATABASE_URL=... REDIS_URL=...` tests against servers of your own.
ifdef DATABASE_URL
export DATABASE_URL
endif
ifdef REDIS_URL
export REDIS_URL
endif

.PHONY: help install demo up test check check-gates bench faults load fmt messages catalogues \
	check-lint check-format check-types check-imports check-templates check-migrations check-running check-deploy

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# pip of the virtual environment, or the system's where Debian ships venv without ensurepip.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || $(PYTHON) -m venv --without-pip $(VENV)

PIP = $$($(RUN) -m pip --version >/dev/null 2>&1 && echo "$(RUN) -m pip" || echo "$(PYTHON) -m pip --python $(RUN)")

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(PIP) install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.development: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(PIP) install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/.runtime $@

catalogues: $(VENV)/.runtime
	@$(RUN) manage.py compilecatalogs

install: $(VENV)/.development catalogues  ## prepare .venv

demo: $(VENV)/.runtime catalogues  ## the whole site with the demo market, in the foreground
	@exec $(RUN) manage.py up --demo --with-parent $(ARGS)

up: $(VENV)/.runtime catalogues  ## the whole site with your own data, in the foreground
	@exec $(RUN) manage.py up --with-parent $(ARGS)

test: $(VENV)/.development catalogues  ## the whole suite; ARGS="-k word" narrows it
	@scripts/with_servers test $(RUN) -m pytest -n $(JOBS) --dist loadfile $(ARGS)

check: check-format check-lint check-types check-imports check-templates check-migrations check-running check-deploy  ## every gate
	@echo "all gates passed"

check-format: $(VENV)/.development
	ruff format --check $(PATHS)

check-lint: $(VENV)/.development
	ruff check $(PATHS)

check-types: $(VENV)/.development
	mypy marketplace merchants providers orders aftersales

check-imports: $(VENV)/.development
	lint-imports

check-templates: $(VENV)/.development
	djlint --lint --quiet templates

check-migrations: $(VENV)/.development
	@scripts/with_servers check $(RUN) manage.py makemigrations --check --dry-run

check-running: $(VENV)/.development  # migrations that would break a running release
	@DJANGO_SETTINGS_MODULE=tests.lint_settings scripts/with_servers check \
		$(RUN) manage.py lintmigrations --project-root-path . --quiet ok ignore

check-deploy: $(VENV)/.development
	@scripts/production_settings $(RUN) manage.py check --deploy --fail-level WARNING

check-gates: $(VENV)/.development  ## plant one failure per gate and expect red
	@scripts/with_servers gates $(RUN) -m tests.gates.plant $(ARGS)

bench: $(VENV)/.development  ## benchmarks; SCALE=10m for the large one
	@export STATE_DIR="$${STATE_DIR:-$(CURDIR)/var/bench}"; $(RUN) manage.py embedded start >/dev/null && \
		{ $(RUN) -m bench --scale $(SCALE) $(ARGS); code=$$?; $(RUN) manage.py embedded stop >/dev/null; exit $$code; }

load: $(VENV)/.development catalogues  ## 100 merchants browse, hire and release at once; prints times and errors
	@$(RUN) -m bench.load $(ARGS)

faults: $(VENV)/.development  ## kill workers, broker and database while programs work: FAULTS=500 SEED=
	@scripts/with_servers faults $(RUN) -m tests.faults --faults $(FAULTS) $(if $(SEED),--seed $(SEED)) $(ARGS)

fmt: $(VENV)/.development  ## format code
	ruff check --fix-only --quiet $(PATHS)
	ruff format $(PATHS)

messages: $(VENV)/.development  ## collect translatable texts (needs GNU gettext), then compile
	$(RUN) manage.py makemessages --all --no-location --ignore .venv --ignore var
	$(RUN) manage.py compilecatalogs
