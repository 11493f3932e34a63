// Learning the parameters of a model, beside EM: a mixture of three normals on the petals of Fisher's irises (docs/fitting.md).
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/variational/items.hpp>
#include <starling/values/math.hpp>
#include <starling/values/pick.hpp>

namespace sl = starling;

// Lengths in cm of 50 setosa, 50 versicolor and 50 virginica (R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936).
const std::vector<double> petals{
    1.4, 1.4, 1.3, 1.5, 1.4, 1.7, 1.4, 1.5, 1.4, 1.5, 1.5, 1.6, 1.4, 1.1, 1.2, 1.5, 1.3, 1.4, 1.7, 1.5, 1.7, 1.5, 1.0, 1.7, 1.9,
    1.6, 1.6, 1.5, 1.4, 1.6, 1.6, 1.5, 1.5, 1.4, 1.5, 1.2, 1.3, 1.4, 1.3, 1.5, 1.3, 1.3, 1.3, 1.6, 1.9, 1.4, 1.6, 1.4, 1.5, 1.4,
    4.7, 4.5, 4.9, 4.0, 4.6, 4.5, 4.7, 3.3, 4.6, 3.9, 3.5, 4.2, 4.0, 4.7, 3.6, 4.4, 4.5, 4.1, 4.5, 3.9, 4.8, 4.0, 4.9, 4.7, 4.3,
    4.4, 4.8, 5.0, 4.5, 3.5, 3.8, 3.7, 3.9, 5.1, 4.5, 4.5, 4.7, 4.4, 4.1, 4.0, 4.4, 4.6, 4.0, 3.3, 4.2, 4.2, 4.2, 4.3, 3.0, 4.1,
    6.0, 5.1, 5.9, 5.6, 5.8, 6.6, 4.5, 6.3, 5.8, 6.1, 5.1, 5.3, 5.5, 5.0, 5.1, 5.3, 5.5, 6.7, 6.9, 5.0, 5.7, 4.9, 6.7, 4.9, 5.7,
    6.0, 4.8, 4.9, 5.6, 5.8, 6.1, 6.4, 5.6, 5.1, 5.6, 6.1, 5.6, 5.5, 4.8, 5.4, 5.6, 5.1, 5.1, 5.9, 5.7, 5.2, 5.0, 5.2, 5.4, 5.1};

// A flower is of one of three kinds, and its petal is as long as the kind's. Nobody says which kind.
const auto flower = sl::gen([](auto& trace) {
  const auto kind = trace("kind", sl::categorical_logit(trace.param("share", std::vector<double>{0.0, 0.0, 0.0})));
  const auto at = trace.param("at", std::vector<double>{1.5, 4.0, 6.0}), log_width = trace.param("log_width", std::vector<double>{-1.0, -1.0, -1.0});
  trace("petal", sl::normal(sl::pick(at, kind), sl::exp(sl::pick(log_width, kind))));
});
// The logits of the kinds, given a petal, are parabolas.
const auto guess = sl::amortised(sl::gen([](auto& trace, const auto& seen) {
  const auto level = trace.param("level", std::vector<double>(3, 0.0)), slope = trace.param("slope", std::vector<double>(3, 0.0)), bend = trace.param("bend", std::vector<double>(3, 0.0));
  const auto x = seen["petal"] - 3.8;
  const auto logit = [&](std::size_t k) { return level[k] + x * (slope[k] + x * bend[k]); };
  trace("kind", sl::categorical_logit(std::array{logit(0), logit(1), logit(2)}));
}));

struct mixture {
  std::vector<double> share, at, width;
  double density(std::size_t k, double x) const {
    const double z = (x - at[k]) / width[k];
    return share[k] * std::exp(-0.5 * z * z) / (width[k] * 2.5066282746310002);
  }
  double log_likelihood() const {
    double sum = 0;
    for (const double x : petals) sum += std::log(density(0, x) + density(1, x) + density(2, x));
    return sum / 150;
  }
};
// One step of EM: who is of which kind, and then the best parameters given that.
mixture em_step(const mixture& m) {
  mixture next{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
  std::array<double, 3> squares{};
  for (const double x : petals) {
    const double total = m.density(0, x) + m.density(1, x) + m.density(2, x);
    for (std::size_t k = 0; k < 3; ++k) {
      const double p = m.density(k, x) / total;
      next.share[k] += p, next.at[k] += p * x, squares[k] += p * x * x;
    }
  }
  for (std::size_t k = 0; k < 3; ++k) {
    next.at[k] /= next.share[k];
    next.width[k] = std::sqrt(squares[k] / next.share[k] - next.at[k] * next.at[k]);
    next.share[k] /= 150;
  }
  return next;
}
void print(const char* name, const mixture& m) {
  std::printf("%s log likelihood of a flower %.2f; centres %.1f %.1f %.1f\n", name, m.log_likelihood(), m.at[0], m.at[1], m.at[2]);
}

int main() {
  const auto flowers = sl::items(flower, sl::args(), {{"petal", sl::per_lane(petals)}}, {.batch = 50});
  const auto fit = sl::fit(sl::objectives::wake_sleep(16), flowers, guess, sl::adam{.rate = sl::cosine(0.03, 3000)}, {.steps = 3000, .samples = 1, .average_last = 0.2}, sl::key(1));
  const auto& p = fit.parameters;

  mixture learned{{}, p["at"], {}};
  double total = 0;
  for (const double s : p["share"]) total += std::exp(s);
  for (std::size_t k = 0; k < 3; ++k) {
    learned.share.push_back(std::exp(p["share"][k]) / total);
    learned.width.push_back(std::exp(p["log_width"][k]));
  }
  print("fit:", learned);

  mixture by_em{{1 / 3.0, 1 / 3.0, 1 / 3.0}, {1.5, 4.0, 6.0}, {0.37, 0.37, 0.37}};
  for (int i = 0; i < 2000; ++i) by_em = em_step(by_em);
  print("EM: ", by_em);
}
