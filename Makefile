# From a bare checkout with python3 >= 3.11 and make: the first target of any kind makes .venv with the pinned packages.
# The system's own interpreter comes first: distributions build it with profile-guided optimization, others often do not,
# and orders then take a quarter more.
SYSTEM_PYTHON ?= /usr/bin/python3
PYTHON ?= $(firstword $(foreach p,$(SYSTEM_PYTHON) python3 python3.14 python3.13 python3.12 python3.11,\
            $(shell $(p) -I -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(p))) python3)
VENV := .venv
# Relative, because the path of a clone may have any character.
BIN := $(VENV)/bin
# For what looks for programs by name. Not exported: make 4.4 hands that to $(shell), which would find .venv's python3.
WITH_TOOLS = PATH="$$PWD/$(BIN):$$PATH"
BASE := main
T := tests
B :=
N :=
M :=
REV := HEAD
COVERAGE :=
SEEDS := 10000
KILLS := 3000
SEED := 1
SECONDS := 60
# On two cores: some tests only wait.
WORKERS := 3
DRIVER := asyncpg
UPGRADE :=
SOAK :=
I :=
LEAST_COVERAGE := 85
COVERED := .cache/coverage.json
# Another project's modules, or another Python's library, are not to be found before ours.
unexport PYTHONPATH PYTHONHOME PYTHONSAFEPATH
# Compiling all tests takes each process of them ten seconds: it is done once.
unexport PYTHONDONTWRITEBYTECODE
# pytest ends with 5 where it selects nothing; only a part of the tests may have none of a kind.
NONE_IS_FINE = $(if $(filter tests,$(T)),,|| [ $$? -eq 5 ])

# Whether the tests have run enough of the lines; of a part of the tests it is only said.
IS_COVERED = $(if $(COVERAGE),$(BIN)/slipcover --fail-under $(if $(filter tests,$(T)),$(LEAST_COVERAGE),0) --merge $(COVERED) --out $(COVERED))

