// Gradients of N lanes equal those of each lane alone (which equal finite differences: gradient_test.cpp).
#include <cmath>

#include <gtest/gtest.h>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/models/gradient_batch.hpp>
#include <starling/values/vector_math.hpp>

#include "bodies.hpp"
#include "gradient_models.hpp"

namespace {

namespace sl = starling;

constexpr std::size_t many = 19;  // the last block is not full

// How many derivatives were compared.
template <class T, class G, class As>
int check_lanes(const std::string& name, const G& model, const As& as, double tolerance) {
  const auto b = sl::simulate(model, as, sl::key(7), sl::lanes<T>(many));
  const auto g = sl::gradients(b);
  EXPECT_EQ(g.scores, b.scores()) << name;
  int compared = 0;
  for (std::size_t l = 0; l < many; ++l) {
    const auto one = sl::gradients(b.lane(l));
    const auto here = g.choices.lane(l);
    EXPECT_EQ(here.size(), one.choices.size()) << name << " lane " << l << '\n'
                                               << here.str() << one.choices.str();
    for (const auto& e : one.choices.entries()) {
      const auto* mine = here.entry_at(e.where.hash());
      if (!mine) {
        ADD_FAILURE() << name << " lane " << l << ": nothing at " << e.where.str();
        continue;
      }
      for (std::size_t i = 0; i < e.value.data.size(); ++i, ++compared)
        EXPECT_NEAR(mine->value.data[i], e.value.data[i], tolerance * (1 + std::abs(e.value.data[i]))) << name << " lane " << l << ' ' << e.where.str();
    }
  }
  return compared;
}

constexpr auto branching = sl::gen([](auto& trace) {
  const auto u = trace("u", sl::normal(0.0, 1.0));
  const auto c = trace("c", sl::cond(laws::low, laws::high), u > 0.2, u);
  const auto m = trace("m", sl::mask(laws::low), u < 1.0, 0.5);
  trace("y", sl::normal(c + sl::value_or(m, sl::real_of<decltype(trace)>(-1.0)), 1.0));
});
constexpr auto plate = sl::gen([](auto& trace, const auto& xs, const auto& noise) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  trace("y", sl::map(sl::gen([](auto& t, const auto& x, const auto& s, const auto& sd) { return t({}, sl::normal(s * x, sd)); })), sl::each(xs), slope, noise);
  return slope * noise + xs[0];
});

}  // namespace

TEST(gradients_of_lanes, of_choices_are_those_of_each_lane_alone) {
  int compared = 0;
  const auto run = [&](const char* name, const auto& model, const auto& as) {
    compared += check_lanes<double>(name, model, as, 1e-11);
    check_lanes<float>(name, model, as, 2e-3);
  };
  laws::for_each_gradient_model(run);
  run("branching", branching, sl::args());
  EXPECT_GT(compared, 20 * static_cast<int>(many));
}

TEST(gradients_of_lanes, only_of_what_is_selected) {
  const auto b = sl::simulate(laws::flat_body, sl::args(), sl::key(3), sl::lanes(many));
  const auto g = sl::gradients(b, sl::select("x"));
  EXPECT_EQ(g.choices.size(), 1u);
  const auto x = b["x"];
  for (std::size_t l = 0; l < many; ++l) EXPECT_NEAR(g.choices.lane(l)["x"], -(x[l] - 1) / 4, 1e-14);
}

