# The front door. `make help` lists what there is.

# The flags are the same everywhere, so that nothing is built twice.
JOBS ?= $(shell nproc)
STRICT := --explicit-target-dependency-import-check error
BUILD := swift build -j $(JOBS) $(STRICT)
PYTHON := .venv/bin/python
# Where programs in Python find each other.
export PYTHONPATH := Tests/Interop:Tests/Benchmarks/Ingest:Tests/Benchmarks/RPC
SWIFT_FILES := Package.swift Sources Tests
C_FILES := $(shell find CSources Tests -name '*.[ch]' -not -path 'CSources/CDetectProto/*')

.DEFAULT_GOAL := help
.PHONY: help demo test test-aws aws-compatibility simulate check interop format generate bench bench-engine bench-alerts bench-rpc flood bench-core
.PHONY: bench-ingest bench-start bench-backtest bench-waits
.PHONY: crash-test fuzz-core fuzz-rpc sanitize-core setup build lint contract generated

help: ## Lists the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: setup ## Shows the whole path on this machine: an alarm, its end, and both after a restart.
	$(BUILD) --product detectd
	$(PYTHON) Tests/Demo/demo.py "$$(swift build --show-bin-path)/detectd"

DETECTD = DETECTD="$$(swift build --show-bin-path)/detectd"
AWS_TESTS = $(DETECTD) $(PYTHON) -m pytest Tests/AWS

test: setup build ## Runs the tests in Swift, those of the C core and those of the foreign client.
	swift test --skip-build
	sh Tests/CoreTests/check
	$(DETECTD) $(PYTHON) -m pytest Tests/Interop
	$(AWS_TESTS)

test-aws: setup ## Runs the aws CLI, boto3 and AWS's agent against detectd, and holds it against AWS's own model.
	$(BUILD) --product detectd
	$(AWS_TESTS)
	$(DETECTD) $(PYTHON) -m pytest Tests/Interop/test_device_documents.py Tests/Interop/test_mqtt.py

aws-compatibility: setup ## Writes docs/aws-compatibility.md from AWS's own model.
	$(PYTHON) Tests/AWS/compatibility.py docs/aws-compatibility.md

# A seed is one life: SEEDS is one number or FIRST...LAST.
SEEDS ?= 1...10000

simulate: setup build ## Lives through faults and crashes, one life for each of SEEDS.
	DETECT_SIMULATION_SEEDS=$(SEEDS) swift test --skip-build --filter SimulationTests

check: setup lint contract generated test interop ## Runs all that must hold for a commit.

interop: setup ## Runs gRPC's interop cases against Sources/RPC and writes docs/interop.md.
	$(BUILD) --product InteropServer
	Tests/GRPCInterop/build
	GRPC_CPP_CLIENT=.build/interop/grpc-cpp-client $(PYTHON) Tests/GRPCInterop/interop.py "$$(swift build --show-bin-path)/InteropServer" docs/interop.md

format: ## Formats Swift and C.
	swift format --in-place --recursive --parallel $(SWIFT_FILES)
	clang-format -i $(C_FILES)

generate: setup ## Generates CSources/CDetectProto from the contract.
	sh proto/generate.sh

bench: setup ## Measures what a call costs detectd, beside nghttpd.
	$(BUILD) -c release --product detectd
	$(PYTHON) Tests/Benchmarks/bench.py "$$(swift build -c release --show-bin-path)/detectd"

# A few minutes; THINGS=3000000 BACKTEST=100000000 are what the figures in docs/engine.md were measured with.
THINGS ?= 1000000
BACKTEST ?= 10000000

bench-engine: setup ## Builds for release and measures the engine alone: THINGS at most, BACKTEST reports.
	$(BUILD) -c release --product EngineBench
	"$$(swift build -c release --show-bin-path)/EngineBench" $(THINGS) $(BACKTEST)

# BENCH_DIR is a directory on the disk that is to be measured.
bench-start: setup ## Builds for release and measures snapshots and a start: THINGS, the longest journal.
	$(BUILD) -c release --product StoreBench
	sh Tests/Benchmarks/Store/run "$$(swift build -c release --show-bin-path)/StoreBench" $(THINGS)

