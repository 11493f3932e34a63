// Scales of random-walk steps that are wrong by many orders of magnitude, which adaptation that slows down would not mend within a warm-up: seen by 30
// steps in a row that are next to never, or next to always, accepted. Nothing happens before, so scales that are about right know nothing of it.
#pragma once

#include <cstddef>
#include <vector>

#include <starling/values/exp.hpp>
#include <starling/values/where.hpp>

namespace starling::kernels {

// One scale a lane: halved or doubled at every step from there on, until one is accepted in between.
template <class V>
class far_off_scale {
 public:
  // The step was accepted with probability `rate`: by what the scale is to be multiplied. Lanes in which the step does not count stay as they are.
  V factor(const V& rate, mask_of<V> counts = true) {
    refused_ = where(counts, where(rate < V(0.01), refused_ + V(1), V(0)), refused_);
    accepted_ = where(counts, where(rate > V(0.99), accepted_ + V(1), V(0)), accepted_);
    return where(refused_ > V(30), V(0.5), where(accepted_ > V(30), V(2), V(1)));
  }
  template <class Archive>
  void archive(Archive& a) {
    a(refused_, accepted_);
  }

 private:
  V refused_ = V(0), accepted_ = V(0);
};

// A scale for each element, which may be of very different sizes: those of the factor of the steps, a lower triangle by rows.
//
// Where another element is right, which then decides the acceptance, one whose steps are far too short shows in none. So one step in four of the first half
// of the warm-up is a trial: of one element alone, in turn, by 2 √d times its own step, which is seldom accepted where that is right. Where its probability
// is more than 95 %, the element's row of the factor grows by 4, and the next step tries it again.
//
// A lane that is found to be far off as a whole searches: it moves one element at a time, in turn, by the diagonal of its factor, which goes up or down until
// a step of every element was accepted with a probability between 5 % and 95 %: by 4, 16, … while it goes one way, by the root of that when it turns; at half
// of the warm-up it ends in any case.
template <class V>
class far_off_scales {
 public:
  explicit far_off_scales(std::size_t d) : found_(d, V(0)), last_(d, V(0)) {}

  // The step of its last search, from which adaptation counts; 0 in lanes that never searched.
  const V& began() const { return began_; }

  // Whether one element moves alone in some lane at step n of a warm-up of `steps`.
  bool searches(std::size_t n, std::size_t steps) const { return searches_ || tries(n, steps); }
  // The lanes in which it does, and by how many of its steps element i does.
  auto alone(std::size_t n, std::size_t steps) const { return tries(n, steps) ? either(searching_ > V(0), trying(n)) : searching_ > V(0); }
  V steps_alone(std::size_t i, std::size_t n) const {
    const V trial = where(tries_element(i), number(2 * sqrt(static_cast<double>(found_.size()))), V(0));
    return where(searching_ > V(0), n % found_.size() == i ? V(1) : V(0), trial);
  }

  // After step n of a warm-up of `steps`, accepted with probability `rate`.
  void learn(const V& rate, std::size_t n, std::size_t steps, std::vector<V>& factor) {
    const bool early = is_early(n, steps);
    const bool some_try = tries(n, steps);
    const V off = where(watch_.factor(rate, some_try ? mask_of<V>(!trying(n)) : mask_of<V>(true)) == V(1), V(0), V(1) - searching_);
    if (some_try) grow(rate, n, factor);
    if (searches_) [[unlikely]]
      go_on(rate, n, early, factor);
    if (early && any(off > V(0))) [[unlikely]]
      begin(off, factor);
  }
  template <class Archive>
  void archive(Archive& a) {
    a(watch_, tried_, growing_, searching_, began_, found_, last_, searches_);
  }

