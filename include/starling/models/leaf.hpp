// leaf<"name">(sample, score, support): a special function as one choice, with a sampler and a score of its own, and, where the score is a custom_gradient, with
// derivatives of its own: a process whose inner random numbers are integrated out, a simulator with a known density, an exact marginal.
//
//   constexpr auto total = sl::leaf<"total">(sample, sl::custom_gradient(score, backward, sl::with_respect_to<true, false, true>), sl::positive());
//   const auto t = trace("t", total(3, rate));                     // sample(rng, 3, rate), score(t, 3, rate); docs/distributions.md has all of it
//
// Called with its arguments it is a distribution: every handler visits it as any other choice. The support (supports.hpp) says what is drawn: a real, a whole
// number, a boolean, or a vector of them. sample(rng, args…) draws one, in lanes or in one (random/stream.hpp); score(x, args…) is the log density, x a real or
// a vector: outside the support it counts as −∞, and so does NaN. A parameter that is bad has score −∞.
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <starling/distributions/elements.hpp>
#include <starling/distributions/make_distribution.hpp>
#include <starling/models/custom_gradient.hpp>

namespace starling {

// The type of a draw on a support where reals are V.
template <class Support> struct drawn_on {
  template <class V> using type = V;
};
template <> struct drawn_on<boolean> {
  template <class V> using type = mask_of<V>;
};
template <> struct drawn_on<nonnegative_whole> {
  template <class V> using type = whole_of<V>;
};
template <class Lo, class Hi> struct drawn_on<whole_range<Lo, Hi>> {
  template <class V> using type = whole_of<V>;
};
template <> struct drawn_on<simplex> {
  template <class V> using type = vector<V>;
};
template <class Of> struct drawn_on<vector_of<Of>> {
  using element = std::remove_cvref_t<decltype(std::declval<const vector_of<Of>&>().element(0))>;
  template <class V> using type = vector<typename drawn_on<element>::template type<V>>;
};

template <fixed_name Name, class Sample, class Score, class Support, class... Args> struct leaf_choice : distribution {
  static constexpr std::string_view name = Name.view();
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = typename drawn_on<Support>::template type<V>;

  Sample draw;
  Score score;
  Support of;
  std::tuple<Args...> arguments;

  leaf_choice(const Sample& s, const Score& l, const Support& on, Args... a) : draw(s), score(l), of(on), arguments(std::move(a)...) {}

  std::size_t size() const
    requires requires(const Support& s) { s.n; }
  {
    return of.n;
  }
  template <class Rng> auto sample(Rng& rng) const {
    return std::apply([&](const auto&... a) { return value<typename Rng::real>(draw(rng, a...)); }, arguments);
  }
  template <class X> auto log_density(const X& given) const {
    if constexpr (requires { of.n; }) {
      if (given.size() != of.n) [[unlikely]]
        throw_wrong_size(name, of.n, given.size());
      return density_of(given, as_real(given[0]));
    } else {
      const auto x = as_real(given);
      return density_of(x, x);
    }
  }
  Support support() const { return of; }
  // Nothing is known of them; models tell by them what the choice depends on.
  template <class Visit> void parameters(Visit&& visit) const {
    std::apply([&](const auto&... a) { (visit("argument", a, true, ""), ...); }, arguments);
  }

 private:
  template <class X, class Element> auto density_of(const X& x, const Element&) const {
    const auto lp = std::apply([&](const auto&... a) { return score(x, a...); }, arguments);
    using real = promote<std::remove_cvref_t<decltype(lp)>, Element>;
    return never_nan(real(where(of.contains(x), real(lp), real(negative_infinity))));
  }
};

template <fixed_name Name, class Sample, class Score, class Support> struct leaf_function {
  Sample sample;
  Score score;
  Support support;
  // An lvalue std::vector is not copied and must outlive the choice.
  template <class... Args> auto operator()(Args&&... args) const {
    return leaf_choice<Name, Sample, Score, Support, kept_argument<Args>...>(sample, score, support, kept_argument<Args>(std::forward<Args>(args))...);
  }

 private:
  template <class A> using kept_argument = std::conditional_t<std::is_arithmetic_v<std::remove_cvref_t<A>>, std::remove_cvref_t<A>, held<A>>;
};
template <fixed_name Name, class Sample, class Score, class Support> constexpr auto leaf(Sample sample, Score score, Support support) {
  return leaf_function<Name, Sample, Score, Support>{std::move(sample), std::move(score), std::move(support)};
}

}  // namespace starling
