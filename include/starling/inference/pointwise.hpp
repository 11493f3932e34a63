// Log densities of observed choices, element by element where the elements of a vector are independent.
#pragma once

#include <cstdint>
#include <vector>

#include <starling/models/runs/score.hpp>

namespace starling {

// Runs over a tile in which all values are set, as score_handler; keeps the densities of the sites that are wanted.
template <class V>
class pointwise_handler : public site_handler<pointwise_handler<V>, reading<V, frozen_walk, false, true>> {
 public:
  using base = site_handler<pointwise_handler<V>, reading<V, frozen_walk, false, true>>;
  // of[k]: the densities of site k; by_element[k]: whether they are one an element. Looked at where wanted[k].
  pointwise_handler(frozen_walk& walk, tile<V> t, const run_place& place, const std::vector<std::uint8_t>& wanted, std::vector<std::vector<V>>& of,
                    std::vector<std::uint8_t>& by_element)
      : base(walk, key(0), t, place), wanted_(wanted), of_(of), by_element_(by_element) {}

 private:
  friend base;
  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    const X x = view_or_take<X>(this->run.place(k), this->run.at(k).type);
    const V lp = this->run.score_site(k, d, x);
    if (!wanted_[k]) return x;
    if constexpr (requires { d.element_log_density(x, std::size_t{0}); }) {
      by_element_[k] = 1;
      of_[k].resize(d.size());
      for (std::size_t i = 0; i < d.size(); ++i) of_[k][i] = V(d.element_log_density(x, i));
    } else {
      of_[k].assign(1, lp);
    }
    return x;
  }

  const std::vector<std::uint8_t>& wanted_;
  std::vector<std::vector<V>>& of_;
  std::vector<std::uint8_t>& by_element_;
};

// The log densities of some sites in one block of lanes.
template <class V>
class pointwise_densities {
 public:
  pointwise_densities(const schema& structure, const std::vector<std::uint32_t>& sites)
      : structure_(structure), sites_(sites), wanted_(structure.sites().size()), by_element_(wanted_.size()), of_(wanted_.size()) {
    for (const auto k : sites) wanted_[k] = 1;
  }

  // From values that stand in their places.
  template <class Posterior>
  void find(const Posterior& post, tile<V> values, const run_place& place) {
    const arena_scope scope;
    frozen_walk walk(structure_);
    pointwise_handler<V> h(walk, values, place, wanted_, of_, by_element_);
    post.run(h);
    for (const auto k : sites_) {
      if (!structure_.sites()[k].is_conditional()) continue;
      const mask_of<V> here = *values.at(structure_.slots()[structure_.sites()[k].presence]) != V(0);  // a choice of several regions is a site in each
      for (V& lp : of_[k]) lp = where(here, lp, V(not_a_number));
    }
  }
  const std::vector<V>& of(std::uint32_t k) const { return of_[k]; }
  // What each site has: a number, or a vector of one an element.
  std::vector<choice_type> types() const {
    std::vector<choice_type> types;
    for (const auto k : sites_) types.push_back(by_element_[k] ? choice_type{value_kind::real, 1, static_cast<std::uint32_t>(of_[k].size()), 1} : choice_type{});
    return types;
  }

 private:
  const schema& structure_;
  std::vector<std::uint32_t> sites_;
  std::vector<std::uint8_t> wanted_, by_element_;
  std::vector<std::vector<V>> of_;
};

}  // namespace starling
