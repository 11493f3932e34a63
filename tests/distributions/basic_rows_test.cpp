// Rows of the table: the distributions that models use most, and one of a user's own.
#include "distributions/rows.hpp"

#include <starling/distributions/bernoulli.hpp>
#include <starling/distributions/bernoulli_logit.hpp>
#include <starling/distributions/beta.hpp>
#include <starling/distributions/binomial.hpp>
#include <starling/distributions/cauchy.hpp>
#include <starling/distributions/exponential.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/half_cauchy.hpp>
#include <starling/distributions/half_normal.hpp>
#include <starling/distributions/inverse_gamma.hpp>
#include <starling/distributions/log_normal.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson.hpp>
#include <starling/distributions/poisson_log.hpp>
#include <starling/distributions/student_t.hpp>
#include <starling/distributions/uniform.hpp>

#include "distributions/pareto.hpp"

namespace {

namespace sl = starling;
using rows::add, rows::constant;

const add table[]{
    {"normal", [](const auto& p) { return sl::normal(p[0], p[1]); }},
    {"half_normal", [](const auto& p) { return sl::half_normal(p[0]); }},
    {"cauchy", [](const auto& p) { return sl::cauchy(p[0], p[1]); }},
    {"half_cauchy", [](const auto& p) { return sl::half_cauchy(p[0]); }},
    {"student_t", [](const auto& p) { return sl::student_t(p[0], p[1], p[2]); }},
    {"uniform", [](const auto& p) { return sl::uniform(p[0], p[1]); }},
    {"exponential", [](const auto& p) { return sl::exponential(p[0]); }},
    {"gamma", [](const auto& p) { return sl::gamma(p[0], p[1]); }},
    {"inverse_gamma", [](const auto& p) { return sl::inverse_gamma(p[0], p[1]); }},
    {"beta", [](const auto& p) { return sl::beta(p[0], p[1]); }},
    {"log_normal", [](const auto& p) { return sl::log_normal(p[0], p[1]); }},
    {"bernoulli", [](const auto& p) { return sl::bernoulli(p[0]); }},
    {"bernoulli_logit", [](const auto& p) { return sl::bernoulli_logit(p[0]); }},
    {"binomial", [](const auto& p) { return sl::binomial(constant(p[0]), p[1]); }},
    {"poisson", [](const auto& p) { return sl::poisson(p[0]); }},
    {"poisson_log", [](const auto& p) { return sl::poisson_log(p[0]); }},
    {"own pareto", [](const auto& p) { return own::pareto(p[0], p[1]); }},
};

}  // namespace
