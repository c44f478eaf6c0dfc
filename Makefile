# Short names for common commands. Everything stays in this checkout and your user cache folder; no root, no Docker.
#
#   make run     sets up, then runs a notebook on the emulator: the main job
#   make test    sets up, then runs the checks and the tests that need no network, except the next two
#   make test-faults  sets up, then kills real processes at many points, offline; takes minutes
#   make test-installs  sets up, then creates Python environments with pip and uv, offline; takes a minute
#   make setup   only sets up; afterwards, none of the above needs a network

# The runtime in .runtime/ takes precedence; it exists only if the system's Node.js is too old.
export PATH := $(CURDIR)/.runtime/bin:$(PATH)

NOTEBOOK ?= test/testdata/features/singlestep

.PHONY: run test check setup test-faults test-installs test-online bench clean

run: setup
	@node bin/same-kit.cjs local run $(NOTEBOOK)

test: setup
	@node scripts/test.mjs

test-faults: setup
	@node scripts/test.mjs --faults

test-installs: setup
	@node scripts/test.mjs --installs

test-online: setup
	@node scripts/test.mjs --online

check: setup
	@npm run --silent check

bench: setup
	@npm run --silent bench

setup: node_modules/.package-lock.json
	@node scripts/build.mjs --if-changed

# npm writes this file last, so an interrupted install is repeated.
node_modules/.package-lock.json: package-lock.json scripts/runtime.cjs
	@node scripts/runtime.cjs
	@echo "Installing the packages of package-lock.json"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

clean:
	@rm -rf dist node_modules .runtime
