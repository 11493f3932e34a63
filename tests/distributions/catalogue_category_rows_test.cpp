// Rows of the table: distributions whose parameters are vectors.
#include "distributions/rows.hpp"

#include <starling/distributions/ordered_logistic.hpp>
#include <starling/distributions/ordered_probit.hpp>
#include <starling/distributions/piecewise_uniform.hpp>
#include <starling/distributions/poisson_binomial.hpp>

namespace {

namespace sl = starling;
using rows::part;

// Edges, then probabilities.
const auto pieces = [](const auto& p) {
  const std::size_t edges = p.size() / 2 + 1;
  return sl::piecewise_uniform(sl::vector(p.data(), edges), part(p, edges));
};

const rows::add table[]{
    {"ordered_logistic", [](const auto& p) { return sl::ordered_logistic(p[0], part(p, 1)); }},
    {"ordered_probit", [](const auto& p) { return sl::ordered_probit(p[0], part(p, 1)); }},
    {"piecewise_uniform", pieces},
    {"poisson_binomial", [](const auto& p) { return sl::poisson_binomial(p); }},
};

}  // namespace
