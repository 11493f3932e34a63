// The steady state allocates nothing: a trace that is handed back by move keeps its storage.
#include <gtest/gtest.h>

#include "support/counted_allocations.hpp"
#include "law_models.hpp"

using namespace laws;

constexpr auto forty = sl::gen([](auto& trace) {
  auto x = trace({"x", 0}, sl::normal(0.0, 1.0));
  for (int i = 1; i < 40; ++i) x = trace({"x", i}, sl::normal(0.5 * x, 1.0));
});

TEST(allocation, the_counter_counts) {
  EXPECT_GE(counted([](std::uint64_t) { std::vector<double> v(100); v.at(1) = 2; volatile double* keep = v.data(); *keep = 1; }), 1u);
  EXPECT_GT(counted([](std::uint64_t i) { sl::simulate(forty, sl::args(), sl::key(i)); }), 10u);
}

TEST(allocation, a_moved_trace_is_drawn_generated_updated_and_regenerated_in_place) {
  for_each_model([](const auto& r) {
    if (decltype(r.model)::is_dynamic) return;  // its structure changes
    const sl::key k(5);
    auto t = sl::simulate(r.model, r.as, k);
    EXPECT_EQ(counted([&](std::uint64_t i) { t = sl::simulate(std::move(t), sl::fold_in(k, i)); }), 0u) << r.name;
    EXPECT_EQ(counted([&](std::uint64_t i) { t = sl::generate(std::move(t), r.changes[0], sl::fold_in(k, i)).trace; }), 0u) << r.name;
    EXPECT_EQ(counted([&](std::uint64_t i) { t = sl::update(std::move(t), r.changes[0], sl::fold_in(k, i)).trace; }), 0u) << r.name;
    for (const auto& selected : r.selections)
      EXPECT_EQ(counted([&](std::uint64_t i) { t = sl::regenerate(std::move(t), selected, sl::fold_in(k, i)).trace; }), 0u) << r.name;
    EXPECT_EQ(counted([&](std::uint64_t i) {
                auto [next, w, discard] = sl::update(std::move(t), r.changes[0], sl::fold_in(k, i));
                t = std::move(next);
                t.rollback();
              }),
              0u)
        << r.name;
  });
}

TEST(allocation, forty_sites) {
  sl::choice_map c;
  for (int i = 1; i < 39; ++i) c.set({"x", i}, 0.1 * i);
  auto t = sl::generate(forty, sl::args(), c, sl::key(1)).trace;
  EXPECT_EQ(counted([&](std::uint64_t i) { t = sl::update(std::move(t), c, sl::key(i)).trace; }), 0u);
  EXPECT_EQ(counted([&](std::uint64_t i) { t = sl::generate(std::move(t), c, sl::key(i)).trace; }), 0u);
}
