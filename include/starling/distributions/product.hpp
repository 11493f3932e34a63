// product(d1, d2, …): one vector of a draw of each of these scalar distributions, which are independent and give values of one kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/distributions/bijectors.hpp>
#include <starling/distributions/distribution.hpp>
#include <starling/distributions/elements.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

// Vectors whose element i is in the i-th of some supports.
template <class... S> struct product_of {
  static constexpr std::string_view name = "product of supports";
  std::tuple<S...> of;
  template <class X> auto contains(const X& x) const {
    return std::apply(
        [&](const auto& first, const auto&... rest) {
          auto inside = first.contains(x[0]);
          std::size_t i = 1;
          ((inside = both(inside, rest.contains(x[i++]))), ...);
          return inside;
        },
        of);
  }
};
// Such a vector at the free numbers from u on.
template <class R, class... S> struct free_product {
  const std::tuple<S...>& of;
  const R* u;
  vector<R> x;
  template <std::size_t I> auto at() const {
    const auto& s = std::get<I>(of);
    using support = std::remove_cvref_t<decltype(s)>;
    if constexpr (has_inner_numbers<support>) return bijector<support>::inner(s, u[I], bijector<support>::known(primal(u[I])));
    else return known_number<R>{x[I]};
  }
};
template <class... S>
  requires(has_bijector<S> && ...)
struct bijector<product_of<S...>> {
  static std::size_t free_size(const product_of<S...>&) { return sizeof...(S); }
  template <class R, class J> static vector<R> to_support(const product_of<S...>& s, const R* u, J& log_jacobian) {
    vector<R> x(sizeof...(S));
    std::size_t i = 0;
    std::apply([&](const auto&... e) { ((x[i] = R(bijector<std::remove_cvref_t<decltype(e)>>::template to_support<R>(e, u + i, log_jacobian)), ++i), ...); }, s.of);
    return x;
  }
  template <class R, class J> static free_product<R, S...> inner(const product_of<S...>& s, const R* u, J& log_jacobian) { return {s.of, u, to_support<R>(s, u, log_jacobian)}; }
  template <class X, class R> static void from_support(const product_of<S...>& s, const X& x, R* u) {
    std::size_t i = 0;
    std::apply([&](const auto&... e) { ((bijector<std::remove_cvref_t<decltype(e)>>::from_support(e, x[i], u + i), ++i), ...); }, s.of);
  }
};

template <class... D> struct product : distribution {
  static constexpr std::string_view name = "product";
  using first = std::tuple_element_t<0, std::tuple<D...>>;
  static constexpr bool alike = (std::is_same_v<drawn_type<D, double>, drawn_type<first, double>> && ...);
  static_assert(alike, "sl::product(d1, d2, …): the distributions must have values of one kind (real, whole or boolean numbers)");
  template <class V> using value = vector<drawn_type<first, V>>;

  std::tuple<D...> of;

  explicit product(D... d) : of(std::move(d)...) {}

  std::size_t size() const { return sizeof...(D); }

  template <class Rng> auto sample(Rng& rng) const {
    vector<drawn_type<first, typename Rng::real>> x(size());
    each([&](std::size_t i, const auto& d) {
      rng.element(static_cast<std::uint32_t>(i));
      x[i] = d.sample(rng);
    });
    return x;
  }

  template <class X> auto log_density(const X& x) const {
    if (x.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), x.size());
    return std::apply([&](const auto&... d) {
      std::size_t i = 0;
      promote<std::remove_cvref_t<decltype(d.log_density(x[0]))>...> total(0);
      ((total = total + d.log_density(x[i++])), ...);
      return never_nan(total);
    },
                      of);
  }

  // At numbers inside the supports.
  template <class R, class... S> auto log_density_inside(const free_product<R, S...>& point) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return never_nan((... + density_inside(std::get<I>(of), point.template at<I>())));
    }(std::index_sequence_for<D...>());
  }

  // The log density of element i by itself.
  template <class X> auto element_log_density(const X& x, std::size_t i) const {
    return std::apply([&](const auto&... d) {
      promote<std::remove_cvref_t<decltype(d.log_density(x[0]))>...> found(0);
      std::size_t at = 0;
      ((at++ == i ? void(found = d.log_density(x[i])) : void()), ...);
      return never_nan(found);
    },
                      of);
  }

  auto support() const {
    return std::apply([](const auto&... d) { return product_of<std::remove_cvref_t<decltype(d.support())>...>{{d.support()...}}; }, of);
  }

  template <class Visit> void parameters(Visit&& visit) const {
    each([&](std::size_t, const auto& d) { d.parameters(visit); });
  }

 private:
  template <class F> void each(F f) const {
    std::size_t i = 0;
    std::apply([&](const auto&... d) { (f(i++, d), ...); }, of);
  }
};

}  // namespace starling
