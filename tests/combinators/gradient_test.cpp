// Choice, argument and parameter gradients against finite differences of the score; custom gradients.
#include <cmath>

#include <gtest/gtest.h>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/models/custom_gradient.hpp>
#include <starling/models/gradient.hpp>

#include "gradient_models.hpp"

namespace {

namespace sl = starling;

template <class F> double slope(F f, double x) {
  const double h = 1e-3;
  return (45 * (f(x + h) - f(x - h)) - 9 * (f(x + 2 * h) - f(x - 2 * h)) + (f(x + 3 * h) - f(x - 3 * h))) / (60 * h);
}

// ∂ score / ∂ choice for every element of every real choice.
template <class G, class As> int check_choices(const std::string& name, const G& model, const As& as, const sl::choice_map& choices) {
  const auto g = sl::gradients(model, as, choices);
  EXPECT_NEAR(g.score, sl::assess(model, as, choices).score, 1e-12 * (1 + std::abs(g.score))) << name;
  int compared = 0;
  for (const auto& e : choices.entries()) {
    if (e.value.type.kind != sl::value_kind::real) {
      EXPECT_FALSE(g.choices.contains(e.where)) << name;
      continue;
    }
    for (std::size_t i = 0; i < e.value.data.size(); ++i) {
      const double d = slope([&](double x) {
        sl::choice_map moved = choices;
        auto value = e.value;
        value.data[i] = x;
        moved.set(e.where, value);
        return sl::assess(model, as, moved).score;
      },
                             e.value.data[i]);
      EXPECT_NEAR(g.choices.entry_at(e.where.hash())->value.data[i], d, 1e-8 * (1 + std::abs(d))) << name << ' ' << e.where.str() << '[' << i << ']';
      ++compared;
    }
  }
  return compared;
}

constexpr auto regression = sl::gen([](auto& trace, const auto& xs, const auto& noise, int) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(slope * xs[i], noise));
  return slope * noise + xs[0];
});

}  // namespace

TEST(gradients, of_choices_equal_finite_differences) {
  int compared = 0;
  const auto run = [&](const char* name, const auto& model, const auto& as) {
    const auto t = sl::simulate(model, as, sl::key(7));
    compared += check_choices(name, model, as, t.choices());
  };
  laws::for_each_gradient_model(run);
  constexpr auto step = sl::gen([](auto& trace, std::size_t, const auto& x, const auto& scale) { return trace("x", sl::normal(sl::sin(x), scale)); });
  run("unfold", sl::gen([step](auto& trace) {
        const auto scale = trace("scale", sl::gamma(2.0, 1.0));
        const auto states = trace("walk", sl::unfold(step), 4, 0.3, scale);
        trace("end", sl::normal(states.back(), 1.0));
      }),
      sl::args());
  run("map", sl::gen([](auto& trace, const std::vector<double>& xs) {
        const auto slope = trace("slope", sl::normal(0.0, 1.0));
        trace("y", sl::map(sl::gen([](auto& inner, double x, const auto& s) { return inner({}, sl::normal(s * x, 1.0)); })), sl::each(xs), slope);
      }),
      sl::args(std::vector<double>{1, 2, 3}));
  run("dynamic", sl::gen(sl::dynamic, [](auto& trace) {
        if (trace("b", sl::bernoulli(0.9))) {
          const auto m = trace("m", sl::normal(2.0, 1.0));
          trace("y", sl::normal(m, 1.0));
        }
      }),
      sl::args());
  EXPECT_GT(compared, 35);
}

TEST(gradients, only_of_what_is_selected) {
  const auto t = sl::simulate(laws::flat_body, sl::args(), sl::key(3));
  const auto g = sl::gradients(t, sl::select("x"));
  EXPECT_EQ(g.choices.size(), 1u);
  EXPECT_NEAR(g.choices["x"], -(t["x"] - 1) / 4, 1e-14);
}

TEST(gradients, of_arguments_and_through_the_return_value) {
  const std::vector<double> xs{0.5, 1, 2};
  const auto t = sl::simulate(regression, sl::args(xs, 0.7, 3), sl::key(3));
  const auto choices = t.choices();
  for (const double weight : {0.0, 1.5}) {
    const auto objective = [&](const std::vector<double>& x, double noise) {
      const auto [score, value] = sl::assess(regression, sl::args(x, noise, 3), choices);
      return score + weight * value;
    };
    const auto g = sl::argument_gradients(t, sl::all, weight);
    static_assert(std::is_same_v<std::decay_t<decltype(std::get<2>(g.arguments))>, sl::nothing>);
    for (std::size_t i = 0; i < xs.size(); ++i)
      EXPECT_NEAR(std::get<0>(g.arguments)[i], slope([&](double x) { auto moved = xs; moved[i] = x; return objective(moved, 0.7); }, xs[i]), 1e-8) << i;
    EXPECT_NEAR(std::get<1>(g.arguments), slope([&](double s) { return objective(xs, s); }, 0.7), 1e-8);
    EXPECT_NEAR(g.choices["slope"] - sl::gradients(t).choices["slope"], weight * 0.7, 1e-12);
  }
}

