// gaussian_process(inputs, kernel, noise): y = f(inputs) + normal(0, noise), f a Gaussian process of mean 0 with that covariance (covariance_kernels.hpp): a normal vector
// with covariance k(|x_i − x_j|) + noise² δ_ij. gaussian_process(inputs, kernel): f(inputs) itself; 1e-8 of the variance is added on the diagonal, without which rounding
// would make smooth covariances singular. The inputs are data: numbers, or a matrix_view with a row for each, whose distance is Euclid's.
#pragma once

#include <cstddef>
#include <type_traits>

#include <starling/distributions/covariance_kernels.hpp>
#include <starling/distributions/element_moments.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/values/counts.hpp>

namespace starling {

template <class Inputs, class Kernel, class Noise> class gaussian_process : public distribution {
 public:
  static_assert(is_covariance_kernel<Kernel>, "sl::gaussian_process(inputs, kernel, noise): the kernel is one of covariance_kernels.hpp, a sum or a product of them");
  static constexpr std::string_view name = "gaussian_process";
  static constexpr auto draws_follow = draw_derivative::location_scale;
  template <class V> using value = vector<V>;

  // Throws std::invalid_argument where there are no inputs.
  gaussian_process(Inputs inputs, Kernel kernel, Noise noise) : inputs_(std::move(inputs)), kernel_(std::move(kernel)), noise_(std::move(noise)), factor_(covariance()) {}
  gaussian_process(Inputs inputs, Kernel kernel)
    requires(std::is_same_v<Noise, std::nullptr_t>)
      : gaussian_process(std::move(inputs), std::move(kernel), nullptr) {}

  std::size_t size() const { return size_of(inputs_); }
  auto support() const { return vector_of{real_line{}, size()}; }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const auto z = draw_standard_normals(rng, size());
    const auto good = is_good();
    for (std::size_t i = size(); i-- > 0;) {  // from the last, so that z becomes y in place
      V sum(0);
      for (std::size_t j = 0; j <= i; ++j) sum = sum + factor_(i, j) * z[j];
      z[i] = where(good, into_finite(sum), V(not_a_number));
    }
    return z;
  }

  template <class Y> auto log_density(const Y& y) const {
    if (y.size() != size()) [[unlikely]]
      throw_wrong_size(name, size(), y.size());
    using real = promote<element_of<Y>, element>;
    const vector<promote<element_of<Y>>> copy(size());
    element log_diagonal(0);
    for (std::size_t i = 0; i < size(); ++i) {
      copy[i] = element_at{i}(y);
      log_diagonal = log_diagonal + log(factor_(i, i));
    }
    const real lp = -0.5 * squares_of(solve_lower(factor_, copy)) - log_diagonal - static_cast<double>(size()) * half_log_two_pi;
    return never_nan(real(where(is_good(), lp, real(negative_infinity))));
  }

  auto mean() const {
    return vector_where<element>(is_good(), size(), [](std::size_t) { return 0.0; });
  }
  auto variance() const {
    return vector_where<element>(is_good(), size(), [&](std::size_t i) { return square_of_lower_at(factor_, i, i); });
  }

  template <class Visit> void parameters(Visit&& visit) const {
    kernel_.parameters(visit);
    if constexpr (!is_latent) visit("noise", noise_, is_positive_finite(noise_), "must be positive and finite");
    mask_of<element> factored(true);
    for (std::size_t i = 0; i < size(); ++i) factored = both(factored, is_positive_finite(factor_(i, i)));
    visit("kernel", factor_(0, 0), factored, "must give a covariance of the inputs that is positive definite");
  }

 private:
  static constexpr bool is_latent = std::is_same_v<Noise, std::nullptr_t>;
  using element = promote<typename Kernel::real, std::conditional_t<is_latent, double, Noise>>;

  static std::size_t size_of(const Inputs& inputs) {
    if constexpr (requires { inputs.rows(); }) return inputs.rows();
    else return inputs.size();
  }
  double distance(std::size_t i, std::size_t j) const {
    if constexpr (requires { inputs_.rows(); }) {
      double squares = 0;
      for (std::size_t k = 0; k < inputs_.cols(); ++k) squares += (inputs_(i, k) - inputs_(j, k)) * (inputs_(i, k) - inputs_(j, k));
      return sqrt(squares);
    } else {
      return abs(static_cast<double>(inputs_[i]) - static_cast<double>(inputs_[j]));
    }
  }
  matrix<element> covariance() const {
    require_count(name, "the number of inputs", size(), 1, largest_rows);
    matrix<element> c(size(), size());
    for (std::size_t i = 0; i < size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) c(i, j) = c(j, i) = element(kernel_(distance(i, j)));
      const auto variance = kernel_(0.0);
      if constexpr (is_latent) c(i, i) = variance * (1 + 1e-8);
      else c(i, i) = variance + noise_ * noise_;
    }
    return cholesky(c);
  }
  auto is_good() const {
    mask_of<element> good(true);
    parameters([&](std::string_view, const auto&, const auto& ok, std::string_view) { good = both(good, ok); });
    return good;
  }

  Inputs inputs_;
  Kernel kernel_;
  Noise noise_;
  matrix<element> factor_;
};
template <class Inputs, class Kernel, class Noise> gaussian_process(Inputs&&, Kernel, Noise&&) -> gaussian_process<held<Inputs>, Kernel, held<Noise>>;
template <class Inputs, class Kernel> gaussian_process(Inputs&&, Kernel) -> gaussian_process<held<Inputs>, Kernel, std::nullptr_t>;

}  // namespace starling
