// Trace translators: the weight by hand, its mean is the ratio of evidences, and a translator and its inverse cancel.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/trace_translator.hpp>

namespace sl = starling;

namespace {

double log_normal_density(double x, double m, double s) { return -0.5 * (x - m) * (x - m) / (s * s) - std::log(s) - 0.5 * std::log(2 * std::numbers::pi); }

// A point of the right half of the plane, in polar and in Cartesian coordinates.
constexpr auto polar = sl::gen([](auto& trace) {
  trace("r", sl::gamma(2.0, 1.0));
  trace("angle", sl::uniform(-std::numbers::pi / 2, std::numbers::pi / 2));
});
constexpr auto cartesian = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::half_normal(1.0));
  const auto y = trace("y", sl::normal(0.0, 1.0));
  trace("z", sl::normal(x + 2.0 * y, 0.5));
});
constexpr auto to_cartesian = [](auto& move) {
  const auto r = move.model["r"], angle = move.model["angle"];
  move.model.set("x", r * sl::cos(angle));
  move.model.set("y", r * sl::sin(angle));
};
constexpr auto to_polar = [](auto& move) {
  const auto x = move.model["x"], y = move.model["y"];
  move.model.set("r", sl::sqrt(x * x + y * y));
  move.model.set("angle", sl::atan(y / x));
};
const sl::posterior polar_prior(polar, sl::args(), sl::choice_map());
const sl::posterior cartesian_posterior(cartesian, sl::args(), sl::observe("z", 1.4));
const sl::trace_translator turned(polar_prior, cartesian_posterior, sl::no_auxiliary_choices, sl::no_auxiliary_choices, to_cartesian, to_polar);

TEST(TraceTranslator, WeighsByTheJacobian) {
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto t = sl::simulate(polar, sl::args(), sl::fold_in(sl::key(1), i));
    const auto [made, weight, u] = turned(t, sl::key(2));
    const double r = t["r"], x = r * std::cos(t["angle"]), y = r * std::sin(t["angle"]);
    EXPECT_NEAR(made["x"], x, 1e-14 * (1 + r));
    EXPECT_EQ(made["z"], 1.4);
    const double there = std::log(2.0) + log_normal_density(x, 0, 1) + log_normal_density(y, 0, 1) + log_normal_density(1.4, x + 2 * y, 0.5);
    const double here = std::log(r) - r - std::log(std::numbers::pi);
    EXPECT_NEAR(weight, there - here + std::log(r), 1e-10);
    EXPECT_TRUE(u.empty());
  }
}

TEST(TraceTranslator, ItsMeanIsTheRatioOfEvidences) {
  // Of the right half of the plane: half_normal has twice the density of a normal. By a sum over a grid.
  double exact = 0;
  const double h = 0.01;
  for (double x = h / 2; x < 8; x += h)
    for (double y = -8 + h / 2; y < 8; y += h) exact += 2 * h * h * std::exp(log_normal_density(x, 0, 1) + log_normal_density(y, 0, 1) + log_normal_density(1.4, x + 2 * y, 0.5));
  double sum = 0, squares = 0;
  const std::size_t n = 20'000;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double w = std::exp(turned(sl::simulate(polar, sl::args(), sl::fold_in(sl::key(3), i)), sl::key(4)).weight);
    sum += w;
    squares += w * w;
  }
  const double mean = sum / n, error = std::sqrt((squares / n - mean * mean) / n);
  EXPECT_NEAR(mean, exact, 4.9 * error);
  EXPECT_LT(error, 0.02 * exact);
}

