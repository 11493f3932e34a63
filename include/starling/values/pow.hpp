// First version: lane by lane through the C library.
#pragma once

#include <starling/values/polynomial.hpp>

namespace starling {

// x to the power y, with C's special cases.
template <plain_number A, plain_number B, class Isa = isa::native> inline promote<A, B> pow(A x, B y) {
  using P = pack_for<promote<A, B>, Isa>;
  P r = P(to_real(x));
  const P e = P(to_real(y));
  for (int i = 0; i < P::lanes; ++i) r.set(i, static_cast<typename P::value_type>(__builtin_pow(r[i], e[i])));
  return as_value<promote<A, B>>(r);
}

}  // namespace starling
