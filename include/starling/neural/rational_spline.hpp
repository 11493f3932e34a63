// A monotone map of a number that a net bends: pieces of rational quadratics (Durkan, Bekasov, Murray, Papamakarios 2019), and back.
#pragma once

#include <cstddef>

#include <starling/values/adjoint_vectors.hpp>
#include <starling/values/math.hpp>
#include <starling/values/vector_math.hpp>

namespace starling::neural {

// y(x) on [−bound, bound] in K bins, the identity outside. Of 3 K − 1 numbers of a net: K widths and K heights by softmax, K − 1 slopes at the inner knots by softplus; slopes
// at the ends are 1. Where all are 0 it is the identity.
template <class R> class rational_spline {
 public:
  using V = primal_of<R>;

  rational_spline(const R* raw, std::size_t bins, double bound)
      : bins_(bins), bound_(bound), widths_(shares(raw)), heights_(shares(raw + bins)), slopes_(bins - 1) {
    for (std::size_t k = 0; k + 1 < bins; ++k) slopes_[k] = least + (1 - least) * log1p_exp(raw[2 * bins + k] + for_one);
  }

  // x ↦ y and log y'(x), added to `stretch`; y ↦ x, and log y'(x) too.
  R forward(const R& x, R& stretch) const {
    const V in = inside(x);
    const piece p = piece_at(in * x, widths_);
    const R xi = (in * x - p.x) / p.width, m = xi * (1.0 - xi), below = p.slope + (p.right + p.left - 2.0 * p.slope) * m;
    stretch = stretch + in * log_slope(p, xi, m, below);
    return in * (p.y + p.height * (p.slope * xi * xi + p.left * m) / below) + (V(1) - in) * x;
  }
  R backward(const R& y, R& stretch) const {
    const V in = inside(y);
    const piece p = piece_at(in * y, heights_);
    const R off = in * y - p.y, bend = p.right + p.left - 2.0 * p.slope;
    const R a = p.height * (p.slope - p.left) + off * bend, b = p.height * p.left - off * bend, c = -1.0 * p.slope * off;
    const R xi = 2.0 * c / (-1.0 * b - sqrt(b * b - 4.0 * a * c)), m = xi * (1.0 - xi);
    stretch = stretch + in * log_slope(p, xi, m, p.slope + bend * m);
    return in * (p.x + p.width * xi) + (V(1) - in) * y;
  }

 private:
  static constexpr double least = 1e-3;                // of a share of the width, and of a slope
  static constexpr double for_one = 0.541324854612918;  // softplus of it is 1
  struct piece {
    R x, y, width, height, left, right, slope;
  };

  vector<R> shares(const R* raw) const {
    const vector<R> s = starling::softmax(vector<R>(const_cast<R*>(raw), bins_));
    vector<R> all(bins_);
    for (std::size_t k = 0; k < bins_; ++k) all[k] = 2 * bound_ * least + (2 * bound_ * (1 - least * static_cast<double>(bins_))) * s[k];
    return all;
  }
  V inside(const R& x) const { return where(starling::abs(primal(x)) < V(bound_), V(1), V(0)); }
  // The piece in which the number is, by its place among the knots of `lengths`.
  piece piece_at(const R& at, const vector<R>& lengths) const {
    vector<V> here(bins_), before(bins_);
    V knot(-bound_), left(1);  // whether it is not before this bin
    for (std::size_t k = 0; k < bins_; ++k) {
      knot = knot + primal(lengths[k]);
      const V right = k + 1 < bins_ ? where(primal(at) >= knot, V(1), V(0)) : V(0);
      here[k] = left - right;
      before[k] = right;
      left = right;
    }
    const vector<V> first(here.data(), bins_ - 1), later(here.data() + 1, bins_ - 1);
    piece p{dot(before, widths_) - bound_, dot(before, heights_) - bound_, dot(here, widths_), dot(here, heights_), dot(later, slopes_) + here[0], dot(first, slopes_) + here[bins_ - 1], R(0.0)};
    p.slope = p.height / p.width;
    return p;
  }
  static R log_slope(const piece& p, const R& xi, const R& m, const R& below) {
    const R rest = 1.0 - xi;
    return 2.0 * log(p.slope) + log(p.right * xi * xi + 2.0 * p.slope * m + p.left * rest * rest) - 2.0 * log(below);
  }

  std::size_t bins_;
  double bound_;
  vector<R> widths_, heights_, slopes_;
};

}  // namespace starling::neural
