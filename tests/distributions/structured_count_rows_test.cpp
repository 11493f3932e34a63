// Rows of the table: distributions of vectors of whole numbers.
#include "distributions/structured_rows.hpp"

#include <starling/distributions/dirichlet_multinomial.hpp>
#include <starling/distributions/multinomial.hpp>
#include <starling/distributions/random_permutation.hpp>

namespace {

namespace sl = starling;
using structured::read;

const structured::add table[]{
    {"multinomial", [](const auto& p) {
       auto r = read(p);
       const auto trials = r.constant();
       return sl::multinomial(trials, r.vector(3));
     }},
    {"dirichlet_multinomial", [](const auto& p) {
       auto r = read(p);
       const auto trials = r.constant();
       return sl::dirichlet_multinomial(trials, r.vector(3));
     }},
    {"random_permutation", [](const auto&) { return sl::random_permutation(4); }},
};

}  // namespace
