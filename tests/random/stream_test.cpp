// The laws of a stream: a number depends on its address only, whatever the number type, order and neighbours.
#include <starling/random/stream.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <vector>

namespace sl = starling;

namespace {

// The bits a draw is made of, recomputed from the one-block Philox and the address table in stream.hpp.
template <class T>
T from_block(const sl::key& k, std::uint32_t lane, std::uint32_t visit, std::uint32_t draw_word, std::uint32_t slot) {
  const auto x = sl::philox({lane, k.step_word(), visit, draw_word},
                            {static_cast<std::uint32_t>(k.state()), static_cast<std::uint32_t>(k.state() >> 32)});
  if constexpr (sizeof(T) == 8) {
    const std::uint64_t word = (std::uint64_t{x[2 * slot]} << 32) | x[2 * slot + 1];
    return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52;
  } else {
    return (static_cast<float>(x[slot] >> 9) + 0.5f) * 0x1p-23f;
  }
}

template <class T> T expected(const sl::key& k, std::uint32_t lane, std::uint32_t visit, std::uint32_t draw) {
  constexpr std::uint32_t per_block = sizeof(T) == 8 ? 2 : 4;
  if (draw == 0) return from_block<T>(k, lane, visit / per_block, 0, visit % per_block);
  return from_block<T>(k, lane, visit, 1 + (draw - 1) / per_block, (draw - 1) % per_block);
}

template <class V> void expect_draws_at_addresses() {
  using T = sl::scalar_of<V>;
  const sl::key k = fold_in(sl::key(7).scope(99), 12);
  constexpr std::uint32_t first = 40;
  sl::stream<V> in_order(k, first), backwards(k, first);
  std::array<std::array<V, 7>, 9> backward;
  for (std::uint32_t v = 9; v-- > 0;) {
    backwards.visit(v);
    for (std::uint32_t d = 0; d < 7; ++d) backward[v][d] = backwards.uniform();
  }
  for (std::uint32_t v = 0; v < 9; ++v) {
    in_order.visit(v);
    for (std::uint32_t d = 0; d < 7; ++d) {
      const V u = in_order.uniform();
      for (int i = 0; i < sl::lanes_of<V>; ++i) {
        const T value = sl::pack_for<V>(u)[i];
        ASSERT_EQ(value, expected<T>(k, first + static_cast<std::uint32_t>(i), v, d)) << v << ' ' << d << ' ' << i;
        ASSERT_EQ(value, sl::pack_for<V>(backward[v][d])[i]);
      }
    }
  }
}

// A pair is what the next own block of which nothing was drawn would give one by one, however the site's numbers were drawn before.
template <class V> void expect_pairs_are_whole_blocks() {
  using T = sl::scalar_of<V>;
  constexpr std::uint32_t per_block = sl::stream<V>::per_block;
  const sl::key k = fold_in(sl::key(7).scope(99), 12);
  for (std::uint32_t before = 0; before < 10; ++before) {
    sl::stream<V> rng(k, 40);
    rng.visit(5);
    for (std::uint32_t d = 0; d < before; ++d) rng.uniform();
    const std::uint32_t row = before == 0 ? 0 : (before - 1 + per_block - 1) / per_block;  // blocks that were begun
    for (std::uint32_t round = 0; round < 2; ++round) {
      const auto both = rng.pair();
      for (std::uint32_t slot = 0; slot < 2; ++slot)
        for (int i = 0; i < sl::lanes_of<V>; ++i)
          ASSERT_EQ(sl::pack_for<V>(both[slot])[i], expected<T>(k, 40 + static_cast<std::uint32_t>(i), 5, 1 + (row + round) * per_block + slot)) << before << ' ' << round;
    }
    const auto next = rng.uniform();
    ASSERT_EQ(sl::pack_for<V>(next)[0], expected<T>(k, 40, 5, 1 + (row + 2) * per_block)) << before;
  }
}
// Elements in lanes get the pairs that they get one by one.
template <class T> void expect_pairs_of_elements_agree() {
  using P = sl::native_pack<T>;
  sl::stream<T> rng(sl::key(3), 17);
  rng.visit(4);
  auto lanes = rng.template elements<P>(2, sl::mask_of<P>(true));
  lanes.uniform();
  lanes.next_stage();
  const auto first = lanes.pair(), second = lanes.pair();
  for (int i = 0; i < P::lanes; ++i) {
    rng.element(2 + static_cast<std::uint32_t>(i));
    rng.uniform();
    rng.next_stage();
    const auto one = rng.pair(), other = rng.pair();
    for (std::size_t slot = 0; slot < 2; ++slot) {
      ASSERT_EQ(first[slot][i], one[slot]) << i;
      ASSERT_EQ(second[slot][i], other[slot]) << i;
    }
  }
}

template <class T> void expect_elements_agree() {
  using P = sl::native_pack<T>;
  using wide = sl::pack<T, 6, sl::isa::portable>;
  const sl::key k(3);
  sl::stream<wide> lanes(k);
  for (const std::uint32_t first : {0u, 1u, 5u, 64u, 1000003u}) {
    for (std::uint32_t lane = 0; lane < 6; lane += 5) {
      sl::stream<T> one(k, lane);
      one.visit(3);
      lanes.visit(3);
      auto wide_elements = one.template elements<P>(first, true);
      std::array<std::array<T, 6>, 64> by_element;
      for (std::uint32_t e = 0; e < static_cast<std::uint32_t>(sl::lanes_of<P>); ++e) {
        one.element(first + e);
        lanes.element(first + e);
        for (std::size_t d = 0; d < 6; ++d) {
          by_element[e][d] = one.uniform();
          ASSERT_EQ(lanes.uniform()[static_cast<int>(lane)], by_element[e][d]);
        }
      }
      for (std::size_t d = 0; d < 6; ++d) {
        const P u = wide_elements.uniform();
        for (int i = 0; i < sl::lanes_of<P>; ++i) ASSERT_EQ(u[i], by_element[static_cast<std::size_t>(i)][d]) << d;
      }
    }
  }
}

}  // namespace

