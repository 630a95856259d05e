PYTHON ?= python3
RUN = .venv/bin/python

.PHONY: run demo test check bench reset-demo

run: .venv/installed
	@$(RUN) manage.py run

demo: .venv/installed
	@$(RUN) manage.py run --no-serve

reset-demo: .venv/installed
	@$(RUN) manage.py reset_demo

test: .venv/installed-dev
	@$(RUN) -m pytest -n 2

check: .venv/installed-dev
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy .
	@.venv/bin/lint-imports
	@$(RUN) manage.py makemigrations --check --dry-run

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "ShopAssist needs Python 3.11 or newer; say which with: make PYTHON=python3.12 run"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.lock .venv/bin/python
	@echo "Installing what requirements.lock names …"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/bin/python
	@echo "Installing what requirements-dev.lock names …"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
