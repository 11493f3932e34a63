// Rows of the table: distributions on the real line.
#include "distributions/rows.hpp"

#include <starling/distributions/asymmetric_laplace.hpp>
#include <starling/distributions/exponentially_modified_normal.hpp>
#include <starling/distributions/gumbel.hpp>
#include <starling/distributions/horseshoe.hpp>
#include <starling/distributions/laplace.hpp>
#include <starling/distributions/logistic.hpp>
#include <starling/distributions/skew_normal.hpp>

namespace {

namespace sl = starling;

const rows::add table[]{
    {"laplace", [](const auto& p) { return sl::laplace(p[0], p[1]); }},
    {"logistic", [](const auto& p) { return sl::logistic(p[0], p[1]); }},
    {"asymmetric_laplace", [](const auto& p) { return sl::asymmetric_laplace(p[0], p[1], p[2]); }},
    {"skew_normal", [](const auto& p) { return sl::skew_normal(p[0], p[1], p[2]); }},
    {"exponentially_modified_normal", [](const auto& p) { return sl::exponentially_modified_normal(p[0], p[1], p[2]); }},
    {"horseshoe", [](const auto& p) { return sl::horseshoe(p[0]); }},
    {"gumbel", [](const auto& p) { return sl::gumbel(p[0], p[1]); }},
};

}  // namespace
