// at(selection, nuts()): a kernel that follows a gradient, on the selected latents given all others. It is a kernel like drift and
// regenerate, to be used in cycle, mix and repeat: the way to posteriors with discrete latents, which other kernels of the cycle move.
//
// The lanes of a block end each step together: lanes whose trajectory is short wait. A posterior all of whose latents are continuous is
// better served by run(nuts(), …), where they do not.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <starling/inference/gradient_steps.hpp>
#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/kernels/kernel.hpp>
#include <starling/inference/target.hpp>
#include <starling/inference/unconstrained.hpp>

namespace starling::kernels {

template <class K>
class at : public kernel {
 public:
  static_assert(std::derived_from<K, gradient_kernel>, "at(selection, kernel) takes nuts, hmc, mala or barker; drift, regenerate and slice have .at");
  static constexpr const char* name = K::name;
  at(selection which, K inner) : which_(std::move(which)), inner_(std::move(inner)) {}

  template <class Chains>
  struct state {
    using real = typename Chains::real;
    using density_type = unconstrained_posterior<real, typename Chains::posterior_type>;
    state(const Chains& chains, const std::vector<std::uint32_t>& moved)
        : density(std::make_unique<density_type>(chains.posterior(), std::shared_ptr<const posterior_layout<real>>(std::shared_ptr<void>(), &chains.layout()),
                                                 chains.place(), moved)),
          free(density->dimension()), points(density->dimension() * lanes_of<real>) {}

    std::unique_ptr<density_type> density;
    std::vector<real> free;
    std::vector<double> points;  // [lane][element]
    std::optional<gradient_steps> moves;
    bool warm = false;
  };

  template <class Chains>
  auto start(Chains& chains) const {
    static_assert(!Chains::is_dynamic, "kernels that follow a gradient need a model whose structure is found once: sl::gen without sl::dynamic");
    refuse_conditional(chains, name);
    return state<Chains>(chains, selected_latents(chains.layout(), which_, name));
  }

  template <class Chains, class State>
  auto step(const key& k, Chains& chains, State& s, const phase& p) const {
    using V = typename Chains::real;
    constexpr auto lanes = static_cast<std::size_t>(lanes_of<V>);
    const std::size_t d = s.free.size();
    if (!s.moves) s.moves.emplace(inner_, d, lanes, chains.place().first_lane, p.warmup ? p.steps : 0);
    if (!p.warmup && !std::exchange(s.warm, true)) s.moves->end_warmup();

    auto& density = *s.density;
    density.set_choices(chains.current_values());
    density.free_numbers(s.free.data());
    double* q[lanes];
    gradient_step_info info[lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
      q[l] = s.points.data() + l * d;
      for (std::size_t i = 0; i < d; ++i) q[l][i] = number_in(s.free[i], static_cast<int>(l));
    }
    s.moves->step(k, target::of<V>(density), q, info);

    auto moved = mask_of<V>(false);
    for (std::size_t i = 0; i < d; ++i) {
      const V next = element_of_points<V>(q, i);
      moved = moved | !(next == s.free[i]);
      s.free[i] = next;
    }
    chains.begin_candidate();
    density.choices(s.free.data(), chains.candidate_values());
    const V score = chains.candidate_score();
    moved = moved & (score > V(negative_infinity));
    chains.accept(moved);
    double rates[lanes];
    for (std::size_t l = 0; l < lanes; ++l) rates[l] = info[l].acceptance_rate;
    if constexpr (lanes == 1) return step_info<V>{moved, rates[0]};
    else return step_info<V>{moved, V::load(rates)};
  }

 private:
  selection which_;
  K inner_;
};
template <class K>
at(selection, K) -> at<K>;

}  // namespace starling::kernels
