// The mathematical functions over packs against a loop of the C library's, an array of 1,024 doubles in the first-level cache.
// bench/math_bench [--benchmark_filter=…]; each function has a row `libm` and a row `pack`; their ratio is the speed-up.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include <starling/values/math.hpp>

namespace sl = starling;

namespace {

std::vector<double> arguments(double low, double high) {
  std::vector<double> x(1024);
  unsigned long state = 1;
  for (double& a : x) {
    state = state * 6364136223846793005ul + 1442695040888963407ul;
    a = low + (high - low) * static_cast<double>(state >> 11) * 0x1p-53;
  }
  return x;
}

template <class F> void one_by_one(benchmark::State& state, double low, double high, F f) {
  const std::vector<double> x = arguments(low, high);
  std::vector<double> y(x.size());
  for (auto _ : state) {
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = f(x[i]);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<long>(x.size()));
}
template <class F> void in_packs(benchmark::State& state, double low, double high, F f) {
  using pack = sl::native_pack<double>;
  const std::vector<double> x = arguments(low, high);
  std::vector<double> y(x.size());
  for (auto _ : state) {
    for (std::size_t i = 0; i < x.size(); i += pack::lanes) f(pack::load(&x[i])).store(&y[i]);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<long>(x.size()));
}

template <class F> void add(const char* name, double low, double high, double (*library)(double), F f) {
  const std::string n = name;
  if (library) benchmark::RegisterBenchmark((n + "/libm").c_str(), [=](benchmark::State& s) { one_by_one(s, low, high, library); });
  benchmark::RegisterBenchmark((n + "/pack").c_str(), [=](benchmark::State& s) { in_packs(s, low, high, f); });
  benchmark::RegisterBenchmark((n + "/double").c_str(), [=](benchmark::State& s) { one_by_one(s, low, high, f); });
}

}  // namespace

int main(int argc, char** argv) {
  add("exp", -20, 20, std::exp, [](auto x) { return sl::exp(x); });
  add("log", 0.001, 100, std::log, [](auto x) { return sl::log(x); });
  add("log1p", -0.9, 10, std::log1p, [](auto x) { return sl::log1p(x); });
  add("expm1", -5, 5, std::expm1, [](auto x) { return sl::expm1(x); });
  add("sin", -100, 100, std::sin, [](auto x) { return sl::sin(x); });
  add("cos", -100, 100, std::cos, [](auto x) { return sl::cos(x); });
  add("tan", -100, 100, std::tan, [](auto x) { return sl::tan(x); });
  add("tanh", -3, 3, std::tanh, [](auto x) { return sl::tanh(x); });
  add("atan", -5, 5, std::atan, [](auto x) { return sl::atan(x); });
  add(
      "pow", 0.01, 50, [](double x) { return std::pow(x, 1.7); }, [](auto x) { return sl::pow(x, 1.7); });
  add("erf", -3, 3, std::erf, [](auto x) { return sl::erf(x); });
  add("erfc", -1, 6, std::erfc, [](auto x) { return sl::erfc(x); });
  add("lgamma", 0.1, 30, std::lgamma, [](auto x) { return sl::lgamma(x); });
  add("digamma", 0.1, 30, nullptr, [](auto x) { return sl::digamma(x); });
  add("normal_quantile", 0, 1, nullptr, [](auto x) { return sl::normal_quantile(x); });
  add("normal_cdf", -5, 5, nullptr, [](auto x) { return sl::normal_cdf(x); });
  add("log_normal_cdf", -5, 5, nullptr, [](auto x) { return sl::log_normal_cdf(x); });
  add("inverse_logit", -5, 5, nullptr, [](auto x) { return sl::inverse_logit(x); });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
