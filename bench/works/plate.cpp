// The score of a map of 10,000 normal observations in one lane: what a chain does at every step; and a plain SIMD loop over the same.
#include <cmath>
#include <memory>
#include <numbers>

#include <starling/combinators/map.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/lane_chains.hpp>

#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr std::size_t plate_size = 10'000, operations = 100;
constexpr auto plate = sl::map(sl::gen([](auto& trace, const auto& x, const auto& slope, const auto& noise) { trace({}, sl::normal(slope * x, noise)); }));
constexpr auto plate_model = sl::gen([](auto& trace, const auto& xs, double noise) {
  const auto slope = trace("slope", sl::normal(0.0, 1.0));
  trace("y", plate, sl::each(xs), slope, noise);
});

std::vector<double> plate_xs() {
  std::vector<double> xs;
  for (std::size_t i = 0; i < plate_size; ++i) xs.push_back(std::sin(0.37 * static_cast<double>(i)));
  return xs;
}
std::vector<double> plate_ys() {
  std::vector<double> ys;
  for (std::size_t i = 0; i < plate_size; ++i) ys.push_back(0.7 * std::sin(0.37 * static_cast<double>(i)) + std::cos(1.3 * static_cast<double>(i)));
  return ys;
}
double slope_at(std::size_t i) { return 0.7 + 1e-5 * static_cast<double>(i); }
double exact_score(double slope, double noise) {
  const auto xs = plate_xs(), ys = plate_ys();
  double score = 0;
  for (std::size_t i = 0; i < plate_size; ++i) {
    const double z = (ys[i] - slope * xs[i]) / noise;
    score += -0.5 * z * z - std::log(noise) - 0.5 * std::log(2 * std::numbers::pi);
  }
  return score;
}
verdict judge(double score) {
  const double exact = exact_score(slope_at(operations - 1), 0.8);
  return {"score " + std::to_string(score), std::abs(score - exact) < 1e-9 * std::abs(exact)};
}

}  // namespace

prepared_work prepare_plate(const work_options&) {
  using posterior = sl::posterior<std::decay_t<decltype(plate_model)>, sl::arguments<std::vector<double>, double>>;
  struct state {
    posterior post{plate_model, sl::args(plate_xs(), 0.8), sl::observe("y", plate_ys())};
    sl::posterior_layout<double> layout = sl::find_layout<double>(post);
    sl::lane_chains<double, posterior> chains{post, layout, {0, 1}};
    double score = 0;
  };
  const auto s = std::make_shared<state>();
  s->chains.start(sl::key(1));
  const auto slope = s->layout.latents[0];
  return {[=] {
            for (std::size_t i = 0; i < operations; ++i) {
              *s->chains.candidate(slope) = slope_at(i);
              s->score = s->chains.candidate_score();
            }
          },
          [=] {
            const double b = slope_at(operations - 1);
            return judge(s->score + 0.5 * b * b + 0.5 * std::log(2 * std::numbers::pi));
          },
          operations};
}

prepared_work prepare_plate_loop(const work_options&) {
  struct state {
    std::vector<double> xs = plate_xs(), ys = plate_ys();
    double noise = 0.8, score = 0;
  };
  const auto s = std::make_shared<state>();
  return {[=] {
            using pack = sl::native_pack<double>;
            constexpr std::size_t width = sl::lanes_of<pack>;
            for (std::size_t j = 0; j < operations; ++j) {
              const double slope = slope_at(j), inverse = 1 / s->noise, constant = -std::log(s->noise) - 0.5 * std::log(2 * std::numbers::pi);
              pack a(0.0), b(0.0);
              for (std::size_t i = 0; i < plate_size; i += 2 * width) {
                const pack z = (pack::load(s->ys.data() + i) - slope * pack::load(s->xs.data() + i)) * inverse;
                const pack q = (pack::load(s->ys.data() + i + width) - slope * pack::load(s->xs.data() + i + width)) * inverse;
                a += constant - 0.5 * z * z;
                b += constant - 0.5 * q * q;
              }
              s->score = sl::sum(a + b);
            }
          },
          [=] { return judge(s->score); },
          operations};
}

}  // namespace bench
