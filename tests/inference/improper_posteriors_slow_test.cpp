// Posteriors that are none are called so; those with heavy tails, funnels, tiny units and several modes are not.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_gradient.hpp>

namespace sl = starling;

namespace {

enum kinds { scale,
             ridge,
             line,
             cauchy,
             schools,
             horseshoe,
             modes };

// All in one body: it is compiled once.
constexpr auto model = sl::gen([](auto& trace, int kind, std::size_t n) {
  const auto real = [&](const sl::address& at) { return trace(at, sl::flat(sl::real_line())); };
  const auto positive = [&](const sl::address& at) { return trace(at, sl::flat(sl::positive())); };
  if (kind == scale) {
    const auto mu = trace("mu", sl::normal(0.0, 10.0));
    const auto sigma = positive("sigma");
    for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::normal(mu, sigma));
  } else if (kind == ridge) {
    const auto a = real("a"), b = real("b");
    for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::normal(a + b, 1.0));
  } else if (kind == line) {
    const auto a = real("a"), b = real("b"), s = positive("s");
    for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::normal(a + b * static_cast<double>(i), s));
  } else if (kind == cauchy) {
    const auto a = real("a"), s = positive("s");
    for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::cauchy(a, s));
  } else if (kind == schools) {
    const auto m = real("m"), tau = positive("tau");
    for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::normal(trace({"t", i}, sl::normal(m, tau)), 10.0));
  } else if (kind == horseshoe) {
    const auto tau = trace("tau", sl::half_cauchy(1.0)), s = positive("s");
    for (std::size_t i = 0; i < n; ++i) {
      const auto scale_of_one = trace({"lambda", i}, sl::half_cauchy(1.0));
      trace({"y", i}, sl::normal(trace({"b", i}, sl::normal(0.0, tau * scale_of_one)), s + 0.1));
    }
    trace("noise", sl::normal(0.0, s));
  } else {
    const auto a = real("a");
    for (std::size_t i = 0; i < n; ++i) trace({"y", i}, sl::normal(a * a, 1.0));
  }
});

std::vector<std::string> said_of(kinds kind, const std::vector<double>& ys, std::uint64_t seed, double noise = 0) {
  auto observed = sl::observe("y", ys);
  if (kind == horseshoe) observed = observed & sl::observe("noise", noise);
  return sl::run(sl::kernels::nuts(), sl::posterior(model, sl::args(static_cast<int>(kind), ys.size()), observed), {.draws = 500, .warmup = 500}, sl::key(seed)).warnings;
}

void expect_said(kinds kind, const std::vector<double>& ys, const std::string& words) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto said = said_of(kind, ys, seed);
    ASSERT_FALSE(said.empty());
    EXPECT_EQ(said.front().substr(0, words.size()), words) << kind << " " << seed;
  }
}
void expect_silence(kinds kind, const std::vector<double>& ys, double noise = 0) {
  for (const std::uint64_t seed : {1, 2, 3, 4})
    for (const auto& sentence : said_of(kind, ys, seed, noise)) {
      EXPECT_EQ(sentence.find("improper"), std::string::npos) << kind << " " << seed << ": " << sentence;
      EXPECT_EQ(sentence.find("without bound"), std::string::npos) << kind << " " << seed << ": " << sentence;
    }
}

}  // namespace

TEST(improper_posteriors, whose_density_grows_without_bound_are_called_so) {
  expect_said(scale, {2, 2, 2, 2, 2}, "the density seems to grow without bound as sigma goes to 0");
  expect_said(scale, {0, 0, 0, 0, 0}, "the density seems to grow without bound as sigma goes to 0");
  expect_said(line, {1, 2, 3, 4}, "the density seems to grow without bound as s goes to 0");
}

TEST(improper_posteriors, with_a_ridge_are_called_so) {
  expect_said(ridge, {0.3, 0.1, -0.4}, "the chains do not settle along a, b, whose priors are flat");
  expect_said(line, {1, 2.5}, "the chains do not settle along a, b");  // and s, in most runs
}

TEST(improper_posteriors, are_not_seen_in_proper_ones) {
  expect_silence(scale, {2.0, 2.5, 1.7, 2.2, 1.9, 2.1, 2.4, 1.8});
  expect_silence(scale, {2.0, 2.5, 1.7});                    // sigma has no mean
  expect_silence(scale, {2, 2, 2, 2, 2.0000001});
  expect_silence(scale, {2e-13, 2.5e-13, 1.7e-13, 2.2e-13});
  expect_silence(line, {1, 2.1, 2.8, 4, 5.2});
  expect_silence(cauchy, {0.3, 0.1, -0.4, 5.0, -100.0});
  expect_silence(cauchy, {0.3, 0.1, -0.4});
  expect_silence(schools, {28, 8, -3, 7, -1, 1, 18, 12});
  expect_silence(schools, {28, 8, -3});                      // tau has no mean, in a funnel
  expect_silence(horseshoe, {0.1, -0.3, 0.2, 9.0, 0.1}, 0.2);
  expect_silence(modes, {900, 901, 899});                    // ±30: chains stay in one
}
