// Packs, masks and whole numbers do in every lane what built-in numbers do in one.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <starling/values/registers_joined.hpp>
#include <starling/values/where.hpp>

namespace sl = starling;

namespace {

template <class P> class packs : public testing::Test {};
using pack_types = testing::Types<sl::native_pack<double>, sl::native_pack<float>, sl::pack<double, 3, sl::isa::portable>, sl::pack<float, 7, sl::isa::portable>,
                                  sl::pack<double, 1>, sl::pack<double, 1, sl::isa::portable>, sl::wide_pack<double>>;
TYPED_TEST_SUITE(packs, pack_types);

template <class T> bool same(T a, T b) { return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b)); }

template <class T> std::vector<T> numbers() {
  using limits = std::numeric_limits<T>;
  return {T(0), T(-0.0), T(1), T(-1), T(0.5), T(-0.5), T(1.5), T(2.5), T(-2.5), T(-3.5), T(0.49999997), T(-0.7), T(3.7), T(-3.2), T(8388607.5), T(-8388607.5),
          T(8388609), T(1e15), T(4503599627370497.0), T(1e30), limits::max(), limits::min(), limits::denorm_min(), -limits::denorm_min(), limits::infinity(), -limits::infinity(), limits::quiet_NaN(),
          std::nextafter(T(0.5), T(0)), std::nextafter(T(-0.5), T(0))};
}

TYPED_TEST(packs, load_first_reads_no_further_and_repeats_the_last) {
  using T = typename TypeParam::value_type;
  for (int count = 1; count <= TypeParam::lanes; ++count) {
    std::vector<T> xs;
    for (int i = 0; i < count; ++i) xs.push_back(static_cast<T>(10 + i));
    const auto p = TypeParam::load_first(xs.data(), count);
    for (int i = 0; i < TypeParam::lanes; ++i) EXPECT_EQ(p[i], static_cast<T>(10 + std::min(i, count - 1)));
  }
}

// Checks f over packs against g over numbers for every pair.
template <class P, class F, class G> void for_pairs(F f, G g) {
  using T = typename P::value_type;
  const std::vector<T> xs = numbers<T>();
  for (std::size_t shift = 0; shift < xs.size(); ++shift)
    for (std::size_t i = 0; i < xs.size(); i += P::lanes) {
      P a(0), b(0);
      for (int k = 0; k < P::lanes; ++k) {
        a.set(k, xs[(i + static_cast<std::size_t>(k)) % xs.size()]);
        b.set(k, xs[(i + shift + static_cast<std::size_t>(k)) % xs.size()]);
      }
      const auto r = f(a, b);
      for (int k = 0; k < P::lanes; ++k) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(r)>, P>) {
          EXPECT_TRUE(same(r[k], static_cast<T>(g(a[k], b[k])))) << a[k] << ", " << b[k] << " gave " << r[k] << ", expected " << g(a[k], b[k]);
        } else {
          EXPECT_EQ(r[k], static_cast<bool>(g(a[k], b[k]))) << a[k] << ", " << b[k];
        }
      }
    }
}

}  // namespace

TYPED_TEST(packs, arithmetic) {
  using P = TypeParam;
  for_pairs<P>([](P a, P b) { return a + b; }, [](auto a, auto b) { return a + b; });
  for_pairs<P>([](P a, P b) { return a - b; }, [](auto a, auto b) { return a - b; });
  for_pairs<P>([](P a, P b) { return a * b; }, [](auto a, auto b) { return a * b; });
  for_pairs<P>([](P a, P b) { return a / b; }, [](auto a, auto b) { return a / b; });
  for_pairs<P>([](P a, P) { return -a; }, [](auto a, auto) { return -a; });
  for_pairs<P>([](P a, P) { return 0.5 * a + 2; }, [](auto a, auto) { return decltype(a)(0.5) * a + 2; });
  for_pairs<P>([](P a, P b) { return sl::fma(a, b, P(1)); }, [](auto a, auto b) { return std::fma(a, b, decltype(a)(1)); });
}

