// random_permutation(n): the numbers 0, …, n − 1 in any order, each of the n! with the same probability; one vector of whole numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/elements.hpp>
#include <starling/distributions/matrix_supports.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/counts.hpp>
#include <starling/values/gamma_function.hpp>

namespace starling {

struct random_permutation : distribution {
  static constexpr std::string_view name = "random_permutation";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = vector<whole_of<V>>;

  std::size_t n;

  // Throws std::invalid_argument where n is not at least 1.
  template <std::integral Size> explicit random_permutation(Size size_of) : n(static_cast<std::size_t>(size_of)) { require_count(name, "the size", n, 1, largest_size); }

  std::size_t size() const { return n; }
  auto support() const { return permutation{n}; }

  // The order of n uniform numbers.
  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    using T = scalar_of<V>;
    vector<whole_of<V>> x(n);
    const arena_scope scratch;
    const auto u = draw_elements<V>(rng, n, [](auto& r, auto) { return r.uniform(); });
    vector<V> order(n);
    vector<std::uint32_t> places(n);
    vector<T> keys(n);
    for (int lane = 0; lane < lanes_of<V>; ++lane) {
      for (std::size_t i = 0; i < n; ++i) {
        places[i] = static_cast<std::uint32_t>(i);
        if constexpr (std::is_arithmetic_v<V>) keys[i] = u[i];
        else keys[i] = u[i][lane];
      }
      sort(places.data(), n, [&](std::uint32_t a, std::uint32_t b) { return keys[a] < keys[b] || (keys[a] == keys[b] && a < b); });
      for (std::size_t i = 0; i < n; ++i) {
        if constexpr (std::is_arithmetic_v<V>) order[i] = static_cast<V>(places[i]);
        else order[i].set(lane, static_cast<T>(places[i]));
      }
    }
    for (std::size_t i = 0; i < n; ++i) x[i] = drawn_whole(order[i]);
    return x;
  }

  auto mean() const {
    return vector_where<double>(true, n, [&](std::size_t) { return 0.5 * (static_cast<double>(n) - 1.0); });
  }
  auto variance() const {
    return vector_where<double>(true, n, [&](std::size_t) { return (static_cast<double>(n) * static_cast<double>(n) - 1.0) / 12.0; });
  }

  template <class X> auto log_density(const X& x) const {
    if (x.size() != n) [[unlikely]]
      throw_wrong_size(name, n, x.size());
    using real = promote<element_of<X>>;
    return real(where(support().contains(x), real(-lgamma(static_cast<double>(n) + 1.0)), real(negative_infinity)));
  }

 private:
  // Sorts by a heap.
  template <class Less> static void sort(std::uint32_t* xs, std::size_t n, Less less) {
    const auto sift = [&](std::size_t at, std::size_t end) {
      for (std::size_t child = 2 * at + 1; child < end; child = 2 * at + 1) {
        if (child + 1 < end && less(xs[child], xs[child + 1])) ++child;
        if (!less(xs[at], xs[child])) return;
        std::swap(xs[at], xs[child]);
        at = child;
      }
    };
    for (std::size_t i = n / 2; i-- > 0;) sift(i, n);
    for (std::size_t end = n; end-- > 1;) {
      std::swap(xs[0], xs[end]);
      sift(0, end);
    }
  }
};

}  // namespace starling
