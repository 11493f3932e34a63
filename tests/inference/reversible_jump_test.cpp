// Reversible jump: involutions that change the number of choices, against posterior probabilities of models in closed form.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include <starling/diagnostics/mcse.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/involution.hpp>
#include <starling/inference/run.hpp>

#include "support/shown_code.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

double mean(const std::vector<double>& xs) {
  double s = 0;
  for (const double x : xs) s += x;
  return s / static_cast<double>(xs.size());
}
// The share of the draws in which x is `value`, in standard errors away from p.
double errors_away(const std::vector<double>& x, double value, double p, std::size_t chains) {
  std::vector<double> is;
  for (const double e : x) is.push_back(e == value);
  const double error = sl::mcse_mean(is, chains);
  EXPECT_LT(error, 0.02);
  return std::abs(mean(is) - p) / error;
}

// A polynomial of degree 0 to 3 with standard normal coefficients, noise 0.5.
constexpr std::array xs{-1.0, -0.6, -0.1, 0.3, 0.7, 1.2};
constexpr std::array ys{0.9, 0.1, -0.4, -0.2, 0.5, 1.1};
constexpr auto polynomial = sl::gen(sl::dynamic, [](auto& trace) {
  const long degree = trace("degree", sl::categorical(std::array{0.3, 0.3, 0.2, 0.2}));
  std::array<double, 4> c{};
  for (long j = 0; j <= degree; ++j) c[static_cast<std::size_t>(j)] = trace({"c", j}, sl::normal(0.0, 1.0));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(c[0] + xs[i] * (c[1] + xs[i] * (c[2] + xs[i] * c[3])), 0.5));
});
// One coefficient more, made of a draw and the first one; or the last one away. |det J| = 1.7, or 1/1.7.
constexpr auto up_or_down = sl::gen(sl::dynamic, [](auto& trace, const auto& current) {
  const double degree = current["degree"];
  if (trace("up", sl::bernoulli(degree == 0 ? 1 : degree == 3 ? 0
                                                              : 0.5))) trace("u", sl::normal(0.1, 0.4));
});
constexpr auto birth_and_death = [](auto& move) {
  const long degree = move.model.whole("degree");
  const bool up = move.auxiliary.boolean("up");
  move.auxiliary.set("up", !up);
  move.model.set("degree", up ? degree + 1 : degree - 1);
  if (up) move.model.set({"c", degree + 1}, 1.7 * move.auxiliary["u"] - 0.3 * move.model[{"c", 0}]);
  else move.auxiliary.set("u", (move.model[{"c", degree}] + 0.3 * move.model[{"c", 0}]) / 1.7);
};
// y ~ N(0, 0.25 I + Φ Φᵀ): its log density by a Cholesky factor.
double evidence(std::size_t degree) {
  constexpr std::size_t n = xs.size();
  double k[n][n], quadratic = 0, log_det = 0, z[n];
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      k[i][j] = i == j ? 0.25 : 0;
      for (std::size_t d = 0; d <= degree; ++d) k[i][j] += std::pow(xs[i] * xs[j], static_cast<double>(d));
    }
  for (std::size_t i = 0; i < n; ++i) {
    double rest = ys[i];
    for (std::size_t j = 0; j <= i; ++j) {
      double s = k[i][j];
      for (std::size_t l = 0; l < j; ++l) s -= k[i][l] * k[j][l];
      k[i][j] = i == j ? std::sqrt(s) : s / k[j][j];
      if (j < i) rest -= k[i][j] * z[j];
    }
    z[i] = rest / k[i][i];
    quadratic += z[i] * z[i];
    log_det += std::log(k[i][i]);
  }
  return std::exp(-0.5 * quadratic - log_det);
}
std::array<double, 4> exact_degrees() {
  std::array<double, 4> p{0.3, 0.3, 0.2, 0.2};
  double total = 0;
  for (std::size_t d = 0; d < 4; ++d) total += p[d] *= evidence(d);
  for (double& x : p) x /= total;
  return p;
}