TYPED_TEST(packs, comparisons) {
  using P = TypeParam;
  for_pairs<P>([](P a, P b) { return a < b; }, [](auto a, auto b) { return a < b; });
  for_pairs<P>([](P a, P b) { return a <= b; }, [](auto a, auto b) { return a <= b; });
  for_pairs<P>([](P a, P b) { return a > b; }, [](auto a, auto b) { return a > b; });
  for_pairs<P>([](P a, P b) { return a >= b; }, [](auto a, auto b) { return a >= b; });
  for_pairs<P>([](P a, P b) { return a == b; }, [](auto a, auto b) { return a == b; });
  for_pairs<P>([](P a, P b) { return a != b; }, [](auto a, auto b) { return a != b; });
  for_pairs<P>([](P a, P) { return sl::isnan(a); }, [](auto a, auto) { return std::isnan(a); });
  for_pairs<P>([](P a, P) { return sl::isfinite(a); }, [](auto a, auto) { return std::isfinite(a); });
}

TYPED_TEST(packs, rounding_and_signs) {
  using P = TypeParam;
  for_pairs<P>([](P a, P) { return sl::floor(a); }, [](auto a, auto) { return std::floor(a); });
  for_pairs<P>([](P a, P) { return sl::ceil(a); }, [](auto a, auto) { return std::ceil(a); });
  for_pairs<P>([](P a, P) { return sl::trunc(a); }, [](auto a, auto) { return std::trunc(a); });
  for_pairs<P>([](P a, P) { return sl::rint(a); }, [](auto a, auto) { return std::nearbyint(a); });
  for_pairs<P>([](P a, P) { return sl::round(a); }, [](auto a, auto) { return std::round(a); });
  for_pairs<P>([](P a, P) { return sl::abs(a); }, [](auto a, auto) { return std::fabs(a); });
  for_pairs<P>([](P a, P b) { return sl::copysign(a, b); }, [](auto a, auto b) { return std::copysign(a, b); });
  for_pairs<P>([](P a, P b) { return sl::min(a, b); }, [](auto a, auto b) { return std::min(a, b); });
  for_pairs<P>([](P a, P b) { return sl::max(a, b); }, [](auto a, auto b) { return std::max(a, b); });
  for_pairs<P>([](P a, P) { return sl::sqrt(a); }, [](auto a, auto) { return a < 0 ? std::numeric_limits<decltype(a)>::quiet_NaN() : std::sqrt(a); });
}

TYPED_TEST(packs, where_chooses_lane_by_lane) {
  using P = TypeParam;
  for_pairs<P>([](P a, P b) { return sl::where(a < b, a, b); }, [](auto a, auto b) { return a < b ? a : b; });
  for_pairs<P>([](P a, P b) { return sl::where(a < b, a, 3.0); }, [](auto a, auto b) { return a < b ? a : decltype(a)(3); });
  for_pairs<P>([](P a, P b) { return sl::where(a<b, a == b, a> 0.0); }, [](auto a, auto b) { return a < b ? a == b : a > 0; });
  const auto m = P::iota(0) < P(2);
  const auto w = sl::where(m, 7, 9);
  EXPECT_EQ(w[0], 7);
  if (P::lanes > 2) {
    EXPECT_EQ(w[2], 9);
  }
  EXPECT_EQ(sl::where(true, P(1), P(2))[0], 1);
  EXPECT_EQ(sl::where(false, 1, 2.5), 2.5);
}

TYPED_TEST(packs, masks_are_booleans_per_lane) {
  using P = TypeParam;
  using M = typename P::mask;
  constexpr std::uint64_t full = (std::uint64_t(1) << P::lanes) - 1;
  for (std::uint64_t a = 0; a <= full; a += full / 7 + 1)
    for (std::uint64_t b = 0; b <= full; ++b) {
      const M x = M::from_bits(a), y = M::from_bits(b);
      ASSERT_EQ(x.bits(), a);
      ASSERT_EQ((x & y).bits(), a & b);
      ASSERT_EQ((x | y).bits(), a | b);
      ASSERT_EQ((x ^ y).bits(), a ^ b);
      ASSERT_EQ((!x).bits(), ~a & full);
      ASSERT_EQ((x == y).bits(), ~(a ^ b) & full);
      ASSERT_EQ(any(y), b != 0);
      ASSERT_EQ(sl::any(y), b != 0);
      ASSERT_EQ(!sl::any(!y), b == full);
      ASSERT_EQ(all(y), b == full);
      ASSERT_EQ(none(y), b == 0);
      for (int i = 0; i < P::lanes; ++i) ASSERT_EQ(y[i], ((b >> i) & 1) != 0);
    }
  EXPECT_EQ(M(true).bits(), full);
  EXPECT_EQ(M(false).bits(), 0u);
  EXPECT_EQ(M::first(0).bits(), 0u);
  EXPECT_EQ(M::first(1).bits(), 1u);
  EXPECT_EQ(M::first(P::lanes).bits(), full);
  EXPECT_EQ(M::first(1000).bits(), full);
}