bench-backtest: REPORTS ?= 2000000
bench-backtest: setup ## Measures a backtest over the wire: REPORTS=2000000.
	$(BUILD) -c release --product detectd
	$(PYTHON) Tests/Benchmarks/backtest.py "$$(swift build -c release --show-bin-path)/detectd" $(REPORTS)

bench-waits: THINGS = 100000
bench-waits: setup ## Measures what reports wait for while a change reaches THINGS=100000.
	$(BUILD) -c release --product detectd
	$(PYTHON) Tests/Benchmarks/waits.py "$$(swift build -c release --show-bin-path)/detectd" $(THINGS)

crash-test: ROUNDS ?= 200
bench-rpc: ROUNDS ?= 4
bench-ingest: ROUNDS ?= 3

crash-test: setup ## Kills the daemon at random moments: ROUNDS=200, SEED= of a run to repeat; stops it for a minute.
	$(BUILD) --product detectd
	$(PYTHON) Tests/Interop/crash.py "$$(swift build --show-bin-path)/detectd" $(ROUNDS) $(SEED)
	DETECTD="$$(swift build --show-bin-path)/detectd" DETECT_STOPPED_SECONDS=60 $(PYTHON) -m pytest Tests/Interop/test_faults.py

bench-rpc: setup ## Measures Sources/RPC beside its peers: ROUNDS=4.
	$(BUILD) -c release --product RPCBench
	Tests/Benchmarks/RPC/run "$$(swift build -c release --show-bin-path)/RPCBench" $(ROUNDS) $(PYTHON)

bench-ingest: setup ## Measures what it costs to take reports, beside a gRPC C++ server: ROUNDS=3, or full load for MINUTES=60.
	$(BUILD) -c release --product detectd
	Tests/Benchmarks/Ingest/run "$$(swift build -c release --show-bin-path)/detectd" $(PYTHON) $(ROUNDS) $(MINUTES)

flood: setup ## Measures what hostile peers cost a client that behaves.
	$(BUILD) -c release --product RPCBench
	$(PYTHON) Tests/Benchmarks/RPC/flood.py "$$(swift build -c release --show-bin-path)/RPCBench"

bench-alerts: setup ## Builds for release and measures how fast alarms reach a webhook.
	$(BUILD) -c release --product detectd
	$(PYTHON) Tests/Benchmarks/alerts.py "$$(swift build -c release --show-bin-path)/detectd"

bench-core: ## Measures the C core beside its peers; writes docs/core-benchmarks.md.
	sh Tests/Benchmarks/core/run $(PARTS)

fuzz-core: ## Fuzzes the C core: SECONDS=60 for each fuzzer.
	sh Tests/CoreTests/Fuzz/run $(SECONDS)

fuzz-rpc: ## Fuzzes HTTP/2, gRPC, messages of requests and documents of devices: SECONDS=60 for each fuzzer.
	Tests/Fuzz/run $(SECONDS)

sanitize-core: ## Tests the C core with two compilers, sanitizers, every IPv4 address and the analyzer.
	sh Tests/CoreTests/check all

setup: ## Installs what is missing (Debian packages as root or with sudo; Python into .venv).
	@.ci/setup

build: setup
	$(BUILD) --build-tests

lint: setup
	swift format lint --strict --recursive --parallel $(SWIFT_FILES)
	clang-format --dry-run --Werror $(C_FILES)

# The contract may grow, and breaks no client of the commit before.
contract: setup
	.venv/bin/buf lint
	@if git rev-parse --quiet --verify HEAD~1:proto >/dev/null; then \
	  echo .venv/bin/buf breaking --against '.git#ref=HEAD~1'; \
	  .venv/bin/buf breaking --against '.git#ref=HEAD~1'; \
	fi

# Committed generated code is what the contract gives, and the table of compatibility what AWS's model gives.
generated: generate aws-compatibility
	git diff --exit-code --stat -- CSources/CDetectProto docs/aws-compatibility.md
	@test -z "$$(git status --porcelain -- CSources/CDetectProto)"
