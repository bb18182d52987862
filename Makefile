# make run    the page on http://127.0.0.1:7860 (PORT=, HOST=, ALLOW_HOST=, SITE=settings.toml, FEEDBACK=file;
#             with FEEDBACK also KEEP_REFUSED=1: questions without an answer are kept too)
# make test   lint, types, tests
# make eval   all measurements; rewrites the tables in README (STARD=DIR: on that data set too)
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860
# Processes of `make test`; the tests of one file, which share what they build, stay together.
WORKERS ?= auto
ALLOW_HOST ?=
SITE ?=
FEEDBACK ?=
KEEP_REFUSED ?=
VENV := .venv
PY := $(VENV)/bin/python
# On Linux PyPI's torch brings several GB of CUDA packages. For the CPU build:
#   make setup TORCH_INDEX="--index-url https://download.pytorch.org/whl/cpu"
TORCH_INDEX ?=
LOCKS := .requirements
PIP := $(PY) -m pip install --quiet --no-deps --no-build-isolation
LOCKED := $(PIP) --require-hashes

.PHONY: setup setup-test setup-documents run test eval documents-eval lock clean
.DEFAULT_GOAL := run

setup: $(VENV)/.installed

# Nothing is installed whose hash isn't in a lock. PyPI's torch for Linux wants CUDA's packages, a CPU build doesn't.
$(VENV)/.installed: pyproject.toml $(LOCKS)/run.txt
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(LOCKED) -r $(LOCKS)/build.txt
	$(LOCKED) $(TORCH_INDEX) -r $(LOCKS)/torch.txt
	$(PY) -c "import importlib.metadata as m, re, sys; sys.exit(not any(re.match('nvidia|cuda', r) for r in m.requires('torch')))" \
	  && $(LOCKED) -r $(LOCKS)/cuda.txt || true
	$(LOCKED) -r $(LOCKS)/run.txt
	$(PIP) --editable .
	$(PY) -m pip check
	$(PY) -m index make-model
	touch $@

setup-test: $(VENV)/.installed-test

$(VENV)/.installed-test: $(VENV)/.installed $(LOCKS)/test.txt
	$(LOCKED) -r $(LOCKS)/test.txt
	$(PY) -m pip check
	touch $@

setup-documents: setup
	$(LOCKED) -r $(LOCKS)/documents.txt

# New lock files from pyproject.toml; UPGRADE=--upgrade takes newer versions.
lock:
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip install --quiet uv==0.13.9
	build/uv/bin/python $(LOCKS)/lock.py $(UPGRADE)

# The page starts at once and answers by keywords while the build goes on beside it.
run: setup
	@$(PY) build_index.py & \
	exec $(PY) ui.py --host $(HOST) --port $(PORT) $(addprefix --allow-host ,$(ALLOW_HOST)) \
	  $(addprefix --site ,$(SITE)) $(addprefix --feedback ,$(FEEDBACK)) $(if $(KEEP_REFUSED),--keep-refused)

test: setup-test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -n $(WORKERS) --dist loadfile

coverage: setup-test  # the same tests, some minutes longer: how much of the code they run
	@mkdir -p .cache
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report=
	@echo "The ten files of which the tests run least (the others: coverage report):"
	@$(PY) -m coverage report --sort=cover --fail-under=0 | sed -n '3,12p;$$p'

QUESTIONS := eval/questions/lishi-2023-02.jsonl

eval: setup-test
	$(PY) build_index.py
	$(PY) -m eval $(QUESTIONS) --system all --out build/eval --readme README.md
	$(PY) -m eval ablation $(QUESTIONS) --readme README.md
	$(PY) -m eval $(QUESTIONS) --update-baselines
	$(if $(STARD),$(PY) -m eval stard --data $(STARD))

documents-eval: setup-test  # 109 pages: some ten minutes; goes on where it stopped
	$(PY) tests/documents_eval.py corpus/bulletins/lishi-2023-02.txt --work .cache/documents-eval --json .cache/documents-eval.json

clean:
	rm -rf .index .mypy_cache .ruff_cache .pytest_cache build *.egg-info