TYPED_TEST(packs, lanes_are_read_and_written) {
  using P = TypeParam;
  using T = typename P::value_type;
  std::vector<T> data(P::lanes + 1), out(P::lanes + 1);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<T>(i * i);
  const P p = P::load(data.data() + 1);  // not aligned
  p.store(out.data() + 1);
  T total = 0;
  for (int i = 0; i < P::lanes; ++i) {
    EXPECT_EQ(p[i], data[static_cast<std::size_t>(i) + 1]);
    EXPECT_EQ(out[static_cast<std::size_t>(i) + 1], p[i]);
    EXPECT_EQ(P::iota(5)[i], T(5 + i));
    total += p[i];
  }
  EXPECT_EQ(sum(p), total);
  EXPECT_EQ(max_lane(p), data.back());
  EXPECT_EQ(min_lane(p), data[1]);
  static_assert(std::is_trivially_copyable_v<P> && std::is_trivially_copyable_v<typename P::mask>);
}

TYPED_TEST(packs, whole_numbers_divide_like_long) {
  using P = TypeParam;
  using W = sl::whole_of<P>;
  for (long a : {-17L, -16L, -1L, 0L, 1L, 5L, 16L, 16777215L})
    for (long b : {-7L, -1L, 1L, 2L, 3L, 5L, 16777216L}) {
      EXPECT_EQ((W(a) / W(b))[0], a / b) << a << "/" << b;
      EXPECT_EQ((W(a) % b)[0], a % b) << a << "%" << b;
      EXPECT_EQ((W(a) < b)[0], a < b);
      EXPECT_EQ((W(a) == W(b))[0], a == b);
    }
  EXPECT_EQ((W(3) * 4 + 1 - W(2))[0], 11);
  static_assert(std::same_as<decltype(W(3) * 0.5), P> && std::same_as<decltype(W(3) * P(2)), P> && std::same_as<decltype(W(3) / 2), W>);
  EXPECT_EQ((W(3) / 2.0)[0], 1.5);
  EXPECT_EQ((1.0 - W(3))[0], -2);
  EXPECT_EQ(sl::to_whole(P(-2.7))[0], -2);
  EXPECT_EQ(sl::to_real(W(5))[0], 5);
}

TYPED_TEST(packs, whole_numbers_that_would_not_be_exact_throw) {
  using P = TypeParam;
  using W = sl::whole_of<P>;
  const long limit = sizeof(typename P::value_type) == 8 ? 9007199254740992 : 16777216;
  const W most(limit);
  EXPECT_EQ(most[0], limit);
  EXPECT_THROW(W(limit + 1), std::range_error);
  EXPECT_THROW(W(-limit - 1), std::range_error);
  EXPECT_THROW(most + 2, std::range_error);
  EXPECT_THROW(most * 3, std::range_error);
  EXPECT_THROW(-most - 4, std::range_error);
  EXPECT_NO_THROW(most - 1);
  EXPECT_NO_THROW(most / 0);  // a lane without a value
}

TEST(promotion, follows_the_lanes) {
  using P = sl::native_pack<double>;
  static_assert(std::same_as<sl::promote<int, P, double>, P> && std::same_as<sl::promote<sl::whole_of<P>>, P>);
  static_assert(std::same_as<sl::promote<int>, double> && std::same_as<sl::promote<float, double>, double> && std::same_as<sl::promote<float>, float>);
  static_assert(sl::real<double> && sl::real<P> && !sl::real<int> && !sl::real<sl::mask_of<P>>);
  static_assert(std::same_as<sl::scalar_of<P>, double> && sl::lanes_of<double> == 1 && sl::lanes_of<P> == P::lanes);
  EXPECT_EQ(sl::min(1, 2.5), 1.0);
  EXPECT_EQ(sl::max(3, 2), 3);
}
