// at(selection, nuts()): a kernel that follows a gradient, on the selected latents given all others. It is a kernel like drift and
// regenerate, to be used in cycle, mix and repeat: the way to posteriors with discrete latents, which other kernels of the cycle move.
//
// The lanes of a block end each step together: lanes whose trajectory is short wait. A posterior all of whose latents are continuous is
// better served by run(nuts(), …), where they do not.
//
// at(selection, slice()) and the like: that kernel with .at within the selection.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <starling/inference/gradient_steps.hpp>
#include <starling/inference/kernels/gradient_kernel.hpp>
#include <starling/inference/kernels/kernel.hpp>
#include <starling/inference/kernels/trajectory_counts.hpp>
#include <starling/inference/target.hpp>
#include <starling/inference/unconstrained.hpp>

namespace starling::kernels {

// prior · likelihood^β of chains that are tempered.
template <class Density>
struct tempered_density {
  const Density& of;
  const lane_temperatures<typename Density::real>& temperatures;

  using real = typename Density::real;
  std::size_t dimension() const { return of.dimension(); }
  real log_density_and_gradient(const real* q, real* gradient) const {
    const arena_scope memory;
    vector<real> whole(dimension());
    const real prior = of.log_density_and_gradient(q, gradient, true, density_kind::prior), posterior = of.log_density_and_gradient(q, whole.data());
    const auto inside = posterior > real(negative_infinity);
    const real beta = where(inside, temperatures.beta, real(0));
    for (std::size_t i = 0; i < dimension(); ++i) gradient[i] = gradient[i] + beta * (whole[i] - gradient[i]);
    return where(temperatures.beta == real(0), prior, where(inside, prior + beta * (posterior - prior), posterior));
  }
};

// Throws std::invalid_argument where `inner` says how chains start: that is decided for all latents together.
template <class K>
class at : public kernel {
 public:
  static_assert(std::derived_from<K, gradient_kernel>, "at(selection, kernel) takes nuts, hmc, mala, barker, and kernels that have .at");
  static constexpr const char* name = K::name;
  at(selection which, K inner) : which_(std::move(which)), inner_(std::move(inner)) {
    const gradient_settings &s = inner_.settings(), usual;
    if (s.start != usual.start || s.initial_radius != usual.initial_radius)
      throw std::invalid_argument(std::string(name) + ": inside at(…) a chain goes on from where it is: .start and .initial_radius say nothing here");
  }
  std::string mark() const { return which_.str() + " " + inner_.mark(); }
  at within(const selection& which) const { return at(which_ & which, inner_); }

  template <class Chains>
  struct state {
    using real = typename Chains::real;
    using density_type = unconstrained_posterior<real, typename Chains::posterior_type>;
    state(const Chains& chains, const std::vector<std::uint32_t>& moved)
        : density(std::make_unique<density_type>(chains.posterior(), std::shared_ptr<const posterior_layout<real>>(std::shared_ptr<void>(), &chains.layout()),
                                                 chains.place(), moved)),
          free(density->dimension()),
          points(density->dimension() * lanes_of<real>) {}

    std::unique_ptr<density_type> density;
    std::vector<real> free;
    std::vector<double> points;  // [lane][element]
    std::optional<gradient_steps> moves;
    bool warm = false;
    std::size_t warmup = 0;  // steps of it, once the moves are there
    trajectory_counts counts;
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
    if (!s.moves) begin(s, p.warmup ? p.steps : 0);
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
    const tempered_density<std::remove_reference_t<decltype(density)>> tempered{density, chains.temperatures()};
    if (!s.moves->step(k, chains.temperatures().used ? target::of<V>(tempered) : target::of<V>(density), q, info, p.watch)) [[unlikely]]
      throw step_interrupted();

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
    if (!p.warmup) count(info, chains.place(), s.counts);
    double rates[lanes];
    for (std::size_t l = 0; l < lanes; ++l) rates[l] = info[l].acceptance_rate;
    if constexpr (lanes == 1) return step_info<V>{moved, rates[0]};
    else return step_info<V>{moved, V::load(rates)};
  }

  template <class Archive, class State>
  void archive_state(Archive& a, State& s) const {
    bool begun = s.moves.has_value();
    a(begun, s.warm, s.warmup, s.counts);
    if (!begun) return;
    if constexpr (Archive::reads) begin(s, s.warmup);
    s.moves->archive(a);
  }
  template <class State>
  const trajectory_counts& trajectories(const State& s) const {
    return s.counts;
  }

 private:
  template <class State>
  void begin(State& s, std::size_t warmup) const {
    s.warmup = warmup;
    s.moves.emplace(inner_, s.free.size(), static_cast<std::size_t>(lanes_of<typename State::real>), s.density->place().first_lane, warmup);
  }
  template <std::size_t Lanes>
  void count(const gradient_step_info (&info)[Lanes], const run_place& place, trajectory_counts& to) const {
    const auto& s = inner_.settings();
    for (std::size_t l = 0; l < Lanes && place.first_lane + l < place.lanes; ++l) {
      ++to.steps;
      if (info[l].diverging) ++to.diverging;
      else if (s.transition == gradient_settings::transitions::tree && info[l].n_steps + 1 >= static_cast<double>(1ul << s.max_depth)) ++to.saturated;
    }
  }

  selection which_;
  K inner_;
};
template <has_selection K>
class at<K> : public K {
 public:
  at(const selection& which, const K& inner) : K(inner.within(which)) {}
};
template <class K>
at(selection, K) -> at<K>;

}  // namespace starling::kernels
