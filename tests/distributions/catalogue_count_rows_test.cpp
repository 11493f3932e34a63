// Rows of the table: distributions of counts.
#include "distributions/rows.hpp"

#include <starling/distributions/beta_binomial.hpp>
#include <starling/distributions/binomial_logit.hpp>
#include <starling/distributions/discrete_uniform.hpp>
#include <starling/distributions/geometric.hpp>
#include <starling/distributions/hypergeometric.hpp>
#include <starling/distributions/negative_binomial.hpp>
#include <starling/distributions/negative_binomial_2.hpp>
#include <starling/distributions/negative_binomial_2_log.hpp>
#include <starling/distributions/zipf.hpp>

namespace {

namespace sl = starling;
using rows::constant;

const rows::add table[]{
    {"discrete_uniform", [](const auto& p) { return sl::discrete_uniform(constant(p[0]), constant(p[1])); }},
    {"geometric", [](const auto& p) { return sl::geometric(p[0]); }},
    {"negative_binomial", [](const auto& p) { return sl::negative_binomial(p[0], p[1]); }},
    {"negative_binomial_2", [](const auto& p) { return sl::negative_binomial_2(p[0], p[1]); }},
    {"negative_binomial_2_log", [](const auto& p) { return sl::negative_binomial_2_log(p[0], p[1]); }},
    {"beta_binomial", [](const auto& p) { return sl::beta_binomial(constant(p[0]), p[1], p[2]); }},
    {"binomial_logit", [](const auto& p) { return sl::binomial_logit(constant(p[0]), p[1]); }},
    {"hypergeometric", [](const auto& p) { return sl::hypergeometric(constant(p[0]), constant(p[1]), constant(p[2])); }},
    {"zipf", [](const auto& p) { return sl::zipf(p[0]); }},
};

}  // namespace
