// An autoregressive series of order K.
#include <starling/starling.hpp>

namespace sl = starling;

// Row t of `past` holds the K values before y[t], the latest first.
constexpr auto autoregression = sl::gen([](auto& trace, const sl::data_matrix& past) {
  const auto alpha = trace("alpha", sl::normal(0.0, 10.0));
  const auto beta = trace("beta", sl::iid(sl::normal(0.0, 10.0), past.columns));
  const auto sigma = trace("sigma", sl::half_cauchy(2.5));
  trace("y", sl::normal_glm(past, alpha, beta, sigma));
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto K = d.size("K"), T = d.size("T");
        const auto y = d.vector("y", T);
        if (T <= K) throw sl::input_error("the series has T = " + std::to_string(T) + " values: more than K = " + std::to_string(K) + " are needed.");
        sl::data_matrix past{T - K, K, {}};
        for (std::size_t t = K; t < T; ++t)
          for (std::size_t k = 1; k <= K; ++k) past.values.push_back(y[t - k]);
        return sl::posterior(autoregression, sl::args(past), sl::observe("y", std::vector<double>(y.begin() + static_cast<std::ptrdiff_t>(K), y.end())));
      },
      sl::kernels::nuts(), {.about = "AR(K): alpha, beta ~ normal(0, 10), sigma ~ half_cauchy(2.5), y[t] ~ normal(alpha + sum_k beta[k] y[t - k], sigma).", .sample = {.chains = 4}});
}