// One mean becomes several: as many auxiliary numbers as a choice of the old trace says, vectors, rows of the Jacobian that are mixed.
constexpr auto one_mean = sl::gen([](auto& trace) {
  const auto mu = trace("mu", sl::normal(0.0, 2.0));
  const auto weights = trace("weights", sl::iid(sl::normal(0.0, 1.0), 3));
  trace("label", sl::categorical(std::array{0.2, 0.5, 0.3}));
  trace("y", sl::normal(mu + weights[0], 1.0));
});
constexpr auto several_means = sl::gen(sl::dynamic, [](auto& trace, long most) {
  const long n = trace("n", sl::poisson(2.0));
  double total = 0;
  for (long i = 0; i < std::min(n, most); ++i) total += trace({"mu", i}, sl::normal(0.0, 2.0));
  const auto w = trace("w", sl::iid(sl::normal(0.0, 2.0), 3));
  trace("y", sl::normal(total + w[1], 1.0));
  trace("extra", sl::normal(total, 1.0));
});
constexpr auto offsets = sl::gen(sl::dynamic, [](auto& trace, const auto& current) {
  for (long i = 0; i < static_cast<long>(current["label"]); ++i) trace({"u", i}, sl::normal(0.3 * current["mu"], 0.8));
});
constexpr auto spare = sl::gen([](auto& trace, const auto& current) { trace("e", sl::normal(current[{"mu", 0}], 1.5)); });
constexpr auto refine = [](auto& move) {
  const long n = move.model.whole("label") + 1;
  const auto mu = move.model["mu"];
  const auto w = move.model.numbers("weights");
  move.model.set("n", n);
  move.model.set({"mu", 0}, mu);
  auto shift = mu * mu;
  for (long i = 1; i < n; ++i) {
    move.model.set({"mu", i}, move.auxiliary[{"u", i - 1}] * sl::exp(0.1 * mu));
    shift = shift + move.auxiliary[{"u", i - 1}];
  }
  auto turned_weights = sl::vector<std::decay_t<decltype(mu)>>(3);
  turned_weights[0] = 2.0 * w[1];
  turned_weights[1] = w[0] + w[1] * w[2];
  turned_weights[2] = w[2] + shift;
  move.model.set("w", turned_weights);
};
constexpr auto coarsen = [](auto& move) {
  const long n = move.model.whole("n");
  const auto mu = move.model[{"mu", 0}];
  const auto w = move.model.numbers("w");
  move.model.set("label", n - 1);
  move.model.set("mu", mu);
  auto shift = mu * mu;
  for (long i = 1; i < n; ++i) {
    const auto u = move.model[{"mu", i}] / sl::exp(0.1 * mu);
    move.auxiliary.set({"u", i - 1}, u);
    shift = shift + u;
  }
  auto back = sl::vector<std::decay_t<decltype(mu)>>(3);
  back[1] = w[0] / 2.0;
  back[2] = w[2] - shift;
  back[0] = w[1] - back[1] * back[2];
  move.model.set("weights", back);
};
const sl::posterior coarse(one_mean, sl::args(), sl::observe("y", 0.7));
const sl::posterior fine(several_means, sl::args(3L), sl::observe("y", 0.7) & sl::observe("extra", 0.2));
const sl::trace_translator refined(coarse, fine, offsets, sl::no_auxiliary_choices, refine, coarsen);

TEST(TraceTranslator, AndItsInverseCancel) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto t = sl::generate(one_mean, sl::args(), coarse.observations(), sl::fold_in(sl::key(5), i)).trace;
    const auto there = refined(t, sl::fold_in(sl::key(6), i));
    const auto back = refined.inverse().with(there.trace, there.auxiliary);
    EXPECT_NEAR(there.weight + back.weight, 0, 1e-9 * (1 + std::abs(there.weight)));
    EXPECT_NEAR(back.trace["mu"], t["mu"], 1e-12);
    EXPECT_EQ(back.trace["label"], t["label"]);
    for (std::size_t e = 0; e < 3; ++e) EXPECT_NEAR(back.trace.get<std::vector<double>>("weights")[e], t.get<std::vector<double>>("weights")[e], 1e-9);
    EXPECT_EQ(back.auxiliary.size(), static_cast<std::size_t>(t["label"]));
  }
}

template <class T>
std::string refusal(const T& translator) {
  for (std::uint64_t i = 0; i < 20; ++i) {
    try {
      translator(sl::generate(one_mean, sl::args(), coarse.observations(), sl::fold_in(sl::key(5), i)).trace, sl::key(6));
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
  }
  return "accepted";
}
TEST(TraceTranslator, SaysWhatIsWrong) {
  const sl::posterior without_extra(several_means, sl::args(3L), sl::observe("y", 0.7));
  const auto open = refusal(sl::trace_translator(coarse, without_extra, offsets, sl::no_auxiliary_choices, refine, coarsen));
  EXPECT_NE(open.find("leaves extra open"), std::string::npos) << open;
  const auto spared = refusal(sl::trace_translator(coarse, fine, offsets, spare, refine, coarsen));
  EXPECT_NE(spared.find("the auxiliary choices that the transform writes: assess: no value was given for e"), std::string::npos) << spared;
  const auto elsewhere = refusal(sl::trace_translator(coarse, fine, offsets, sl::no_auxiliary_choices, refine, [](auto& move) {
    const long n = move.model.whole("n");
    move.model.set("label", n - 1);
    move.model.set("mu", 1.001 * move.model[{"mu", 0}]);
    move.model.set("weights", move.model.numbers("w"));
    for (long i = 1; i < n; ++i) move.auxiliary.set({"u", i - 1}, move.model[{"mu", i}]);
  }));
  EXPECT_NE(elsewhere.find("it gives mu the value"), std::string::npos) << elsewhere;
  const auto unread = refusal(sl::trace_translator(
      coarse, fine, offsets, sl::no_auxiliary_choices, [](auto& move) {
        const long n = move.model.whole("label") + 1;
        move.model.set("n", n);
        for (long i = 0; i < n; ++i) move.model.set({"mu", i}, i == 0 ? move.model["mu"] : move.auxiliary[{"u", i - 1}]);
        move.model.set("w", std::vector<double>{1, 2, 3});
      },
      coarsen));
  EXPECT_NE(unread.find("never reads weights, which is a latent of the old trace"), std::string::npos) << unread;
}

}  // namespace

