# make run    the page on http://127.0.0.1:7860 (PORT=, HOST=, ALLOW_HOST=)
# make test   lint, types, tests
# make eval   all measurements; rewrites the tables in README (STARD=DIR: on that data set too)
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860
ALLOW_HOST ?=
VENV := .venv
PY := $(VENV)/bin/python
# On Linux PyPI's torch brings several GB of CUDA packages. For the CPU build:
#   make setup TORCH_INDEX="--index-url https://download.pytorch.org/whl/cpu"
TORCH_INDEX ?=
TORCH := torch==2.13.0

.PHONY: setup setup-test setup-documents run test eval documents-eval clean
.DEFAULT_GOAL := run

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet $(TORCH_INDEX) $(TORCH)
	$(PY) -m pip install --quiet --editable .
	$(PY) -m index make-model
	touch $@

setup-test: $(VENV)/.installed-test

$(VENV)/.installed-test: $(VENV)/.installed pyproject.toml
	$(PY) -m pip install --quiet --editable '.[test,documents,mcp]'
	touch $@

setup-documents: setup
	$(PY) -m pip install --quiet --editable '.[documents]'

# The page starts at once and answers by keywords while the build goes on beside it.
run: setup
	@$(PY) build_index.py & \
	exec $(PY) ui.py --host $(HOST) --port $(PORT) $(addprefix --allow-host ,$(ALLOW_HOST))

test: setup-test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest

QUESTIONS := eval/questions/lishi-2023-02.jsonl

eval: setup-test
	$(PY) build_index.py
	$(PY) -m eval $(QUESTIONS) --split test --system all --out build/eval --readme README.md
	$(PY) -m eval ablation $(QUESTIONS) --split test --readme README.md
	$(PY) -m eval $(QUESTIONS) --update-baselines
	$(if $(STARD),$(PY) -m eval stard --data $(STARD))

documents-eval: setup-test  # 109 pages: some ten minutes; goes on where it stopped
	$(PY) tests/documents_eval.py corpus/bulletins/lishi-2023-02.txt --work .cache/documents-eval --json .cache/documents-eval.json

clean:
	rm -rf .index .mypy_cache .ruff_cache .pytest_cache build *.egg-info
