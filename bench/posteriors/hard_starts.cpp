// Posteriors whose mass lies behind a plateau or far below where chains start, and a funnel with data.
#include <cmath>

#include "study.hpp"

namespace study {

namespace {

// Hares and lynxes by Lotka and Volterra, in logarithms u, v: u' = birth − hunted exp(v), v' = fed exp(u) − death, by Strang's splitting. Priors
// as in Stan's case study (Carpenter 2018). From many starts the populations swing wildly or not at all: sigma grows, and the density is flat.
constexpr auto predator_prey = sl::gen([](auto& trace, std::size_t years) {
  using R = sl::real_of<decltype(trace)>;
  const R birth = trace("birth", sl::log_normal(-0.6, 1.0)), hunted = trace("hunted", sl::log_normal(-3.5, 1.0));
  const R death = trace("death", sl::log_normal(-0.2, 1.0)), fed = trace("fed", sl::log_normal(-3.7, 1.0));
  R u = trace("hare", sl::normal(3.4, 1.0)), v = trace("lynx", sl::normal(1.8, 1.0));
  const R sigma = trace("sigma", sl::log_normal(-1.0, 1.0));
  constexpr std::size_t steps = 4;
  constexpr double h = 1.0 / steps;
  for (std::size_t t = 0; t < years; ++t) {
    for (std::size_t k = 0; t > 0 && k < steps; ++k) {
      u += (h / 2) * (birth - hunted * sl::exp(v));
      v += h * (fed * sl::exp(u) - death);
      u += (h / 2) * (birth - hunted * sl::exp(v));
    }
    trace({"hares", t}, sl::normal(u, sigma));
    trace({"lynxes", t}, sl::normal(v, sigma));
  }
});

// Growth without end: at t = 50 a start of b = 2 expects 10^43.
constexpr auto growth = sl::gen([](auto& trace, std::size_t n) {
  const auto a = trace("a", sl::normal(0.0, 2.0)), b = trace("b", sl::normal(0.0, 2.0));
  const auto sigma = trace("sigma", sl::half_cauchy(1.0));
  for (std::size_t t = 0; t < n; ++t) trace({"y", t}, sl::normal(sl::exp(a + b * static_cast<double>(t)), sigma));
});

// A second-order difference equation whose errors grow where its roots do, as in arma11.
constexpr auto recursion = sl::gen([](auto& trace, const auto& y) {
  using R = sl::real_of<decltype(trace)>;
  const R a = trace("a", sl::normal(0.0, 2.0)), b = trace("b", sl::normal(0.0, 2.0));
  const R sigma = trace("sigma", sl::half_cauchy(2.5));
  R error(0), before(0);
  for (std::size_t t = 0; t < y.size(); ++t) {
    const R expected = a * error + b * before;
    trace({"y", t}, sl::normal(expected, sigma));
    before = error;
    error = y[t] - expected;
  }
});

// Eight schools, centred: the funnel that the data leave.
constexpr auto centred_schools = sl::gen([](auto& trace, const auto& sigma) {
  using R = sl::real_of<decltype(trace)>;
  const R mu = trace("mu", sl::normal(0.0, 5.0)), tau = trace("tau", sl::half_cauchy(5.0));
  for (std::size_t j = 0; j < sigma.size(); ++j) trace({"y", j}, sl::normal(trace({"theta", j}, sl::normal(mu, tau)), sigma[j]));
});

std::vector<double> logs(std::vector<double> x) {
  for (double& each : x) each = sl::log(each);
  return x;
}

}  // namespace

// Moments of the first three: of 8 chains of 20,000 draws (metric_study --reference), as good as 40,000 independent ones.
void add_hard_starts() {
  const auto hares = logs({30, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22, 25.4, 27.1, 40.3, 57, 76.6, 52.3, 19.5, 11.2, 7.6, 14.6, 16.2, 24.7});
  const auto lynxes = logs({4, 6.1, 9.8, 35.2, 59.4, 41.7, 19, 13, 8.3, 9.1, 7.4, 8, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1, 8.6});
  sl::choice_map seen;
  for (std::size_t t = 0; t < hares.size(); ++t) {
    seen.set({"hares", t}, hares[t]);
    seen.set({"lynxes", t}, lynxes[t]);
  }
  add("predator_prey", sl::posterior(predator_prey, sl::args(hares.size()), seen),
      {{"birth", 0, 0.54379031, 0.060530714}, {"death", 0, 0.79915704, 0.086344887}, {"fed", 0, 0.023860043, 0.0033851788}, {"hare", 0, 3.5404825, 0.08385867}, {"hunted", 0, 0.027491924, 0.0039676575}, {"lynx", 0, 1.7736063, 0.08463932}, {"sigma", 0, 0.24287978, 0.02947871}}, 40'000);
  sl::choice_map grown, series;
  std::vector<double> errors(100);
  double error = 0, before = 0;
  for (std::size_t t = 0; t < 100; ++t) {
    const double noise = sl::normal_quantile(std::fmod(0.5 + 0.6180339887498949 * static_cast<double>(t + 1), 1.0));
    if (t < 50) grown.set({"y", t}, std::exp(0.5 + 0.03 * static_cast<double>(t)) + 0.2 * noise);
    errors[t] = 0.4 * error - 0.2 * before + 0.5 * noise;
    before = error;
    error = 0.5 * noise;
  }
  for (std::size_t t = 0; t < 100; ++t) series.set({"y", t}, errors[t]);
  add("growth", sl::posterior(growth, sl::args(std::size_t{50}), grown),
      {{"a", 0, 0.49294387, 0.022501693}, {"b", 0, 0.030222724, 0.0006013539}, {"sigma", 0, 0.20451478, 0.021593683}}, 40'000);
  add("recursion", sl::posterior(recursion, sl::args(errors), series),
      {{"a", 0, 0.092977627, 0.092380031}, {"b", 0, -0.5410367, 0.094931772}, {"sigma", 0, 0.47283742, 0.034592081}}, 40'000);
  auto [known, draws] = published("eight_schools");
  std::vector<moments> centred;
  for (const auto& m : known)
    if (m.name != "theta_trans") centred.push_back(m);
  const std::vector<double> sigma{15, 10, 16, 11, 9, 11, 10, 18};
  add("centred_schools", sl::posterior(centred_schools, sl::args(sigma), sl::observe("y", std::vector<double>{28, 8, -3, 7, -1, 1, 18, 12})), centred, draws);
}

}  // namespace study