TEST(ReversibleJump, FindsTheDegreeOfAPolynomial) {
  sl::choice_map observed;
  for (std::size_t i = 0; i < ys.size(); ++i) observed.set({"y", i}, ys[i]);
  const auto fit = sl::run(kernels::cycle(kernels::involution(up_or_down, birth_and_death), kernels::drift({.scale = 0.25, .at = sl::select({"c", sl::all})})),
                           sl::posterior(polynomial, sl::args(), observed), {.chains = 4, .draws = 20'000, .warmup = 500}, sl::key(1));
  const auto degree = fit.posterior["degree"].element(0);
  const auto exact = exact_degrees();
  double furthest = 0;
  for (std::size_t d = 0; d < 4; ++d) EXPECT_LT(errors_away(degree, static_cast<double>(d), exact[d], 4), 4.9) << d << " " << exact[d];
  // Negative control: without the factor of 1.7 each step up would count too little.
  double total = 0, power = 1;
  for (double p : exact) total += p * power, power *= 1.7;
  power = 1;
  for (std::size_t d = 0; d < 4; ++d, power *= 1.7) furthest = std::max(furthest, errors_away(degree, static_cast<double>(d), exact[d] * power / total, 4));
  EXPECT_GT(furthest, 4.9);
}

// Two groups of numbers with one variance or two, each inverse_gamma(3, 2).
constexpr std::array first{0.3, -1.4, 0.8, 1.9}, second{0.4, -0.2, 0.5, -0.6};
constexpr auto variances = sl::gen(sl::dynamic, [](auto& trace) {
  const bool two = trace("two", sl::bernoulli(0.4));
  double a, b;
  if (two) {
    a = trace({"v", 0}, sl::inverse_gamma(3.0, 2.0));
    b = trace({"v", 1}, sl::inverse_gamma(3.0, 2.0));
  } else {
    a = b = trace("common", sl::inverse_gamma(3.0, 2.0));
  }
  trace("first", sl::iid(sl::normal(0.0, std::sqrt(a)), first.size()));
  trace("second", sl::iid(sl::normal(0.0, std::sqrt(b)), second.size()));
});
// Splits s into s r and s / r; merges into the geometric mean. |det J| = 2 s / r: not constant, and both rows mixed.
constexpr auto ratio = sl::gen(sl::dynamic, [](auto& trace, const auto& current) {
  if (current["two"] == 0) trace("r", sl::log_normal(0.2, 0.7));
});
constexpr auto split_and_merge = [](auto& move) {
  const bool two = move.model.boolean("two");
  move.model.set("two", !two);
  if (two) {
    const auto a = move.model[{"v", 0}], b = move.model[{"v", 1}];
    move.model.set("common", sl::sqrt(a * b));
    move.auxiliary.set("r", sl::sqrt(a / b));
  } else {
    const auto s = move.model["common"], r = move.auxiliary["r"];
    move.model.set({"v", 0}, s * r);
    move.model.set({"v", 1}, s / r);
  }
};
// log ∫ inverse_gamma(v; 3, 2) Π normal(x; 0, √v) dv without factors of 2π
double log_evidence(double n, double squares) { return 3 * std::log(2.0) - std::lgamma(3.0) + std::lgamma(3 + n / 2) - (3 + n / 2) * std::log(2 + squares / 2); }
double exact_share_of_two() {
  double a = 0, b = 0;
  for (const double x : first) a += x * x;
  for (const double x : second) b += x * x;
  const double two = 0.4 * std::exp(log_evidence(4, a) + log_evidence(4, b)), one = 0.6 * std::exp(log_evidence(8, a + b));
  return two / (one + two);
}
TEST(ReversibleJump, SplitsAndMergesVariances) {
  const auto observed = sl::observe("first", std::vector<double>(first.begin(), first.end())) & sl::observe("second", std::vector<double>(second.begin(), second.end()));
  const auto kernel = kernels::cycle(kernels::involution(ratio, split_and_merge), kernels::drift({.scale = 0.5, .at = !sl::select("two")}));
  const auto fit = sl::run(kernel, sl::posterior(variances, sl::args(), observed), {.chains = 4, .draws = 20'000, .warmup = 500}, sl::key(2));
  const auto two = fit.posterior["two"].element(0);
  const double p = exact_share_of_two();
  EXPECT_LT(errors_away(two, 1, p, 4), 4.9) << p;
  EXPECT_GT(errors_away(two, 1, 2 * p / (1 + p), 4), 4.9) << "negative control: the factor 2 of the Jacobian";
}

// The code in docs/reversible_jump.md is code of the compiled example.
TEST(reversible_jump_document, shows_code_of_the_compiled_example) {
  const auto content = [](const std::string& path) {
    std::ifstream in(std::string(STARLING_SOURCE_DIR) + path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string document = content("/docs/reversible_jump.md"), example = content("/examples/reversible_jump.cpp");
  EXPECT_EQ(expect_shown_code(document, example), 4);
}

}  // namespace
