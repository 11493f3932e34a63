// The tape: scopes, what is recorded and what is not, memory, threads.
#include <gtest/gtest.h>

#include <cstddef>
#include <thread>
#include <vector>

#include <starling/values/adjoint.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/lift.hpp>
#include <starling/values/vector.hpp>

#include "support/counted_allocations.hpp"

namespace sl = starling;
using doubles = sl::native_pack<double>;

static_assert(sl::real<sl::adjoint<double>> && sl::real<sl::adjoint<doubles>>);
static_assert(std::is_same_v<sl::promote<double, sl::adjoint<double>>, sl::adjoint<double>>);
static_assert(std::is_same_v<sl::promote<doubles, sl::adjoint<doubles>, int>, sl::adjoint<doubles>>);
static_assert(std::is_same_v<sl::whole_of<sl::adjoint<doubles>>, sl::whole_of<doubles>>);
static_assert(std::is_same_v<sl::mask_of<sl::adjoint<double>>, bool>);
static_assert(std::is_same_v<decltype(sl::adjoint<doubles>(1.0) < 2.0), sl::mask_of<doubles>>);
static_assert(std::is_same_v<sl::lift<sl::adjoint<doubles>, std::pair<double, long>>, std::pair<sl::adjoint<doubles>, sl::whole_of<doubles>>>);
static_assert(std::is_trivially_destructible_v<sl::adjoint<doubles>>);

namespace {

// Entries on the tape between two places: told by where the next cell comes to lie.
template <class V> std::ptrdiff_t memory_used(sl::tape_scope<V>& scope, auto f) {
  V* const before = scope.cells(1);
  f();
  return reinterpret_cast<std::byte*>(scope.cells(1)) - reinterpret_cast<std::byte*>(before);
}

}  // namespace

TEST(tape, constants_and_chains_of_one_number_record_nothing) {
  sl::tape_scope<double> scope;
  const auto x = scope.variable(1.5);
  const sl::adjoint<double> constant = 3.0;
  const std::ptrdiff_t nothing = memory_used(scope, [] {});
  EXPECT_EQ(memory_used(scope, [&] {
              const auto y = constant * constant + sl::exp(constant);
              EXPECT_TRUE(y.is_constant());
            }),
            nothing);
  EXPECT_EQ(memory_used(scope, [&] {
              const auto y = sl::exp(sl::log(x * x) + 2.0 * x) / 3 - constant * x;
              EXPECT_EQ(y.cell(), x.cell());
            }),
            nothing);
  const auto a = scope.variable(2.0), b = scope.variable(0.5);
  EXPECT_EQ(memory_used(scope, [&] {
              const auto y = sl::exp(x * a) / 3 - constant * x + a * a;  // two cells
              EXPECT_EQ(y.cell(), x.cell());
              EXPECT_EQ(y.other(), a.cell());
            }),
            nothing);
  EXPECT_GT(memory_used(scope, [&] {
              const auto y = x * a + b;  // three
              EXPECT_NE(y.cell(), x.cell());
              EXPECT_EQ(y.other(), nullptr);
            }),
            nothing);
}

TEST(tape, scopes_nest) {
  sl::tape_scope<double> outer;
  const auto x = outer.variable(3.0), y = outer.variable(2.0);
  auto product = x * y;
  double slope = 0;
  {
    sl::tape_scope<double> inner;
    const auto u = inner.variable(x.value()), v = inner.variable(5.0);
    inner.differentiate(u * v * v);
    slope = u.derivative();
    EXPECT_EQ(slope, 25);
    EXPECT_EQ(v.derivative(), 30);
  }
  product = product * slope;
  outer.differentiate(product);
  EXPECT_EQ(x.derivative(), 50);
  EXPECT_EQ(y.derivative(), 75);
  EXPECT_NE(sl::tape<double>::current, nullptr);
}

TEST(tape, no_scope_no_current_tape) { EXPECT_EQ(sl::tape<double>::current, nullptr); }

