# Everything runs in environments inside this checkout; make and a Python from 3.9 on are enough.
.DEFAULT_GOAL := help
.PHONY: help env up test lint bench build screenshots requirements
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

UV_VERSION := 0.13.9
UV := .bootstrap/bin/uv
EXPORT := --no-hashes --no-annotate --no-header --no-emit-project
# The environments of this checkout are meant, not one that happens to be active.
unexport VIRTUAL_ENV
unexport UV_PROJECT_ENVIRONMENT
export UV_PYTHON_PREFERENCE := system

# A Python 3.13 that really starts: pyenv's shims exist for versions that are not active.
define find_python
for candidate in python3.13 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13*/bin/python3.13; do \
  if "$$candidate" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 13))' \
      >/dev/null 2>&1; then command -v "$$candidate"; exit 0; fi; \
done; \
$(UV) python install --quiet 3.13 >&2 && $(UV) python find 3.13
endef

help:
	@echo "make env          the environments in .venv, .sam, .ministack and .actions"
	@echo "make up           the whole house on this machine; Ctrl-C stops it and keeps its data"
	@echo "make test         unit, property, template, integration and browser tests"
	@echo "make lint         ruff, mypy, sam validate --lint, the arrows between packages"
	@echo "make build        sam build, with the bot trained into its layers; ARCHITECTURE=x86_64"
	@echo "                  for Intel and AMD"
	@echo "make bench        init times, CPU, package sizes, AWS calls of one answered message,"
	@echo "                  and how well messages are understood (half an hour and more)"
	@echo "make screenshots  the README's pictures, from a running house"
	@echo "make requirements the functions' requirements, from uv.lock"

env: .venv/.made .sam/.made .ministack/.made .actions/.made

$(UV):
	@echo "uv $(UV_VERSION) into .bootstrap"
	@python3 -m venv .bootstrap
	@.bootstrap/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.bootstrap/python: $(UV)
	@found=$$($(find_python)) || { echo "No Python 3.13 here, and uv could not fetch one" >&2; exit 1; }; \
	  "$$found" -V; echo "$$found" > $@

# A link is another checkout's environment, which would run the code of this one from then on.
.venv/.made: pyproject.toml uv.lock .bootstrap/python
	@test ! -L .venv || { echo ".venv is a link: remove it, and make one of this checkout's own" >&2; exit 1; }
	@$(UV) sync --quiet --frozen --python "$$(cat .bootstrap/python)"
	@touch $@

.sam/.made .ministack/.made .actions/.made: .%/.made: pyproject.toml uv.lock .bootstrap/python
	@UV_PROJECT_ENVIRONMENT=.$* $(UV) sync --quiet --frozen --only-group $* \
	  --python "$$(cat .bootstrap/python)"
	@touch $@

up: env
	@exec .venv/bin/pforte up

test: env .venv/.browser
	.venv/bin/pytest $(ARGS)

lint: env
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	SAM_CLI_TELEMETRY=0 .sam/bin/sam validate --lint --region eu-central-1
	.venv/bin/pytest -q tests/unit/test_arrows.py

# ARCHITECTURE=x86_64 builds for Intel and AMD.
export ARCHITECTURE := arm64
build: env
	PATH="$(CURDIR)/.sam/bin:$$PATH" SAM_CLI_TELEMETRY=0 \
	  sam build --parameter-overrides Architecture=$(ARCHITECTURE)
	@.venv/bin/python -m pforte.house.bytecode .aws-sam/build

bench: env
	@test -e .aws-sam/build/template.yaml || $(MAKE) build
	@missed=0; for part in bench bench.entities bench.understanding; do \
	  .venv/bin/python -m pforte.$$part || missed=1; \
	done; exit $$missed

screenshots: env .venv/.browser
	.venv/bin/python -m tests.browser.screenshots

# Browser tests take the system's Chromium or Chrome; Playwright fetches its own where there is none.
.venv/.browser: .venv/.made
	@command -v chromium chromium-browser google-chrome >/dev/null \
	  || .venv/bin/playwright install chromium
	@touch $@

# The functions run with the versions that the tests ran with.
requirements: functions/requirements.txt layers/numpy/requirements.txt \
  layers/tokens/requirements.txt bot/actions/requirements.txt

functions/requirements.txt: uv.lock | $(UV)
	@$(UV) export --quiet --frozen --only-group functions $(EXPORT) --output-file $@
	@touch $@

layers/numpy/requirements.txt: uv.lock | $(UV)
	@$(UV) export --quiet --frozen --only-group layer $(EXPORT) --output-file $@
	@touch $@

# pip for one interpreter: what would tell others apart is left out
layers/tokens/requirements.txt: uv.lock | $(UV)
	@$(UV) export --quiet --frozen --only-group tokens $(EXPORT) | sed 's/ ;.*//' > $@

bot/actions/requirements.txt: uv.lock | $(UV)
	@$(UV) export --quiet --frozen --only-group actions $(EXPORT) --output-file $@
	@touch $@
