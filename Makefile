# make run          the embedded cloud with its demo shops and their stories, until Ctrl-C (ONCE=1: ends with them)
# make up, down     the embedded cloud alone
# make test         lint, then every test, in the embedded cloud and in the browser (-full adds -faults and the render matrix)
# make preview      every message in every language: build/preview/index.html
# make bench        figures: build/bench.json
# make lint, lock, build, deploy, clean
SHELL := /bin/sh
.SHELLFLAGS := -euc
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
# An interpreter of somebody else's, or theirs of our byte code, would make the environments below behave like neither.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV
unexport AWS_PROFILE AWS_ENDPOINT_URL

UV := $(shell command -v uv 2>/dev/null)
CLOUD := .venv/bin/python -u -m infra.local.cloud
SAM := SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR="$(CURDIR)/.local/sam" .local/venvs/sam/bin/sam
# Any region that has SES will do for a look at the template.
LINT_REGION := eu-west-1
REQUIREMENTS := layers/requirements templates/requirements requirements/emulator requirements/sam requirements/dev requirements/lock requirements/peers
# Two processes: one waits for the embedded cloud and the browser, the other works meanwhile (tests/conftest.py).
PYTEST := .venv/bin/pytest -n 2 --dist loadgroup --ignore=tests/benchmarks

.PHONY: help run up down test test-full test-faults preview bench lint lock build deploy clean environments browser

help:
	@sed -n 's/^# make/make/p' Makefile

run: ; @$(MAKE) -j3 environments; ONCE=$(ONCE) $(CLOUD) run
up: ; @$(MAKE) -j3 environments; $(CLOUD) up
down: ; @if [ -x .venv/bin/python ]; then $(CLOUD) down; fi

# One run of pytest, so that one line closes it; the cloud is taken down whatever the tests say.
test:
	@$(MAKE) -j3 environments
	@$(MAKE) lint browser
	@$(CLOUD) down; $(CLOUD) up
	@trap '$(CLOUD) down' EXIT; $(PYTEST) tests

test-faults:
	@$(MAKE) -j3 environments
	@$(CLOUD) down; $(CLOUD) up
	@trap '$(CLOUD) down' EXIT; $(PYTEST) --whole -m "not matrix" --proofs docs/developer/proofs.md tests/faults

test-full: test test-faults
	@.venv/bin/pytest -m matrix tests

preview: .venv/.complete
	@.venv/bin/python -m tests.preview build/preview

bench:
	@$(MAKE) -j3 environments .local/venvs/peers/.complete
	@.venv/bin/python -m tests.benchmarks build/bench.json

lint: .venv/.complete .local/venvs/sam/.complete
	.venv/bin/ruff check --quiet
	.venv/bin/ruff format --check --quiet
	.venv/bin/mypy --no-error-summary
	.venv/bin/lint-imports --no-cache
	.local/venvs/sam/bin/cfn-lint --regions $(LINT_REGION) -- template.yaml infra/*.yaml
	@$(SAM) validate --lint --region $(LINT_REGION)

build: .local/venvs/sam/.complete
	@ENCAMINO_PYTHON="$$(infra/local/find_python)" $(SAM) build

# The first time: make deploy GUIDED=--guided
deploy: build
	@$(SAM) deploy $(GUIDED)

clean: down
	rm -rf .local .venv .aws-sam build

# ---- what all of the above stands on ------------------------------------------------------------------------------
# Three environments, because the emulator and the SAM CLI each pin another boto3 exactly.
environments: .venv/.complete .local/venvs/emulator/.complete .local/venvs/sam/.complete

# $(1) folder, $(2) requirements
define install
@echo "  installing $(2)"
@rm -rf $(1); python="$$(infra/local/find_python)"; \
if [ -n "$(UV)" ]; then \
	uv venv -q --seed --python "$$python" $(1); \
	uv pip install -q --compile-bytecode --require-hashes --python $(1)/bin/python -r $(2); \
else \
	"$$python" -m venv $(1); \
	$(1)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $(2); \
fi
endef

.local/venvs/%/.complete: requirements/%.txt
	$(call install,.local/venvs/$*,$<)
	@touch $@

.venv/.libraries: requirements/dev.txt
	$(call install,.venv,$<)
	@touch $@

# After it `.venv/bin/encamino` is there, and runs the sources of this checkout.
.venv/.complete: .venv/.libraries pyproject.toml
	@.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# A browser to look with, and what judges pages in it. Nothing is downloaded but by apt and npm.
browser: .local/browser/.complete
	@for browser in chromium chromium-browser google-chrome; do command -v "$$browser" >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "  installing chromium"; mkdir -p .local/logs; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >.local/logs/apt.log 2>&1 || \
		{ tail -5 .local/logs/apt.log >&2; exit 1; }; \
	else echo "the browser tests need Chromium: sudo apt-get install chromium (or brew install --cask chromium)" >&2; exit 1; fi

.local/browser/.complete: tests/browser/package.json tests/browser/package-lock.json tests/browser/.npmrc
	@command -v npm >/dev/null 2>&1 || { echo "the browser tests need node 20 and npm: sudo apt-get install nodejs npm" >&2; exit 1; }
	@echo "  installing tests/browser/package.json"
	@rm -rf .local/browser; mkdir -p .local/browser; cp tests/browser/package.json tests/browser/package-lock.json tests/browser/.npmrc .local/browser/
	@cd .local/browser && npm ci --silent --ignore-scripts
	@touch $@

# Pins everything anew, with hashes and without the name of any index.
lock:
	@set -e; if [ -n "$(UV)" ]; then compile="uv pip compile -q --universal --python-version 3.13 --no-emit-index-url --no-annotate"; else \
		python="$$(infra/local/find_python)"; [ -x .local/venvs/lock/bin/pip-compile ] || { "$$python" -m venv .local/venvs/lock; \
		.local/venvs/lock/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/lock.txt; }; \
		compile=".local/venvs/lock/bin/pip-compile -q --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate"; fi; \
	for name in $(REQUIREMENTS); do echo "  $$name.txt"; CUSTOM_COMPILE_COMMAND="make lock" UV_CUSTOM_COMPILE_COMMAND="make lock" \
		$$compile --generate-hashes $(UPGRADE) -o "$$name.txt" "$$name.in"; done
