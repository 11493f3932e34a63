// Rows of the table: distributions on intervals and of angles.
#include "distributions/rows.hpp"

#include <starling/distributions/arcsine.hpp>
#include <starling/distributions/beta_proportion.hpp>
#include <starling/distributions/beta_uniform_mixture.hpp>
#include <starling/distributions/generalized_pareto.hpp>
#include <starling/distributions/kumaraswamy.hpp>
#include <starling/distributions/logit_normal.hpp>
#include <starling/distributions/triangular.hpp>
#include <starling/distributions/von_mises.hpp>
#include <starling/distributions/wrapped_cauchy.hpp>
#include <starling/distributions/wrapped_normal.hpp>

namespace {

namespace sl = starling;

const rows::add table[]{
    {"generalized_pareto", [](const auto& p) { return sl::generalized_pareto(p[0], p[1], p[2]); }},
    {"von_mises", [](const auto& p) { return sl::von_mises(p[0], p[1]); }},
    {"wrapped_normal", [](const auto& p) { return sl::wrapped_normal(p[0], p[1]); }},
    {"wrapped_cauchy", [](const auto& p) { return sl::wrapped_cauchy(p[0], p[1]); }},
    {"kumaraswamy", [](const auto& p) { return sl::kumaraswamy(p[0], p[1]); }},
    {"logit_normal", [](const auto& p) { return sl::logit_normal(p[0], p[1]); }},
    {"triangular", [](const auto& p) { return sl::triangular(p[0], p[1], p[2]); }},
    {"arcsine", [](const auto& p) { return sl::arcsine(p[0], p[1]); }},
    {"beta_proportion", [](const auto& p) { return sl::beta_proportion(p[0], p[1]); }},
    {"beta_uniform_mixture", [](const auto& p) { return sl::beta_uniform_mixture(p[0], p[1], p[2]); }},
};

}  // namespace
