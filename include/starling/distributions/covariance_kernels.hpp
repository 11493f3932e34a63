// Covariance functions of the distance r ≥ 0 between two inputs, for gaussian_process; any numbers as parameters. k(r) is a covariance:
//   squared_exponential(scale, length)     scale² exp(−r²/(2 length²))
//   matern_12(scale, length)               scale² exp(−s), s = r/length
//   matern_32(scale, length)               scale² (1 + √3 s) exp(−√3 s)
//   matern_52(scale, length)               scale² (1 + √5 s + 5 s²/3) exp(−√5 s)
//   periodic(scale, length, period)        scale² exp(−2 sin²(π r/period)/length²)
// Sums and products of kernels are kernels: squared_exponential(a, b) + periodic(c, d, 1.0) * matern_32(1.0, e).
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include <starling/distributions/elements.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

struct covariance_kernel {};
template <class K>
concept is_covariance_kernel = std::derived_from<std::remove_cvref_t<K>, covariance_kernel>;

// What kernels with a scale and a length share.
template <class Scale, class Length> struct stationary_kernel : covariance_kernel {
  Scale scale;
  Length length;
  stationary_kernel(Scale s, Length l) : scale(std::move(s)), length(std::move(l)) {}
  using real = promote<Scale, Length>;
  template <class Visit> void parameters(Visit&& visit) const {
    visit("scale", scale, is_positive_finite(scale), "must be positive and finite");
    visit("length", length, is_positive_finite(length), "must be positive and finite");
  }
};

template <class Scale, class Length> struct squared_exponential : stationary_kernel<Scale, Length> {
  using stationary_kernel<Scale, Length>::stationary_kernel;
  auto operator()(double r) const {
    const auto s = r / this->length;
    return this->scale * this->scale * exp(-0.5 * s * s);
  }
};
template <class S, class L> squared_exponential(S&&, L&&) -> squared_exponential<held<S>, held<L>>;

template <class Scale, class Length> struct matern_12 : stationary_kernel<Scale, Length> {
  using stationary_kernel<Scale, Length>::stationary_kernel;
  auto operator()(double r) const { return this->scale * this->scale * exp(-r / this->length); }
};
template <class S, class L> matern_12(S&&, L&&) -> matern_12<held<S>, held<L>>;

template <class Scale, class Length> struct matern_32 : stationary_kernel<Scale, Length> {
  using stationary_kernel<Scale, Length>::stationary_kernel;
  auto operator()(double r) const {
    const auto s = 1.7320508075688772935 * r / this->length;
    return this->scale * this->scale * (1.0 + s) * exp(-s);
  }
};
template <class S, class L> matern_32(S&&, L&&) -> matern_32<held<S>, held<L>>;

template <class Scale, class Length> struct matern_52 : stationary_kernel<Scale, Length> {
  using stationary_kernel<Scale, Length>::stationary_kernel;
  auto operator()(double r) const {
    const auto s = 2.2360679774997896964 * r / this->length;
    return this->scale * this->scale * (1.0 + s + s * s * (1.0 / 3)) * exp(-s);
  }
};
template <class S, class L> matern_52(S&&, L&&) -> matern_52<held<S>, held<L>>;

template <class Scale, class Length, class Period> struct periodic : stationary_kernel<Scale, Length> {
  Period period;
  using real = promote<Scale, Length, Period>;
  periodic(Scale s, Length l, Period p) : stationary_kernel<Scale, Length>(std::move(s), std::move(l)), period(std::move(p)) {}
  auto operator()(double r) const {
    const auto s = sin(3.14159265358979323846 * r / period) / this->length;
    return this->scale * this->scale * exp(-2.0 * s * s);
  }
  template <class Visit> void parameters(Visit&& visit) const {
    stationary_kernel<Scale, Length>::parameters(visit);
    visit("period", period, is_positive_finite(period), "must be positive and finite");
  }
};
template <class S, class L, class P> periodic(S&&, L&&, P&&) -> periodic<held<S>, held<L>, held<P>>;

// first(r) + second(r), or their product.
template <class First, class Second, bool Product> struct combined_kernel : covariance_kernel {
  First first;
  Second second;
  using real = promote<typename First::real, typename Second::real>;
  combined_kernel(First a, Second b) : first(std::move(a)), second(std::move(b)) {}
  auto operator()(double r) const {
    if constexpr (Product) return first(r) * second(r);
    else return first(r) + second(r);
  }
  template <class Visit> void parameters(Visit&& visit) const {
    first.parameters(visit);
    second.parameters(visit);
  }
};
template <is_covariance_kernel A, is_covariance_kernel B> auto operator+(A a, B b) { return combined_kernel<A, B, false>(std::move(a), std::move(b)); }
template <is_covariance_kernel A, is_covariance_kernel B> auto operator*(A a, B b) { return combined_kernel<A, B, true>(std::move(a), std::move(b)); }

}  // namespace starling
