// Shapes that no single metric fits, or that scales make hard. Their moments are exact, or in closed form.
#include <cmath>

#include "study.hpp"

namespace study {

namespace {

// A parabola's ridge, its width changing with where one is: x ~ normal(1, 1), y_j ~ normal(x², 0.3).
constexpr auto ridge = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(1.0, 1.0));
  for (std::size_t j = 0; j < 3; ++j) trace({"y", j}, sl::normal(x * x, 0.3));
});

// Neal's funnel, less steep than his: v ~ normal(0, 1), x_j ~ normal(0, exp(v)).
constexpr auto funnel = sl::gen([](auto& trace) {
  const auto v = trace("v", sl::normal(0.0, 1.0));
  trace("x", sl::iid(sl::normal(0.0, sl::exp(v)), 5));
});

// One element a million times narrower than the rest, which are correlated.
constexpr auto millionth = sl::gen([](auto& trace) {
  const auto level = trace("level", sl::normal(0.0, 1.0));
  trace("narrow", sl::normal(3.0, 1e-6));
  for (std::size_t j = 0; j < 6; ++j) trace({"x", j}, sl::normal(level, 0.3));
});

// One that depends on the others besides: it moves along with them.
constexpr auto thin_plane = sl::gen([](auto& trace) {
  const auto a = trace("a", sl::normal(0.0, 1.0)), b = trace("b", sl::normal(0.0, 1.0)), c = trace("c", sl::normal(0.0, 1.0));
  trace("sum", sl::normal(a + b + c, 1e-3));
});

constexpr auto heavy_tails = sl::gen([](auto& trace) {
  const auto centre = trace("centre", sl::student_t(5.0, 0.0, 1.0));
  for (std::size_t j = 0; j < 8; ++j) trace({"x", j}, sl::student_t(5.0, centre, 1.0));
});

// A scale that the data would have negative, probabilities whose density is infinite at an end, an exponential's end.
constexpr auto boundaries = sl::gen([](auto& trace) {
  trace("p", sl::iid(sl::beta(0.5, 10.0), 3));
  trace("q", sl::iid(sl::beta(0.5, 0.5), 3));
  trace("rate", sl::exponential(1.0));
  trace("u", sl::uniform(0.0, 1.0));
});

// Thirty scales over six decades, neighbours correlated.
constexpr auto scales = sl::gen([](auto& trace) {
  using R = sl::real_of<decltype(trace)>;
  R before(0);
  for (std::size_t j = 0; j < 30; ++j) {
    const double unit = std::pow(10.0, -3.0 + 6.0 * static_cast<double>(j) / 29.0);
    const R x = trace({"x", j}, j == 0 ? sl::normal(R(0), R(unit)) : sl::normal(before * (0.9 * unit), R(unit * std::sqrt(1 - 0.81))));
    before = x * (1 / unit);
  }
});

}  // namespace

void add_hard_shapes() {
  add("ridge", sl::posterior(ridge, sl::args(), sl::choice_map()),
      {{"x", 0, 1, 1}, {"y", 0, 2, std::sqrt(6.09)}, {"y", 1, 2, std::sqrt(6.09)}, {"y", 2, 2, std::sqrt(6.09)}});
  auto known = alike("x", 5, 0, std::exp(1.0));
  known.push_back({"v", 0, 0, 1});
  add("funnel", sl::posterior(funnel, sl::args(), sl::choice_map()), std::move(known));
  known = alike("x", 6, 0, std::sqrt(1.09));
  known.push_back({"level", 0, 0, 1});
  known.push_back({"narrow", 0, 3, 1e-6});
  add("millionth", sl::posterior(millionth, sl::args(), sl::choice_map()), std::move(known));
  add("thin_plane", sl::posterior(thin_plane, sl::args(), sl::choice_map()),
      {{"a", 0, 0, 1}, {"b", 0, 0, 1}, {"c", 0, 0, 1}, {"sum", 0, 0, std::sqrt(3.000001)}});
  known = alike("x", 8, 0, std::sqrt(10 / 3.0));
  known.push_back({"centre", 0, 0, std::sqrt(5 / 3.0)});
  add("heavy_tails", sl::posterior(heavy_tails, sl::args(), sl::choice_map()), std::move(known));
  known = alike("p", 3, 0.5 / 10.5, std::sqrt(0.5 * 10 / (10.5 * 10.5 * 11.5)));
  for (const auto& q : alike("q", 3, 0.5, std::sqrt(0.125))) known.push_back(q);
  known.push_back({"rate", 0, 1, 1});
  known.push_back({"u", 0, 0.5, std::sqrt(1 / 12.0)});
  add("boundaries", sl::posterior(boundaries, sl::args(), sl::choice_map()), std::move(known));
  known.clear();
  for (std::size_t j = 0; j < 30; ++j) known.push_back({"x", j, 0, std::pow(10.0, -3.0 + 6.0 * static_cast<double>(j) / 29.0)});
  add("scales", sl::posterior(scales, sl::args(), sl::choice_map()), std::move(known));
}

}  // namespace study
