// A distribution by itself: many draws, many log densities, computed in packs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <vector>

#include <starling/distributions/elements.hpp>
#include <starling/random/stream.hpp>
#include <starling/values/counts.hpp>
#include <starling/values/matrix.hpp>

namespace starling {

// Lane k of a value as a plain one: double, long, bool, or a std::vector of those; of a matrix row by row.
template <class Value> auto plain_lane(const Value& x, int k) {
  if constexpr (requires { x.rows(); }) {
    return plain_lane(vector(x.data(), x.size()), k);
  } else if constexpr (sequence<Value>) {
    std::vector<scalar_of<element_of<Value>>> r(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) r[i] = plain_lane(x[i], k);
    return r;
  } else {
    scalar_of<Value> r;
    store_lanes(x, &r, k, 1);
    return r;
  }
}

template <class D> auto many_draws(const D& d, const key& k, std::size_t n) {
  using P = native_pack<double>;
  constexpr std::size_t width = lanes_of<P>, lanes = 8, at_once = 2 * lanes;
  using plain = decltype(plain_lane(d.sample(std::declval<stream<P>&>()), 0));
  require_count("draw", "the number of draws", n, 0, largest_count);
  std::vector<plain> draws;
  draws.reserve(n);
  std::array<plain, at_once> some;
  for (std::size_t first = 0; first < n; first += at_once) {
    const arena_scope scope;
    const std::size_t count = std::min(n - first, at_once);
    for (std::size_t lane = 0; lane < std::min(count, lanes); lane += width) {
      stream<P> rng(k, first / 2 + lane);
      const auto at_visit = [&](std::uint32_t visit) __attribute__((always_inline)) {
        const std::size_t place = visit * lanes + lane;
        if (place >= count) return;
        if (count - place < width) rng.set_active(mask_of<P>::first(static_cast<int>(count - place)));
        rng.visit(visit);
        const auto x = d.sample(rng);
        if constexpr (std::is_same_v<plain, double> || std::is_same_v<plain, long>) store_lanes(x, some.data() + place, 0, lanes_of<P>);
        else
          for (std::size_t i = 0; i < std::min(width, count - place); ++i) some[place + i] = plain_lane(x, static_cast<int>(i));
      };
      at_visit(0), at_visit(1);
    }
    draws.insert(draws.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.begin() + static_cast<std::ptrdiff_t>(count)));
  }
  return draws;
}

// n independent draws of d: double, long or bool, or std::vectors of those. Draws 16 g, …, 16 g + 7 are those of lanes 8 g, … of a stream with
// this key at visit 0, the next eight those of the same lanes at visit 1: two visits share a block of random bits.
template <class D> auto draw(const D& d, const key& k, std::size_t n) {
  static_assert(is_distribution<D>, "sl::draw(d, key, n) draws from a distribution");
  static_assert(!is_improper<D>, "sl::draw: this distribution is improper, it has a density and no draws");
  if constexpr (is_distribution<D> && !is_improper<D>) return many_draws(d, k, n);
}

// The log density of d at each of xs: numbers, or vectors for a vector-valued d, which for matrices are row by row.
template <class D, class Xs> std::vector<double> log_density(const D& d, const Xs& xs) {
  static_assert(is_distribution<D>, "sl::log_density(d, xs) scores values under a distribution");
  std::vector<double> densities;
  densities.reserve(xs.size());
  if constexpr (requires { d.rows(); }) {
    for (std::size_t i = 0; i < xs.size(); ++i) {
      if (xs[i].size() != d.rows() * d.cols()) throw_wrong_size(D::name, d.rows() * d.cols(), xs[i].size());
      densities.push_back(d.log_density(matrix_view<double>(xs[i].data(), d.rows(), d.cols())));
    }
  } else if constexpr (sequence<element_of<Xs>>) {
    for (std::size_t i = 0; i < xs.size(); ++i) densities.push_back(d.log_density(xs[i]));
  } else {
    using P = native_pack<double>;
    constexpr std::size_t width = lanes_of<P>;
    std::array<double, 64 * width> some;  // in the first cache, so that each number is written to memory once
    for (std::size_t first = 0; first < xs.size(); first += some.size()) {
      const std::size_t count = std::min(xs.size() - first, some.size());
      for (std::size_t i = 0; i < count; i += width)
        P(d.log_density(elements_at<P>{first + i, static_cast<int>(std::min(count - i, width))}(xs))).store(some.data() + i);
      densities.insert(densities.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
    }
  }
  return densities;
}

}  // namespace starling
