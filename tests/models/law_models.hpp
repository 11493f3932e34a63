// The table of models over which the laws run: each with its arguments, a scripted log density written out by hand from its choices
// (the oracle: it shares no code with handlers), and addresses that the laws constrain and select.
#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/models/edit.hpp>
#include <starling/models/merge.hpp>
#include <starling/models/trace_batch.hpp>

namespace laws {

namespace sl = starling;

// Densities by hand.
inline double normal(double x, double m, double s) {
  return -0.5 * (x - m) * (x - m) / (s * s) - std::log(s) - 0.5 * std::log(2 * std::numbers::pi);
}
inline double bernoulli(bool x, double p) { return std::log(x ? p : 1 - p); }
inline double poisson(double k, double rate) { return k * std::log(rate) - rate - std::lgamma(k + 1); }
inline double exponential(double x, double rate) { return std::log(rate) - rate * x; }

constexpr auto flat_body = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(1.0, 2.0));
  const auto y = trace("y", sl::exponential(1.5));
  return x + y;
});

constexpr auto dependent_body = sl::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  const auto noise = trace("noise", sl::exponential(1.0));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(slope * xs[i], noise + 0.1));
  return slope;
});

constexpr auto leaf = sl::gen([](auto& trace, const auto& m) { return trace("x", sl::normal(m, 1.0)); });
constexpr auto middle = sl::gen([](auto& trace, const auto& m) { return trace("deep", leaf, m) + trace("x", sl::normal(m, 0.5)); });
constexpr auto nested_body = sl::gen([](auto& trace) {
  const auto a = trace("a", middle, 0.5);
  const auto b = trace("b", middle, a);
  return trace("x", sl::normal(b, 2.0));
});

constexpr auto vector_body = sl::gen([](auto& trace) {
  const auto m = trace("m", sl::normal(0.0, 1.0));
  const auto v = trace("v", sl::iid(sl::normal(m, 2.0), 3));
  return trace("w", sl::normal(v[0] + v[2], 1.0));
});

constexpr auto discrete_body = sl::gen([](auto& trace) {
  using R = sl::real_of<decltype(trace)>;
  const auto b = trace("b", sl::bernoulli(0.3));
  const auto n = trace("n", sl::poisson(sl::where(b, R(4.0), R(2.0))));
  trace("y", sl::normal(n * 1.0, 1.0));
});

// A matrix-valued choice, by a distribution of the user's own.
template <class S>
struct normal_table : sl::distribution {
  static constexpr std::string_view name = "normal_table";
  template <class V>
  using value = sl::matrix<V>;
  S scale;
  explicit normal_table(S s) : scale(s) {}
  std::size_t rows() const { return 2; }
  std::size_t cols() const { return 3; }
  template <class Rng>
  auto sample(Rng& rng) const {
    sl::matrix<typename Rng::real> x(2, 3);
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = scale * rng.normal();
    return x;
  }
  template <class X>
  auto log_density(const X& x) const {
    auto total = sl::normal(0.0, scale).log_density(x.data()[0]);
    for (std::size_t i = 1; i < x.size(); ++i) total = total + sl::normal(0.0, scale).log_density(x.data()[i]);
    return total;
  }
};
constexpr auto matrix_body = sl::gen([](auto& trace) {
  const auto s = trace("s", sl::exponential(1.0));
  const auto t = trace("t", normal_table(s + 0.5));
  return trace("y", sl::normal(t(1, 2), 1.0));
});

constexpr auto nothing_body = sl::gen([](auto&) { return 3.0; });

constexpr auto factor_body = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(0.0, 1.0));
  trace.factor(-0.5 * x * x);
  trace.note("square", x * x);
  return x;
});

// Dynamic models.
constexpr auto branch_body = sl::gen(sl::dynamic, [](auto& trace) {
  if (trace("b", sl::bernoulli(0.4))) {
    const double m = trace("m", sl::normal(2.0, 1.0));
    return trace("y", sl::normal(m, 1.0));
  }
  trace("other", sl::exponential(2.0));
  return trace("y", sl::normal(0.0, 3.0));  // shared by both branches
});

constexpr auto loop_body = sl::gen(sl::dynamic, [](auto& trace) {
  const long n = trace("n", sl::poisson(2.0));
  double sum = 0;
  for (long i = 0; i < n; ++i) sum += trace({"z", i}, sl::normal(sum, 1.0));
  trace("y", sl::normal(sum, 0.5));
  return sum;
});

constexpr auto kind_body = sl::gen(sl::dynamic, [](auto& trace) {
  // The same address with another kind in each branch.
  if (trace("b", sl::bernoulli(0.5))) return trace("v", sl::normal(0.0, 1.0));
  return static_cast<double>(trace("v", sl::poisson(3.0)));
});

constexpr auto calls_body = sl::gen(sl::dynamic, [](auto& trace) {
  double x = 0;
  for (int i = 0; trace({"go", i}, sl::bernoulli(0.5)); ++i) x += trace({"call", i}, leaf, x);
  return x;
});

