// Simulation-based calibration (Talts et al. 2018): where parameters come from the prior and data from the model, the rank of the
// parameter among draws from the posterior is uniform. 600 data sets × 200 ranks; Kolmogorov and Smirnov's test at 1e-6.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/at.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/gibbs.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/run.hpp>
#include <starling/models/simulate.hpp>

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

constexpr std::size_t data_sets = 600, ranks = 200;

constexpr auto location_scale = sl::gen([](auto& trace) {
  const auto mu = trace("mu", sl::normal(1.0, 2.0));
  const auto s = trace("s", sl::gamma(3.0, 2.0));
  trace("y", sl::iid(sl::normal(mu, s), 5));
});
constexpr auto hierarchy = sl::gen([](auto& trace) {
  const auto mu = trace("mu", sl::normal(0.0, 2.0));
  const auto tau = trace("tau", sl::half_normal(1.0));
  for (std::size_t j = 0; j < 4; ++j) trace({"y", j}, sl::normal(mu + tau * trace({"z", j}, sl::normal(0.0, 1.0)), 0.8));
});
constexpr auto mixture = sl::gen([](auto& trace) {
  const auto p = trace("p", sl::beta(2.0, 2.0));
  const auto m = trace("m", sl::normal(0.0, 1.5));
  for (std::size_t j = 0; j < 4; ++j) trace({"y", j}, sl::normal(sl::where(trace({"z", j}, sl::bernoulli(p)), m, 2.0), 1.0));
});

// All latents discrete: a chain of hidden states, and numbers with supports of their own.
constexpr auto hidden_states = sl::gen([](auto& trace) {
  auto before = trace({"z", 0}, sl::bernoulli(0.4));
  trace({"y", 0}, sl::normal(sl::where(before, 1.0, -1.0), 1.2));
  for (std::size_t t = 1; t < 4; ++t) {
    const auto z = trace({"z", t}, sl::bernoulli(sl::where(before, 0.75, 0.2)));
    trace({"y", t}, sl::normal(sl::where(z, 1.0, -1.0), 1.2));
    before = z;
  }
});
constexpr auto counts = sl::gen([](auto& trace) {
  const auto n = trace("n", sl::binomial(5, 0.4));
  const auto k = trace("k", sl::categorical(std::array{0.2, 0.5, 0.3}));
  for (std::size_t i = 0; i < 2; ++i) trace({"y", i}, sl::normal(sl::to_real(n) - 1.5 * sl::to_real(k), 1.5));
});

constexpr auto wrong_scale = sl::gen([](auto& trace) {
  const auto mu = trace("mu", sl::normal(1.0, 2.0));
  const auto s = trace("s", sl::gamma(3.0, 2.0));
  trace("y", sl::iid(sl::normal(mu, 1.3 * s), 5));
});

// A variable of a result, and where its first number stands in a trace.
struct latent {
  std::string variable;
  sl::path where;
};

// √n times the distance of the ranks of all data sets from uniform ones, for each name.
template <class Model, class Fit>
std::vector<double> distances(const Model& model, const std::vector<latent>& names, std::uint64_t seed, Fit fit) {
  std::vector<std::vector<double>> places(names.size());
  for (std::size_t i = 0; i < data_sets; ++i) {
    const sl::key k = sl::fold_in(sl::key(seed), i);
    const auto truth = sl::simulate(model, sl::args(), k.scope(sl::hash_text("data"))).choices();
    sl::choice_map observed;
    for (const auto& e : truth.entries())
      if (e.where.str().front() == 'y') observed.set(e.where, e.value);
    const sl::result r = fit(sl::posterior(model, sl::args(), observed), k.scope(sl::hash_text("fit")));
    for (std::size_t n = 0; n < names.size(); ++n) {
      const auto draws = r.posterior[names[n].variable].element(0);
      const double x = truth[names[n].where];
      const auto below = std::count_if(draws.begin(), draws.end(), [&](double d) { return d < x; });
      const auto ties = std::count(draws.begin(), draws.end(), x);
      sl::stream<double> numbers(k.scope(sl::hash_text("ties")), n);
      numbers.visit(0);
      places[n].push_back((static_cast<double>(below) + numbers.uniform() * static_cast<double>(ties + 1)) / static_cast<double>(draws.size() + 1));
    }
  }
  std::vector<double> all;
  for (auto& u : places) {
    std::sort(u.begin(), u.end());
    double d = 0;
    for (std::size_t i = 0; i < u.size(); ++i)
      d = std::max({d, std::abs(u[i] - static_cast<double>(i) / data_sets), std::abs(u[i] - static_cast<double>(i + 1) / data_sets)});
    all.push_back(d * std::sqrt(static_cast<double>(data_sets)));
  }
  return all;
}

