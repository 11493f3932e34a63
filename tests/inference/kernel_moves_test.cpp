// One step of each kernel leaves exact draws exact; kernels of a cycle and their coins do not share random numbers.
#include <starling/distributions/bernoulli.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/proposal.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/run.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "normal_distance.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

// Without observations a chain starts from an exact draw: a ~ normal(0, 1), b | a ~ normal(a, 0.5).
constexpr auto pair = sl::gen([](auto& trace) {
  const auto a = trace("a", sl::normal(0.0, 1.0));
  trace("b", sl::normal(a, 0.5));
});
const sl::posterior prior(pair, sl::args(), sl::choice_map());
constexpr std::size_t chains = 20000;

template <class Kernel>
sl::result one_step(const Kernel& kernel, sl::chain_layout layout = sl::chain_layout::lanes) {
  return sl::run(kernel, prior, {.chains = chains, .draws = 1, .warmup = 0, .layout = layout}, sl::key(3));
}
// Distances of a, and of the residual of b: the joint distribution is right only if both are.
template <class Kernel>
double worst(const Kernel& kernel, sl::chain_layout layout = sl::chain_layout::lanes) {
  const auto fit = one_step(kernel, layout);
  auto a = fit.posterior["a"].element(0), b = fit.posterior["b"].element(0);
  for (std::size_t i = 0; i < a.size(); ++i) b[i] = (b[i] - a[i]) / 0.5;
  return std::max(distance(a), distance(b));
}

constexpr auto lopsided = sl::gen([](auto& trace, const auto& current) { trace("a", sl::normal(current["b"] + 0.3, 0.4)); });
constexpr auto back = sl::gen([](auto& trace, const auto& current) { trace("a", sl::normal(current["b"] - 0.2, 0.6)); });

TEST(Stationarity, OneStepFromExactDraws) {
  for (const auto layout : {sl::chain_layout::lanes, sl::chain_layout::single}) {
    EXPECT_LT(worst(kernels::drift({.scale = 0.8}), layout), 2.7);
    EXPECT_LT(worst(kernels::regenerate({.at = sl::select("a")}), layout), 2.7);
    EXPECT_LT(worst(kernels::proposal(lopsided), layout), 2.7);
    EXPECT_LT(worst(kernels::proposal(lopsided, back), layout), 2.7);
    EXPECT_LT(worst(kernels::cycle(kernels::drift({.scale = 0.8}), kernels::proposal(lopsided)), layout), 2.7);
    EXPECT_LT(worst(kernels::mix(kernels::drift({.scale = 0.8}), kernels::regenerate()), layout), 2.7);
    EXPECT_LT(worst(kernels::repeat(kernels::drift({.scale = 0.8}), 3), layout), 2.7);
  }
}

// Negative control: a kernel that accepts everything is seen.
class always : public kernels::kernel {
 public:
  static constexpr const char* name = "always";
  template <class Chains>
  auto start(Chains& c) const { return kernels::drift({.scale = 0.4}).start(c); }
  template <class Chains, class State>
  auto step(const sl::key& k, Chains& c, State& s, const kernels::phase& p) const {
    auto info = kernels::drift({.scale = 0.4}).step(k, c, s, p);
    c.accept(sl::mask_of<typename Chains::real>(true));
    return info;
  }
};
TEST(Stationarity, SeesAKernelThatAcceptsEverything) { EXPECT_GT(worst(always()), 2.7); }

// On a flat target every move is accepted, and the moves of the two parts of a cycle can be told apart.
constexpr auto wide = sl::gen([](auto& trace) {
  trace("a", sl::normal(0.0, 1e6));
  trace("b", sl::normal(0.0, 1e6));
});
double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  double xx = 0, yy = 0, xy = 0, mx = 0, my = 0;
  const auto n = static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) mx += x[i] / n, my += y[i] / n;
  for (std::size_t i = 0; i < x.size(); ++i) xx += (x[i] - mx) * (x[i] - mx), yy += (y[i] - my) * (y[i] - my), xy += (x[i] - mx) * (y[i] - my);
  return xy / std::sqrt(xx * yy);
}
std::vector<double> steps(const std::vector<double>& x) {
  std::vector<double> d;
  for (std::size_t i = 1; i < x.size(); ++i) d.push_back(x[i] - x[i - 1]);
  return d;
}
TEST(Keys, KernelsOfACycleMoveIndependently) {
  const sl::posterior post(wide, sl::args(), sl::choice_map());
  const auto fit = sl::run(kernels::cycle(kernels::drift({.scale = 1, .at = sl::select("a")}), kernels::drift({.scale = 1, .at = sl::select("b")})),
                           post, {.chains = 1, .draws = 20000, .warmup = 0}, sl::key(5));
  const auto a = steps(fit.posterior["a"].element(0)), b = steps(fit.posterior["b"].element(0));
  EXPECT_LT(std::abs(correlation(a, b)), 4.9 / std::sqrt(2e4));
  EXPECT_GT(std::abs(correlation(a, a)), 0.9);  // the measure sees what is the same
  std::vector<double> before(a.begin(), a.end() - 1), after(a.begin() + 1, a.end());
  EXPECT_LT(std::abs(correlation(before, after)), 4.9 / std::sqrt(2e4));
}

// The coin does not look at the proposal: among moves of the same acceptance rate, acceptance says nothing about the direction.
constexpr auto fair = sl::gen([](auto& trace) {
  trace("side", sl::normal(0.0, 1e6));
  trace("flip", sl::bernoulli(0.5));
});
constexpr auto sideways = sl::gen([](auto& trace, const auto& current) {
  trace("side", sl::normal(current["side"], 1.0));
  trace("flip", sl::bernoulli(0.2));
});
TEST(Keys, TheCoinIsIndependentOfTheProposal) {
  const sl::posterior post(fair, sl::args(), sl::choice_map());
  const auto fit = sl::run(kernels::proposal(sideways), post, {.chains = 1, .draws = 40000, .warmup = 0}, sl::key(6));
  const auto moves = steps(fit.posterior["side"].element(0));
  double sum = 0, squares = 0, fourth = 0, n = 0;
  for (const double m : moves)
    if (m != 0) sum += m, squares += m * m, fourth += m * m * m * m, ++n;
  ASSERT_GT(n, 20000);
  ASSERT_LT(n, 39000);
  EXPECT_LT(std::abs(sum / n), 4.9 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 4.9 * std::sqrt(2 / n));
  EXPECT_NEAR(fourth / n, 3, 4.9 * std::sqrt(96 / n));
}

template <class Kernel>
std::string refusal(const Kernel& kernel) {
  try {
    sl::run(kernel, prior, {.chains = 1, .draws = 1, .warmup = 0}, sl::key(1));
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "accepted";
}
constexpr auto misspelled = sl::gen([](auto& trace, const auto&) { trace("aa", sl::normal(0.0, 1.0)); });
constexpr auto wrong_kind = sl::gen([](auto& trace, const auto&) { trace("a", sl::bernoulli(0.5)); });
constexpr auto other = sl::gen([](auto& trace, const auto&) { trace("b", sl::normal(0.0, 1.0)); });
TEST(ProposalKernel, SaysWhatIsWrong) {
  EXPECT_NE(refusal(kernels::proposal(misspelled)).find("aa, which the model does not have"), std::string::npos);
  EXPECT_NE(refusal(kernels::proposal(wrong_kind)).find("at a the model has"), std::string::npos);
  EXPECT_NE(refusal(kernels::proposal(lopsided, other)).find("could not be undone"), std::string::npos);
}

}  // namespace
