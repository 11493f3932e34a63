// The steady state of a static model allocates nothing.
#include <gtest/gtest.h>

#include <vector>

#include <starling/combinators/map.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/static_model.hpp>
#include <starling/models/update.hpp>

#include "support/counted_allocations.hpp"

namespace sl = starling;

namespace {
constexpr auto person = sl::gen([](auto& trace, const auto& noise, const auto& mu) {
  const auto theta = trace("theta", sl::normal(mu, 1.0));
  trace("y", sl::normal(theta, noise));
  return theta;
});
constexpr auto people = sl::gen(sl::fixed, [](auto& trace, const auto& noises) {
  const auto mu = trace("mu", sl::normal(0.0, 1.0));
  return sl::sum(trace("person", sl::map(person), sl::each(noises), mu));
});
}  // namespace

TEST(static_model, allocates_nothing_in_its_steps) {
  auto t = sl::simulate(people, sl::args(std::vector<double>(40, 1.5)), sl::key(1));
  std::vector<sl::path> places;
  std::vector<sl::choice_map> changes(41);
  for (std::size_t i = 0; i < 40; ++i) places.push_back(sl::path("person", i) / sl::address("theta"));
  places.push_back("mu");
  for (std::size_t i = 0; i < places.size(); ++i) changes[i].set(places[i], 0.0);
  const auto sweep = [&](std::uint64_t s) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      changes[i].set(places[i], 0.01 * static_cast<double>(s) + t[places[i]]);
      t = sl::update(std::move(t), changes[i], sl::key(s)).trace;
      if (i % 2) t.rollback();
    }
  };
  EXPECT_EQ(counted(sweep), 0u);
  EXPECT_GT(counted([&](std::uint64_t) { t = decltype(t)(t); }), 10u) << "the counter counts";
}
