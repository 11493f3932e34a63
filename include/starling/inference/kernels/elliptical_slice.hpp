// Elliptical slice sampling (Murray, Adams, MacKay: AISTATS 2010) for latents with a Gaussian prior: no tuning, no rejection, whatever the
// correlations of the prior. With the prior N(m, Σ), ν drawn from it and log y = log L(x) + log u, points
//   x(θ) = m + (x − m) cos θ + (ν − m) sin θ
// are tried at angles from a bracket that shrinks towards 0 until log L(x(θ)) > log y. L is everything but the prior of the selected
// latents, all of which move together; their priors must not depend on each other (on other latents they may), which is checked at the start.
#pragma once

#include <numbers>
#include <utility>
#include <vector>

#include <starling/distributions/iid.hpp>
#include <starling/inference/kernels/kernel.hpp>
#include <starling/values/log.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling::kernels {

struct elliptical_slice_options {
  selection at = starling::all;  // of the latents: normal, iid normal or multivariate normal ones
};

template <class D>
concept gaussian = requires(const D& d) { d.mean_at(std::size_t{0}); };

// Runs over latents that stand in a tile: the log density of the selected ones; where wanted, their means and fresh draws, at their offsets. Given
// other values of them, `at`, it is these whose density it sums, and finds at each site: it depends on other selected latents where it differs
// between two tiles.
template <class V>
class gaussian_prior_handler : public site_handler<gaussian_prior_handler<V>, reading<V, frozen_walk, true, true>> {
 public:
  using base = site_handler<gaussian_prior_handler<V>, reading<V, frozen_walk, true, true>>;
  gaussian_prior_handler(frozen_walk& walk, const key& k, tile<V> t, const run_place& place, const std::vector<std::uint8_t>& selected, V* means, V* draws)
      : base(walk, k, t, place), selected_(selected), means_(means), draws_(draws) {}
  const V& prior() const { return prior_; }
  // `densities`: [site].
  void look_at(const V* at, V* densities) {
    at_ = at;
    densities_ = densities;
  }

 private:
  friend base;
  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    const X x = this->run.template value_in_place<X>(k);
    if (!selected_[k]) return x;
    if constexpr (gaussian<D>) {
      if (at_) {
        densities_[k] = V(d.log_density(take<X>(at_ + this->run.body.walk.slot(k).offset, this->run.at(k).type)));
        return x;
      }
      prior_ += V(d.log_density(x));
      if (!draws_) return x;
      const std::uint32_t offset = this->run.body.walk.slot(k).offset;
      put(draws_ + offset, this->run.template draw<X>(k, d));
      for (std::uint32_t e = 0; e < this->run.at(k).type.size(); ++e) means_[offset + e] = V(d.mean_at(e));
    } else {
      throw std::invalid_argument("elliptical_slice: the prior of the latent at " + this->run.body.walk.current().path_of(k).str() + " (" + std::string(D::name) +
                                  ") is not normal; name those that are in .at");
    }
    return x;
  }

  const std::vector<std::uint8_t>& selected_;
  V *means_, *draws_;
  const V* at_ = nullptr;
  V* densities_ = nullptr;
  V prior_ = V(0);
};

class elliptical_slice : public kernel {
 public:
  static constexpr const char* name = "elliptical_slice";
  static constexpr bool is_memoryless = true;
  explicit elliptical_slice(elliptical_slice_options options = {}) : options_(std::move(options)) {}
  std::string mark() const { return options_.at.str(); }
  elliptical_slice within(const selection& which) const { return elliptical_slice(options_within(options_, which)); }

  template <class V>
  struct state {
    std::vector<std::uint8_t> selected;  // of all sites
    std::vector<element_run> moved;
    std::vector<V> means, draws, start;  // by offsets
  };

  template <class Chains>
  auto start(Chains& chains) const {
    static_assert(!Chains::is_dynamic, "elliptical_slice needs a model whose structure is found once: sl::gen without sl::dynamic");
    using V = typename Chains::real;
    refuse_conditional(chains, name);
    const auto sites = selected_latents(chains.layout(), options_.at, name);
    const std::size_t n = chains.structure().elements();
    state<V> s{std::vector<std::uint8_t>(chains.structure().sites().size()), element_runs(chains.structure(), sites), std::vector<V>(n), std::vector<V>(n), std::vector<V>(n)};
    for (const auto k : sites) s.selected[k] = 1;
    prior(chains, s, chains.current_values(), key(0), s.means.data(), s.draws.data());
    refuse_dependent(chains, s);
    return s;
  }

