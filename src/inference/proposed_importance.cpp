#include <starling/inference/proposed_importance.hpp>

#include <cmath>
#include <cstdio>
#include <stdexcept>

#include <starling/diagnostics/psis.hpp>

namespace starling {

bool is_defensive(std::size_t b, double share) {
  return share > 0 && std::ceil(static_cast<double>(b + 1) * share) > std::ceil(static_cast<double>(b) * share);
}

void check_proposal_options(const proposal_options& o) {
  if (!(o.defensive >= 0 && o.defensive < 1)) throw std::invalid_argument("importance: .defensive must be at least 0 and below 1, got " + std::to_string(o.defensive));
}

void tell_pareto_k(result& r) {
  const double k = psis(r.log_weights).pareto_k;
  char text[200];
  std::snprintf(text, sizeof text, "%.3f", k);
  r.attributes.push_back({"pareto_k", text});
  if (!(k > 0.7) || !std::isfinite(k)) return;  // infinite: the tail is too short to tell
  std::snprintf(text, sizeof text, "Pareto's k of the weights is %.2f, above 0.7: their tail is too heavy for these estimates to be trusted; mend the proposal or raise .defensive", k);
  r.warnings.emplace_back(text);
}

}  // namespace starling
