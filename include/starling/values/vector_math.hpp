// Functions of numbers applied to each element of a vector: sl::exp(x) is (e^x₀, e^x₁, …). Plain numbers in packs.
#pragma once

#include <starling/values/math.hpp>
#include <starling/values/vector.hpp>

namespace starling {

template <class A> inline auto exp(vector<A> x) {
  return map_elements(x, [](const auto& a) { return exp(a); });
}
template <class A> inline auto expm1(vector<A> x) {
  return map_elements(x, [](const auto& a) { return expm1(a); });
}
template <class A> inline auto log(vector<A> x) {
  return map_elements(x, [](const auto& a) { return log(a); });
}
template <class A> inline auto log1p(vector<A> x) {
  return map_elements(x, [](const auto& a) { return log1p(a); });
}
template <class A> inline auto sqrt(vector<A> x) {
  return map_elements(x, [](const auto& a) { return sqrt(a); });
}
template <class A> inline auto abs(vector<A> x) {
  return map_elements(x, [](const auto& a) { return abs(a); });
}
template <class A> inline auto sin(vector<A> x) {
  return map_elements(x, [](const auto& a) { return sin(a); });
}
template <class A> inline auto cos(vector<A> x) {
  return map_elements(x, [](const auto& a) { return cos(a); });
}
template <class A> inline auto tan(vector<A> x) {
  return map_elements(x, [](const auto& a) { return tan(a); });
}
template <class A> inline auto asin(vector<A> x) {
  return map_elements(x, [](const auto& a) { return asin(a); });
}
template <class A> inline auto acos(vector<A> x) {
  return map_elements(x, [](const auto& a) { return acos(a); });
}
template <class A> inline auto sinh(vector<A> x) {
  return map_elements(x, [](const auto& a) { return sinh(a); });
}
template <class A> inline auto cosh(vector<A> x) {
  return map_elements(x, [](const auto& a) { return cosh(a); });
}
template <class A> inline auto tanh(vector<A> x) {
  return map_elements(x, [](const auto& a) { return tanh(a); });
}
template <class A> inline auto atan(vector<A> x) {
  return map_elements(x, [](const auto& a) { return atan(a); });
}
template <class A> inline auto erf(vector<A> x) {
  return map_elements(x, [](const auto& a) { return erf(a); });
}
template <class A> inline auto erfc(vector<A> x) {
  return map_elements(x, [](const auto& a) { return erfc(a); });
}
template <class A> inline auto lgamma(vector<A> x) {
  return map_elements(x, [](const auto& a) { return lgamma(a); });
}
template <class A> inline auto digamma(vector<A> x) {
  return map_elements(x, [](const auto& a) { return digamma(a); });
}
template <class A> inline auto trigamma(vector<A> x) {
  return map_elements(x, [](const auto& a) { return trigamma(a); });
}
template <class A> inline auto normal_cdf(vector<A> x) {
  return map_elements(x, [](const auto& a) { return normal_cdf(a); });
}
template <class A> inline auto log_normal_cdf(vector<A> x) {
  return map_elements(x, [](const auto& a) { return log_normal_cdf(a); });
}
template <class A> inline auto normal_quantile(vector<A> x) {
  return map_elements(x, [](const auto& a) { return normal_quantile(a); });
}
template <class A> inline auto logit(vector<A> x) {
  return map_elements(x, [](const auto& a) { return logit(a); });
}
template <class A> inline auto inverse_logit(vector<A> x) {
  return map_elements(x, [](const auto& a) { return inverse_logit(a); });
}
template <class A> inline auto log1p_exp(vector<A> x) {
  return map_elements(x, [](const auto& a) { return log1p_exp(a); });
}
template <class A> inline auto log1m_exp(vector<A> x) {
  return map_elements(x, [](const auto& a) { return log1m_exp(a); });
}
// The angle of each point (x[i], y[i]).
template <class A, class B> inline auto atan2(vector<A> y, vector<B> x) {
  return map_elements(y, x, [](const auto& a, const auto& b) { return atan2(a, b); });
}
// x[i]^exponent, for one exponent or one each.
template <class A, value B> inline auto pow(vector<A> x, const B& exponent) {
  return map_elements(x, [&](const auto& a) { return pow(a, exponent); });
}
template <class A, class B> inline auto pow(vector<A> x, vector<B> exponents) {
  return map_elements(x, exponents, [](const auto& a, const auto& b) { return pow(a, b); });
}

}  // namespace starling
