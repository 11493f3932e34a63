// Slice sampling, one element of the real-valued latents after the other (Neal: Slice sampling, Annals of Statistics 31, 2003): a level below
// the density is drawn, an interval around the element is stepped out by w until both ends lie under the level (at most `steps_out` times, shared
// at random between the two ends), and a point is drawn from it, which shrinks it, until one lies above. Needs no tuning: w only sets the
// cost. It is found in the warm-up as 2.5 times the mean distance moved.
//
// Lanes go together: a lane that has found its end or its point keeps it while others look on.
#pragma once

#include <starling/inference/kernels/kernel.hpp>
#include <starling/values/log.hpp>

namespace starling::kernels {

struct slice_options {
  double width = 0;              // w of every element; 0: 1 to begin with, and found in the warm-up
  std::size_t steps_out = 20;
  selection at = starling::all;  // which latents
};

class slice : public kernel {
 public:
  static constexpr const char* name = "slice";
  explicit slice(slice_options options = {});
  std::string mark() const;
  slice within(const selection& which) const { return slice(options_within(options_, which)); }

  template <class V>
  struct state {
    std::vector<std::uint32_t> latents;
    std::vector<std::uint32_t> sites, sizes;  // that move
    std::vector<V> width, moved;              // of each element; Σ |x' − x| in the warm-up

    template <class Archive>
    void archive(Archive& a) {
      a(width, moved);
    }
  };

  template <class Chains>
  auto start(Chains& chains) const {
    static_assert(!Chains::is_dynamic, "slice moves the latents of a fixed structure: for a dynamic model use drift, regenerate or a proposal");
    using V = typename Chains::real;
    state<V> s;
    s.latents = chains.layout().latents;
    for (const auto k : s.latents)
      if (chains.structure().sites()[k].is_conditional()) refuse_condition(chains.structure().path_of(k));
    s.sites = selected_latents(chains.layout(), options_.at, name);
    std::size_t d = 0;
    for (const auto k : s.sites) {
      const auto& site = chains.structure().sites()[k];
      if (site.type.kind != value_kind::real) refuse_kind(chains.structure().path_of(k), site.type);
      s.sizes.push_back(static_cast<std::uint32_t>(site.type.size()));
      d += site.type.size();
    }
    s.width.assign(d, V(static_cast<scalar_of<V>>(options_.width > 0 ? options_.width : 1.0)));
    s.moved.assign(d, V(0));
    return s;
  }

  // acceptance_rate: points that were kept, of all that were drawn.
  template <class Chains, class State>
  auto step(const key& k, Chains& chains, State& s, const phase& p) const {
    using V = typename Chains::real;
    using T = scalar_of<V>;
    for (const auto latent : s.latents) {
      const std::size_t n = chains.structure().sites()[latent].type.size();
      std::copy(chains.current(latent), chains.current(latent) + n, chains.candidate(latent));
    }
    V drawn(0);
    std::size_t i = 0;
    const key own = k.scope(hash_text(name));
    for (std::size_t j = 0; j < s.sites.size(); ++j)
      for (std::uint32_t e = 0; e < s.sizes[j]; ++e, ++i) {
        stream<V> numbers(own.scope(i), chains.place().first_lane);
        V& x = chains.candidate(s.sites[j])[e];
        const V before = x;
        drawn = drawn + move(numbers, chains, x, s.width[i]);
        if (!p.warmup || options_.width > 0) continue;
        s.moved[i] = s.moved[i] + abs(x - before);
        const V mean = s.moved[i] / V(static_cast<T>(p.step + 1));
        s.width[i] = where(mean > V(0), V(static_cast<T>(2.5)) * mean, s.width[i]);
      }
    return step_info<V>{mask_of<V>(true), V(static_cast<T>(i)) / drawn};
  }

 private:
  // Moves one element in every lane; how many points were drawn.
  template <class V, class Chains>
  V move(stream<V>& numbers, Chains& chains, V& x, const V& width) const {
    using T = scalar_of<V>;
    using mask = mask_of<V>;
    std::uint32_t visit = 0;
    const auto uniform = [&] {
      numbers.visit(visit++);
      return numbers.uniform();
    };
    const V start = x;
    const V level = chains.score() + log(uniform());
    V low = start - width * uniform(), high = low + width;
    const V to_the_left = V(static_cast<T>(options_.steps_out)) * uniform();
    V left(0);
    // Steps to the left: the whole part of that share; the rest to the right.
    for (mask going = mask(true); any(going);) {
      going = mask(going & (left + V(1) <= to_the_left));
      if (!any(going)) break;
      x = low;
      going = mask(going & (chains.candidate_score() > level));
      low = where(going, low - width, low);
      left = where(going, left + V(1), left);
    }
    V right(1);
    for (mask going = mask(true); any(going);) {
      going = mask(going & (right + to_the_left <= V(static_cast<T>(options_.steps_out))));
      if (!any(going)) break;
      x = high;
      going = mask(going & (chains.candidate_score() > level));
      high = where(going, high + width, high);
      right = where(going, right + V(1), right);
    }
    V drawn(0), next = start;
    mask looking = mask(true);
    while (any(looking)) {
      const V point = low + (high - low) * uniform();
      next = where(looking, point, next);
      drawn = drawn + where(looking, V(1), V(0));
      x = next;
      const V score = chains.candidate_score();
      // An interval that rounding has closed: the element stays.
      const mask closed = mask(looking & !(low < high));
      const mask found = mask(looking & (score > level));
      const mask shrinks = mask(looking & !found);
      low = where(mask(shrinks & (point < start)), point, low);
      high = where(mask(shrinks & !(point < start)), point, high);
      next = where(mask(closed & !found), start, next);
      looking = mask(shrinks & !closed);
    }
    x = next;
    chains.candidate_score();
    chains.accept(mask(true));
    return drawn;
  }
  [[noreturn]] static void refuse_kind(const path& where, const choice_type& type);
  [[noreturn]] static void refuse_condition(const path& where);

  slice_options options_;
};

}  // namespace starling::kernels
