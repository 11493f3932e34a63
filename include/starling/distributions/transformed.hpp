// transformed(d, map): map(u) for a draw u of the scalar distribution d, with log density d.log_density(u) − log |∂x/∂u|. A map is what has
//   to(u), from(x), log_slope(u)   x, u and log |∂x/∂u|, increasing or decreasing
//   support()                      the values x
// `onto(support)` is the map of a support's bijector (bijectors.hpp), from all real numbers: transformed(normal(0, 1), onto(positive())) is log_normal(0, 1).
#pragma once

#include <concepts>

#include <starling/distributions/bijectors.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

template <class Support> struct onto {
  Support of;
  explicit onto(Support s) : of(std::move(s)) {}
  template <class U> U to(const U& u) const {
    no_log_jacobian none;
    return bijector<Support>::template to_support<U>(of, &u, none);
  }
  template <class X> X from(const X& x) const {
    X u(0);
    bijector<Support>::from_support(of, x, &u);
    return u;
  }
  template <class U> U log_slope(const U& u) const {
    log_jacobian_sum<U> sum;
    (void)bijector<Support>::template to_support<U>(of, &u, sum);
    return sum.total;
  }
  Support support() const { return of; }
};

template <class D, class Map> struct transformed : distribution {
  static constexpr bool can_be = is_distribution<D> && std::same_as<drawn_type<D, double>, double>;
  static_assert(can_be, "sl::transformed(d, map): d must be a scalar distribution of reals");
  static constexpr std::string_view name = "transformed";
  static constexpr auto draws_follow = draw_derivative::pathwise;
  template <class V> using value = V;

  D of;
  Map map;

  transformed(D d, Map m) : of(std::move(d)), map(std::move(m)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const V u = of.sample(rng);
    return V(where(u == u, map.to(u), u));
  }

  template <class X> auto log_density(const X& given) const {
    const auto x = as_real(given);
    const auto inside = map.support().contains(x);
    const auto u = map.from(where(inside, x, std::remove_cvref_t<decltype(x)>(map.to(decltype(primal(x))(0)))));
    const auto lp = of.log_density(u) - map.log_slope(u);
    return never_nan(where(inside, lp, std::remove_cvref_t<decltype(lp)>(negative_infinity)));
  }

  auto support() const { return map.support(); }

  template <class Visit> void parameters(Visit&& visit) const { of.parameters(visit); }
};
template <class D, class Map> transformed(D, Map) -> transformed<D, Map>;

}  // namespace starling
