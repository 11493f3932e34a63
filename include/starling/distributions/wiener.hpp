// wiener(separation, nondecision, bias, drift): when and where a Brownian motion with that drift, which starts at bias · separation, first leaves the interval from 0 to the
// separation: x = nondecision + time where it leaves above, −(nondecision + time) where it leaves below. Both together have probability 1: at x > 0 the density is Stan's
// wiener(x | separation, nondecision, bias, drift), which is of leaving above alone and does not integrate to 1; at x < 0 it is Stan's of −x with 1 − bias and −drift.
// W. Feller (1968), volume 1, XIV; D. J. Navarro, I. G. Fuss: Fast and accurate calculations for first-passage times in Wiener diffusion models (2009).
#pragma once

#include <string_view>

#include <starling/distributions/elementwise.hpp>
#include <starling/distributions/probabilities.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/log.hpp>
#include <starling/values/normal_functions.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

// Numbers whose absolute value is more than lo.
template <class Lo> struct away_from_zero {
  static constexpr std::string_view name = "numbers of more than lo either way";
  Lo lo;
  template <class X> auto contains(const X& x) const { return both(is_finite(as_real(x)), abs(as_real(x)) > lo); }
};
template <class Lo> away_from_zero(Lo) -> away_from_zero<Lo>;

struct wiener_formulas : real_valued {
  static constexpr std::string_view name = "wiener";
  static constexpr auto draws_follow = draw_derivative::implicit;

  // Which end first, then the time by the inverse of its cdf, by bisection of log u to the last bit but a few.
  template <class Rng, class A, class T, class B, class D> static auto sample(Rng& rng, const A& separation, const T& nondecision, const B& bias, const D& drift) {
    using V = typename Rng::real;
    const V a(separation), w(bias), rate = V(drift) * a;
    const V below = log_probability_below(w, rate);
    const auto above = rng.uniform() > exp(below);
    const V start = where(above, V(1.0 - w), w), towards = where(above, V(-rate), rate);
    const V target = log(rng.uniform()) + where(above, log_probability_below(start, towards), below);
    V low(-80), high(3);
    for (int round = 0; round < 60; ++round) {
      const V middle = 0.5 * (low + high);
      const auto reached = log_time_cdf(V(exp(middle)), start, towards) > target;
      high = where(reached, middle, high);
      low = where(reached, low, middle);
    }
    const V time = V(nondecision) + a * a * exp(high);
    return V(where(above, time, -time));
  }

  template <class X, class A, class T, class B, class D> static auto log_density(const X& x, const A& separation, const T& nondecision, const B& bias, const D& drift) {
    const auto above = x > 0.0;
    const auto rate = drift * separation;
    const auto start = where(above, 1.0 - bias, bias);
    const auto towards = where(above, -rate, rate);
    const auto time = (abs(x) - nondecision) / (separation * separation);
    const auto inside = both(both(time > 0.0, nondecision >= 0.0), both(both(bias > 0.0, bias < 1.0), separation > 0.0));
    const auto u = where(time > 0.0, time, std::remove_cvref_t<decltype(time)>(1));
    const auto lp = log_time_density(u, start) - towards * start - 0.5 * towards * towards * u - 2.0 * log(separation);
    return where(inside, lp, negative_infinity);
  }
  template <class A, class T, class B, class D> static auto support(const A&, const T& nondecision, const B&, const D&) { return away_from_zero{nondecision}; }

  template <class Visit, class A, class T, class B, class D>
  static void parameters(Visit&& visit, const A& separation, const T& nondecision, const B& bias, const D& drift) {
    visit("separation", separation, is_positive_finite(separation), "must be positive and finite");
    visit("nondecision", nondecision, both(nondecision >= 0.0, is_finite(nondecision)), "must be 0 or more, and finite");
    visit("bias", bias, both(bias > 0.0, bias < 1.0), "must be between 0 and 1, neither included");
    visit("drift", drift, is_finite(drift), "must be finite");
  }

 private:
  static constexpr double pi = 3.14159265358979323846;

  // Of a motion without drift from w in (0, 1), that it leaves below at time u: for short times Σ_k (w + 2k) exp(−(w + 2k)²/2u) / √(2π u³), for long ones
  // π Σ_k k exp(−k² π² u/2) sin(k π w); the first term's exponential taken out.
  template <class U, class W> static auto log_time_density(const U& u, const W& w) {
    const auto early = u < 0.35;
    auto short_sum = w + 0.0 * u;
    for (int k = 1; k <= 3; ++k) {
      short_sum = short_sum + (w + 2.0 * k) * exp(-2.0 * k * (k + w) / u);
      short_sum = short_sum + (w - 2.0 * k) * exp(-2.0 * k * (k - w) / u);
    }
    auto long_sum = sin(pi * w) + 0.0 * u;
    for (int k = 2; k <= 6; ++k) long_sum = long_sum + static_cast<double>(k) * exp((1.0 - k * k) * (0.5 * pi * pi) * u) * sin(k * pi * w);
    using real = std::remove_cvref_t<decltype(short_sum * long_sum)>;
    return where(early, real(log(short_sum) - 0.5 * w * w / u - 0.91893853320467274178 - 1.5 * log(u)), real(log(long_sum) - 0.5 * pi * pi * u + 1.1447298858494001741));
  }

  // log P(it leaves below), rate = drift · separation: e^(−2 max(rate, 0) w) (1 − e^(−2|rate|(1−w))) / (1 − e^(−2|rate|)).
  template <class V> static V log_probability_below(const V& w, const V& rate) {
    const V size = abs(rate);
    const auto tiny = size < V(1e-7);
    const V m = where(tiny, V(1), size);
    const V ratio = log1m_exp(V(-2.0 * m * (1.0 - w))) - log1m_exp(V(-2.0 * m));
    return where(tiny, log1p(-w) - rate * w, ratio - 2.0 * max(rate, V(0)) * w);
  }
  // log P(it leaves below before u).
  template <class V> static V log_time_cdf(const V& u, const V& w, const V& rate) {
    const V root = sqrt(u), size = abs(rate);
    V early(0), later(0);
    for (int k = -3; k <= 3; ++k) {
      const V c = w + 2.0 * k, distance = abs(c);
      const V part = exp(log_normal_cdf(V((size * u - distance) / root)) - size * distance - rate * w) + exp(log_normal_cdf(V(-(size * u + distance) / root)) + size * distance - rate * w);
      early = early + where(c > V(0), part, V(-part));
    }
    for (int k = 1; k <= 6; ++k) {
      const V e = rate * rate + k * k * pi * pi;
      later = later + 2.0 * k * pi * sin(k * pi * w) / e * exp(-0.5 * e * u - rate * w);
    }
    return where(u < V(0.35), log(max(early, V(0))), log(max(exp(log_probability_below(w, rate)) - later, V(0))));
  }
};

template <class A, class T, class B, class D> struct wiener : elementwise<wiener_formulas, A, T, B, D> {
  using elementwise<wiener_formulas, A, T, B, D>::elementwise;
};
template <class A, class T, class B, class D> wiener(A&&, T&&, B&&, D&&) -> wiener<held<A>, held<T>, held<B>, held<D>>;

}  // namespace starling
