// Fitting guides that are programs: eight schools, with a guide in which the schools depend on what they share (docs/fitting.md).
#include <cstdio>
#include <string>
#include <vector>

#include <starling/starling.hpp>

namespace sl = starling;

const std::vector<double> errors{15, 10, 16, 11, 9, 11, 10, 18}, y{28, 8, -3, 7, -1, 1, 18, 12};

constexpr auto schools = sl::gen([](auto& trace, const auto& sigma) {
  const auto mu = trace("mu", sl::normal(0.0, 5.0));
  const auto tau = trace("tau", sl::half_cauchy(5.0));
  for (std::size_t j = 0; j < sigma.size(); ++j) {
    const auto theta = trace({"theta", j}, sl::normal(mu, tau));
    trace({"y", j}, sl::normal(theta, sigma[j]));
  }
});

// A school's effect leans on mu and tau as the posterior does; how much is learned.
const auto guide = sl::gen([](auto& trace) {
  const auto mu = trace("mu", sl::normal(trace.param("mu_at", 4.0), sl::exp(trace.param("mu_width", 1.0))));
  const auto tau = trace("tau", sl::log_normal(trace.param("tau_at", 1.0), sl::exp(trace.param("tau_width", -0.5))));
  const auto shift = trace.param("shift", std::vector<double>(8, 0.0));
  for (std::size_t j = 0; j < 8; ++j) {
    const auto share = tau * tau / (tau * tau + errors[j] * errors[j]);  // of what is seen of a school, given mu and tau
    trace({"theta", j}, sl::normal(mu + share * (y[j] - mu + shift[j]), sl::sqrt(share) * errors[j]));
  }
});

int main() {
  const sl::posterior post(schools, sl::args(errors), sl::observe("y", y));
  const sl::fit_options options{.steps = 2000, .samples = 16, .average_last = 0.25};
  const sl::adam climb{.rate = sl::cosine(0.03, 2000)};

  const auto fit = sl::fit(sl::objectives::elbo(), post, guide, climb, options, sl::key(1));
  std::printf("elbo           %.2f\n", fit.value);

  // K draws together: nearer to the log evidence.
  const auto tighter = sl::fit(sl::objectives::iwelbo(16), post, guide, climb, options, sl::key(2));
  std::printf("iwelbo, K = 16 %.2f\n", tighter.value);

  // Drawn from, the guide is a generative function like any other.
  const auto draws = sl::simulate(sl::with_parameters(guide, fit.parameters), sl::args(), sl::key(3), sl::lanes(20'000));
  double mean = 0;
  for (const double x : draws["mu"]) mean += x / 20'000;
  std::printf("mean of mu     %.1f\n", mean);

  // An objective of your own: any function of the log weights, here the mean of the two bounds.
  const auto own = sl::objectives::of_log_weights(4, [](const auto& w) {
    auto sum = w[0];
    for (std::size_t k = 1; k < w.size(); ++k) sum = sum + w[k];
    return 0.5 * (sum / 4.0) + 0.5 * (sl::log_sum_exp(w) - 1.3862943611198906);
  });
  const auto between = sl::fit(own, post, guide, climb, options, sl::key(4));
  std::printf("between them   %.2f\n", between.value);
  for (const auto& warning : between.warnings) std::printf("%s\n", warning.c_str());
}
