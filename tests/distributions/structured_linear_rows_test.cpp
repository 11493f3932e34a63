// Rows of the table: generalised linear models of counts and categories.
#include "distributions/structured_rows.hpp"

#include <starling/distributions/categorical_logit_glm.hpp>
#include <starling/distributions/negative_binomial_2_log_glm.hpp>
#include <starling/distributions/ordered_logistic_glm.hpp>

namespace {

namespace sl = starling;
using structured::read;

constexpr double design[] = {1.0, -0.5, 0.25, 1.5, -1.0, 0.75};
const sl::matrix_view<double> x(design, 3, 2);

const structured::add table[]{
    {"negative_binomial_2_log_glm", [](const auto& p) {
       auto r = read(p);
       const auto intercept = r.number();
       const auto coefficients = r.vector(2);
       return sl::negative_binomial_2_log_glm(x, intercept, coefficients, r.number());
     }},
    {"categorical_logit_glm", [](const auto& p) {
       auto r = read(p);
       const auto intercepts = r.vector(3);
       return sl::categorical_logit_glm(x, intercepts, r.matrix(2, 3));
     }},
    {"ordered_logistic_glm", [](const auto& p) {
       auto r = read(p);
       const auto coefficients = r.vector(2);
       return sl::ordered_logistic_glm(x, coefficients, r.vector(2));
     }},
};

}  // namespace
