// A step of Adam over many numbers, for one instruction set: made three times, chosen when the program runs. The same bits in each: every operation is rounded by itself.
#pragma once

#include <cstddef>

#include <starling/values/math.hpp>
#include <starling/values/pack.hpp>

namespace starling {

// m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g² with g = factor · derivative, then x ← x + of_first · m / (√(of_second · v) + ε) − shrinks · x.
struct adam_numbers {
  double factor, first_decay, second_decay, of_first, of_second, epsilon, shrinks;
};
using adam_step = void (*)(const adam_numbers&, const double* derivatives, double* values, double* first, double* second, std::size_t n);

template <class P> void take_adam_steps(const adam_numbers& a, const double* derivatives, double* values, double* first, double* second, std::size_t n) {
  const auto step = [&]<class Q>(std::size_t i) {
    const Q g = Q(a.factor) * Q::load(derivatives + i), x = Q::load(values + i);
    const Q m = Q(a.first_decay) * Q::load(first + i) + Q(1 - a.first_decay) * g;
    const Q v = Q(a.second_decay) * Q::load(second + i) + Q(1 - a.second_decay) * g * g;
    m.store(first + i);
    v.store(second + i);
    (x + (Q(a.of_first) * m / (sqrt(Q(a.of_second) * v) + Q(a.epsilon)) - Q(a.shrinks) * x)).store(values + i);
  };
  std::size_t i = 0;
  for (; i + P::lanes <= n; i += P::lanes) step.template operator()<P>(i);
  for (; i < n; ++i) step.template operator()<pack<double, 1>>(i);
}

adam_step baseline_adam_step();
// Null where the compiler or its target has none.
adam_step avx2_adam_step();
adam_step avx512_adam_step();

}  // namespace starling
