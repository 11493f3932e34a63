// Variational inference: guides of three kinds on eight schools (Rubin 1981), and how to see which of them is to be trusted.
#include <cstdio>
#include <vector>

#include <starling/starling.hpp>

namespace sl = starling;

// How the effects of the schools depend on their mean and spread: themselves (centred), or by standard normals (non-centred).
constexpr auto schools = sl::gen([](auto& trace, const auto& errors, bool centred) {
  const auto mu = trace("mu", sl::normal(0.0, 5.0));
  const auto tau = trace("tau", sl::half_cauchy(5.0));
  for (std::size_t j = 0; j < errors.size(); ++j) {
    const auto theta = centred ? trace({"theta", j}, sl::normal(mu, tau)) : mu + tau * trace({"theta", j}, sl::normal(0.0, 1.0));
    trace({"y", j}, sl::normal(theta, errors[j]));
  }
});
const std::vector<double> y{28, 8, -3, 7, -1, 1, 18, 12}, errors{15, 10, 16, 11, 9, 11, 10, 18};

void fit_and_tell(const char* name, bool centred, sl::guide_family guide) {
  const sl::posterior post(schools, sl::args(errors, centred), sl::observe("y", y));
  const auto fit = sl::advi(post, {.guide = guide}, sl::key(1));
  const auto rows = sl::summarise(fit);
  std::printf("%-24s ELBO %.1f, mu %.0f, %s\n", name, fit.elbo, rows[0].mean, fit.warnings.empty() ? "no warning" : "warns");
}

int main() {
  fit_and_tell("centred, mean-field", true, sl::guide_family::mean_field);
  fit_and_tell("centred, full-rank", true, sl::guide_family::full_rank);
  fit_and_tell("non-centred, mean-field", false, sl::guide_family::mean_field);

  const sl::posterior post(schools, sl::args(errors, false), sl::observe("y", y));
  const auto fit = sl::advi(post, {.guide = sl::guide_family::low_rank, .weighted = true}, sl::key(1));
  const double k = fit.pareto_k, ess = *fit.ess;
  for (const auto& warning : fit.warnings) std::printf("%s\n", warning.c_str());
  for (const auto& record : fit.history) std::printf("%s", record.gradients > 0 ? "" : "?");

  const auto draws = fit.guide.draw(1000, sl::key(2));  // [draw][free number], without the model and its data
  const double log_q = fit.guide.log_density(draws.data());
  std::printf("non-centred, low-rank: %s k, %s weights, %zu numbers of the guide's draws, log q %s\n", k < 0.7 ? "good" : "poor", ess > 200 ? "good" : "poor", draws.size(),
              log_q < 0 ? "below 0" : "above 0");
}