 private:
  static constexpr bool is_float = sizeof(scalar_of<V>) == 4;
  static V number(double x) { return V(static_cast<scalar_of<V>>(x)); }
  static bool is_regular(std::size_t n) { return n % 4 == 3; }
  // Whether step n is a trial in some lane, and in which, of which element.
  bool tries(std::size_t n, std::size_t steps) const { return found_.size() > 1 && is_early(n, steps) && (is_regular(n) || any(growing_ > V(0))); }
  auto trying(std::size_t n) const { return both(searching_ == V(0), either(growing_ > V(0), mask_of<V>(is_regular(n)))); }
  auto tries_element(std::size_t i) const { return tried_ == number(static_cast<double>(i)); }
  static bool is_early(std::size_t n, std::size_t steps) { return 2 * (n + 1) < steps; }
  static V within_range(const V& scale) { return min(max(scale, number(is_float ? 1e-18 : 1e-150)), number(is_float ? 1e18 : 1e150)); }

  void grow(const V& rate, std::size_t n, std::vector<V>& factor) {
    const auto now = trying(n), too_short = both(now, rate > number(0.95));
    std::size_t at = 0;
    for (std::size_t i = 0; i < found_.size(); at += ++i) {
      const auto grows = both(both(too_short, tries_element(i)), factor[at + i] < number(is_float ? 1e18 : 1e150));
      if (!any(grows)) continue;
      for (std::size_t j = 0; j <= i; ++j) factor[at + j] = where(grows, V(4) * factor[at + j], factor[at + j]);
    }
    const V next = where(tried_ + V(1) == number(static_cast<double>(found_.size())), V(0), tried_ + V(1));
    tried_ = where(both(now, !too_short), next, tried_);
    growing_ = where(too_short, V(1), V(0));
  }
  void begin(const V& off, std::vector<V>& factor) {
    searches_ = true;
    searching_ += off;
    std::size_t at = 0;
    for (std::size_t i = 0; i < found_.size(); ++i, ++at) {
      found_[i] = where(off > V(0), V(0), found_[i]);
      last_[i] = where(off > V(0), V(0), last_[i]);
      for (std::size_t j = 0; j < i; ++j, ++at) factor[at] = where(off > V(0), V(0), factor[at]);
    }
  }
  void go_on(const V& rate, std::size_t n, bool early, std::vector<V>& factor) {
    const std::size_t d = found_.size(), j = n % d;
    const V way = where(rate < number(0.05), V(-1), where(rate > number(0.95), V(1), V(0)));
    const V before = abs(last_[j]);
    const auto turned = way * last_[j]<V(0), moves = searching_ * abs(way)> V(0);
    const V further = where(found_[j] == V(0), min(before + before, number(is_float ? 8 : 20)), before);  // no longer by more once it has turned
    const V next = way * where(before == V(0), number(1.3862943611198906), where(turned, max(number(0.5) * before, number(0.6931471805599453)), further));
    found_[j] = where(way == V(0), V(1), where(both(turned, found_[j] == V(0)), number(0.5), found_[j]));
    last_[j] = where(moves, next, last_[j]);
    V& scale = factor[j * (j + 1) / 2 + j];
    scale = where(moves, within_range(scale * exp(next)), scale);
    auto all_found = searching_ > V(0);
    for (const V& f : found_) all_found = both(all_found, f == V(1));
    const V done = early ? where(all_found, searching_, V(0)) : searching_;
    if (!any(done > V(0))) return;
    // Together they move as far as one of them would alone.
    const V share = number(1.5 / sqrt(static_cast<double>(d)));
    for (std::size_t i = 0; i < d; ++i) factor[i * (i + 1) / 2 + i] *= where(done > V(0), share, V(1));
    began_ = where(done > V(0), number(static_cast<double>(n + 1)), began_);
    searching_ -= done;
    searches_ = any(searching_ > V(0));
  }

  far_off_scale<V> watch_;
  V tried_ = V(0), growing_ = V(0);  // which element; 1 where it was too short at the last step
  V searching_ = V(0), began_ = V(0);
  std::vector<V> found_;  // of each element: 1 when its step is found, ½ when it has turned
  std::vector<V> last_;   // the logarithm of what its step was multiplied by last
  bool searches_ = false;
};

}  // namespace starling::kernels
