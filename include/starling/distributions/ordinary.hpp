// Densities and their derivatives written out for ordinary numbers, beside the formula that holds everywhere. Formulas take part by
//
//   template <class P> struct ordinary {
//     static constexpr int prepared = 1;             // so many of the last parameters are looked at once for many values
//     explicit ordinary(const P& scale);             // these; numbers
//     bool holds() const;                            // false: the formula that holds everywhere has to be taken
//     // Of a value and the other parameters: the log density, its derivatives in the order of all arguments, and where it holds.
//     ordinary_terms<P, 3> operator()(const P& x, const P& location) const;
//   };
//
// Where it holds all are finite, and the numbers are those of log_density on duals, bit for bit: which lanes run together does not show.
#pragma once

#include <cstddef>
#include <utility>

#include <starling/values/real.hpp>

namespace starling {

template <class P, std::size_t N> struct ordinary_terms {
  P value;
  P by[N];
  mask_of<P> holds;
};

template <class Formulas, class P> inline constexpr bool has_ordinary = requires { Formulas::template ordinary<P>::prepared; };

}  // namespace starling
