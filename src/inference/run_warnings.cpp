#include "inference/run_warnings.hpp"

#include <algorithm>
#include <cmath>

namespace starling {

namespace {

std::string enumerated(const std::vector<std::string>& of) {
  std::string text;
  for (std::size_t i = 0; i < of.size(); ++i) text += (i == 0 ? "" : i + 1 == of.size() ? " and "
                                                                                        : ", ") +
                                                      of[i];
  return text;
}

}  // namespace

void tell_dropped_chains(const std::vector<std::size_t>& draws_of_chains, std::size_t kept, result& r) {
  std::vector<std::string> chains, had;
  for (std::size_t c = 0; c < draws_of_chains.size(); ++c) {
    if (draws_of_chains[c] >= kept) continue;
    chains.push_back(std::to_string(c));
    had.push_back(std::to_string(draws_of_chains[c]));
  }
  if (chains.empty()) return;
  constexpr std::size_t most = 12;
  const std::size_t all = chains.size();
  if (all > most) {
    chains.resize(most);
    had.resize(most);
    chains.push_back(std::to_string(all - most) + " more");
    had.push_back("so on");
  }
  const bool one = all == 1;
  r.warnings.push_back("the run was stopped: chain" + std::string(one ? " " : "s ") + enumerated(chains) + (one ? " is" : " are") + " dropped, having " +
                       enumerated(had) + " of the " + std::to_string(kept) + " draws that are kept of each of the others; the result counts those from 0 anew");
}

void tell_still(const variable& latent, result& r) {
  const std::size_t chains = r.posterior.chains, draws = r.posterior.draws, n = latent.elements();
  if (draws < enough_to_tell_still || latent.kind != variable::kinds::real || n == 0) return;
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  std::size_t still = 0;
  for (std::size_t c = 0; c < chains; ++c) {
    const double* const first = latent.values.data() + c * draws * n;
    const bool there = std::any_of(first, first + n, [](double x) { return !std::isnan(x); });
    if (there && std::equal(first, first + (draws - 1) * n, first + n, same)) ++still;
  }
  tell_still(latent.name, still, chains, r);
}

void tell_still(const std::string& latent, std::size_t still, std::size_t chains, result& r) {
  if (still != 0)
    r.warnings.push_back(latent + " did not move in " + std::to_string(still) + " of " + std::to_string(chains) +
                         " chains: no kernel moves it, or no step was accepted. Take smaller steps; simplexes and other vectors that are constrained as a whole cannot move number by number, they need "
                         "nuts (within a cycle kernels::at(…, nuts())), regenerate or a proposal");
}

}  // namespace starling
