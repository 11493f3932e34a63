// delta(location): always that number: probability 1 at it. delta of an integer gives whole numbers.
#pragma once

#include <concepts>

#include <starling/distributions/distribution.hpp>
#include <starling/distributions/elements.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/distributions/whole_draws.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

template <class Location, bool IsWhole> struct delta : distribution {
  static_assert(!sequence<Location>, "sl::delta(location): the location is one number");
  static constexpr std::string_view name = "delta";
  static constexpr auto draws_follow = IsWhole ? draw_derivative::none : draw_derivative::location_scale;
  template <class V> using value = std::conditional_t<IsWhole, whole_of<V>, V>;

  Location location;
  explicit delta(Location at) : location(std::move(at)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    (void)rng;
    const V x = where(is_good(), V(location), V(not_a_number));
    if constexpr (IsWhole) return drawn_whole(x);
    else return x;
  }
  template <class X> auto log_density(const X& x) const {
    using real = promote<X, Location>;
    return real(where(both(primal(as_real(x)) == primal(location), is_good()), real(0), real(negative_infinity)));
  }
  auto support() const {
    if constexpr (IsWhole) return whole_range{to_whole(primal(location)), to_whole(primal(location))};
    else return interval{primal(location), primal(location)};
  }
  auto mean() const { return location; }
  auto variance() const { return Location(0); }
  template <class Visit> void parameters(Visit&& visit) const { visit("location", location, is_good(), IsWhole ? "must be a whole number" : "must be finite"); }

 private:
  auto is_good() const {
    if constexpr (IsWhole) return is_whole(location);
    else return is_finite(location);
  }
};
template <class L> inline constexpr bool gives_whole_numbers = std::integral<std::remove_cvref_t<L>> || (!std::is_arithmetic_v<std::remove_cvref_t<L>> && value_traits<std::remove_cvref_t<L>>::is_integer);
template <class L> delta(L&&) -> delta<held<L>, gives_whole_numbers<L>>;

}  // namespace starling