TEST(tape, an_exception_leaves_the_outer_scope_as_it_was) {
  sl::tape_scope<double> outer;
  const auto x = outer.variable(3.0), y = outer.variable(2.0);
  const auto product = x * y;
  try {
    sl::tape_scope<double> inner;
    const auto u = inner.variable(1.0), v = inner.variable(1.0);
    if (u * v > 0.0) throw std::runtime_error("stop");
  } catch (const std::runtime_error&) {
  }
  outer.differentiate(product);
  EXPECT_EQ(x.derivative(), 2);
}

TEST(tape, the_steady_state_allocates_nothing) {
  const auto work = [] {
    const sl::arena_scope memory;
    sl::tape_scope<doubles> scope;
    sl::vector<sl::adjoint<doubles>> x(50);
    for (auto& a : x) a = scope.variable(doubles(0.7));
    sl::adjoint<doubles> total = 0.0;
    for (int round = 0; round < 20; ++round)
      for (std::size_t i = 0; i + 1 < x.size(); ++i) total = total * 0.5 + x[i] * sl::exp(x[i + 1]);
    scope.differentiate(total);
    return x[3].derivative()[0];
  };
  std::size_t before = allocations_made;
  const double first = work();
  EXPECT_GT(allocations_made, before);  // the first time
  before = allocations_made;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(work(), first);
  EXPECT_EQ(allocations_made, before);
}

TEST(tape, threads_do_not_meet) {
  const auto work = [](double start) {
    double total = 0;
    for (int round = 0; round < 200; ++round) {
      sl::tape_scope<double> scope;
      const auto x = scope.variable(start), y = scope.variable(2.0);
      sl::adjoint<double> z = x;
      for (int i = 0; i < 50; ++i) z = sl::sin(z * y) + x;
      scope.differentiate(z);
      total += x.derivative();
    }
    return total;
  };
  const double a = work(0.3), b = work(0.9);
  double in_threads[2];
  std::thread first([&] { in_threads[0] = work(0.3); }), second([&] { in_threads[1] = work(0.9); });
  first.join();
  second.join();
  EXPECT_EQ(in_threads[0], a);
  EXPECT_EQ(in_threads[1], b);
}

TEST(tape, a_shared_number_gathers_all_that_depends_on_it) {
  sl::tape_scope<double> scope;
  const auto x = scope.variable(2.0), y = scope.variable(5.0);
  const auto a = x * y, b = a * x, c = a + b;  // c = xy + x²y
  scope.differentiate(c * c);
  const double value = 2.0 * 5 + 4 * 5;
  EXPECT_EQ(x.derivative(), 2 * value * (5 + 2 * 2 * 5));
  EXPECT_EQ(y.derivative(), 2 * value * (2 + 4));
}

// Entries of three and of four cells by turns, so many that each kind meets the end of a block of memory.
TEST(tape, numbers_of_several_cells_where_memory_ends) {
  using V = sl::pack<double, 4>;
  for (int shift = 0; shift < 4; ++shift) {
    sl::tape_scope<V> scope;
    const auto a = scope.variable(V(1.0)), b = scope.variable(V(2.0)), c = scope.variable(V(3.0)), d = scope.variable(V(4.0));
    scope.cells(static_cast<std::size_t>(2 * shift));
    sl::adjoint<V> total(0.0);
    double by_a = 0, by_b = 0, by_c = 0, by_d = 0;
    for (int i = 1; i <= 1500; ++i) {
      const double n = i;
      total = total + ((n * a + b) + (2.0 * c + 3.0 * d));
      total = total + ((a + n * b) + 5.0 * c);
      by_a += n + 1, by_b += 1 + n, by_c += 7, by_d += 3;
    }
    scope.differentiate(total);
    EXPECT_EQ(total.value()[3], by_a + 2 * by_b + 3 * by_c + 4 * by_d);
    EXPECT_EQ(a.derivative()[0], by_a);
    EXPECT_EQ(b.derivative()[1], by_b);
    EXPECT_EQ(c.derivative()[2], by_c);
    EXPECT_EQ(d.derivative()[3], by_d);
  }
}
