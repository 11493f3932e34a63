// iid(d, n): n independent draws of a scalar distribution d as one vector-valued choice.
#pragma once

#include <cstddef>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/following_draws.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/values/counts.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

template <class D> struct iid : distribution {
  static constexpr bool is_scalar = is_distribution<D> && !requires(const D& d) { d.size(); };
  static_assert(is_scalar, "sl::iid(d, n) repeats a scalar distribution: d must be a distribution, and not of vectors");
  static constexpr std::string_view name = "iid";
  static constexpr auto draws_follow = draws_follow_of<D>();
  template <class V> using value = vector<drawn_type<D, V>>;

  D of;
  std::size_t n;

  template <std::integral Size> iid(D d, Size size) : of(std::move(d)), n(static_cast<std::size_t>(size)) {
    require_count(name, "the size", n, 0, largest_size);
  }

  std::size_t size() const { return n; }

  template <class Rng> auto sample(Rng& rng) const {
    return draw_elements<drawn_type<D, typename Rng::real>>(rng, n, [&](auto& r, auto) { return of.sample(r); });
  }

  auto entropy() const
    requires requires(const D& d) { d.entropy(); }
  {
    return static_cast<double>(n) * of.entropy();
  }

  template <class X> auto log_density(const X& x) const {
    if constexpr (requires { of.fused_log_density_of_all(x); }) {
      if (x.size() != n) [[unlikely]]
        throw_wrong_size(name, n, x.size());
      return never_nan(of.fused_log_density_of_all(x));
    } else {
      using real = std::remove_cvref_t<decltype(of.log_density(x[0]))>;
      return never_nan(sum_elements<real>(name, n, x, [&](const auto& xi, auto) { return of.log_density(xi); }));
    }
  }

  // At numbers inside the support, of a distribution that is scored there (bijectors.hpp: free_vector).
  template <class Point> auto log_density_inside(const Point& point) const
    requires requires(const D& d) { d.log_density_inside(point.at(0)); }
  {
    std::remove_cvref_t<decltype(of.log_density_inside(point.at(0)))> total(0);
    for (std::size_t i = 0; i < n; ++i) total = total + of.log_density_inside(point.at(i));
    return never_nan(total);
  }

  // As elementwise's.
  template <class X> auto element_log_density(const X& x, std::size_t i) const { return of.log_density(x[i]); }
  // As elementwise's.
  template <class X> auto pass_on_log_density(const X& x) const
    requires requires(const D& d) { d.fused_log_density_of_all(x); }
  {
    if (x.size() != n) [[unlikely]]
      throw_wrong_size(name, n, x.size());
    return never_nan(of.template fused_log_density_of_all<true>(x));
  }

  auto support() const { return vector_of{of.support(), n}; }
  auto mean_at(std::size_t i) const
    requires requires(const D& d) { d.mean_at(std::size_t{0}); }
  {
    return of.mean_at(i);
  }

  template <class Visit> void parameters(Visit&& visit) const { of.parameters(visit); }
};
template <class D, class Size> iid(D, Size) -> iid<D>;

}  // namespace starling
