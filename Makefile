# make quickstart   see the whole thing work       make test   everything that must pass
# make lab          the same notebook, in the browser   make install | lint | bench | clean
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
UV := $(BIN)/uv pip install --python $(BIN)/python -c constraints.txt
# A session's own settings must not change what is built or tested.
unexport PYTHONPATH

.PHONY: install quickstart lab test lint bench cluster tour clean system plane unit format

install: .venv/.installed

.venv/.environment: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "OGAI Lab needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || { echo "OGAI Lab is built with Node 20 or newer; see nodejs.org"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -c constraints.txt uv
	$(UV) -q -r pyproject.toml --all-extras --group test --group build
	touch $@

labextension/node_modules/.installed: .venv/.environment labextension/package.json labextension/yarn.lock
	cd labextension && jlpm install --immutable
	touch $@

FRONT := $(shell find labextension/src labextension/style labextension/schema -type f 2>/dev/null)
ogai_lab/labextension/package.json: labextension/node_modules/.installed labextension/tsconfig.json $(FRONT)
	cd labextension && jlpm build:prod
	touch $@

.venv/.installed: .venv/.environment ogai_lab/labextension/package.json
	$(UV) -q --no-build-isolation --no-deps -e .
	touch $@

quickstart: install
	$(BIN)/python -m ogai_lab_server.execute notebooks/quickstart.ipynb --output build/quickstart.ipynb

lab: install
	$(BIN)/jupyter lab notebooks/quickstart.ipynb

# What only tests need from the system; installed where that is possible (Debian, as root).
system:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  set -- ; command -v chromium >/dev/null || set -- "$$@" chromium fonts-noto-cjk; \
	  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || set -- "$$@" postgresql; \
	  command -v runc >/dev/null && command -v containerd >/dev/null && ls /usr/lib/cni/bridge >/dev/null 2>&1 \
	    || set -- "$$@" containerd runc containernetworking-plugins; \
	  [ $$# = 0 ] || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$@" >/dev/null; }; \
	fi

lint: install
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd labextension && jlpm lint

# Two processes share the tests, whole files at a time: most of them wait for servers.
unit: install system plane
	cd labextension && jlpm test
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder $(PYTEST)

# Go compiles the control plane for minutes; what else there is to do is done beside it.
plane: install
	$(BIN)/python -m tests.controlplane.build

test: install
	@$(MAKE) -j3 lint system plane
	@$(MAKE) unit

# A real Kubernetes with Kueue and JobSet, until Ctrl-C: docs/docker-less-cluster.md
cluster: install
	$(BIN)/python -m tests.controlplane $(CLUSTER)

bench: install
	$(UV) -q --group bench
	$(BIN)/python -m benchmarks

# The pictures of docs/tour.md, taken again.
tour: install system
	$(BIN)/python -m tests.browser.tour

format: install
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

clean:
	rm -rf .venv build dist labextension/node_modules labextension/lib ogai_lab/labextension ogai_lab/notebook/widgets/built
