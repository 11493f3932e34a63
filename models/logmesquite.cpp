// The yield of mesquite bushes explained by their measures, on the logarithmic scale (Gelman and Hill 2007, chapter 4).
#include <starling/starling.hpp>

#include <array>

namespace sl = starling;

// The first column of `measures` is 1.
constexpr auto mesquite = sl::gen([](auto& trace, const sl::data_matrix& measures) {
  using R = sl::real_of<decltype(trace)>;
  sl::vector<R> beta(measures.columns);
  for (std::size_t j = 0; j < beta.size(); ++j) beta[j] = trace({"beta", j}, sl::flat(sl::real_line()));
  const auto sigma = trace("sigma", sl::flat(sl::positive()));
  trace("log_weight", sl::normal_glm(measures, 0.0, beta, sigma));
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto N = d.size("N");
        auto log_weight = d.vector("weight", N, {.lower = 0});
        for (double& w : log_weight) w = sl::log(w);
        const std::array names{"diam1", "diam2", "canopy_height", "total_height", "density"};
        sl::data_matrix measures{N, names.size() + 2, std::vector<double>(N * (names.size() + 2), 1.0)};
        for (std::size_t j = 0; j < names.size(); ++j) {
          const auto column = d.vector(names[j], N, {.lower = 0});
          for (std::size_t i = 0; i < N; ++i) measures.values[i * measures.columns + j + 1] = sl::log(column[i]);
        }
        const auto group = d.vector("group", N);
        for (std::size_t i = 0; i < N; ++i) measures.values[(i + 1) * measures.columns - 1] = group[i];
        return sl::posterior(mesquite, sl::args(measures), sl::observe("log_weight", log_weight));
      },
      sl::kernels::nuts(), {.about = "Linear regression: beta and sigma flat, log(weight) ~ normal(X beta, sigma); X has 1, log measures, group.", .sample = {.chains = 4}});
}
