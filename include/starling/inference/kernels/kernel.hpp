// What a kernel is.
//
// A kernel moves chains and leaves the posterior unchanged. It is a value with
//   auto start(Chains& chains) const             what it keeps a block of chains: tuning, places of latents
//   step_info<V> step(const key& k, Chains& chains, State& state, phase p) const      one step of every lane
// `Chains` is lane_chains<V, Posterior>: W chains in lanes, current state and candidate. In the warm-up a kernel may adapt; once it
// is over nothing changes any more. Kernels compose: cycle, mix, repeat.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <starling/inference/lane_chains.hpp>
#include <starling/inference/metropolis.hpp>
#include <starling/random/stream.hpp>
#include <starling/traces/selection.hpp>

namespace starling::kernels {

// The base that makes a type a kernel.
struct kernel {};

template <class K>
concept kernel_type = std::derived_from<std::remove_cvref_t<K>, kernel>;

// Where a chain is: `step` counts the warm-up's steps while it lasts, `steps` is how many it has.
struct phase {
  bool warmup = false;
  std::size_t step = 0, steps = 0;
};

inline bool holds(const std::vector<std::uint32_t>& sites, std::uint32_t k) {
  for (const auto s : sites)
    if (s == k) return true;
  return false;
}

// The end of a step: the candidate becomes the current state with probability min(1, ratio), by a coin of its own.
template <class V, class Chains>
step_info<V> accept_or_reject(const key& k, Chains& chains, const V& log_ratio) {
  stream<V> coin(k.scope(hash_text("accept")), chains.place().first_lane);
  coin.visit(0);
  const auto info = metropolis<V>(log_ratio, coin.uniform());
  chains.accept(info.accepted);
  return info;
}

// For kernels that move a fixed set of choices.
template <class Chains>
void refuse_conditional(const Chains& chains, const char* kernel_name) {
  if (chains.is_conditional())
    throw std::invalid_argument(std::string(kernel_name) + ": posteriors with choices that are there under a condition only are not moved by it; use regenerate or drift");
}

// The latents of a posterior that a selection holds. Throws where it holds none, naming the latents that there are.
template <class V>
std::vector<std::uint32_t> selected_latents(const posterior_layout<V>& layout, const selection& at, const char* kernel_name) {
  std::vector<std::uint32_t> sites;
  std::string known;
  for (const auto k : layout.latents) {
    const path where = layout.structure->path_of(k);
    if (at.contains(where)) sites.push_back(k);
    if (known.size() < 200) known += (known.empty() ? "" : ", ") + where.str();
  }
  if (sites.empty())
    throw std::invalid_argument(std::string(kernel_name) + ": the selection " + at.str() + " holds no latent of the posterior; its latents are " +
                                (known.empty() ? "none" : known));
  return sites;
}

}  // namespace starling::kernels
