# SPDX-License-Identifier: AGPL-3.0-or-later
#
# A thin door: Meson builds, pytest and Meson's test harness test. `make help` lists the targets.

BUILD     ?= build
PREFIX    ?= /usr/local
PYTHON    := /usr/bin/python3
MESON     := /usr/bin/meson
NINJA     := /usr/bin/ninja
JOBS      ?= $(shell nproc)
WERROR    := $(if $(CI),true,false)
PYTEST    := $(PYTHON) -m pytest -q -p no:cacheprovider -n $(JOBS)
# Where the programs under test are; the tests read it.
export INTELMQCBMAIL_BUILD := $(abspath $(BUILD))

.PHONY: all
all: program ## build the program (build/intelmqcbmail)

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z_]*\):.*## /\1: /p' $(MAKEFILE_LIST) | sort

.PHONY: deps
deps: ## install what is missing with apt-get (as root, or through sudo)
	@tools/install-deps

$(BUILD)/build.ninja: | deps
	$(MESON) setup $(BUILD) --prefix=$(PREFIX) -Dwerror=$(WERROR) $(MESON_OPTIONS)

.PHONY: program
program: $(BUILD)/build.ninja
	$(NINJA) -C $(BUILD) -j $(JOBS)
	@ln -sfn src/cli/intelmqcbmail $(BUILD)/intelmqcbmail

.PHONY: install
install: program ## install under PREFIX (default /usr/local), DESTDIR honoured
	$(MESON) configure $(BUILD) -Dprefix=$(PREFIX)
	DESTDIR=$(DESTDIR) $(MESON) install -C $(BUILD)

.PHONY: deb
deb: ## build the Debian packages into build/deb
	@tools/install-deps debhelper dh-python
	tools/build-deb $(BUILD)/deb

.PHONY: demo
demo: program ## a private PostgreSQL and mail sink, events, a run, and what arrived
	$(PYTHON) tools/demo.py

.PHONY: lint
lint: program ## formatter's check, layers, documentation against the code
	tests/lint/run

.PHONY: unit
unit: program
	$(MESON) test -C $(BUILD) --suite unit --print-errorlogs --num-processes $(JOBS)

.PHONY: flow
flow: program
	$(PYTEST) tests/flow

.PHONY: check
check: lint unit flow ## all tests that must pass

.PHONY: check_all
check_all: check ## check, and sanitizers, fuzzing, crash and load tests
	tools/check-sanitizers
	tools/check-fuzz
	$(PYTEST) -n 0 -s tests/crash
	$(MAKE) browser packaging

.PHONY: browser
browser: program ## the preview's page in headless Chromium
	@tools/install-deps chromium chromium-driver
	$(PYTEST) -n 0 tests/browser

.PHONY: packaging
packaging: ## the Debian packages, used in a Debian of their own (as root)
	@tools/install-deps debhelper dh-python lintian mmdebstrap systemd-container
	$(PYTEST) -n 0 tests/packaging

.PHONY: bench
bench: program ## mails a second, events a second, CPU and memory, beside the bare limit
	$(PYTHON) tests/bench/bench.py

.PHONY: format
format: ## let clang-format rewrite the sources, and wrap their comments
	git ls-files '*.c' '*.h' | xargs clang-format -i
	tools/wrap-comments

.PHONY: clean
clean:
	rm -rf $(BUILD) $(BUILD)-*
