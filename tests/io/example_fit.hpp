#pragma once

#include <starling/inference/result.hpp>

#include <cmath>

// A small fit with every kind of thing in it: 3 chains of 5 draws.
inline starling::result example_fit() {
  using starling::variable;
  starling::result fit;
  const auto fill = [](const char* name, std::vector<std::size_t> shape, double start, variable::kinds kind = variable::kinds::real) {
    variable v{name, std::move(shape), {}, kind};
    for (std::size_t i = 0; i < 15 * v.elements(); ++i)
      v.values.push_back(kind == variable::kinds::real    ? std::sin(start + 0.37 * static_cast<double>(i))
                         : kind == variable::kinds::whole ? static_cast<double>(i)
                                                          : static_cast<double>(i % 2));
    return v;
  };
  fit.posterior = {3, 5, {fill("mu", {}, 1.0), fill("theta", {4}, 2.0), fill("X", {2, 3}, 3.0), fill("inner/x", {}, 4.0), fill("k", {}, 0.0, variable::kinds::whole), fill("on", {2}, 0.0, variable::kinds::boolean)}};
  fit.sample_stats = {3, 5, {fill("acceptance_rate", {}, 5.0), fill("lp", {}, 6.0)}};
  fit.posterior_predictive = {3, 5, {fill("y", {2}, 7.0)}};
  fit.log_likelihood = {3, 5, {fill("y", {2}, 8.0)}};
  fit.observed_data = {{"y", {2}, {28.0, 8.0}}, {"n", {}, {3.0}, variable::kinds::whole}};
  fit.attributes = {{"seed", "7"}, {"kernel", "drift"}, {"num_warmup", "10"}};
  return fit;
}
