// Vectors of parameters and values, element by element: in packs of elements where one lane runs on plain numbers.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <starling/distributions/distribution.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// Anything with a size and elements.
template <class S>
concept sequence = requires(const S& s) {
  s.size();
  s[std::size_t{0}];
};

template <class P> struct element_type {
  using type = P;
};
template <sequence P> struct element_type<P> {
  using type = std::remove_cvref_t<decltype(std::declval<const P&>()[std::size_t{0}])>;
};
// The type of an element of a sequence; of anything else the type itself.
template <class P> using element_of = typename element_type<std::remove_cvref_t<P>>::type;

template <bool IsVector, class Value> struct vector_if_true {
  using type = Value;
};
template <class Value> struct vector_if_true<true, Value> {
  using type = vector<Value>;
};
template <bool IsVector, class Value> using vector_if = typename vector_if_true<IsVector, Value>::type;

// How a distribution keeps an argument: numbers by value, integers as reals,
// built-in ones as double; views and small arrays by value; an
// lvalue std::vector by a span (it must outlive the distribution), an rvalue by moving it in.
template <class Argument> struct held_as {
  using plain = std::remove_cvref_t<Argument>;
  template <class P> static auto type_of() {
    if constexpr (std::is_arithmetic_v<P>) return std::type_identity<double>{};
    else if constexpr (value<P>) return std::type_identity<real_type_of<P>>{};
    else if constexpr (sequence<P> && std::is_lvalue_reference_v<Argument> && !std::is_trivially_destructible_v<P>)
      return std::type_identity<std::span<const element_of<P>>>{};
    else return std::type_identity<P>{};
  }
  using type = typename decltype(type_of<plain>())::type;
};
template <class Argument> using held = typename held_as<Argument>::type;

// Picks element i of a sequence, as a real; a single number is its own every element.
struct element_at {
  std::size_t i;
  template <class P> [[gnu::always_inline]] auto operator()(const P& p) const {
    if constexpr (sequence<P>) return as_real(element_of<P>(p[i]));
    else return as_real(p);
  }
};

// Picks elements i, i + 1, … as the lanes of a pack; beyond `count` lanes it repeats the last.
template <class Pack> struct elements_at {
  std::size_t i;
  int count;
  template <class P> [[gnu::always_inline]] auto operator()(const P& p) const {
    if constexpr (!sequence<P>) {
      return as_real(p);
    } else {
      using T = scalar_of<Pack>;
      if constexpr (std::same_as<element_of<P>, T>) {
        if (count == lanes_of<Pack>) return Pack::load(p.data() + i);
        return Pack::load_first(p.data() + i, count);
      } else {
        T lanes[lanes_of<Pack>];
        for (int k = 0; k < lanes_of<Pack>; ++k)
          lanes[k] = static_cast<T>(p[i + static_cast<std::size_t>(k < count ? k : count - 1)]);
        return Pack::load(lanes);
      }
    }
  }
};

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_sizes_of_parameters(std::string_view name, std::size_t a, std::size_t b) {
  throw std::invalid_argument(std::string(name) + ": the vector parameters have sizes " + std::to_string(a) + " and " + std::to_string(b));
}
// The size that all sequences among the parameters share. Throws std::invalid_argument where they differ.
template <class... P> [[gnu::always_inline]] inline std::size_t common_size(std::string_view name, const P&... p) {
  std::size_t size = 0;
  bool known = false;
  const auto compare = [&](const auto& q) __attribute__((always_inline)) {
    if constexpr (sequence<std::remove_cvref_t<decltype(q)>>) {
      if (known && q.size() != size) [[unlikely]]
        throw_sizes_of_parameters(name, size, q.size());
      size = q.size();
      known = true;
    }
  };
  (compare(p), ...);
  return size;
}

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_wrong_size(std::string_view name, std::size_t expected,
                                                                    std::size_t found) {
  throw std::invalid_argument(std::string(name) + ": expected a vector of " + std::to_string(expected) +
                              " elements but received " + std::to_string(found));
}

// Σ f(x_i, at) over n elements of x, where at(p) picks the elements of a parameter that go with x_i.
template <class Real, class X, class F>
[[gnu::always_inline]] inline Real sum_elements(std::string_view name, std::size_t n, const X& x, F f) {
  static_assert(sequence<X>, "the value of a distribution with vector parameters is a vector");
  if (x.size() != n) [[unlikely]]
    throw_wrong_size(name, n, x.size());
  if constexpr (std::is_arithmetic_v<Real>) {
    using P = native_pack<Real>;
    constexpr std::size_t width = lanes_of<P>;
    return sum_in_packs<Real>(
        n, [&](std::size_t i) __attribute__((always_inline)) {
          const elements_at<P> at{i, n - i < width ? static_cast<int>(n - i) : lanes_of<P>};
          return f(at(x), at);
        });
  } else {
    Real total(0);
    for (std::size_t i = 0; i < n; ++i) total = total + f(element_at{i}(x), element_at{i});
    return total;
  }
}

// Copies lanes first, first + 1, … of a pack, of whole numbers or of booleans to consecutive plain values.
template <class Value, class T> void store_lanes(const Value& from, T* to, int first, int count) {
  if constexpr (!std::is_arithmetic_v<Value> && value_traits<Value>::is_real && std::same_as<scalar_of<Value>, T>)
    if (first == 0 && count == lanes_of<Value>) return from.store(to);
  for (int k = 0; k < count; ++k) {
    if constexpr (std::is_arithmetic_v<Value>) {
      to[k] = from;
    } else if constexpr (value_traits<Value>::is_integer) {
      const auto x = to_real(from)[first + k];
      to[k] = x == x ? static_cast<T>(x) : no_value<T>();
    } else {
      to[k] = from[first + k];
    }
  }
}

// Whether the generator of one lane can lay the elements of a site out in lanes (random/stream.hpp).
template <class Rng>
concept draws_in_packs = std::is_arithmetic_v<typename Rng::real> && requires(Rng& rng) {
  rng.template elements<native_pack<typename Rng::real>>(std::uint32_t{0}, mask_of<native_pack<typename Rng::real>>(true));
};

// Stores a number or a pack that goes with the elements that `at` picks.
template <class V, class X> void store_element(const X& x, const vector<V>& to, const element_at& at) { to[at.i] = x; }
template <class V, class P> void store_element(const P& x, const vector<V>& to, const elements_at<P>& at) { store_lanes(x, to.data() + at.i, 0, at.count); }

// A vector of n draws f(rng, at), element by element.
template <class Value, class Rng, class F> vector<Value> draw_elements(Rng& rng, std::size_t n, F f) {
  using V = typename Rng::real;
  vector<Value> draws(n);
  if constexpr (draws_in_packs<Rng>) {
    using P = native_pack<V>;
    constexpr std::size_t width = lanes_of<P>;
    for (std::size_t i = 0; i < n; i += width) {
      const int count = n - i < width ? static_cast<int>(n - i) : lanes_of<P>;
      auto lanes = rng.template elements<P>(static_cast<std::uint32_t>(i), mask_of<P>::first(count));
      store_lanes(f(lanes, elements_at<P>{i, count}), draws.data() + i, 0, count);
    }
  } else {
    for (std::size_t i = 0; i < n; ++i) {
      rng.element(static_cast<std::uint32_t>(i));
      draws[i] = f(rng, element_at{i});
    }
  }
  return draws;
}

}  // namespace starling
