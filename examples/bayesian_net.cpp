// A Bayesian neural net: its weights are choices, nuts draws them, and what it does not know is drawn. docs/amortised_inference.md tells about it.
// bayesian_net picture.svg draws the curve with its uncertainty.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/run.hpp>
#include <starling/neural/layers.hpp>
#include <starling/neural/random_net.hpp>

namespace sl = starling;
namespace nn = starling::neural;

constexpr auto curve = nn::mlp({1, 6, 1}, nn::tanh);
const nn::random_net random_curve(curve, [](const nn::parameter_shape& s) { return sl::normal(0.0, s.fan_in > 1 ? 0.5 : 2.0); });

const auto body = sl::gen([](auto& trace, const auto& x) {
  const auto y = trace("curve", random_curve, sl::matrix_view<double>(x.data(), x.size(), 1));
  trace("y", sl::normal(sl::vector<sl::real_of<decltype(trace)>>(y.data(), y.size()), 0.1));
});

// The curve at x of one draw of the weights.
double curve_at(double x, const double* w0, const double* b0, const double* w1, double b1) {
  double y = b1;
  for (int h = 0; h < 6; ++h) y += w1[h] * std::tanh(w0[h] * x + b0[h]);
  return y;
}

int main(int argc, char** argv) {
  // Measured on both sides, with nothing between.
  std::vector<double> xs, ys;
  for (int i = 0; i < 20; ++i) {
    xs.push_back(i < 10 ? -2 + 0.12 * i : 0.9 + 0.12 * (i - 10));
    ys.push_back(std::sin(2 * xs.back()) + 0.1 * std::sin(1e3 * i));
  }
  const auto fit = sl::run(sl::kernels::nuts(), sl::posterior(body, sl::args(xs), {{"y", ys}}), {.chains = 4, .draws = 250, .warmup = 250}, sl::key(1));

  const auto& w0 = fit.posterior["curve.weight_0"].values;
  const auto& b0 = fit.posterior["curve.bias_0"].values;
  const auto& w1 = fit.posterior["curve.weight_1"].values;
  const auto& b1 = fit.posterior["curve.bias_1"].values;
  std::vector<double> at, mean, sd;
  for (double x = -3; x < 3.01; x += 0.1) {
    double sum = 0, squares = 0;
    for (std::size_t d = 0; d < b1.size(); ++d) {
      const double y = curve_at(x, &w0[6 * d], &b0[6 * d], &w1[6 * d], b1[d]);
      sum += y, squares += y * y;
    }
    const double n = static_cast<double>(b1.size());
    at.push_back(x), mean.push_back(sum / n), sd.push_back(std::sqrt(squares / n - sum / n * sum / n));
  }
  const auto near = [&](double x) { return static_cast<std::size_t>(std::lround((x + 3) * 10)); };
  std::printf("%zu weights, %zu draws\n", w0.size() / b1.size() + b0.size() / b1.size() + w1.size() / b1.size() + 1, b1.size());
  std::printf("where there are data it knows the curve: %s\n", sd[near(-1.5)] < 0.08 && std::abs(mean[near(-1.5)] - std::sin(-3.0)) < 0.15 ? "yes" : "no");
  std::printf("between them and beyond it does not: %s\n", sd[near(0)] > 2 * sd[near(-1.5)] && sd[near(3)] > 4 * sd[near(-1.5)] ? "yes" : "no");

  if (argc < 2) return 0;
  const auto place = [](double x, double y) { return std::to_string(std::lround(100 * x + 320)) + "," + std::to_string(std::lround(200 - 70 * y)) + " "; };
  std::string band, line, points;
  for (std::size_t i = 0; i < at.size(); ++i) band += place(at[i], mean[i] + 2 * sd[i]), line += place(at[i], mean[i]);
  for (std::size_t i = at.size(); i-- > 0;) band += place(at[i], mean[i] - 2 * sd[i]);
  for (std::size_t i = 0; i < xs.size(); ++i)
    points += "<circle cx='" + std::to_string(std::lround(100 * xs[i] + 320)) + "' cy='" + std::to_string(std::lround(200 - 70 * ys[i])) + "' r='3' fill='#c33'/>\n";
  std::ofstream(argv[1]) << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 640 400' width='640'>\n<rect width='640' height='400' fill='#fff'/>\n<polygon points='" << band
                         << "' fill='#bcd'/>\n<polyline points='" << line << "' fill='none' stroke='#246' stroke-width='2'/>\n"
                         << points << "</svg>\n";
}