// One row: how to make it, the oracle, and one address to change.
template <class G, class Arguments>
struct row {
  const char* name;
  G model;
  Arguments as;
  double (*log_density)(const sl::choice_map&);
  sl::choice_map change;      // constraints that a prior draw always reaches
  sl::selection selected;
  bool has_factor = false;
};
template <class G, class Arguments>
row(const char*, G, Arguments, double (*)(const sl::choice_map&), sl::choice_map, sl::selection, bool = false) -> row<G, Arguments>;

inline const std::vector<double> xs = {-1.0, 0.5, 2.0};

inline auto table() {
  using C = const sl::choice_map&;
  const auto in = [](const char* a, const char* b) { return sl::path(sl::name(a)) / sl::path(sl::name(b)); };
  return std::tuple{
      row{"flat", flat_body, sl::args(), +[](C c) { return normal(c["x"], 1, 2) + exponential(c["y"], 1.5); }, {{"y", 0.7}}, sl::select("x")},
      row{"dependent", dependent_body, sl::args(xs),
          +[](C c) {
            double lp = normal(c["slope"], 0, 2) + exponential(c["noise"], 1);
            for (int i = 0; i < 3; ++i) lp += normal(c[{"y", i}], c["slope"] * xs[static_cast<std::size_t>(i)], c["noise"] + 0.1);
            return lp;
          },
          {{"slope", 0.3}, {{"y", 1}, 1.0}}, sl::select("slope", {"y", 2})},
      row{"nested", nested_body, sl::args(),
          +[](C c) {
            const auto at = [&](std::initializer_list<const char*> names) {
              sl::path p;
              for (const char* n : names) p = p / sl::path(sl::name(n));
              return c[p];
            };
            const double ad = at({"a", "deep", "x"}), ax = at({"a", "x"}), a = ad + ax;
            const double bd = at({"b", "deep", "x"}), bx = at({"b", "x"}), b = bd + bx;
            return normal(ad, 0.5, 1) + normal(ax, 0.5, 0.5) + normal(bd, a, 1) + normal(bx, a, 0.5) + normal(c["x"], b, 2);
          },
          {{in("a", "x"), 0.25}}, sl::select("b", sl::address("a") / "deep")},
      row{"vector", vector_body, sl::args(),
          +[](C c) {
            const auto v = c.get<std::vector<double>>("v");
            double lp = normal(c["m"], 0, 1) + normal(c["w"], v[0] + v[2], 1);
            for (const double x : v) lp += normal(x, c["m"], 2);
            return lp;
          },
          {{"v", {0.1, 0.2, 0.3}}}, sl::select("m")},
      row{"discrete", discrete_body, sl::args(),
          +[](C c) { return bernoulli(c["b"] != 0, 0.3) + poisson(c["n"], c["b"] != 0 ? 4 : 2) + normal(c["y"], c["n"], 1); },
          {{"b", true}}, sl::select("n")},
      row{"matrix", matrix_body, sl::args(),
          +[](C c) {
            const auto t = c.get<std::vector<double>>("t");
            double lp = exponential(c["s"], 1) + normal(c["y"], t[5], 1);
            for (const double x : t) lp += normal(x, 0, c["s"] + 0.5);
            return lp;
          },
          {{"s", 0.4}}, sl::select("t")},
      row{"nothing", nothing_body, sl::args(), +[](C) { return 0.0; }, {}, sl::selection()},
      row{"factor", factor_body, sl::args(), +[](C c) { return normal(c["x"], 0, 1) - 0.5 * c["x"] * c["x"]; }, {{"x", 0.5}}, sl::select("x"), true},
      row{"branch", branch_body, sl::args(),
          +[](C c) {
            if (c["b"] != 0) return bernoulli(true, 0.4) + normal(c["m"], 2, 1) + normal(c["y"], c["m"], 1);
            return bernoulli(false, 0.4) + exponential(c["other"], 2) + normal(c["y"], 0, 3);
          },
          {{"b", true}}, sl::select("b")},
      row{"loop", loop_body, sl::args(),
          +[](C c) {
            double lp = poisson(c["n"], 2), sum = 0;
            for (int i = 0; i < c["n"]; ++i) {
              lp += normal(c[{"z", i}], sum, 1);
              sum += c[{"z", i}];
            }
            return lp + normal(c["y"], sum, 0.5);
          },
          {{"n", 3}}, sl::select("n")},
      row{"kind", kind_body, sl::args(),
          +[](C c) { return std::log(0.5) + (c["b"] != 0 ? normal(c["v"], 0, 1) : poisson(c["v"], 3)); }, {{"b", false}}, sl::select("b")},
      row{"calls", calls_body, sl::args(),
          +[](C c) {
            double lp = 0, x = 0;
            for (int i = 0;; ++i) {
              lp += std::log(0.5);
              if (c[{"go", i}] == 0) return lp;
              const double step = c[sl::path("call", i) / sl::path("x")];
              lp += normal(step, x, 1);
              x += step;
            }
          },
          {{{"go", 0}, true}}, sl::select({"go", 0})},
  };
}

// Calls f(row) for every row.
template <class F>
void for_each_model(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, table());
}

// Log weights agree to rounding: sums of tens of terms.
inline double tolerance(double x) { return 1e-11 * (1 + std::abs(x)); }

}  // namespace laws
