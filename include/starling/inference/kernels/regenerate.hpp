// Metropolis–Hastings that redraws selected latents from the model: by default all of them.
#pragma once

#include <starling/inference/kernels/kernel.hpp>

namespace starling::kernels {

struct regenerate_options {
  selection at = starling::all;  // of the latents; observations are never redrawn
};

class regenerate : public kernel {
 public:
  static constexpr const char* name = "regenerate";
  static constexpr bool is_memoryless = true;
  explicit regenerate(regenerate_options options = {}) : options_(std::move(options)) {}
  std::string mark() const { return options_.at.str(); }
  regenerate within(const selection& which) const { return regenerate(options_within(options_, which)); }

  template <class Chains>
  auto start(Chains& chains) const {
    if constexpr (Chains::is_dynamic) return 0;
    else return plan_of(chains);
  }

  template <class Chains, class State>
  auto step(const key& k, Chains& chains, const State& plan, const phase&) const {
    using V = typename Chains::real;
    V weight;
    if constexpr (Chains::is_dynamic) weight = chains.candidate_by_regenerate(options_.at, k);
    else weight = chains.candidate_by_regenerate(plan, k);
    return accept_or_reject<V>(k, chains, weight);
  }

 private:
  template <class Chains>
  site_plan plan_of(Chains& chains) const {
    chains.keep_densities();
    const auto& sites = chains.structure().sites();
    std::vector<std::uint8_t> selected(sites.size());
    for (const auto k : selected_latents(chains.layout(), options_.at, name)) selected[k] = 1;
    site_plan plan(sites.size());
    for (std::uint32_t k = 0; k < plan.size(); ++k) {
      const std::uint32_t first = sites[k].again ? sites[k].first : k;
      plan[k] = {{}, selected[first] ? -1 : static_cast<std::int64_t>(first), sites[k].is_conditional()};
    }
    return plan;
  }

  regenerate_options options_;
};

}  // namespace starling::kernels
