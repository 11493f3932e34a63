// The distributions that models use most, and one of a user's own: how each is made from its parameters.
#pragma once

#include <type_traits>

#include "distributions/pareto.hpp"
#include "distributions/rows.hpp"

#include <starling/distributions/bernoulli.hpp>
#include <starling/distributions/bernoulli_logit.hpp>
#include <starling/distributions/beta.hpp>
#include <starling/distributions/binomial.hpp>
#include <starling/distributions/cauchy.hpp>
#include <starling/distributions/exponential.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/half_cauchy.hpp>
#include <starling/distributions/half_normal.hpp>
#include <starling/distributions/inverse_gamma.hpp>
#include <starling/distributions/log_normal.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson.hpp>
#include <starling/distributions/poisson_log.hpp>
#include <starling/distributions/student_t.hpp>
#include <starling/distributions/uniform.hpp>

namespace rows {

// Calls f(name, arity, make), make(parameters of any number type) giving the distribution.
template <class F> void for_each_basic_distribution(F f) {
  using std::integral_constant;
  const auto one = integral_constant<int, 1>{};
  const auto two = integral_constant<int, 2>{};
  const auto three = integral_constant<int, 3>{};
  f("normal", two, [](auto a, auto b) { return sl::normal(a, b); });
  f("half_normal", one, [](auto a) { return sl::half_normal(a); });
  f("cauchy", two, [](auto a, auto b) { return sl::cauchy(a, b); });
  f("half_cauchy", one, [](auto a) { return sl::half_cauchy(a); });
  f("student_t", three, [](auto a, auto b, auto c) { return sl::student_t(a, b, c); });
  f("uniform", two, [](auto a, auto b) { return sl::uniform(a, b); });
  f("exponential", one, [](auto a) { return sl::exponential(a); });
  f("gamma", two, [](auto a, auto b) { return sl::gamma(a, b); });
  f("inverse_gamma", two, [](auto a, auto b) { return sl::inverse_gamma(a, b); });
  f("beta", two, [](auto a, auto b) { return sl::beta(a, b); });
  f("log_normal", two, [](auto a, auto b) { return sl::log_normal(a, b); });
  f("bernoulli", one, [](auto a) { return sl::bernoulli(a); });
  f("bernoulli_logit", one, [](auto a) { return sl::bernoulli_logit(a); });
  f("binomial", two, [](auto a, auto b) { return sl::binomial(constant(a), b); });
  f("poisson", one, [](auto a) { return sl::poisson(a); });
  f("poisson_log", one, [](auto a) { return sl::poisson_log(a); });
  f("own pareto", two, [](auto a, auto b) { return own::pareto(a, b); });
}

// The distribution with the given parameters, held as Real.
template <class Real, int Arity, class Make> auto made(Make make, std::integral_constant<int, Arity>, const numbers_of& p) {
  const auto parameter = [&](std::size_t i) { return Real(static_cast<sl::scalar_of<Real>>(p[i])); };
  if constexpr (Arity == 1) return make(parameter(0));
  else if constexpr (Arity == 2) return make(parameter(0), parameter(1));
  else return make(parameter(0), parameter(1), parameter(2));
}

}  // namespace rows
