// Densities at the values that belong to free numbers u, from u itself: log x, 1 − x and log(1 − x) of an x in (0, 1), log x of a positive
// one, are then exact where x has been rounded to an end of the support (inner_numbers.hpp).
//
// A scalar distribution takes part by its formulas: they have `log_density_inside(x, parameters…)` beside log_density, or need nothing
// but x. A distribution of vectors or matrices takes part by a member `log_density_inside(point)`, `point` as its bijector gives it.
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/structured_bijectors.hpp>

namespace starling {

// The log density of formulas at the number that belongs to u, of which `known` is what bijector<…>::known gives.
template <class Formulas, class U, class Known, class... P> [[gnu::always_inline]] inline auto free_log_density_knowing(const U& u, const Known& known, const P&... p) {
  const auto support = Formulas::support(p...);
  const auto x = bijector<std::remove_cvref_t<decltype(support)>>::inner(support, u, known);
  if constexpr (requires { Formulas::log_density_inside(x, p...); }) return Formulas::log_density_inside(x, p...);
  else return Formulas::log_density(x.inside(), p...);
}
template <class Formulas, class U, class... P> [[gnu::always_inline]] inline auto free_log_density(const U& u, const P&... p) {
  return free_log_density_knowing<Formulas>(u, bijector<std::remove_cvref_t<decltype(Formulas::support(p...))>>::known(primal(u)), p...);
}

// Which distribution of single numbers the elements of D have: D itself, or that of an iid.
template <class D> struct scalar_part {
  static const D& of(const D& d) { return d; }
};
template <class Of> struct scalar_part<iid<Of>> {
  static const Of& of(const iid<Of>& d) { return d.of; }
};
template <class D> using scalar_part_of = std::remove_cvref_t<decltype(scalar_part<D>::of(std::declval<const D&>()))>;

// The support of an element of D where its elements have formulas, else void.
template <class D> struct element_support {
  using type = void;
};
template <class D>
  requires requires { typename scalar_part_of<D>::formulas; }
struct element_support<D> {
  using formulas = typename scalar_part_of<D>::formulas;
  using type = std::remove_cvref_t<decltype(std::apply([](const auto&... p) { return formulas::support(element_at{0}(p)...); },
                                                       std::declval<const scalar_part_of<D>&>().values()))>;
};
// Whether D is scored at free numbers element by element. On the real line x is u.
template <class D> inline constexpr bool scores_free_elements = false;
template <class D>
  requires has_bijector<typename element_support<D>::type>
inline constexpr bool scores_free_elements<D> =
    !std::is_same_v<typename element_support<D>::type, real_line> &&
    requires(const typename element_support<D>::type& s, double u) { bijector<typename element_support<D>::type>::inner(s, u, bijector<typename element_support<D>::type>::known(u)); };

// The distribution d of single numbers as a handler takes it, whose value is that of u; the value itself is not looked at.
template <class D, class R, class Known> struct at_free_number : distribution {
  static constexpr std::string_view name = D::name;
  using formulas = typename D::formulas;

  const D& d;
  const R& u;
  const Known& known;
  at_free_number(const D& of, const R& free, const Known& k) : d(of), u(free), known(k) {}

  template <class X> [[gnu::always_inline]] auto fused_log_density(const X&) const
    requires(is_adjoint<R>)
  {
    return std::apply(
        [&](const auto&... p) __attribute__((always_inline)) {
          return fused(
              [&](const auto& v, const auto&... q) __attribute__((always_inline)) { return never_nan(free_log_density_knowing<formulas>(v, known, q...)); }, u, p...);
        },
        d.values());
  }
  template <class X> auto log_density(const X&) const {
    return std::apply([&](const auto&... p) { return never_nan(free_log_density_knowing<formulas>(u, known, p...)); }, d.values());
  }
  template <class Visit> void parameters(Visit&& visit) const { d.parameters(visit); }
};

// The same of vectors, at the numbers from u on.
template <class D, class R> struct at_free_numbers : distribution {
  static constexpr std::string_view name = D::name;
  using formulas = typename scalar_part_of<D>::formulas;

  const D& d;
  const R* u;
  at_free_numbers(const D& of, const R* free) : d(of), u(free) {}

  template <class X> auto pass_on_log_density(const X&) const
    requires(is_adjoint<R>)
  {
    return never_nan(sum_on_tape<true>());
  }
  template <class X> auto log_density(const X&) const {
    if constexpr (is_adjoint<R>) {
      return never_nan(sum_on_tape<false>());
    } else {
      return std::apply(
          [&](const auto&... p) {
            return never_nan(sum_elements<promote<R, element_of<std::remove_cvref_t<decltype(p)>>...>>(
                D::name, d.size(), numbers(), [&](const auto& v, auto at) { return free_log_density<formulas>(v, at(p)...); }));
          },
          scalar_part<D>::of(d).values());
    }
  }
  template <class Visit> void parameters(Visit&& visit) const { d.parameters(visit); }

 private:
  vector<R> numbers() const { return {const_cast<R*>(u), d.size()}; }
  template <bool PassedOn> auto sum_on_tape() const {
    return std::apply([&](const auto&... p) { return fused_sum<PassedOn>(
                                                  d.size(), [](const auto&... q) { return free_log_density<formulas>(q...); }, numbers(), p...); },
                      scalar_part<D>::of(d).values());
  }
};

// The same of a distribution of vectors or matrices, at a point that its bijector gave.
template <class D, class Point> struct at_inner_point : distribution {
  static constexpr std::string_view name = D::name;
  const D& d;
  const Point& point;
  at_inner_point(const D& of, const Point& at) : d(of), point(at) {}
  template <class X> auto log_density(const X&) const { return d.log_density_inside(point); }
  template <class Visit> void parameters(Visit&& visit) const { d.parameters(visit); }
};

}  // namespace starling
