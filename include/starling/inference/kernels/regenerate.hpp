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
  explicit regenerate(regenerate_options options = {}) : options_(std::move(options)) {}

  template <class Chains>
  auto start(Chains& chains) const {
    chains.keep_densities();
    const auto& sites = chains.structure().sites();
    std::vector<std::int64_t> plan(sites.size());
    for (std::size_t k = 0; k < plan.size(); ++k) plan[k] = static_cast<std::int64_t>(k);
    for (const auto k : selected_latents(chains.layout(), options_.at, name)) plan[k] = -1;
    return plan;
  }

  template <class Chains>
  auto step(const key& k, Chains& chains, const std::vector<std::int64_t>& plan, const phase&) const {
    using V = typename Chains::real;
    const V weight = chains.candidate_by_regenerate(plan, k);
    stream<V> coin(k.scope(hash_text("accept")), chains.place().first_lane);
    coin.visit(0);
    const auto info = metropolis<V>(weight, coin.uniform());
    chains.accept(info.accepted);
    return info;
  }

 private:
  regenerate_options options_;
};

}  // namespace starling::kernels
