// Scales of random-walk steps that are wrong by many orders of magnitude, which adaptation that slows down would not mend within a warm-up: seen by 30
// steps in a row that are next to never, or next to always, accepted. Nothing happens before, so scales that are about right know nothing of it.
#pragma once

#include <cstddef>
#include <vector>

#include <starling/values/where.hpp>

namespace starling::kernels {

// One scale a lane: halved or doubled at every step from there on, until one is accepted in between.
template <class V>
class far_off_scale {
 public:
  // The step was accepted with probability `rate`: by what the scale is to be multiplied.
  V factor(const V& rate) {
    refused_ = where(rate < V(0.01), refused_ + V(1), V(0));
    accepted_ = where(rate > V(0.99), accepted_ + V(1), V(0));
    return where(refused_ > V(30), V(0.5), where(accepted_ > V(30), V(2), V(1)));
  }
  template <class Archive>
  void archive(Archive& a) {
    a(refused_, accepted_);
  }

 private:
  V refused_ = V(0), accepted_ = V(0);
};

// A scale for each element, which may be of very different sizes. A lane that is found to be far off moves one element at a time, in turn, by the
// diagonal of its factor, which goes up or down by 4 until a step of every element was accepted with a probability between 5 % and 95 %; at half of the
// warm-up it ends in any case. The factor is the lower triangle by rows.
template <class V>
class far_off_scales {
 public:
  explicit far_off_scales(std::size_t d) : found_(d, V(0)) {}

  bool searches() const { return searches_; }
  // 1 in lanes that search.
  const V& searching() const { return searching_; }
  // The step of its last search, from which adaptation counts; 0 in lanes that never searched.
  const V& began() const { return began_; }

  // After step n of a warm-up of `steps`.
  void learn(const V& rate, std::size_t n, std::size_t steps, std::vector<V>& factor) {
    const V off = where(watch_.factor(rate) == V(1), V(0), V(1) - searching_);
    const bool early = 2 * (n + 1) < steps;
    if (searches_) [[unlikely]]
      go_on(rate, n, early, factor);
    if (early && any(off > V(0))) [[unlikely]]
      begin(off, factor);
  }
  template <class Archive>
  void archive(Archive& a) {
    a(watch_, searching_, began_, found_, searches_);
  }

 private:
  static constexpr bool is_float = sizeof(scalar_of<V>) == 4;
  static V least() { return V(static_cast<scalar_of<V>>(is_float ? 1e-18 : 1e-150)); }
  static V most() { return V(static_cast<scalar_of<V>>(is_float ? 1e18 : 1e150)); }

  void begin(const V& off, std::vector<V>& factor) {
    searches_ = true;
    searching_ += off;
    std::size_t at = 0;
    for (std::size_t i = 0; i < found_.size(); ++i, ++at) {
      found_[i] = where(off > V(0), V(0), found_[i]);
      for (std::size_t j = 0; j < i; ++j, ++at) factor[at] = where(off > V(0), V(0), factor[at]);
    }
  }
  void go_on(const V& rate, std::size_t n, bool early, std::vector<V>& factor) {
    const std::size_t d = found_.size(), j = n % d;
    const V by = where(rate < V(0.05), V(0.25), where(rate > V(0.95), V(4), V(1)));
    V& scale = factor[j * (j + 1) / 2 + j];
    scale = where(searching_ > V(0), min(max(scale * by, least()), most()), scale);
    found_[j] = where(by == V(1), V(1), found_[j]);
    V missing(0);
    for (const V& f : found_) missing += V(1) - f;
    const V done = early ? where(missing == V(0), searching_, V(0)) : searching_;
    if (!any(done > V(0))) return;
    // Together they move as far as one of them would alone.
    const V share = V(1) / sqrt(V(static_cast<scalar_of<V>>(d)));
    for (std::size_t i = 0; i < d; ++i) factor[i * (i + 1) / 2 + i] *= where(done > V(0), share, V(1));
    began_ = where(done > V(0), V(static_cast<scalar_of<V>>(n + 1)), began_);
    searching_ -= done;
    searches_ = any(searching_ > V(0));
  }

  far_off_scale<V> watch_;
  V searching_ = V(0), began_ = V(0);
  std::vector<V> found_;
  bool searches_ = false;
};

}  // namespace starling::kernels
