// The evidence of tempered runs under wide and heavy-tailed priors: how often its 95 % interval holds the exact value, over many seeds.
#include <gtest/gtest.h>

#include <cmath>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/run_tempered_kernel.hpp>

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

// One observation, 2, of normal(x, sd).
constexpr auto wide = sl::gen([](auto& trace, double freedom, double scale, double sd) {
  const auto x = trace("x", sl::student_t(freedom, 0.0, scale));
  trace("y", sl::normal(x, sd));
});

struct prior {
  const char* name;
  double freedom, scale, sd;  // freedom 1e8: a normal, but for 1e-8 of its density

  double density(double x) const {
    if (freedom == 1) return 1 / (M_PI * scale * (1 + x * x / (scale * scale)));
    if (freedom == 2) return std::pow(1 + x * x / (2 * scale * scale), -1.5) / (2 * std::sqrt(2.0) * scale);
    return std::exp(-0.5 * x * x / (scale * scale)) / (std::sqrt(2 * M_PI) * scale);
  }
  double log_evidence() const {  // by a sum over a grid
    double sum = 0;
    for (double x = 2 - 12 * sd; x < 2 + 12 * sd; x += 1e-4 * sd) sum += 1e-4 * sd * density(x) * std::exp(-0.5 * (2 - x) * (2 - x) / (sd * sd)) / (std::sqrt(2 * M_PI) * sd);
    return std::log(sum);
  }
};
constexpr prior priors[] = {{"normal(0, 30)", 1e8, 30, 1}, {"cauchy(0, 1)", 1, 1, 0.5}, {"student_t(2)", 2, 1, 0.5}};

struct misses {
  int of_evidence = 0, of_integral = 0;
  double largest_error = 0;
};
template <class Kernel>
misses count(const Kernel& kernel, const prior& p, std::size_t chains, int seeds) {
  const sl::posterior post(wide, sl::args(p.freedom, p.scale, p.sd), sl::observe("y", 2.0));
  const double exact = p.log_evidence();
  misses n;
  for (int seed = 0; seed < seeds; ++seed) {
    const auto r = sl::run_tempered(kernel, post, {}, {.chains = chains}, sl::key(static_cast<std::uint64_t>(seed)));
    const double error = std::stod(*r.attribute("evidence_error"));
    n.of_evidence += std::abs(*r.log_evidence - exact) > error;
    n.of_integral += std::abs(std::stod(*r.attribute("thermodynamic_integral")) - exact) > error;
    n.largest_error = std::max(n.largest_error, error);
  }
  std::printf("%s, %zu chains: %d and %d of %d missed, largest error %g\n", p.name, chains, n.of_evidence, n.of_integral, seeds, n.largest_error);
  return n;
}

}  // namespace

TEST(evidence, is_right_where_it_is_known) {
  EXPECT_NEAR(priors[0].log_evidence(), -0.5 * std::log(2 * M_PI * 901) - 4 / (2 * 901.0), 1e-6);
  EXPECT_NEAR(priors[0].log_evidence(), -4.3229, 1e-4);
  EXPECT_NEAR(priors[1].log_evidence(), -2.6407, 1e-4);
}

// Of 100 intervals of 95 %, 20 or more miss with probability 1e-7.
TEST(evidence, interval_holds_it_with_nuts) {
  for (const prior& p : priors) {
    const auto n = count(kernels::nuts(), p, 4, 100);
    EXPECT_LT(n.of_evidence, 20) << p.name;
    EXPECT_LT(n.largest_error, 1) << p.name;
    if (p.scale != 30) continue;
    EXPECT_GT(n.of_integral, 50) << "the negative control: thermodynamic integration is biased here";
  }
}
TEST(evidence, interval_holds_it_with_a_kernel_in_lanes) {
  for (const prior& p : priors) {
    const auto n = count(kernels::drift(), p, 4, 100);
    EXPECT_LT(n.of_evidence, 20) << p.name;
    EXPECT_LT(n.largest_error, 1.5) << p.name;
  }
}
TEST(evidence, interval_of_a_single_ensemble) {
  const auto n = count(kernels::drift(), priors[0], 1, 100);
  EXPECT_LT(n.of_evidence, 20);
}
