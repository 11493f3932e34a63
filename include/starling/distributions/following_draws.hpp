// How draws follow parameters where the sampler rejects or branches: by implicit differentiation. F(x; θ) = u stays as it is, so
//   ∂x/∂θ = −(∂F/∂θ) / f(x),
// F the cumulative distribution function and f the density. The draw itself is made by the sampler on plain numbers.
// M. Figurnov, S. Mohamed, A. Mnih: Implicit reparameterization gradients (2018).
#pragma once

#include <cstddef>
#include <type_traits>

#include <starling/distributions/distribution.hpp>
#include <starling/values/adjoint.hpp>
#include <starling/values/derivatives.hpp>

namespace starling {

// Gauss and Legendre's 24 points on (0, 1): those below one half, each with its weight; the others lie symmetrically.
struct gauss_legendre {
  static constexpr std::size_t half = 12;
  static constexpr double points[half] = {0.0024063900014893447, 0.012635722014345263, 0.030862723998633601, 0.056792236497799464, 0.089999007013048526, 0.12993790421072282,
                                          0.17595317403151223, 0.22728926430558022, 0.28310324618697741, 0.3424786601519183, 0.40444056626319186, 0.46797155356869719};
  static constexpr double weights[half] = {0.0061706148999936669, 0.014265694314466906, 0.022138719408709838, 0.029649292457718329, 0.036673240705540136, 0.043095080765976609,
                                           0.048809326052056949, 0.05372213505798281, 0.057752834026862807, 0.060835236463901675, 0.062918728173414193, 0.063969097673376121};
  // The integral of f over (0, 1).
  template <class V, class F> static V integral(F f) {
    V sum(0);
    for (std::size_t i = 0; i < half; ++i) sum = sum + weights[i] * (f(points[i]) + f(1.0 - points[i]));
    return sum;
  }
};

// Of a standard gamma draw x of a shape of at least 1: d log x / d shape, to about 1e-9 of itself. With t = x e^τ
//   −(∂F/∂a) / (x f(x)) = ∫ (log t − ψ(a)) t^(a−1) e^(−t) dt / (x^a e^(−x)) = ∫ (τ + log x − ψ(a)) exp(a τ − x (e^τ − 1)) dτ,
// over the side of x, below or above, on which nothing cancels, up to where the exponent is below −28 or so.
template <class V> V log_gamma_draw_derivative(const V& shape, const V& x) {
  using starling::log;
  constexpr double lost = 28;
  const V gap = digamma(shape) - log(x);
  const auto below = gap > V(0);
  const V a = V(lost) - 2.0 * (shape - x);
  const V down = (a + sqrt(a * a + 8 * lost * shape)) / (2.0 * shape);
  const V p = (4.0 / 3) * (x - shape) + shape, q = V(4.0 / 3 * lost) - 2.0 * (x - shape);
  const V up = log1p((q + sqrt(max(V(q * q + 8 * lost * p), V(0)))) / (2.0 * p));
  const V length = where(below, V(-down), up);
  const V sum = gauss_legendre::integral<V>([&](double point) {
    const V tau = point * length;
    return V((tau - gap) * exp(V(shape * tau - x * expm1(tau))));
  });
  return length * sum;
}

// A plain draw x as it follows the parameters: `tails` are those at x, held fixed, of adjoint parameters; log_density at x.
template <class V, class Tails> adjoint<V> following_tails(const V& x, const Tails& tails, const V& log_density) {
  const V below = primal(tails.below), above = primal(tails.above);
  const auto lower = below < above;
  const V by_below = where(lower, V(-exp(below - log_density)), V(0));
  const V by_above = where(lower, V(0), V(exp(above - log_density)));
  const auto times = [](const V& factor) { return [factor](const V& d) { return passed_on(d, factor); }; };
  if constexpr (differentiable<std::remove_cvref_t<decltype(tails.below)>>) return join(x, tails.below, times(by_below), tails.above, times(by_above));
  else return adjoint<V>(x);
}

// Of an angle θ in [−π, π] from the location, drawn with concentration κ: dθ/dκ = ∓∫ (cos t − A) exp(κ (cos t − cos θ)) dt from 0 or π to θ, A = I₁(κ)/I₀(κ)
// given as A − 1; over the side on which cos t − A keeps its sign, up to where nothing is left.
template <class V> V angle_draw_derivative(const V& angle, const V& concentration, const V& mean_cosine_less_one) {
  constexpr double pi = 3.14159265358979323846, lost = 32;
  const V theta = abs(angle), half_sine = sin(0.5 * theta);
  const V from_top = 2.0 * half_sine * half_sine;  // 1 − cos θ
  const auto inner = from_top < -mean_cosine_less_one;
  // The outer end: cos t = cos θ − lost/κ, or π.
  const V far = from_top + lost / concentration;
  const V end = where(far < V(2), V(2.0 * asin(sqrt(min(V(0.5 * far), V(1))))), V(pi));
  const V length = where(inner, V(-theta), V(end - theta));
  const V sum = gauss_legendre::integral<V>([&](double point) {
    const V t = theta + point * length, s = sin(0.5 * t);
    const V less = 2.0 * s * s;  // 1 − cos t
    return V((-less - mean_cosine_less_one) * exp(V(concentration * (from_top - less))));
  });
  return copysign(V(1), angle) * length * sum;
}

// The declaration by which D says how its draws follow its parameters; `none` where it says nothing.
template <class D> constexpr draw_derivative draws_follow_of() {
  if constexpr (requires { D::draws_follow; }) return D::draws_follow;
  else if constexpr (requires { D::formulas::draws_follow; }) return D::formulas::draws_follow;
  else return draw_derivative::none;
}
// Whether a draw of D on adjoints carries derivatives with respect to D's parameters.
template <class D> constexpr bool follows_parameters() {
  if constexpr (requires { D::follows; }) return D::follows;
  else return draws_follow_of<D>() != draw_derivative::none;
}
template <class D> inline constexpr bool can_follow = follows_parameters<std::remove_cvref_t<D>>();

}  // namespace starling
