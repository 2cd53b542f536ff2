# Everything runs in .venv; `make install` makes it. On Windows see "On Windows" in README.md.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
HOME_DIR := $(or $(THROUGHLINE_HOME),demo)
WORKERS ?= auto

.PHONY: install demo test test-all lint bench screenshots chromium

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt hatch_build.py
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@

demo: install
	$(BIN)/throughline demo --home "$(HOME_DIR)"

test: install chromium
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

test-all: install chromium
	$(BIN)/python -m pytest -n $(WORKERS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: install
	$(BIN)/python -m benchmarks

screenshots: install chromium
	$(BIN)/python docs/screenshots.py

# Tests that draw in a browser skip, and say so, where Chromium is neither there nor installable.
chromium:
ifeq ($(CHROMIUM),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; \
	else \
		echo "no Chromium found and none can be installed here: tests that need it will skip" >&2; \
	fi
endif
