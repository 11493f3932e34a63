// Every distribution of the list is a public name and stands in the documents.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include <starling/distributions/catalogue.hpp>

namespace names {

namespace sl = starling;

// Continuous.
using sl::laplace, sl::logistic, sl::log_logistic, sl::gumbel, sl::weibull, sl::frechet, sl::pareto, sl::lomax, sl::pareto_type_2, sl::generalized_pareto, sl::rayleigh, sl::chi_square,
    sl::inverse_chi_square, sl::scaled_inverse_chi_square, sl::half_student_t, sl::skew_normal, sl::asymmetric_laplace, sl::exponentially_modified_normal, sl::von_mises, sl::wrapped_normal,
    sl::wrapped_cauchy, sl::kumaraswamy, sl::logit_normal, sl::triangular, sl::beta_proportion, sl::arcsine, sl::inverse_gaussian, sl::piecewise_uniform, sl::beta_uniform_mixture, sl::horseshoe,
    sl::gompertz, sl::wiener;
// Discrete.
using sl::discrete_uniform, sl::geometric, sl::negative_binomial, sl::negative_binomial_2, sl::negative_binomial_2_log, sl::negative_binomial_2_log_glm, sl::beta_binomial, sl::hypergeometric,
    sl::binomial_logit, sl::multinomial, sl::dirichlet_multinomial, sl::ordered_logistic, sl::ordered_probit, sl::zipf, sl::delta, sl::discrete_range, sl::poisson_binomial, sl::categorical,
    sl::categorical_logit_glm, sl::ordered_logistic_glm;
// Vectors and matrices.
using sl::multivariate_normal, sl::multivariate_normal_precision, sl::multivariate_normal_low_rank, sl::multivariate_normal_diagonal, sl::multivariate_student_t, sl::wishart,
    sl::wishart_cholesky, sl::inverse_wishart, sl::inverse_wishart_cholesky, sl::lkj_correlation, sl::lkj_cholesky, sl::matrix_normal, sl::gaussian_random_walk, sl::autoregressive,
    sl::gaussian_process, sl::squared_exponential, sl::matern_12, sl::matern_32, sl::matern_52, sl::periodic, sl::random_permutation, sl::sum_to_zero_normal, sl::conditional_autoregression,
    sl::hidden_markov, sl::linear_gaussian_state_space;
// Combining.
using sl::mixture, sl::truncated, sl::censored, sl::interval_censored, sl::zero_inflated, sl::hurdle, sl::transformed, sl::affine, sl::product, sl::weighted, sl::empirical, sl::power_scaled,
    sl::make_distribution;
// Of the 36 of the original system, those not above: gaussian is normal, by weights is categorical, a vector of normals and the broadcasted one are normal with vectors.
using sl::normal, sl::uniform, sl::bernoulli, sl::beta, sl::gamma, sl::exponential, sl::poisson, sl::student_t, sl::log_normal, sl::dirichlet, sl::cauchy, sl::inverse_gamma, sl::binomial, sl::iid;

}  // namespace names

TEST(completeness, every_name_is_in_the_documents) {
  const auto content = [](const char* path) {
    std::ifstream in(std::string(STARLING_SOURCE_DIR) + path);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string document = content("/docs/distributions.md"), self = content("/tests/distributions/completeness_test.cpp");
  int found = 0;
  const std::string mark = std::string("sl") + "::";
  for (std::size_t at = self.find("// Continuous."); (at = self.find(mark, at)) < self.find("}  // namespace names"); ++found) {
    at += mark.size();
    const std::string name = self.substr(at, self.find_first_of(",;", at) - at);
    EXPECT_TRUE(document.find("`" + name + "(") != std::string::npos || document.find("`" + name + "`") != std::string::npos || document.find("`" + name + "<") != std::string::npos ||
                document.find(name + "(") != std::string::npos)
        << name;
  }
  EXPECT_GT(found, 100);
}
