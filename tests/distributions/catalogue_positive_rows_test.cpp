// Rows of the table: distributions of positive numbers.
#include "distributions/rows.hpp"

#include <starling/distributions/chi_square.hpp>
#include <starling/distributions/frechet.hpp>
#include <starling/distributions/gompertz.hpp>
#include <starling/distributions/half_student_t.hpp>
#include <starling/distributions/inverse_chi_square.hpp>
#include <starling/distributions/inverse_gaussian.hpp>
#include <starling/distributions/log_logistic.hpp>
#include <starling/distributions/lomax.hpp>
#include <starling/distributions/pareto.hpp>
#include <starling/distributions/pareto_type_2.hpp>
#include <starling/distributions/rayleigh.hpp>
#include <starling/distributions/scaled_inverse_chi_square.hpp>
#include <starling/distributions/weibull.hpp>

namespace {

namespace sl = starling;

const rows::add table[]{
    {"log_logistic", [](const auto& p) { return sl::log_logistic(p[0], p[1]); }},
    {"weibull", [](const auto& p) { return sl::weibull(p[0], p[1]); }},
    {"frechet", [](const auto& p) { return sl::frechet(p[0], p[1]); }},
    {"pareto", [](const auto& p) { return sl::pareto(p[0], p[1]); }},
    {"pareto_type_2", [](const auto& p) { return sl::pareto_type_2(p[0], p[1], p[2]); }},
    {"lomax", [](const auto& p) { return sl::lomax(p[0], p[1]); }},
    {"rayleigh", [](const auto& p) { return sl::rayleigh(p[0]); }},
    {"chi_square", [](const auto& p) { return sl::chi_square(p[0]); }},
    {"inverse_chi_square", [](const auto& p) { return sl::inverse_chi_square(p[0]); }},
    {"scaled_inverse_chi_square", [](const auto& p) { return sl::scaled_inverse_chi_square(p[0], p[1]); }},
    {"gompertz", [](const auto& p) { return sl::gompertz(p[0], p[1]); }},
    {"inverse_gaussian", [](const auto& p) { return sl::inverse_gaussian(p[0], p[1]); }},
    {"half_student_t", [](const auto& p) { return sl::half_student_t(p[0], p[1]); }},
};

}  // namespace
