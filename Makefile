# Everything that can be done here, one target each. `make help` lists them.

SWIFT ?= swift
PREFIX ?= /usr/local
SECONDS ?= 60
PYTHON ?= python3
CHECKPOINT ?=

# A target may import what its row in Package.swift names, and nothing else.
LAYERED := --explicit-target-dependency-import-check error
SOURCES := Sources Tests Package.swift Examples
# Limits of the system that leave no room for a sanitizer's own memory, nor for TSan's own file.
SANITIZED := --disable-xctest --skip 'judged within 128 MiB'

.PHONY: help
help: ## Lists the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: ## Installs the C libraries that are missing (Debian, Ubuntu).
	@sh Scripts/setup.sh

.PHONY: build
build: setup ## Builds .build/release/birdie, which runs where no Swift is installed.
	$(SWIFT) build -c release --product birdie --static-swift-stdlib $(LAYERED)

.PHONY: demo
demo: build ## Converts a checkpoint and says what happened. CHECKPOINT=path for one of yours.
	@sh Scripts/demo.sh .build/release/birdie $(CHECKPOINT)

.PHONY: test
test: setup ## Builds and runs every test.
	$(SWIFT) build --build-tests $(LAYERED)
	$(SWIFT) test --skip-build --disable-xctest

.PHONY: check
check: lint check-layers check-style check-fixtures ## The checks that run nothing: lint, layers, style, fixtures.

.PHONY: lint
lint: ## Checks the format of the Swift sources.
	$(SWIFT) format lint --strict -r $(SOURCES)

.PHONY: format
format: ## Formats the Swift sources in place.
	$(SWIFT) format -i -r $(SOURCES)

.PHONY: check-layers
check-layers: ## Checks that no target imports what lies above or beside it.
	@sh Tests/Style/check-layers.sh

.PHONY: check-style
check-style: ## Measures files, functions and lines, and holds them to the limits.
	@sh Tests/Style/check-style.sh Sources

.PHONY: check-fixtures
check-fixtures: ## Compares the fixtures with Fixtures/MANIFEST.
	@sh Tests/Style/check-fixtures.sh

.PHONY: examples
examples: setup ## Builds and runs the examples on committed fixtures.
	$(SWIFT) build --product birdie
	$(SWIFT) build --package-path Examples --scratch-path .build-examples
	@sh Examples/run.sh .build/debug/birdie .build-examples/debug/largest-tensors

.PHONY: interoperability
interoperability: setup ## Runs unmodified Python clients against a Hub. PYTHON=python3
	$(SWIFT) build --product birdie
	$(PYTHON) Tests/Interoperability/hub.py .build/debug/birdie

.PHONY: fuzz
fuzz: setup ## Fuzzes every parser for SECONDS=60 each. FUZZER=zip for one of them.
	@SWIFT="$(SWIFT)" sh Tests/Fuzz/run.sh "$(FUZZER)" $(SECONDS)

.PHONY: asan
asan: setup ## Runs the tests under the address sanitizer.
	$(SWIFT) test --sanitize=address --scratch-path .build-asan $(SANITIZED)

# A signal ends the program at once, without waiting for its threads: that is no leak. The sanitizer
# maps files of its own, for which a full disk or a small `ulimit -f` leaves no room.
.PHONY: tsan
tsan: setup ## Runs the tests under the thread sanitizer.
	TSAN_OPTIONS="report_thread_leaks=0 suppressions=$(CURDIR)/Tests/tsan.txt" \
		$(SWIFT) test --sanitize=thread --scratch-path .build-tsan $(SANITIZED) \
		--skip 'a disk that is full' --skip 'a limit on the size of files'

.PHONY: benchmark
benchmark: build ## Times a conversion beside cp and Python. CHECKPOINT=path for one of yours.
	@bash Tests/Benchmarks/convert.sh .build/release/birdie $(CHECKPOINT)

.PHONY: benchmark-eval
benchmark-eval: build ## Times an evaluation beside PyTorch's.
	@bash Tests/Benchmarks/evaluate.sh .build/release/birdie

.PHONY: benchmark-entropy
benchmark-entropy: build ## Sets coded bytes and speed beside other coders'. CHECKPOINT=path of a .pt.
	@bash Tests/Benchmarks/entropy.sh .build/release/birdie $(CHECKPOINT)

.PHONY: benchmark-merge
benchmark-merge: build ## Times merges beside mergekit's. MERGEKIT=path of mergekit-pytorch.
	PYTHON="$(PYTHON)" bash Tests/Benchmarks/merge.sh .build/release/birdie "$(MERGEKIT)"

.PHONY: benchmark-quantize
benchmark-quantize: build ## Times quantizing 36 million weights, and says what memory it took.
	@bash Tests/Benchmarks/quantize.sh .build/release/birdie

.PHONY: install
install: build ## Copies birdie to PREFIX=/usr/local.
	install -D -m 755 .build/release/birdie "$(DESTDIR)$(PREFIX)/bin/birdie"

.PHONY: clean
clean: ## Removes everything that was built.
	rm -rf .build .build-coder .build-examples .build-fuzz .build-asan .build-tsan
