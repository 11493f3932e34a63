#pragma once

#include <starling/distributions/gamma.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_program.hpp>
#include <starling/io/program.hpp>
#include <starling/models/posterior.hpp>

#include <string>
#include <vector>

// A program whose posterior is known: theta[k] ~ normal(0, 2) and y[k] ~ normal(theta[k], sigma[k]) for three schools; rate ~ gamma(3, 2) is not observed.
inline constexpr auto three_schools = starling::gen([](auto& trace, const auto& sigma) {
  using R = starling::real_of<decltype(trace)>;
  starling::vector<R> twice(sigma.size());
  for (std::size_t k = 0; k < sigma.size(); ++k) {
    const R theta = trace({"theta", k}, starling::normal(0.0, 2.0));
    trace({"y", k}, starling::normal(theta, sigma[k]));
    twice[k] = 2.0 * theta;
  }
  trace("rate", starling::gamma(3.0, 2.0));
  trace.note("twice", twice);
});
inline constexpr const char* three_schools_data = R"({"J": 3, "sigma": [1, 2, 3], "y": [1, -1, 5], "school": ["Ann", "Bob", "Cleo"]})";

inline int run_three_schools(std::vector<std::string> words) {
  words.insert(words.begin(), "three_schools");
  std::vector<char*> argv;
  for (auto& w : words) argv.push_back(w.data());
  return starling::program(
      static_cast<int>(argv.size()), argv.data(),
      [](const starling::data& d) {
        const auto J = d.size("J");
        return starling::posterior(three_schools, starling::args(d.vector("sigma", J)), starling::observe("y", d.vector("y", J)));
      },
      starling::kernels::nuts(), {.dims = {{"theta", {"school"}}, {"y", {"school"}}, {"sigma", {"school"}}}});
}