  // acceptance_rate: 1 over the points tried.
  template <class Chains, class State>
  auto step(const key& k, Chains& chains, State& s, const phase&) const {
    using V = typename Chains::real;
    using mask = mask_of<V>;
    const key own = k.scope(hash_text(name));
    stream<V> numbers(own.scope(hash_text("angle")), chains.place().first_lane);
    std::uint32_t visits = 0;
    const auto uniform = [&] {
      numbers.visit(visits++);
      return V(numbers.uniform());
    };
    const V level = chains.score() - prior(chains, s, chains.current_values(), own, s.means.data(), s.draws.data()) + log(uniform());
    const V turn(static_cast<scalar_of<V>>(2 * std::numbers::pi));
    V angle = turn * uniform(), high = angle, low = angle - turn, tried(0);
    chains.begin_candidate();
    const V* const now = chains.current_values();
    V* const next = chains.candidate_values();
    mask looking = mask(true);
    V score(0);
    while (true) {
      const V c = cos(angle), w = sin(angle);
      for (const auto [first, size] : s.moved)
        for (std::uint32_t e = first; e < first + size; ++e)
          next[e] = where(looking, s.means[e] + (now[e] - s.means[e]) * c + (s.draws[e] - s.means[e]) * w, next[e]);
      tried = tried + where(looking, V(1), V(0));
      score = chains.candidate_score();
      const V likelihood = score - prior(chains, s, next, own, nullptr, nullptr);
      // At angle 0 the point is the old one: it would be accepted but for rounding.
      const mask done = looking & ((likelihood > level) | !(abs(high - low) > V(static_cast<scalar_of<V>>(1e-6))));
      looking = looking & !done;
      if (!any(looking)) break;
      high = where(mask(looking & (angle >= V(0))), angle, high);
      low = where(mask(looking & (angle < V(0))), angle, low);
      angle = where(looking, low + (high - low) * uniform(), angle);
    }
    const mask moves = score > V(negative_infinity);
    chains.accept(moves);
    return step_info<V>{moves, V(1) / tried};
  }

 private:
  template <class Chains, class State>
  void refuse_dependent(Chains& chains, State& s) const {
    using V = typename Chains::real;
    const std::size_t sites = s.selected.size();
    std::vector<V> here(sites, V(0)), there(sites, V(0)), moved(chains.current_values(), chains.current_values() + s.means.size());
    for (const auto [first, size] : s.moved)
      for (std::uint32_t e = first; e < first + size; ++e) moved[e] = s.draws[e];
    prior(chains, s, chains.current_values(), key(0), nullptr, nullptr, here.data());
    prior(chains, s, moved.data(), key(0), nullptr, nullptr, there.data());
    for (std::uint32_t k = 0; k < sites; ++k)
      if (any(!(here[k] == there[k])))
        throw std::invalid_argument("elliptical_slice: the prior of the latent at " + chains.structure().path_of(k).str() +
                                    " depends on another latent that it moves; move them one by one, cycle(elliptical_slice({.at = \"…\"}), …), or write the prior "
                                    "non-centred");
  }

  // The log prior of the selected latents at `values`. With `densities`: that of the last draws, at each site.
  template <class Chains, class State, class V = typename Chains::real>
  V prior(Chains& chains, State& s, const V* values, const key& k, std::type_identity_t<V>* means, std::type_identity_t<V>* draws,
          std::type_identity_t<V>* densities = nullptr) const {
    const arena_scope memory;
    frozen_walk walk(chains.structure());
    gaussian_prior_handler<V> h(walk, k, {const_cast<V*>(values), const_cast<V*>(chains.layout().shared.data()), nullptr}, chains.place(), s.selected, means, draws);
    if (densities) h.look_at(s.draws.data(), densities);
    chains.posterior().run(h);
    return h.prior();
  }

  elliptical_slice_options options_;
};

}  // namespace starling::kernels
