// Rows of the table: distributions of matrices.
#include "distributions/structured_rows.hpp"

#include <starling/distributions/inverse_wishart.hpp>
#include <starling/distributions/inverse_wishart_cholesky.hpp>
#include <starling/distributions/lkj_cholesky.hpp>
#include <starling/distributions/lkj_correlation.hpp>
#include <starling/distributions/matrix_normal.hpp>
#include <starling/distributions/wishart.hpp>
#include <starling/distributions/wishart_cholesky.hpp>

namespace {

namespace sl = starling;
using structured::read;

const structured::add table[]{
    {"wishart", [](const auto& p) {
       auto r = read(p);
       const auto degrees = r.number();
       return sl::wishart(degrees, r.symmetric(3));
     }},
    {"inverse_wishart", [](const auto& p) {
       auto r = read(p);
       const auto degrees = r.number();
       return sl::inverse_wishart(degrees, r.symmetric(3));
     }},
    {"wishart_cholesky", [](const auto& p) {
       auto r = read(p);
       const auto degrees = r.number();
       return sl::wishart_cholesky(degrees, r.lower(3));
     }},
    {"inverse_wishart_cholesky", [](const auto& p) {
       auto r = read(p);
       const auto degrees = r.number();
       return sl::inverse_wishart_cholesky(degrees, r.lower(3));
     }},
    {"lkj_cholesky", [](const auto& p) { return sl::lkj_cholesky(4, p[0]); }},
    {"lkj_correlation", [](const auto& p) { return sl::lkj_correlation(4, p[0]); }},
    {"matrix_normal", [](const auto& p) {
       auto r = read(p);
       const auto mean = r.matrix(2, 3);
       const auto by_row = r.symmetric(2);
       return sl::matrix_normal(mean, by_row, r.symmetric(3));
     }},
};

}  // namespace