# An environment that was moved or copied, or whose Python is gone, is made again.
ifneq ($(wildcard $(VENV)/*.stamp),)
$(shell $(BIN)/python -I -m deploy.venv >/dev/null 2>&1 || rm -f $(VENV)/*.stamp)
endif

# Which test runs what is noted once, and differs with the driver.
define MUTATE
[ "$$(cat mutants/of 2>/dev/null)" = $@ ] || rm -f mutants/mutmut-stats.json
mkdir -p mutants && echo $@ > mutants/of
$(WITH_TOOLS) PYTEST_ADDOPTS="--driver $(if $(filter mutate,$@),none,asyncpg)" $(BIN)/python -m mutmut run --max-children 2 $(if $(M),'$(M)',$(MUTATED))
$(BIN)/python -m mutmut results
endef

.DEFAULT_GOAL := help
.PHONY: help up demo test test-again soak alone load simulate chaos fuzz mutate mutate-sql images containers screenshots newcomer first-order odbc check bench bench-growth bench-compare lint-openapi gen format requirements clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

up: $(VENV)/runtime.stamp ## the whole mesh on this machine, in the foreground; Ctrl-C stops it
	@exec $(BIN)/python -m deploy.local up

demo: $(VENV)/runtime.stamp ## a shopper's day on it, starting it where it is not running
	@exec $(BIN)/python -m deploy.local demo

test: $(VENV)/dev.stamp ## the tests; T=tests/chassis for some of them, SOAK=1 with those of soak, COVERAGE=1 to see which lines they run
	@mkdir -p .cache
	$(WITH_TOOLS) $(BIN)/python $(if $(COVERAGE),-m slipcover --json --out $(COVERED)) -m pytest $(T) -n $(WORKERS) \
	    $(if $(SOAK),-m 'not alone and not load and not screenshots')
	$(IS_COVERED)

test-again: $(VENV)/dev.stamp ## the tests that failed the last time, one after the other; DRIVER=aioodbc over ODBC
	@! grep -vE '^[{}]|::' .pytest_cache/v/cache/lastfailed || { echo "These are no tests that failed: they were not collected."; exit 1; }
	$(WITH_TOOLS) $(BIN)/python -m pytest --last-failed --last-failed-no-failures none -n 0 -m 'not load and not screenshots' --driver $(DRIVER)
	$(IS_COVERED)

soak: $(VENV)/dev.stamp ## those that take long: crowds, crashes everywhere, replicas, the benchmark
	$(WITH_TOOLS) $(BIN)/python -m pytest $(T) -n $(WORKERS) -m 'soak and not alone' $(NONE_IS_FINE)
	@$(MAKE) --no-print-directory alone

alone: $(VENV)/dev.stamp ## those of soak that compare latencies: nothing else may run
	$(WITH_TOOLS) $(BIN)/python -m pytest $(T) -n 0 -m 'soak and alone' $(NONE_IS_FINE)

load: $(VENV)/dev.stamp ## on an idle machine, an hour and a half: frozen processes, locked rows, floods, backlogs, 2,000 random lives
	$(WITH_TOOLS) $(BIN)/python -m pytest $(T) -n 0 -m load $(NONE_IS_FINE)

simulate: $(VENV)/dev.stamp ## the whole shop on simulated time, network and databases: SEEDS=10000 runs with faults, each from one number
	$(BIN)/python -m tests.simulation --seeds $(SEEDS)

chaos: $(VENV)/dev.stamp ## processes killed, frozen, cut off under load, for hours: KILLS=3000 from SEED=1 on; what came of it is in .cache/chaos
	$(WITH_TOOLS) $(BIN)/python -m tests.chaos --kills $(KILLS) --seed $(SEED)

mutate: MUTATED = '*_svc.domain.*' '*_svc.commands.*'
mutate: $(VENV)/mutate.stamp ## changes code of domain/ and commands/ and looks whether a test without PostgreSQL fails; M="order_svc.domain.items.*" for a part, all of it takes hours
	$(MUTATE)

mutate-sql: MUTATED = 'chassis.db.*' '*_svc.adapters.*'
mutate-sql: $(VENV)/mutate.stamp ## the same for chassis/db/ and adapters/, by the tests on PostgreSQL; M="chassis.db.hilo.*" for a part
	$(MUTATE)

fuzz: $(VENV)/fuzz.stamp ## for SECONDS=60: bytes on which codecs, filters, tokens or Stripe's webhook fail; what is found is in .cache/fuzz
	$(WITH_TOOLS) $(BIN)/python -m tests.fuzz --seconds $(SECONDS)

images: $(VENV)/dev.stamp ## the images of the services, Envoy and PgBouncer, by buildah or docker; I="--debootstrap" makes their base here, as root
	$(WITH_TOOLS) $(BIN)/python -m deploy.containers.build $(I)

containers: $(VENV)/dev.stamp ## as root: builds the images, starts compose.yaml under podman-compose, and passes a shopper's day, kills and the invariants against it
	$(WITH_TOOLS) $(BIN)/python -m pytest tests/containers -n 0 -m load

screenshots: $(VENV)/dev.stamp ## the pictures in docs/images, from the pages as they are
	$(WITH_TOOLS) $(BIN)/python -m pytest tests/browser -n 0 -m screenshots

newcomer: $(VENV)/dev.stamp ## as root: every setting and fault on a fresh Debian 12 and 13; N="--case locale" for some
	$(BIN)/python -m tests.newcomer $(N)

first-order: $(VENV)/dev.stamp ## clone, make up and a first order by the documentation alone: how many seconds that takes
	$(BIN)/python -m tests.newcomer.first_order

odbc: $(VENV)/dev.stamp ## the tests on PostgreSQL once more, over ODBC
	$(WITH_TOOLS) $(BIN)/python -m pytest $(T) -n $(WORKERS) --driver aioodbc

check: $(VENV)/dev.stamp ## ruff, mypy --strict, import-linter, buf lint and breaking, AIPs, generated code up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy examples/python
	$(BIN)/lint-imports
	$(BIN)/buf lint
	$(WITH_TOOLS) $(BIN)/python proto/lint.py
	$(WITH_TOOLS) $(BIN)/python proto/breaking.py $(BASE)
	$(WITH_TOOLS) $(BIN)/python proto/generate.py --check

lint-openapi: $(VENV)/dev.stamp ## the OpenAPI document by the recommended rules of Redocly, which npm fetches (170 MB)
	@mkdir -p .cache
	$(BIN)/python -c 'import json; from edge.openapi import document; print(json.dumps(document()))' > .cache/openapi.json
	npx --yes @redocly/cli@1.34.5 lint .cache/openapi.json --extends recommended

gen: $(VENV)/dev.stamp ## gen/ and the generated part of clients/python from proto/
	$(WITH_TOOLS) $(BIN)/python proto/generate.py

format: $(VENV)/dev.stamp ## what ruff can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

requirements: $(VENV)/dev.stamp ## pins what pyproject.toml asks for, with hashes; UPGRADE=1 takes the newest
	$(WITH_TOOLS) $(BIN)/python -m deploy.requirements $(if $(UPGRADE),--upgrade)

bench: $(VENV)/dev.stamp ## speed, as ratios to a limit measured in the same run; B="--seconds 20 --repeat 3" for other ways
	@$(WITH_TOOLS) exec $(BIN)/python -m bench $(B)

bench-growth: $(VENV)/dev.stamp ## speed at 100, 10,000 and 1,000,000 stored orders and products; B="--clients 1,32" for some
	@$(WITH_TOOLS) exec $(BIN)/python -m bench growth $(B)

bench-compare: $(VENV)/dev.stamp ## speed of this version and of REV, a revision or a folder, in turns; B="--clients 1,32" for other ways
	@$(WITH_TOOLS) exec $(BIN)/python -m bench.compare "$(REV)" $(B)

clean: ## everything made here but the data: .venv, caches
	rm -rf $(VENV) .cache build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf examples/python-json/shop_client
	cd examples/typescript && rm -rf built generated node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/runtime.stamp: requirements/build.txt requirements/runtime.txt deploy/venv.py deploy/lock.py
	@$(MAKE_VENV) requirements/build.txt requirements/runtime.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/runtime.stamp requirements/dev.txt
	@$(MAKE_VENV) requirements/build.txt requirements/runtime.txt requirements/dev.txt
	@touch $@

# What few need: atheris exists for Linux on x86-64 only, and mutmut is for hours.
$(VENV)/fuzz.stamp $(VENV)/mutate.stamp: $(VENV)/%.stamp: $(VENV)/dev.stamp requirements/%.txt
	@$(MAKE_VENV) requirements/build.txt requirements/runtime.txt requirements/dev.txt requirements/$*.txt
	@touch $@

# Its own lines say what to do; make adds only that the target failed.
MAKE_VENV = command -v $(PYTHON) >/dev/null || { echo 'EasyOrder needs Python 3.11 or newer, and there is no $(PYTHON):' \
    'apt-get install python3-venv, or name another one: make PYTHON=/path/to/python3.13' >&2; exit 1; }; \
    $(PYTHON) -I deploy/venv.py $(VENV)
