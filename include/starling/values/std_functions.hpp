// Overloads of std:: functions that say what to write in their place, where a body calls them with values: std::exp(x) of a pack or an adjoint would else
// be answered by a list of all overloads. Strictly, nobody may add to std; these never are part of a program that compiles.
#pragma once

#include <starling/values/sentences.hpp>

#include <type_traits>

#include <starling/values/real.hpp>

namespace starling {
template <class V>
concept value_of_ours = value<V> && !std::is_arithmetic_v<V>;
// And of plain ones: the overloads of <cmath>, which no header of ours includes, come before these.
template <class V>
concept value_without_cmath = value_of_ours<V> || std::is_floating_point_v<V>;
}  // namespace starling

namespace std {

template <starling::value_without_cmath V> V exp(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V exp2(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V expm1(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V log(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V log2(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V log10(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V log1p(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V sqrt(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V cbrt(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V abs(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V fabs(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V sin(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V cos(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V tan(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V asin(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V acos(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V atan(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V sinh(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V cosh(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V tanh(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V asinh(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V acosh(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V atanh(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V erf(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V erfc(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V lgamma(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V tgamma(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V floor(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V ceil(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V round(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V trunc(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V isnan(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V isinf(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <starling::value_without_cmath V> V isfinite(const V& x) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }

template <class A, class B>
  requires(starling::value_of_ours<A> || starling::value_of_ours<B>)
auto pow(const A& x, const B& y) { return starling::sentences::use_our_functions<0 * sizeof(A)>(), x + y; }
template <class A, class B>
  requires(starling::value_of_ours<A> || starling::value_of_ours<B>)
auto atan2(const A& x, const B& y) { return starling::sentences::use_our_functions<0 * sizeof(A)>(), x + y; }
template <class A, class B>
  requires(starling::value_of_ours<A> || starling::value_of_ours<B>)
auto hypot(const A& x, const B& y) { return starling::sentences::use_our_functions<0 * sizeof(A)>(), x + y; }
template <class A, class B>
  requires(starling::value_of_ours<A> || starling::value_of_ours<B>)
auto fmin(const A& x, const B& y) { return starling::sentences::use_our_functions<0 * sizeof(A)>(), x + y; }
template <class A, class B>
  requires(starling::value_of_ours<A> || starling::value_of_ours<B>)
auto fmax(const A& x, const B& y) { return starling::sentences::use_our_functions<0 * sizeof(A)>(), x + y; }
template <class A, class B>
  requires(starling::value_of_ours<A> || starling::value_of_ours<B>)
auto fmod(const A& x, const B& y) { return starling::sentences::use_our_functions<0 * sizeof(A)>(), x + y; }

template <starling::value_of_ours V> const V& max(const V& x, const V&) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <class A, class B>
  requires((starling::value_of_ours<A> || starling::value_of_ours<B>) && !is_same_v<A, B>)
auto max(const A& x, const B& y) { return starling::sentences::use_our_functions<0 * sizeof(A)>(), x + y; }
template <starling::value_of_ours V> const V& min(const V& x, const V&) { return starling::sentences::use_our_functions<0 * sizeof(V)>(), x; }
template <class A, class B>
  requires((starling::value_of_ours<A> || starling::value_of_ours<B>) && !is_same_v<A, B>)
auto min(const A& x, const B& y) { return starling::sentences::use_our_functions<0 * sizeof(A)>(), x + y; }

}  // namespace std

namespace starling {
template <value_of_ours V> V fabs(const V& x) { return sentences::use_our_functions<0 * sizeof(V)>(), x; }
}  // namespace starling
