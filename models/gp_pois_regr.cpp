// Counts explained by a Gaussian process with a squared exponential kernel, non-centred.
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto gp_counts = sl::gen([](auto& trace, const auto& x) {
  using R = sl::real_of<decltype(trace)>;
  const R rho = trace("rho", sl::gamma(25.0, 4.0));
  const R alpha = trace("alpha", sl::half_normal(2.0));
  const std::size_t n = x.size();
  const auto f_tilde = trace("f_tilde", sl::iid(sl::normal(0.0, 1.0), n));
  sl::matrix<R> covariance(n, n);
  const R sharpness = -0.5 / (rho * rho), height = alpha * alpha;
  for (std::size_t i = 0; i < n; ++i) {
    covariance(i, i) = height + 1e-10;
    for (std::size_t j = 0; j < i; ++j) {
      const double distance = x[i] - x[j];
      covariance(i, j) = height * sl::exp(sharpness * (distance * distance));
      covariance(j, i) = covariance(i, j);
    }
  }
  const auto f = sl::matvec(sl::cholesky(covariance), f_tilde);
  for (std::size_t i = 0; i < n; ++i) trace({"k", i}, sl::poisson_log(f[i]));
  trace.note("f", f);
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto N = d.size("N");
        d.has("y");  // the same data serve gp_regr
        return sl::posterior(gp_counts, sl::args(d.vector("x", N)), sl::observe("k", d.wholes("k", N, {.lower = 0})));
      },
      sl::kernels::nuts(),
      {.about = "Gaussian process with counts: rho ~ gamma(25, 4), alpha ~ half_normal(2), f = cholesky(K) f_tilde, f_tilde ~ normal(0, 1), k ~ poisson_log(f).",
       .sample = {.chains = 4}});
}