TEST(gradients, tell_what_is_wrong) {
  EXPECT_THROW(sl::gradients(laws::flat_body, sl::args(), {{"x", 1.0}}), std::invalid_argument);
  EXPECT_THROW(sl::gradients(laws::flat_body, sl::args(), {{"x", 1.0}, {"y", 1.0}, {"z", 1.0}}), std::invalid_argument);
  EXPECT_THROW(sl::gradients(regression, sl::args(std::vector<double>{1}, -1.0, 0), {{"slope", 1.0}, {{"y", 0}, 1.0}}), sl::parameter_error);
}

TEST(parameters, are_read_from_the_store_and_have_gradients) {
  constexpr auto part = sl::gen([](auto& trace, const auto& m) {
    const auto scale = trace.param("scale", 2.0);
    return trace("x", sl::normal(m, scale));
  });
  constexpr auto body = sl::gen([part](auto& trace) {
    const auto w = trace.param("w", std::vector<double>{0.5, -1.0});
    const auto a = trace("a", part, w[0]);
    trace("b", part, w[1] * a);
  });
  sl::parameter_store store;
  const auto model = sl::with_parameters(body, store);
  const sl::choice_map choices{{sl::address("a") / "x", 1.2}, {sl::address("b") / "x", -0.4}};
  EXPECT_EQ(sl::assess(model, sl::args(), choices).score, sl::assess(body, sl::args(), choices).score);  // the initial values
  store.set("w", {0.3, 0.8});
  store.set("scale", 1.5);
  const auto score = [&] { return sl::assess(model, sl::args(), choices).score; };
  EXPECT_NEAR(score(), laws::normal(1.2, 0.3, 1.5) + laws::normal(-0.4, 0.8 * 1.2, 1.5), 1e-13);
  const auto g = sl::gradients(model, sl::args(), choices).parameters;
  EXPECT_NEAR(g["scale"][0], slope([&](double s) { store.set("scale", s); return score(); }, 1.5), 1e-8);
  store.set("scale", 1.5);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(g["w"][i], slope([&](double x) {
                  std::vector<double> w{0.3, 0.8};
                  w[i] = x;
                  store.set("w", w);
                  return score();
                },
                                 i == 0 ? 0.3 : 0.8),
                1e-8);
    store.set("w", {0.3, 0.8});
  }
  // In lanes the body reads the same store.
  const auto batch = sl::assess(model, sl::args(), choices, sl::lanes(3));
  EXPECT_NEAR(batch.scores[1], score(), 1e-13);
  store.set("w", std::vector<double>{1.0});
  EXPECT_THROW(score(), std::invalid_argument);
}

TEST(parameters, learn_by_sgd_and_adam) {
  constexpr auto body = sl::gen([](auto& trace) {
    const auto m = trace.param("m", 0.0);
    trace("y", sl::iid(sl::normal(m, 1.0), 3));
  });
  const sl::choice_map data{{"y", {1.0, 2.0, 6.0}}};
  sl::parameter_store by_sgd, by_adam;
  for (int i = 0; i < 200; ++i) by_sgd.ascend(sl::gradients(sl::with_parameters(body, by_sgd), sl::args(), data).parameters, sl::sgd{.rate = 0.1});
  EXPECT_NEAR(by_sgd["m"][0], 3, 1e-10);
  // Adam's first step is `rate` up, whatever the size of the derivative.
  by_adam.ascend(sl::gradients(sl::with_parameters(body, by_adam), sl::args(), data).parameters, sl::adam{.rate = 0.1});
  EXPECT_NEAR(by_adam["m"][0], 0.1, 1e-8);
  for (int i = 0; i < 2000; ++i) by_adam.ascend(sl::gradients(sl::with_parameters(body, by_adam), sl::args(), data).parameters, sl::adam{.rate = 0.05});
  EXPECT_NEAR(by_adam["m"][0], 3, 1e-6);
  sl::parameter_gradients twice = sl::gradients(body, sl::args(), data).parameters;
  twice += twice;
  EXPECT_DOUBLE_EQ(twice["m"][0], 18);
  EXPECT_THROW(twice["n"], std::out_of_range);
}
