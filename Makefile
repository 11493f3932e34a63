# The front door. It needs git and make; the rest is installed from Debian's packages where it is missing.
JOBS ?= $(shell nproc)
BUILD = cmake --build --preset
CTEST = ctest --preset

.PHONY: help demo test docs structure sanitize clang tidy bench bench-peers format check-format clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' Makefile | while IFS='|' read -r name text; do printf '%-20s %s\n' "$$name" "$$text"; done

demo: ## build the model programs, sample three real posteriors, compare with published references (writes out/*.nc)
	@scripts/install_dependencies build run
	@cmake --preset release > build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@$(BUILD) release --target model_programs -j $(JOBS)
	@scripts/demo

test: ## build everything and run all tests with ctest
	@scripts/install_dependencies build run test
	@cmake --preset dev > build/dev.log 2>&1 || { cat build/dev.log; exit 1; }
	@$(BUILD) dev -j $(JOBS)
	@$(CTEST) dev -j $(JOBS)

docs: ## the pages and a reference of all headers as one site (writes out/docs/html/index.html)
	@scripts/install_dependencies docs
	@mkdir -p out/docs
	@doxygen docs/reference.doxyfile
	@cp -r examples models out/docs/html
	@echo "written: out/docs/html/index.html"

structure: ## only the checks of the tree: layers, headers, sizes, rows, misuse
	@scripts/install_dependencies build run test
	@cmake --preset dev > build/dev.log 2>&1 || { cat build/dev.log; exit 1; }
	@$(CTEST) dev -j $(JOBS) -L structure

sanitize: ## the fast tests under the address, undefined behaviour and thread sanitizers
	@scripts/install_dependencies build run test
	@mkdir -p build
	cmake --preset asan > build/asan.log && $(BUILD) asan -j $(JOBS) && $(CTEST) asan -j $(JOBS)
	cmake --preset tsan > build/tsan.log && $(BUILD) tsan -j $(JOBS) && $(CTEST) tsan -j $(JOBS)

clang: ## everything again with clang++-16
	@scripts/install_dependencies build run test clang
	@mkdir -p build
	cmake --preset clang > build/clang.log && $(BUILD) clang -j $(JOBS) && $(CTEST) clang -j $(JOBS)

tidy: ## clang-tidy over our own code
	@scripts/install_dependencies build run test tidy
	@mkdir -p build
	cmake --preset tidy > build/tidy.log && $(BUILD) tidy -j $(JOBS)

bench: ## Google Benchmark, in release (writes out/bench.json)
	@scripts/install_dependencies build run bench
	@cmake --preset release -DSTARLING_BUILD_BENCHMARKS=ON > build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@$(BUILD) release -j $(JOBS)
	@scripts/bench

bench-peers: ## ours beside JAX, GenJAX, BlackJAX and hand-written loops, as ratios (writes out/ratios.json)
	@scripts/install_dependencies build run bench peers
	@cmake --preset release -DSTARLING_BUILD_BENCHMARKS=ON > build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@$(BUILD) release -j $(JOBS)
	@scripts/peers_setup
	@python3 bench/peers.py

format: ## clang-format over our own code
	@scripts/install_dependencies format
	git ls-files '*.hpp' '*.cpp' | xargs clang-format-16 -i

check-format: ## whether clang-format would change something
	@scripts/install_dependencies format
	@git ls-files '*.hpp' '*.cpp' | xargs -P $(JOBS) -n 50 clang-format-16 --dry-run -Werror

clean: ## remove build/ and out/
	rm -rf build out
