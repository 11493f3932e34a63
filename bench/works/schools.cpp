// Eight schools, non-centred, with NUTS: 4 chains of 1,000 warm-up steps and 1,000 draws.
#include <starling/distributions/half_cauchy.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_gradient.hpp>

#include "works/repeated_fit.hpp"
#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr auto schools = sl::gen([](auto& trace, const auto& sigma) {
  const auto mu = trace("mu", sl::normal(0.0, 5.0));
  const auto tau = trace("tau", sl::half_cauchy(5.0));
  for (std::size_t j = 0; j < sigma.size(); ++j) trace({"y", j}, sl::normal(mu + tau * trace({"raw", j}, sl::normal(0.0, 1.0)), sigma[j]));
});

auto schools_posterior() {
  return sl::posterior(schools, sl::args(std::vector<double>{15, 10, 16, 11, 9, 11, 10, 18}),
                       sl::observe("y", std::vector<double>{28, 8, -3, 7, -1, 1, 18, 12}));
}

}  // namespace

prepared_work prepare_schools_nuts(const work_options&) {
  const auto fit = [](const auto& post, const sl::key& k) { return sl::run(sl::kernels::nuts(), post, {.chains = 4, .threads = 1}, k); };
  return repeated_fit(schools_posterior(), fit, [](const sl::result& r) { return effective_draws(r, 1.02); });
}

}  // namespace bench
