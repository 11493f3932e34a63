// The mathematical functions on symbols: each depends on what its arguments do.
#pragma once

#include <starling/values/symbol.hpp>
#include <starling/values/trigonometry.hpp>

namespace starling {

// Something of x: the real number that a function of it gives.
template <symbolic A> inline symbol real_symbol(const A& x) { return symbol::at(x.node()); }

template <symbolic A> inline symbol sqrt(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol exp(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol expm1(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol log(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol log1p(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol sin(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol cos(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol tan(const A& x) { return real_symbol(x); }
template <symbolic A> inline sine_and_cosine<symbol> sincos(const A& x) { return {real_symbol(x), real_symbol(x)}; }
template <symbolic A> inline symbol atan(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol asin(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol acos(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol sinh(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol cosh(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol tanh(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol erf(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol erfc(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol lgamma(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol digamma(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol trigamma(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol normal_cdf(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol log_normal_cdf(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol normal_quantile(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol inverse_logit(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol logit(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol log1p_exp(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol log1m_exp(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol floor(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol ceil(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol trunc(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol rint(const A& x) { return real_symbol(x); }
template <symbolic A> inline symbol round(const A& x) { return real_symbol(x); }

template <class A, class B>
  requires with_symbols<A, B>
inline symbol pow(const A& a, const B& b) { return symbol::at(nodes_of(a, b)); }
template <class A, class B>
  requires with_symbols<A, B>
inline symbol atan2(const A& a, const B& b) { return symbol::at(nodes_of(a, b)); }
template <class A, class B>
  requires with_symbols<A, B>
inline symbol copysign(const A& a, const B& b) { return symbol::at(nodes_of(a, b)); }
template <class A, class B>
  requires with_symbols<A, B>
inline symbol log_sum_exp(const A& a, const B& b) { return symbol::at(nodes_of(a, b)); }
template <class A, class B, class C>
  requires with_symbols<A, B, C>
inline symbol multiply_add(const A& a, const B& b, const C& c) { return symbol::at(nodes_of(a, b, c)); }
template <class A, class B, class C>
  requires with_symbols<A, B, C>
inline symbol fma(const A& a, const B& b, const C& c) { return symbol::at(nodes_of(a, b, c)); }

// Each element depends on all.
inline vector<symbol> softmax(const vector<symbol>& x) {
  symbol_nodes::id all = symbol_nodes::nothing;
  for (const symbol& e : x) all = join_nodes(all, e.node());
  return vector<symbol>(x.size(), symbol::at(all));
}

}  // namespace starling
