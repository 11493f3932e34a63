// Rows of the table: distributions of vectors of reals.
#include "distributions/structured_rows.hpp"

#include <starling/distributions/autoregressive.hpp>
#include <starling/distributions/dirichlet.hpp>
#include <starling/distributions/gaussian_random_walk.hpp>
#include <starling/distributions/multivariate_normal.hpp>
#include <starling/distributions/multivariate_normal_cholesky.hpp>
#include <starling/distributions/multivariate_normal_low_rank.hpp>
#include <starling/distributions/multivariate_normal_precision.hpp>
#include <starling/distributions/multivariate_student_t.hpp>
#include <starling/distributions/sum_to_zero_normal.hpp>

namespace {

namespace sl = starling;
using structured::read;

const structured::add table[]{
    {"multivariate_normal_precision",
     [](const auto& p) {
       auto r = read(p);
       const auto mean = r.vector(3);
       return sl::multivariate_normal_precision(mean, r.symmetric(3));
     }},
    {"multivariate_normal_low_rank",
     [](const auto& p) {
       auto r = read(p);
       const auto mean = r.vector(4);
       const auto factor = r.matrix(4, 2);
       return sl::multivariate_normal_low_rank(mean, factor, r.vector(4));
     }},
    {"multivariate_student_t",
     [](const auto& p) {
       auto r = read(p);
       const auto degrees = r.number();
       const auto location = r.vector(3);
       return sl::multivariate_student_t(degrees, location, r.symmetric(3));
     }},
    {"gaussian_random_walk", [](const auto& p) { return sl::gaussian_random_walk(p[0], 5); }},
    {"autoregressive",
     [](const auto& p) {
       auto r = read(p);
       const auto coefficients = r.vector(2);
       return sl::autoregressive(coefficients, r.number(), 5);
     }},
    {"dirichlet", [](const auto& p) { return sl::dirichlet(p); }},
    {"multivariate_normal",
     [](const auto& p) {
       auto r = read(p);
       const auto mean = r.vector(3);
       return sl::multivariate_normal(mean, r.symmetric(3));
     }},
    {"multivariate_normal_cholesky",
     [](const auto& p) {
       auto r = read(p);
       const auto mean = r.vector(3);
       return sl::multivariate_normal_cholesky(mean, r.lower(3));
     }},
    {"sum_to_zero_normal", [](const auto& p) { return sl::sum_to_zero_normal(p[0], 4); }},
};

}  // namespace
