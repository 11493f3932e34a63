// The logarithm of a parameter. In one lane the parameters of a model that are data or constants come again in every run, so their
// logarithms are remembered: a look-up costs a quarter of the computation. The same bits as log.
// Where derivatives are wanted too, one scale is most often that of many rows, so of the last few the reciprocals and the logarithms are remembered.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <starling/values/arena.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/log.hpp>

namespace starling {

struct remembered_log {
  double of = 1, is = 0;
};
inline constinit thread_local remembered_log logs_of_thread[256] = {};

[[gnu::noinline]] inline double remember_log(remembered_log& place, double x) noexcept {
  place = {x, log_lanes(pack<double, 1>(x))[0]};
  return place.is;
}
// Inline where it is remembered: a call in a loop over packs would spill all of them.
inline double look_up_log(double x) noexcept {
  remembered_log& place = logs_of_thread[std::bit_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15u >> 56];
  if (place.of == x) return place.is;
  return remember_log(place, x);
}

// Results of a function F of one or two built-in parameters, as logarithms are remembered.
template <class F, std::size_t N> struct remembered_result {
  double of[N] = {std::numeric_limits<double>::quiet_NaN()};
  double is = 0;
};
template <class F, std::size_t N> inline constinit thread_local remembered_result<F, N> results_of_thread[64] = {};

template <class Place, class F, class... X> [[gnu::noinline]] double remember_result(Place& place, F f, const X&... x) noexcept {
  place.is = f(x...);
  std::size_t i = 0;
  ((place.of[i++] = x), ...);
  return place.is;
}
// f(x…) of parameters, f without state; the same bits whether it was remembered or not.
template <class F, class... X> [[gnu::always_inline]] inline auto of_parameters_only(F f, const X&... x) {
  static_assert(std::is_empty_v<F>);
  if constexpr ((std::is_same_v<X, double> && ...)) {
    const double given[] = {x...};
    auto& place = results_of_thread<F, sizeof...(X)>[std::bit_cast<std::uint64_t>(given[0]) * 0x9e3779b97f4a7c15u >> 58];
    bool same = true;
    for (std::size_t i = 0; i < sizeof...(X); ++i) same = same && place.of[i] == given[i];
    if (same) return place.is;
    return remember_result(place, f, x...);
  } else {
    return f(x...);
  }
}

// Of a parameter x in the lanes of P: 1 / x, factor / x, log x.
template <class P> struct parameter_parts {
  P inverse, ratio, log;
};
template <class P> struct remembered_parameter {
  using T = typename P::value_type;
  static constexpr int lanes = P::lanes;
  alignas(arena::alignment) T of[lanes];
  alignas(arena::alignment) T inverse[lanes];
  alignas(arena::alignment) T ratio[lanes];
  alignas(arena::alignment) T log[lanes];
  double factor;
};
template <class P> inline constinit thread_local remembered_parameter<P> parameters_of_thread[8] = {};

// One of 8 places for what is remembered of x.
template <class P> [[gnu::always_inline]] inline std::size_t place_to_remember(const P& x) {
  using T = typename P::value_type;
  if constexpr (sizeof(T) == 8) return static_cast<std::size_t>(std::bit_cast<std::uint64_t>(x[0]) * 0x9e3779b97f4a7c15u >> 61);
  else return static_cast<std::size_t>(std::bit_cast<std::uint32_t>(x[0]) * 0x9e3779b9u >> 29);
}

template <class P> [[gnu::noinline]] inline void remember_parameter(remembered_parameter<P>& to, const P& x, double factor) noexcept {
  x.store(to.of);
  (P(1) / x).store(to.inverse);
  (P(static_cast<typename P::value_type>(factor)) / x).store(to.ratio);
  log_lanes(x).store(to.log);
  to.factor = factor;
}
template <class T, int N, class Isa> [[gnu::always_inline]] inline parameter_parts<pack<T, N, Isa>> parts_of_parameter(const pack<T, N, Isa>& x, double factor) noexcept {
  using P = pack<T, N, Isa>;
  remembered_parameter<P>& known = parameters_of_thread<P>[place_to_remember(x)];
  if (known.factor != factor || any(!(P::load(known.of) == x))) [[unlikely]]
    remember_parameter(known, x, factor);
  return {P::load(known.inverse), P::load(known.ratio), P::load(known.log)};
}
// The same of a built-in float.
template <std::floating_point T> [[gnu::always_inline]] inline parameter_parts<T> parts_of_parameter(T x, double factor) noexcept {
  const auto p = parts_of_parameter(pack<T, 1>(x), factor);
  return {p.inverse[0], p.ratio[0], p.log[0]};
}
inline constexpr double usual_factor = 0.70710678118654752440;  // of normal distributions

template <class X> [[gnu::always_inline]] inline auto log_of_parameter(const X& x) {
  if constexpr (std::is_same_v<X, double>) {
    if (is_known_constant(x)) return log(x);
    return look_up_log(x);
  } else if constexpr (differentiable<X>) {
    const auto p = parts_of_parameter(x.value(), usual_factor);
    return chain(p.log, x, [&] { return p.inverse; });
  } else {
    return log(x);
  }
}

}  // namespace starling
