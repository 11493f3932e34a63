// dirichlet_multinomial(trials, concentration): multinomial(trials, p) with p from dirichlet(concentration): Γ(A) trials! / Γ(A + trials) Π Γ(a_i + k_i) / (Γ(a_i) k_i!),
// A = Σ a_i, Σ k_i = trials; one vector of whole numbers.
#pragma once

#include <starling/distributions/beta_binomial.hpp>
#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/distributions/matrix_supports.hpp>
#include <starling/values/counts.hpp>
#include <starling/values/gamma_function.hpp>

namespace starling {

template <class Trials, class Concentration> struct dirichlet_multinomial : distribution {
  static_assert(sequence<Concentration>, "sl::dirichlet_multinomial(trials, concentration): the concentration is a vector");
  static constexpr std::string_view name = "dirichlet_multinomial";
  static constexpr auto draws_follow = draw_derivative::none;
  template <class V> using value = vector<whole_of<V>>;

  Trials trials;
  Concentration concentration;

  dirichlet_multinomial(Trials t, Concentration a) : trials(std::move(t)), concentration(std::move(a)) {
    require_count(name, "the number of concentrations", size(), 1, largest_size);
  }

  std::size_t size() const { return concentration.size(); }
  auto support() const { return counts_with_sum{size(), primal(trials)}; }

  // One category after the other: beta_binomial of what is left.
  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto good = is_good();
    vector<V> after(size());  // the sum of the concentrations after this category
    V total(0);
    for (std::size_t i = size(); i-- > 0;) {
      after[i] = total;
      total = total + V(element_at{i}(concentration));
    }
    vector<whole_of<V>> x(size());
    V left = V(as_real(trials));
    for (std::size_t i = 0; i < size(); ++i) {
      V count = left;
      if (i + 1 < size()) {
        rng.element(static_cast<std::uint32_t>(i));
        count = to_real(beta_binomial_formulas::sample(rng, left, V(element_at{i}(concentration)), after[i]));
      }
      left = left - count;
      x[i] = drawn_whole(V(where(good, count, V(not_a_number))));
    }
    return x;
  }

  template <class X> auto log_density(const X& x) const {
    if (x.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), x.size());
    using real = promote<element_of<X>, element_of<Concentration>, Trials>;
    promote<element_of<Concentration>> total = element_at{0}(concentration);
    for (std::size_t i = 1; i < size(); ++i) total = total + element_at{i}(concentration);
    real lp(lgamma(trials + 1.0) + lgamma(total) - lgamma(total + trials));
    for (std::size_t i = 0; i < size(); ++i) {
      const auto k = primal(element_at{i}(x));
      const auto a = element_at{i}(concentration);
      lp = lp + (lgamma(a + k) - lgamma(a) - lgamma(k + 1.0));
    }
    return never_nan(real(where(both(is_good(), support().contains(x)), lp, real(negative_infinity))));
  }

  auto mean() const {
    const auto total = sum_of_elements(concentration);
    return vector_where<promote<Trials, element_of<Concentration>>>(is_good(), size(), [&](std::size_t i) { return as_real(trials) * (element_at{i}(concentration) / total); });
  }
  auto variance() const {
    const auto total = sum_of_elements(concentration);
    return vector_where<promote<Trials, element_of<Concentration>>>(is_good(), size(), [&](std::size_t i) {
      const auto a = element_at{i}(concentration);
      return as_real(trials) * (a / total) * ((total - a) / total) * ((total + as_real(trials)) / (total + 1.0));
    });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit("trials", trials, nonnegative_whole{}.contains(trials), "must be a whole number, 0 or more");
    visit_elements(visit, "concentration", concentration, positive_element, "must be positive and finite");
  }

 private:
  auto is_good() const { return both(nonnegative_whole{}.contains(trials), all_elements(concentration, positive_element)); }
};
template <class T, class A> dirichlet_multinomial(T&&, A&&) -> dirichlet_multinomial<held<T>, held<A>>;

}  // namespace starling