template <class Model, class Fit>
void calibrate(const Model& model, const std::vector<latent>& names, std::uint64_t seed, Fit fit) {
  const auto all = distances(model, names, seed, fit);
  for (std::size_t n = 0; n < names.size(); ++n) EXPECT_LT(all[n], 2.7) << names[n].variable;
}

// Draws that are nearly independent: `thin` steps apart.
template <class Kernel>
auto with(const Kernel& kernel, std::size_t thin, std::size_t warmup) {
  return [=](const auto& post, const sl::key& k) { return sl::run(kernel, post, {.chains = 8, .draws = ranks / 8, .warmup = warmup, .thin = thin}, k); };
}

}  // namespace

TEST(calibration, nuts) {
  calibrate(location_scale, {{"mu", "mu"}, {"s", "s"}}, 1, with(kernels::nuts(), 4, 300));
  calibrate(hierarchy, {{"mu", "mu"}, {"tau", "tau"}, {"z", {"z", 0}}}, 2, with(kernels::nuts({.target_acceptance = 0.95}), 6, 300));
}
TEST(calibration, hmc) {
  calibrate(location_scale, {{"mu", "mu"}, {"s", "s"}}, 3, with(kernels::hmc({.steps = 8, .jitter = 0.5}), 5, 300));
  calibrate(hierarchy, {{"mu", "mu"}, {"tau", "tau"}, {"z", {"z", 0}}}, 4, with(kernels::hmc({.steps = 10, .jitter = 0.5, .target_acceptance = 0.95}), 10, 300));
}
TEST(calibration, hmc_beside_gibbs) {
  const sl::selection discrete(sl::path_pattern("z"));
  calibrate(mixture, {{"p", "p"}, {"m", "m"}, {"z", {"z", 0}}}, 10,
            with(kernels::cycle(kernels::gibbs({.at = discrete}), kernels::at(!discrete, kernels::hmc({.steps = 8, .jitter = 0.5}))), 6, 200));
}
TEST(calibration, gibbs) {
  calibrate(hidden_states, {{"z", {"z", 0}}}, 11, with(kernels::gibbs(), 10, 50));
  calibrate(counts, {{"n", "n"}, {"k", "k"}}, 12, with(kernels::gibbs(), 10, 50));
}
TEST(calibration, metropolis) {
  calibrate(location_scale, {{"mu", "mu"}, {"s", "s"}}, 5, with(kernels::drift(), 60, 2000));
  calibrate(hierarchy, {{"mu", "mu"}, {"tau", "tau"}, {"z", {"z", 0}}}, 6, with(kernels::drift(), 150, 4000));
}
TEST(calibration, gibbs_beside_nuts_and_metropolis) {
  const sl::selection discrete(sl::path_pattern("z"));
  calibrate(mixture, {{"p", "p"}, {"m", "m"}, {"z", {"z", 0}}}, 7, with(kernels::cycle(kernels::gibbs({.at = discrete}), kernels::at(!discrete, kernels::nuts())), 6, 200));
  calibrate(mixture, {{"p", "p"}, {"m", "m"}, {"z", {"z", 0}}}, 8, with(kernels::cycle(kernels::gibbs({.at = discrete}), kernels::repeat(kernels::drift({.at = !discrete}), 10)), 10, 300));
}
TEST(calibration, sees_a_posterior_of_the_wrong_model) {
  const auto all = distances(location_scale, {{"mu", "mu"}, {"s", "s"}}, 9,
                             [](const auto& post, const sl::key& k) {
                               return sl::run(kernels::nuts(), sl::posterior(wrong_scale, sl::args(), post.observations()), {.chains = 8, .draws = ranks / 8, .warmup = 300, .thin = 4}, k);
                             });
  EXPECT_GT(all[1], 2.7);
}
