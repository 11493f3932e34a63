// Every work of starling_bench under Google Benchmark, for out/bench.json.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "works/work.hpp"

namespace {

void register_work(const bench::work& w, bool single_precision) {
  const std::string name = std::string(w.name) + (single_precision ? "/f32" : "/f64");
  benchmark::RegisterBenchmark(name.c_str(), [&w, single_precision](benchmark::State& state) {
    bench::work_options options;
    options.single_precision = single_precision;
    const auto ready = w.prepare(options);
    for (auto _ : state) ready.run();
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(ready.operations));
    const auto check = ready.check();
    state.SetLabel(check.text);
    if (!check.right) state.SkipWithError(("wrong answer: " + check.text).c_str());
  })->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int count, char** words) {
  for (const auto& w : bench::all_works()) {
    const std::string name = w.name;
    if (name == "memory" || name == "spin" || name == "threads") continue;  // they measure something else: bench/special_rows.py
    register_work(w, false);
    if (name == "is" || name == "mh") register_work(w, true);
  }
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
