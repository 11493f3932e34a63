#include "inference/sampling_chain.hpp"

#include <string>

namespace starling {

void check_inverse_metric(const kernels::gradient_settings& s, std::size_t d) {
  const auto& m = s.inverse_metric;
  if (m.empty()) return;
  if (m.size() != d && m.size() != d * d)
    throw std::invalid_argument(std::string(s.name) + ": inverse_metric has " + std::to_string(m.size()) + " numbers; " + std::to_string(d) +
                                " unconstrained elements need as many variances, or their square for a matrix");
  const auto given = m.size() == d ? trajectories::metric::diagonal(m) : trajectories::metric::dense(m, d);
  if (!given.valid()) throw std::invalid_argument(std::string(s.name) + ": inverse_metric is not positive definite");
}

}  // namespace starling
