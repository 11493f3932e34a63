// A method that searches over x, where the point is origin + scales ∘ x.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace starling::optimizers {

template <class Method>
class in_scales {
 public:
  template <class Settings>
  in_scales(std::vector<double> origin, std::vector<double> scales, const Settings& settings)
      : origin_(std::move(origin)),
        scales_(std::move(scales)),
        method_(std::vector<double>(origin_.size()).data(), origin_.size(), settings),
        point_(origin_),
        gradient_(origin_.size()) {}

  const double* point() const { return point_.data(); }
  double* gradient() { return gradient_.data(); }
  bool receive(double log_density) {
    for (std::size_t i = 0; i < point_.size(); ++i) method_.gradient()[i] = gradient_[i] * scales_[i];
    const bool goes_on = method_.receive(log_density);
    for (std::size_t i = 0; i < point_.size(); ++i) point_[i] = origin_[i] + scales_[i] * method_.point()[i];
    return goes_on;
  }

  const Method& method() const { return method_; }
  const std::vector<double>& origin() const { return origin_; }
  const std::vector<double>& scales() const { return scales_; }
  // From x and the gradient there to the point and its gradient.
  void place(std::vector<double>& x, std::vector<double>& gradient) const {
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = origin_[i] + scales_[i] * x[i];
      gradient[i] /= scales_[i];
    }
  }

 private:
  std::vector<double> origin_, scales_;
  Method method_;
  std::vector<double> point_, gradient_;
};

}  // namespace starling::optimizers
