// Influenza in an English boarding school, 1978 (BMJ 1978, 1:587): 763 boys, how many were in bed on each of 14 days. The code of docs/epidemic.md.
// With arguments it is a program: epidemic sample data file=influenza.json output file=fit.nc report=fit.html.
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include <starling/distributions/negative_binomial_2.hpp>
#include <starling/distributions/truncated.hpp>
#include <starling/starling.hpp>

namespace sl = starling;

// model
// Susceptible, infected and recovered boys: S' = -beta S I / N, I' = beta S I / N - gamma I, R' = gamma I.
constexpr auto epidemic = sl::gen([](auto& trace, const std::vector<double>& days, double boys) {
  using R = sl::real_of<decltype(trace)>;
  const R beta = trace("beta", sl::truncated(sl::normal(2.0, 1.0), 0.0, INFINITY));    // infections a day by one boy among susceptible ones
  const R gamma = trace("gamma", sl::truncated(sl::normal(0.4, 0.5), 0.0, INFINITY));  // 1 / days until he recovers
  const R spread = trace("spread", sl::exponential(5.0));                              // of what is counted, beyond Poisson's

  const auto change = [&](double, const std::array<R, 3>& y) {
    const R infections = beta * y[0] * y[1] / boys, recoveries = gamma * y[1];
    return std::array<R, 3>{-infections, infections - recoveries, recoveries};
  };
  const auto path = sl::ode_rk45(change, std::array<R, 3>{R(boys - 1), R(1.0), R(0.0)}, 0.0, days);
  for (std::size_t t = 0; t < days.size(); ++t) trace({"in_bed", t}, sl::negative_binomial_2(path.states[t][1], 1.0 / spread));

  trace.note("R0", beta / gamma);
  trace.note("days_ill", 1.0 / gamma);
});

// program
auto with_data(const sl::data& d) {
  const auto in_bed = d.vector("in_bed", {.lower = 0});
  return sl::posterior(epidemic, sl::args(sl::linspace(1, static_cast<double>(in_bed.size()), in_bed.size()), d.real("boys", {.lower = 1})), sl::observe("in_bed", in_bed));
}

int main(int argc, char** argv) {
  if (argc > 1)
    return sl::program(argc, argv, with_data, sl::kernels::nuts(), {.about = "An epidemic: susceptible, infected, recovered.", .dims = {{"in_bed", {"day"}}}});

  // by hand
  const auto post = with_data(sl::data::from_text(R"({"boys": 763, "in_bed": [3, 8, 26, 76, 225, 298, 258, 233, 189, 128, 68, 29, 14, 4]})"));
  const auto fit = sl::run(sl::kernels::nuts(), post, {.chains = 4, .draws = 1000, .warmup = 1000}, sl::key(1));
  for (const auto& row : sl::summarise(fit))
    if (row.name == "beta" || row.name == "gamma" || row.name == "R0") std::printf("%-5s %.1f, R-hat %.2f\n", row.name.c_str(), row.mean, row.r_hat);
  for (const auto& warning : fit.warnings) std::printf("warning: %s\n", warning.c_str());
}
