# What one needs on a fresh Debian 12: `make demo` to see Belfry ring, `make test` to prove it.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
export CTEST_OUTPUT_ON_FAILURE = 1
# Compilations are shared between checkouts and build folders.
export CCACHE_BASEDIR = $(CURDIR)
export CCACHE_NOHASHDIR = 1

SOURCES = $(shell git ls-files '*.cpp' '*.h')

.PHONY: all deps check-deps build demo test test-release test-asan test-tsan bench fuzz pictures mutations fmt fmt-check lint prism install clean

all: build

deps:
	@packaging/install-dependencies packaging/debian/build-depends

check-deps: deps
	@packaging/install-dependencies packaging/debian/check-depends

build: deps
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS)

demo: deps
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS) --target belfry belfry-sandbox
	@tests/sandbox/demo/run build/release/bin

# Everything in release; the unit, contract and seeded suites once more under the sanitizers.
test: test-release test-asan test-tsan

test-release: deps
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS)
	@ctest --test-dir build/release -j $(JOBS) --no-tests=error

test-asan test-tsan: test-%: deps
	@cmake --preset $* >/dev/null
	@cmake --build --preset $* -j $(JOBS) --target unit_test sim_test
	@BELFRY_WORLDS=100 TSAN_OPTIONS="suppressions=$(CURDIR)/tests/tsan.supp report_thread_leaks=0" ctest --test-dir build/$* -j $(JOBS) --no-tests=error -L 'unit|sim'

# The code broken on purpose, in each way that tests/sim/mutations knows: a seeded world has to notice. Some minutes.
mutations: deps
	@tests/sim/mutations/run build/mutations

# Every figure beside its limit, in the same run; fails when one is missed. Takes some minutes on a quiet machine.
# Their folders lie in the build folder, since /tmp may be memory, where a sync costs nothing.
BENCHES = render_bench intake_bench end_to_end_bench files_bench sweep_bench store_bench
bench: deps
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS) --target belfry $(BENCHES)
	@mkdir -p build/release/bench && cd build/release/bench && status=0; export TMPDIR=$$PWD; \
	  for bench in $(BENCHES); do echo "== $$bench"; ../bin/$$bench || status=1; done; exit $$status

# Each fuzzer for ten minutes, or as long as FUZZ_SECONDS says; ends at the first input that breaks one.
FUZZ_SECONDS ?= 600
FUZZ_TARGETS ?= html card post notification message token
fuzz: check-deps
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz -j $(JOBS) --target fuzzers
	@rm -rf build/fuzz/seeds && build/fuzz/bin/write_seeds build/fuzz/seeds
	@for target in $(FUZZ_TARGETS); do echo "== $$target"; mkdir -p build/fuzz/learned/$$target build/fuzz/broken; \
	  build/fuzz/bin/$${target}_fuzz -max_total_time=$(FUZZ_SECONDS) -timeout=20 -print_final_stats=1 \
	    -artifact_prefix=build/fuzz/broken/$$target- build/fuzz/learned/$$target build/fuzz/seeds/$$target \
	    >build/fuzz/$$target.log 2>&1 || { tail -n 40 build/fuzz/$$target.log; exit 1; }; \
	  grep -E '^(stat::number_of_executed|Done)' build/fuzz/$$target.log; done

# What people will see: the content corpus as posts, in build/pictures.
pictures: deps
	@packaging/install-dependencies packaging/debian/picture-depends
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS) --target render_page
	@tests/render_picture/take_pictures build/release/bin/render_page build/pictures

fmt:
	@clang-format -i $(SOURCES)

fmt-check: check-deps
	@clang-format --dry-run --Werror $(SOURCES)

# The linter on the engine and its neighbours, clang's own warnings (lock discipline among them) on everything.
lint: fmt-check
	@cmake --preset clang >/dev/null
	@run-clang-tidy -quiet -j $(JOBS) -p build/clang '$(CURDIR)/sync/.*\.cpp' >build/clang/tidy.log 2>/dev/null \
	  || { grep -E 'error:|warning:' build/clang/tidy.log; exit 1; }

# Every request that we send to Mattermost has to pass its official API description.
prism: check-deps build
	@tests/prism/run build/release/bin

install: build
	@cmake --install build/release

clean:
	@rm -rf build
