// make_distribution<"name">(sample, log_density, support): a scalar distribution of your own from two functions of any numbers and its support (supports.hpp):
//   const auto d = sl::make_distribution<"standard_cauchy">([](auto& rng) { return sl::tan(3.14159 * (rng.uniform() - 0.5)); },
//                                                           [](const auto& x) { return -sl::log(3.14159 * (1.0 + x * x)); }, sl::real_line());
// sample(rng) draws in lanes or in one (random/stream.hpp), log_density(x) gets x as a real and is asked inside the support only: outside it is −∞, NaN is −∞. What the
// functions capture are its parameters; a fourth argument, parameters(visit), has them checked (distribution.hpp).
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include <starling/distributions/probabilities.hpp>
#include <starling/distributions/supports.hpp>
#include <starling/random/stream.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

// A name as a template argument.
template <std::size_t N> struct fixed_name {
  char text[N];
  consteval fixed_name(const char (&from)[N]) {
    for (std::size_t i = 0; i < N; ++i) text[i] = from[i];
  }
  constexpr std::string_view view() const { return {text, N - 1}; }
};

struct no_parameters {
  template <class Visit> void operator()(Visit&&) const {}
};

template <fixed_name Name, class Sample, class LogDensity, class Support, class Parameters> struct own_distribution : distribution {
  static constexpr std::string_view name = Name.view();
  static constexpr auto draws_follow = draw_derivative::none;
  using drawn = std::remove_cvref_t<std::invoke_result_t<const Sample&, stream<double>&>>;
  template <class V> using value = std::conditional_t<std::is_same_v<drawn, bool>, mask_of<V>, std::conditional_t<std::is_integral_v<drawn>, whole_of<V>, V>>;

  Sample draw;
  LogDensity density;
  Support of;
  Parameters visitor;

  own_distribution(Sample s, LogDensity l, Support on, Parameters p) : draw(std::move(s)), density(std::move(l)), of(std::move(on)), visitor(std::move(p)) {}

  template <class Rng> auto sample(Rng& rng) const {
    using result = value<typename Rng::real>;
    return where(has_good_parameters<typename Rng::real>(*this), result(draw(rng)), no_value<result>());
  }
  template <class X> auto log_density(const X& given) const {
    const auto x = as_real(given);
    const auto lp = density(x);
    using real = promote<std::remove_cvref_t<decltype(lp)>, std::remove_cvref_t<decltype(x)>>;
    return never_nan(real(where(both(of.contains(x), has_good_parameters<real>(*this)), real(lp), real(negative_infinity))));
  }
  Support support() const { return of; }
  template <class Visit> void parameters(Visit&& visit) const { visitor(visit); }
};
template <fixed_name Name, class Sample, class LogDensity, class Support, class Parameters = no_parameters>
auto make_distribution(Sample sample, LogDensity log_density, Support support, Parameters parameters = {}) {
  return own_distribution<Name, Sample, LogDensity, Support, Parameters>(std::move(sample), std::move(log_density), std::move(support), std::move(parameters));
}

}  // namespace starling