TEST(TraceTranslator, TranslatesManyTracesAsEachAlone) {
  std::vector<decltype(sl::simulate(polar, sl::args(), sl::key(1)))> particles;
  for (std::uint64_t i = 0; i < 37; ++i) particles.push_back(sl::simulate(polar, sl::args(), sl::fold_in(sl::key(1), i)));
  const auto all = turned(particles, sl::key(2));
  ASSERT_EQ(all.traces.size(), 37u);
  for (std::size_t i = 0; i < 37; ++i) {
    const auto one = turned(particles[i], sl::fold_in(sl::key(2), i));
    EXPECT_EQ(all.weights[i], one.weight);
    EXPECT_EQ(all.traces[i]["x"], one.trace["x"]);
    EXPECT_TRUE(all.auxiliary[i].empty());
  }
}

// A walk of as many steps as a latent says, refined to twice as many: the lanes of a dynamic batch, with auxiliary choices.
TEST(TraceTranslator, TranslatesTheLanesOfADynamicBatch) {
  constexpr auto coarse = sl::gen(sl::dynamic, [](auto& trace) {
    const long n = trace("n", sl::poisson(2.0));
    for (long i = 0; i < n; ++i) trace({"x", i}, sl::normal(0.0, 1.0));
  });
  constexpr auto fine = sl::gen(sl::dynamic, [](auto& trace) {
    const long n = trace("n", sl::poisson(2.0));
    for (long i = 0; i < 2 * n; ++i) trace({"x", i}, sl::normal(0.0, 1.0));
  });
  constexpr auto between = sl::gen(sl::dynamic, [](auto& trace, const auto& current) {
    const long n = std::lround(current["n"]);
    for (long i = 0; i < n; ++i) trace({"u", i}, sl::normal(0.0, 2.0));
  });
  constexpr auto none = sl::gen(sl::dynamic, [](auto&, const auto&) {});
  const sl::trace_translator refine(
      sl::posterior(coarse, sl::args(), sl::choice_map()), sl::posterior(fine, sl::args(), sl::choice_map()), between, none,
      [](auto& move) {
        const long n = move.model.whole("n");
        move.model.set("n", n);
        for (long i = 0; i < n; ++i) {
          move.model.set({"x", 2 * i}, move.model[{"x", i}]);
          move.model.set({"x", 2 * i + 1}, move.auxiliary[{"u", i}]);
        }
      },
      [](auto& move) {
        const long n = move.model.whole("n");
        move.model.set("n", n);
        for (long i = 0; i < n; ++i) {
          move.model.set({"x", i}, move.model[{"x", 2 * i}]);
          move.auxiliary.set({"u", i}, move.model[{"x", 2 * i + 1}]);
        }
      });
  const auto particles = sl::simulate(coarse, sl::args(), sl::key(3), sl::lanes(64));
  const auto all = refine(particles, sl::key(4));
  double mean = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    const long n = std::lround(particles.lane(i)["n"]);
    double expected = 0;
    for (long j = 0; j < n; ++j) {
      const double u = all.traces[i][{"x", 2 * j + 1}];
      expected += log_normal_density(u, 0, 1) - log_normal_density(u, 0, 2);
    }
    EXPECT_NEAR(all.weights[i], expected, 1e-12);
    mean += std::exp(all.weights[i]) / 64;
  }
  EXPECT_NEAR(mean, 1, 0.6);
}
