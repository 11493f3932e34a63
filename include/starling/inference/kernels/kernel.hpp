// What a kernel is.
//
// A kernel moves chains and leaves the posterior unchanged. It is a value with
//   auto start(Chains& chains) const             what it keeps a block of chains: tuning, places of latents
//   step_info<V> step(const key& k, Chains& chains, State& state, phase p) const      one step of every lane
// What adapts in the state is saved with a checkpoint: the state has `template <class Archive> void archive(Archive& a)` (archive.hpp), or the
// kernel has archive_state(a, state); `std::string mark() const` tells the kernel's options. A kernel whose state is as start() makes it has `static constexpr bool is_memoryless = true`.
// `Chains` is lane_chains<V, Posterior>: W chains in lanes, current state and candidate. In the warm-up a kernel may adapt; once it
// is over nothing changes any more. Kernels compose: cycle, mix, repeat.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <typeinfo>
#include <vector>

#include <starling/inference/lane_chains.hpp>
#include <starling/inference/metropolis.hpp>
#include <starling/inference/progress.hpp>
#include <starling/random/stream.hpp>
#include <starling/traces/selection.hpp>

namespace starling::kernels {

// The base that makes a type a kernel.
struct kernel {};

template <class K>
concept kernel_type = std::derived_from<std::remove_cvref_t<K>, kernel>;

// Where a chain is: `step` counts the warm-up's steps while it lasts, `steps` is how many it has. `watch` may be asked within a step that takes long, which
// then ends by step_interrupted: chains and states are somewhere in it. Null: the step is to be finished.
struct phase {
  bool warmup = false;
  std::size_t step = 0, steps = 0;
  const progress* watch = nullptr;
};
struct step_interrupted {};

// Kernels of which at(selection, kernel) makes one for some of its latents: `within(selection)`.
template <class K>
concept has_selection = requires(const K& k, const selection& which) { k.within(which); };
// Options whose .at keeps what a selection holds.
template <class Options>
Options options_within(Options o, const selection& which) {
  o.at = o.at & which;
  return o;
}

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

// What a kernel is, for a checkpoint: another one is refused. Kernels with options have `mark()`.
template <class Kernel>
std::string mark_of(const Kernel& kernel) {
  std::string mark = typeid(Kernel).name();
  if constexpr (requires { kernel.mark(); }) mark += " " + kernel.mark();
  return mark;
}
template <class Kernels>
std::string marks_of(const Kernels& kernels) {
  return std::apply([](const auto&... k) { return (std::string() + ... + (mark_of(k) + " ")); }, kernels);
}

// Saves what a kernel keeps, or restores it. Throws std::invalid_argument for a kernel that does not say how.
template <class Archive, class Kernel, class State>
void archive_state(Archive& a, const Kernel& kernel, State& state) {
  if constexpr (requires { kernel.archive_state(a, state); }) kernel.archive_state(a, state);
  else if constexpr (requires { state.archive(a); }) state.archive(a);
  else if constexpr (!requires { requires Kernel::is_memoryless; })
    throw std::invalid_argument(std::string(Kernel::name) + ": a run with this kernel cannot go on from a checkpoint: its state has no archive()");
}

// For kernels that move a fixed set of choices: throws where some exist under a condition only.
template <class Chains>
void refuse_conditional(const Chains& chains, const char* kernel_name) {
  if (chains.is_conditional())
    throw std::invalid_argument(std::string(kernel_name) + " cannot move a posterior whose choices exist only under a condition; use regenerate or drift");
}

// Kernels whose chains are compiled in the library (src/inference/lanes): they score and examine, and run the body under nothing else.
template <class Kernel>
inline constexpr bool is_compiled = false;
template <>
inline constexpr bool is_compiled<class drift> = true;

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