TEST(gradients_of_lanes, of_arguments_and_through_the_return_value) {
  std::vector<double> noise(many), weights(many);
  for (std::size_t l = 0; l < many; ++l) noise[l] = 0.5 + 0.1 * static_cast<double>(l), weights[l] = std::sin(static_cast<double>(l));
  const std::vector<double> xs{0.5, 1, 2};
  const auto b = sl::simulate(plate, sl::args(xs, sl::per_lane(noise)), sl::key(3), sl::lanes(many));
  const auto g = sl::argument_gradients(b, sl::all, sl::per_lane(weights));
  const auto same_weight = sl::argument_gradients(b, sl::all, 1.5);
  const auto without = sl::gradients(b);
  for (std::size_t l = 0; l < many; ++l) {
    const auto one = sl::argument_gradients(b.lane(l), sl::all, weights[l]);
    for (std::size_t i = 0; i < xs.size(); ++i) EXPECT_NEAR(std::get<0>(g.arguments)[l * xs.size() + i], std::get<0>(one.arguments)[i], 1e-11) << l;
    EXPECT_NEAR(std::get<1>(g.arguments)[l], std::get<1>(one.arguments), 1e-11) << l;
    EXPECT_NEAR(g.choices.lane(l)["slope"], one.choices["slope"], 1e-11) << l;
    EXPECT_NEAR(same_weight.choices.lane(l)["slope"], sl::gradients(b.lane(l), sl::all, 1.5).choices["slope"], 1e-11) << l;
    EXPECT_NEAR(without.choices.lane(l)["slope"], sl::gradients(b.lane(l)).choices["slope"], 1e-11) << l;
  }
  EXPECT_THROW(sl::gradients(b, sl::all, sl::per_lane({1.0, 2.0})), std::invalid_argument);
  EXPECT_THROW(sl::gradients(b, sl::all, sl::per_lane(std::vector<double>())), std::invalid_argument);
}

TEST(gradients_of_lanes, through_a_vector_that_is_returned) {
  constexpr auto body = sl::gen([](auto& trace) {
    const auto x = trace("x", sl::iid(sl::normal(0.0, 1.0), 2));
    return sl::exp(x);
  });
  const auto b = sl::simulate(body, sl::args(), sl::key(3), sl::lanes(many));
  std::vector<double> weights(2 * many);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = std::cos(static_cast<double>(i));
  const auto each = sl::gradients(b, sl::all, sl::per_lane(weights, 2)).choices;
  const auto same = sl::gradients(b, sl::all, std::vector<double>{0.5, -2.0}).choices;
  for (std::size_t l = 0; l < many; ++l)
    for (std::size_t e = 0; e < 2; ++e) {
      const double x = b.lane(l).get<std::vector<double>>("x")[e];
      EXPECT_NEAR(each.lane(l).get<std::vector<double>>("x")[e], -x + weights[2 * l + e] * std::exp(x), 1e-12);
      EXPECT_NEAR(same.lane(l).get<std::vector<double>>("x")[e], -x + (e == 0 ? 0.5 : -2.0) * std::exp(x), 1e-12);
    }
  EXPECT_THROW(sl::gradients(b, sl::all, sl::per_lane(std::vector<double>(4), 2)), std::invalid_argument);
}

TEST(gradients_of_lanes, of_parameters_are_summed) {
  constexpr auto body = sl::gen([](auto& trace) {
    const auto w = trace.param("w", std::vector<double>{0.5, -1.0});
    const auto a = trace("a", sl::normal(w[0], 1.0));
    trace("b", sl::normal(w[1] * a, trace.param("scale", 2.0)));
  });
  const auto b = sl::simulate(body, sl::args(), sl::key(3), sl::lanes(many));
  const auto g = sl::gradients(b).parameters;
  sl::parameter_gradients sum;
  for (std::size_t l = 0; l < many; ++l) sum += sl::gradients(b.lane(l)).parameters;
  for (const char* name : {"w", "scale"})
    for (std::size_t i = 0; i < sum[name].size(); ++i) EXPECT_NEAR(g[name][i], sum[name][i], 1e-11) << name;
}

TEST(gradients_of_lanes, of_a_dynamic_model) {
  constexpr auto body = sl::gen(sl::dynamic, [](auto& trace, double x) {
    if (trace("b", sl::bernoulli(0.5))) trace("m", sl::normal(x, 2.0));
  });
  std::vector<double> xs(many);
  for (std::size_t l = 0; l < many; ++l) xs[l] = static_cast<double>(l);
  const auto b = sl::simulate(body, sl::args(sl::per_lane(xs)), sl::key(3), sl::lanes(many));
  const auto g = sl::gradients(b);
  ASSERT_EQ(g.size(), many);
  for (std::size_t l = 0; l < many; ++l) {
    ASSERT_EQ(g[l].choices.contains("m"), b.lane(l).contains("m"));
    if (b.lane(l).contains("m")) {
      EXPECT_NEAR(g[l].choices["m"], -(b.lane(l)["m"] - xs[l]) / 4, 1e-13);
    }
  }
}