TEST(stream, draws_what_its_address_says_in_every_number_type) {
  expect_draws_at_addresses<double>();
  expect_draws_at_addresses<float>();
  expect_draws_at_addresses<sl::native_pack<double>>();
  expect_draws_at_addresses<sl::native_pack<float>>();
  expect_draws_at_addresses<sl::pack<double, 3, sl::isa::portable>>();
  expect_draws_at_addresses<sl::pack<float, 6, sl::isa::portable>>();
}

TEST(stream, a_pair_is_the_first_two_of_a_block_of_its_own) {
  expect_pairs_are_whole_blocks<double>();
  expect_pairs_are_whole_blocks<float>();
  expect_pairs_are_whole_blocks<sl::native_pack<double>>();
  expect_pairs_are_whole_blocks<sl::native_pack<float>>();
  expect_pairs_of_elements_agree<double>();
  expect_pairs_of_elements_agree<float>();
}
TEST(stream, elements_of_a_site_are_the_same_one_by_one_and_in_lanes) {
  expect_elements_agree<double>();
  expect_elements_agree<float>();
}

TEST(stream, no_two_addresses_give_the_same_number) {
  std::set<double> seen;
  std::size_t drawn = 0;
  const sl::key root(1);
  for (const sl::key& k : {root, fold_in(root, 0), fold_in(root, 1), fold_in(fold_in(root, 0), 0), root.scope(0),
                           root.scope(1), fold_in(root.scope(1), 1), split(root)[0], split(root, 3)[2], sl::key(2)})
    for (std::uint32_t lane = 0; lane < 4; ++lane) {
      sl::stream<double> s(k, lane);
      for (std::uint32_t v = 0; v < 6; ++v) {
        s.visit(v);
        for (int d = 0; d < 6; ++d) seen.insert(s.uniform()), ++drawn;
        for (std::uint32_t e = 0; e < 6; ++e) {
          s.element(e);
          for (int d = 0; d < 6; ++d) seen.insert(s.uniform()), ++drawn;
        }
      }
    }
  EXPECT_EQ(seen.size(), drawn);
}

TEST(stream, lanes_beyond_32_bits_are_lanes_of_their_own) {
  sl::stream<double> near(sl::key(5), 3), far(sl::key(5), (std::uint64_t{1} << 32) + 3);
  near.visit(0), far.visit(0);
  EXPECT_NE(near.uniform(), far.uniform());
}

// Means and variances over 2^16 lanes, within 5.3 standard errors (false alarm 1e-7 each).
TEST(stream, uniform_normal_and_exponential_have_their_moments) {
  using P = sl::native_pack<double>;
  double sums[6] = {};
  constexpr int n = 1 << 16;
  for (int lane = 0; lane < n; lane += sl::lanes_of<P>) {
    sl::stream<P> s(sl::key(11), static_cast<std::uint64_t>(lane));
    const auto add = [&](int at, P x) { sums[at] += sum(x), sums[at + 1] += sum(x * x); };
    s.visit(0), add(0, s.uniform());
    s.visit(1), add(2, s.normal());
    s.visit(2), add(4, s.exponential());
  }
  const double limit = 5.3 / std::sqrt(n);
  EXPECT_NEAR(sums[0] / n, 0.5, limit * std::sqrt(1.0 / 12));
  EXPECT_NEAR(sums[1] / n, 1.0 / 3, limit * std::sqrt(4.0 / 45));
  EXPECT_NEAR(sums[2] / n, 0.0, limit);
  EXPECT_NEAR(sums[3] / n, 1.0, limit * std::sqrt(2.0));
  EXPECT_NEAR(sums[4] / n, 1.0, limit);
  EXPECT_NEAR(sums[5] / n, 2.0, limit * std::sqrt(20.0));
}

TEST(key, derives_as_documented) {
  const sl::key root(42);
  EXPECT_EQ(fold_in(root, 5).state(), root.state());
  EXPECT_EQ(fold_in(root, 5).step_word(), 6u);
  EXPECT_NE(fold_in(fold_in(root, 5), 1).state(), root.state());
  EXPECT_EQ(fold_in(fold_in(root, 5), 1).step_word(), 0u);
  EXPECT_EQ(fold_in(root, 5).scope(8).step_word(), 6u);
  EXPECT_EQ(fold_in(root, 5).scope(8).state(), fold_in(root, 6).scope(8).state());
  EXPECT_EQ(split(root, 2)[1], split(root)[1]);
  EXPECT_NE(fold_in(root, std::uint64_t{1} << 40).state(), root.state());
}
