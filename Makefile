# A fresh machine needs Python 3.11 or later and make; each target installs what it needs into .venv.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
JOBS ?= auto
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet --require-hashes --only-binary :all:
FOR_CHECKS := DEMO= TESTING=1
# What a production start would have: "check --deploy" must be silent about it.
LIKE_PRODUCTION := DEMO= TESTING= \
	SECRET_KEY=checks-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ \
	BASE_URL=https://portal.example ALLOWED_HOSTS=portal.example \
	DATABASE_URL=postgres://portal@127.0.0.1:5432/portal REDIS_URL=redis://127.0.0.1:6379/0 \
	EMAIL_URL=smtp://127.0.0.1:25 DEFAULT_FROM_EMAIL=no-reply@portal.example

.PHONY: help demo test nightly check bench lock messages translations clean

help: ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 15

demo: .venv/.base ## run the portal with its demo world on http://127.0.0.1:$PORT (RESET=1: start anew)
	@DEMO=1 PORT="$(PORT)" RESET="$(RESET)" exec $(BIN)/python manage.py demo

test: .venv/.test ## the whole suite, on the embedded PostgreSQL or DATABASE_URL (ARGS="-k name", JOBS=0: in one process)
	@exec $(BIN)/python -m pytest -n $(JOBS) --maxprocesses 4 --dist worksteal $(ARGS)

nightly: .venv/.test ## 2 x 500 random walks of 80 steps, 20,000 nonsensical requests, faults on real processes; hours
	@HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -n 2 --dist load tests/claims/test_lifecycle_properties.py $(ARGS)
	@FUZZ=20000 $(BIN)/python -m pytest -n 0 tests/security/test_fuzz.py
	@$(BIN)/python -W ignore -m tests.faults.night

check: .venv/.lint ## format, lint, types, layers, migrations, generated files, templates, deployment settings
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(FOR_CHECKS) $(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(FOR_CHECKS) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(FOR_CHECKS) $(BIN)/python manage.py print_lifecycle --check
	@$(BIN)/djlint templates --lint --quiet
	@$(LIKE_PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@! git grep --untracked -nIE 'https?://[^ ]*(pypi\.org|pythonhosted|/simple/?$$|npmjs)|--(extra-)?index-url|--find-links' -- . ':!Makefile' ':!tests/runtime/test_project_files.py' \
		|| { echo 'The lines above name a package registry; requirements carry versions and hashes only.'; exit 1; }

bench: .venv/.test ## the benchmarks: ratios of one run beside their targets (BENCH_CLAIMS=1000000, ARGS="pages sweep")
	@TESTING=1 exec $(BIN)/python -W ignore -m tests.bench $(ARGS)

lock: .venv/.uv ## compile requirements/*.in into requirements/*.txt with hashes (UPGRADE=1: newest versions)
	@for name in base s3 test lint; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			$(if $(UPGRADE),--upgrade) requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

messages: .venv/.test ## bring locale/*/LC_MESSAGES/*.po up to date with the strings of the sources
	@TESTING=1 DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m tests.languages.messages

translations: .venv/.test ## compile locale/*/LC_MESSAGES/*.po into the .mo files that are committed beside them
	@TESTING=1 DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m tests.languages.messages --compile

clean: ## remove the environment, the demo data and every cache
	rm -rf .venv var staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo 'Python 3.11 or later is needed as $(PYTHON); name another one with: make PYTHON=python3.12 ...'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo 'Python has no ensurepip. On Debian and Ubuntu: sudo apt-get install -y python3-venv'; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.base: requirements/base.txt | .venv/.created
	@echo 'Installing what the portal runs on ...'
	@$(INSTALL) -r requirements/base.txt
	@touch $@

.venv/.test: requirements/test.txt .venv/.base
	@echo 'Installing the test tools ...'
	@$(INSTALL) -r requirements/test.txt
	@touch $@

.venv/.lint: requirements/lint.txt .venv/.test
	@echo 'Installing the checking tools ...'
	@$(INSTALL) -r requirements/lint.txt
	@touch $@

.venv/.uv: | .venv/.created
	@$(PIP) install --quiet --only-binary :all: uv
	@touch $@
