// The table of models over which the laws run.
#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/models/edit.hpp>
#include <starling/models/merge.hpp>
#include <starling/models/trace_batch.hpp>

#include "law_rows.hpp"

namespace laws {

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

inline const std::vector<double> xs = {-1.0, 0.5, 2.0};

inline auto table() {
  using C = const sl::choice_map&;
  using D = densities&;
  constexpr auto p = [](const auto&... parts) { return at(parts...); };
  return std::tuple{
      row{"flat", flat_body, sl::args(), [](C c, const auto&, D lp) {
            lp("x", normal(c["x"], 1, 2));
            lp("y", exponential(c["y"], 1.5));
          },
          {{{"y", 0.7}}},
          {sl::select("x")}},
      row{"dependent", dependent_body, sl::args(xs), [](C c, const auto& as, D lp) {
            lp("slope", normal(c["slope"], 0, 2));
            lp("noise", exponential(c["noise"], 1));
            for (std::size_t i = 0; i < argument<0>(as).size(); ++i)
              lp({"y", i}, normal(c[{"y", i}], c["slope"] * argument<0>(as)[i], c["noise"] + 0.1));
          },
          {{{"slope", 0.3}, {{"y", 1}, 1.0}}},
          {sl::select("slope", {"y", 2})},
          {sl::args(std::vector{-1.0, 0.7, 2.0, 3.0}), sl::args(std::vector{-1.0, 0.5})}},
      row{"nested", nested_body, sl::args(), [p](C c, const auto&, D lp) {
            const double ad = c[p("a", "deep", "x")], a = ad + c[p("a", "x")], bd = c[p("b", "deep", "x")], b = bd + c[p("b", "x")];
            lp(p("a", "deep", "x"), normal(ad, 0.5, 1));
            lp(p("a", "x"), normal(a - ad, 0.5, 0.5));
            lp(p("b", "deep", "x"), normal(bd, a, 1));
            lp(p("b", "x"), normal(b - bd, a, 0.5));
            lp("x", normal(c["x"], b, 2));
          },
          {{{p("a", "x"), 0.25}}},
          {sl::select("b", sl::address("a") / "deep")}},
      row{"vector", vector_body, sl::args(), [](C c, const auto&, D lp) {
            const auto v = c.get<std::vector<double>>("v");
            lp("m", normal(c["m"], 0, 1));
            lp("w", normal(c["w"], v[0] + v[2], 1));
            lp("v", normal(v[0], c["m"], 2) + normal(v[1], c["m"], 2) + normal(v[2], c["m"], 2));
          },
          {{{"v", {0.1, 0.2, 0.3}}}},
          {sl::select("m")}},
      row{"discrete", discrete_body, sl::args(), [](C c, const auto&, D lp) {
            lp("b", bernoulli(c["b"] != 0, 0.3));
            lp("n", poisson(c["n"], c["b"] != 0 ? 4 : 2));
            lp("y", normal(c["y"], c["n"], 1));
          },
          {{{"b", true}}},
          {sl::select("n")}},
      row{"matrix", matrix_body, sl::args(), [](C c, const auto&, D lp) {
            const auto t = c.get<std::vector<double>>("t");
            double table = 0;
            for (const double x : t) table += normal(x, 0, c["s"] + 0.5);
            lp("s", exponential(c["s"], 1));
            lp("t", table);
            lp("y", normal(c["y"], t[5], 1));
          },
          {{{"s", 0.4}}},
          {sl::select("t")}},
      row{"nothing", nothing_body, sl::args(), [](C, const auto&, D) {}, {sl::choice_map()}, {sl::selection()}},
      row{"factor", factor_body, sl::args(), [](C c, const auto&, D lp) {
            lp("x", normal(c["x"], 0, 1));
            lp.factors = -0.5 * c["x"] * c["x"];
          },
          {{{"x", 0.5}}},
          {sl::select("x")},
          {},
          true},
      row{"branch", branch_body, sl::args(), [](C c, const auto&, D lp) {
            const bool b = c["b"] != 0;
            lp("b", bernoulli(b, 0.4));
            if (b) lp("m", normal(c["m"], 2, 1));
            else lp("other", exponential(c["other"], 2));
            lp("y", b ? normal(c["y"], c["m"], 1) : normal(c["y"], 0, 3));
          },
          {{{"b", true}}, {{"m", 0.5}}},
          {sl::select("b")}},
      row{"loop", loop_body, sl::args(), [](C c, const auto&, D lp) {
            double sum = 0;
            lp("n", poisson(c["n"], 2));
            for (int i = 0; i < c["n"]; ++i) {
              lp({"z", i}, normal(c[{"z", i}], sum, 1));
              sum += c[{"z", i}];
            }
            lp("y", normal(c["y"], sum, 0.5));
          },
          {{{"n", 3}}},
          {sl::select("n")}},
      row{"kind", kind_body, sl::args(), [](C c, const auto&, D lp) {
            lp("b", std::log(0.5));
            lp("v", c["b"] != 0 ? normal(c["v"], 0, 1) : poisson(c["v"], 3));
          },
          {{{"b", false}}},
          {sl::select("b")}},
      row{"calls", calls_body, sl::args(), [p](C c, const auto&, D lp) {
            double x = 0;
            for (int i = 0;; ++i) {
              lp({"go", i}, std::log(0.5));
              if (c[{"go", i}] == 0) return;
              const auto step = p("call", i, "x");
              lp(step, normal(c[step], x, 1));
              x += c[step];
            }
          },
          {{{{"go", 0}, true}}},
          {sl::select({"go", 0})}},
  };
}

// Calls f(row) for every row.
template <class F>
void for_each_model(F&& f) {
  std::apply([&](const auto&... r) { (f(r), ...); }, table());
}

}  // namespace laws
