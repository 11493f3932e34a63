#include <starling/inference/proposed_importance.hpp>

#include <cmath>
#include <stdexcept>

#include <starling/diagnostics/psis.hpp>

#include "diagnostics/number_text.hpp"
#include "inference/normal_approximation.hpp"

namespace starling {

bool is_defensive(std::size_t b, double share) {
  return share > 0 && std::ceil(static_cast<double>(b + 1) * share) > std::ceil(static_cast<double>(b) * share);
}

void check_proposal_options(const proposal_options& o) {
  if (!(o.defensive >= 0 && o.defensive < 1)) throw std::invalid_argument("importance: .defensive must be at least 0 and below 1, got " + number_text(o.defensive));
}

void tell_pareto_k(result& r) {
  const double k = psis(r.log_weights).pareto_k;
  r.attributes.push_back({"pareto_k", number_text(k, "%.3f")});
  if (!(k > 0.7) || !std::isfinite(k)) return;  // infinite: the tail is too short to tell
  r.warnings.push_back(said_of_pareto_k("weights", k, 0.7) + ": their tail is too heavy for these estimates to be trusted; mend the proposal or raise .defensive");
}

}  // namespace starling
