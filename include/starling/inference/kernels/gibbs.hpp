// Gibbs sampling by enumeration: each selected discrete latent is drawn from its distribution given everything else,
//   p(x = v | rest) ∝ p(x = v, rest),   v in its support,
// which costs one score a value. Supports are found from the distributions: bernoulli, categorical, binomial, and vectors of them.
#pragma once

#include <type_traits>
#include <utility>
#include <vector>

#include <starling/distributions/supports.hpp>
#include <starling/inference/kernels/kernel.hpp>
#include <starling/values/log.hpp>

namespace starling::kernels {

struct gibbs_options {
  selection at = starling::all;  // of the latents; all of them must be discrete with a finite support
};

// The least and the largest value that a support has in any lane; empty where it is not finite.
struct finite_range {
  long lo = 0, hi = -1;
  void add(const finite_range& other) {
    if (hi < lo) *this = other;
    lo = std::min(lo, other.lo);
    hi = std::max(hi, other.hi);
  }
};
template <class Support>
finite_range finite_range_of(const Support&) {
  return {};
}
inline finite_range finite_range_of(const boolean&) { return {0, 1}; }
template <class Lo, class Hi>
finite_range finite_range_of(const whole_range<Lo, Hi>& s) {
  const auto bound = [](const auto& b, bool upper) {
    const auto x = as_real(b);
    using X = std::remove_cvref_t<decltype(x)>;
    double best = number_in(x, 0);
    if constexpr (!std::is_arithmetic_v<X>)
      for (int l = 1; l < lanes_of<X>; ++l) best = upper ? std::max(best, number_in(x, l)) : std::min(best, number_in(x, l));
    return -1e9 < best && best < 1e9 ? static_cast<long>(best) : upper ? -1L
                                                                       : 0L;
  };
  return {bound(s.lo, false), bound(s.hi, true)};
}
template <class Of>
finite_range finite_range_of(const vector_of<Of>& s) {
  finite_range all;
  for (std::size_t i = 0; i < s.n; ++i) all.add(finite_range_of(s.element(i)));
  return all;
}

// Finds the supports of sites over values that stand in a tile.
template <class V>
class finite_range_handler : public site_handler<finite_range_handler<V>, reading<V, frozen_walk, false, true>> {
 public:
  using base = site_handler<finite_range_handler<V>, reading<V, frozen_walk, false, true>>;
  finite_range_handler(frozen_walk& walk, tile<V> t, const run_place& place, std::vector<finite_range>& ranges)
      : base(walk, key(0), t, place), ranges_(ranges) {}

 private:
  friend base;
  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    if constexpr (requires { d.support(); }) ranges_[k] = finite_range_of(d.support());
    return this->run.template value_in_place<X>(k);
  }
  std::vector<finite_range>& ranges_;
};

class gibbs : public kernel {
 public:
  static constexpr const char* name = "gibbs";
  static constexpr bool is_memoryless = true;
  static constexpr long most_values = 10'000;  // of one support
  explicit gibbs(gibbs_options options = {}) : options_(std::move(options)) {}
  std::string mark() const { return options_.at.str(); }
  gibbs within(const selection& which) const { return gibbs(options_within(options_, which)); }

  template <class V>
  struct state {
    std::vector<std::uint32_t> sites;
    std::vector<finite_range> ranges;  // of all sites
    std::vector<V> scores;             // of the values of one element
  };

  template <class Chains>
  auto start(Chains& chains) const {
    static_assert(!Chains::is_dynamic, "gibbs needs a model whose structure is found once: sl::gen without sl::dynamic");
    using V = typename Chains::real;
    refuse_conditional(chains, name);
    state<V> s{selected_latents(chains.layout(), options_.at, name), std::vector<finite_range>(chains.structure().sites().size()), {}};
    find_ranges(chains, s);
    for (const auto k : s.sites)
      if (s.ranges[k].hi < s.ranges[k].lo || s.ranges[k].hi - s.ranges[k].lo >= most_values) refuse(chains.structure(), k);
    return s;
  }

  template <class Chains, class State>
  auto step(const key& k, Chains& chains, State& s, const phase&) const {
    using V = typename Chains::real;
    stream<V> numbers(k.scope(hash_text(name)), chains.place().first_lane);
    std::uint32_t visits = 0;
    auto changed = mask_of<V>(false);
    for (const auto site : s.sites) {
      find_ranges(chains, s);  // they may depend on what moved
      const finite_range range = s.ranges[site];
      for (std::size_t e = 0; e < chains.structure().sites()[site].type.size(); ++e) {
        chains.begin_candidate();
        V& place = chains.candidate(site)[e];
        const V before = chains.current(site)[e];
        s.scores.clear();
        V highest(negative_infinity);
        for (long v = range.lo; v <= range.hi; ++v) {
          place = V(static_cast<scalar_of<V>>(v));
          s.scores.push_back(chains.candidate_score());
          highest = max(highest, s.scores.back());
        }
        // The first value whose cumulative weight passes a uniform share of the total.
        V total(0);
        for (V& score : s.scores) {
          score = exp(score - highest);
          total += score;
        }
        numbers.visit(visits++);
        V left = numbers.uniform() * total;
        V chosen = before;
        auto waiting = mask_of<V>(true);
        for (std::size_t i = 0; i < s.scores.size(); ++i) {
          left -= s.scores[i];
          const mask_of<V> here = waiting & (left < V(0));
          chosen = where(here, V(static_cast<scalar_of<V>>(range.lo + static_cast<long>(i))), chosen);
          waiting = waiting & !here;
        }
        place = chosen;
        chains.candidate_score();
        changed = changed | !(chosen == before);
        chains.accept(mask_of<V>(true));
      }
    }
    return step_info<V>{changed, V(1)};
  }

 private:
  template <class Chains, class State>
  void find_ranges(Chains& chains, State& s) const {
    using V = typename Chains::real;
    const arena_scope memory;
    frozen_walk walk(chains.structure());
    finite_range_handler<V> h(walk, {const_cast<V*>(chains.current_values()), const_cast<V*>(chains.layout().shared.data()), nullptr}, chains.place(), s.ranges);
    chains.posterior().run(h);
  }
  [[noreturn, gnu::cold]] static void refuse(const schema& structure, std::uint32_t k) {
    throw std::invalid_argument("gibbs: the latent at " + structure.path_of(k).str() + " (" + std::string(structure.sites()[k].distribution) +
                                ") has no finite support of at most " + std::to_string(most_values) + " values. Move it by another kernel, and name the discrete latents in .at");
  }

  gibbs_options options_;
};

}  // namespace starling::kernels
