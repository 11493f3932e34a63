#include <starling/neural/train.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include <starling/random/stream.hpp>

#include "kernels/layer_functions.hpp"

namespace starling {

namespace {

constexpr std::size_t hopeless = 100;  // steps in a row that are not finite

// Fisher and Yates.
void permute(std::vector<std::uint32_t>& order, const key& k) {
  stream<double> numbers(k, 0);
  numbers.visit(0);
  for (std::size_t i = order.size(); i > 1; --i) {
    const std::size_t j = static_cast<std::size_t>(numbers.uniform() * static_cast<double>(i));
    std::swap(order[i - 1], order[j < i ? j : i - 1]);
  }
}

}  // namespace

training_run::training_run(std::span<const training_columns> data, const parameter_store& start, const training_options& o, const key& k)
    : data_(data), options_(o), key_(k.scope(hash_text("train"))), buffers_(data.size()) {
  if (o.epochs == 0 || o.batch == 0) throw std::invalid_argument("train: epochs and batch must be at least 1");
  if (o.parts == 0) throw std::invalid_argument("train: parts must be at least 1");
  if (!(o.validation >= 0 && o.validation < 1)) throw std::invalid_argument("train: validation is a share of the rows, at least 0 and below 1");
  if (o.patience > 0 && o.validation == 0) throw std::invalid_argument("train: patience needs rows that are held out; give .validation too");
  std::size_t rows = 0;
  for (std::size_t g = 0; g < data.size(); ++g) {
    const auto& [values, width] = data[g];
    if (width == 0 || values.size() % width != 0)
      throw std::invalid_argument("train: column group " + std::to_string(g) + " has " + std::to_string(values.size()) + " numbers, which are no rows of " + std::to_string(width));
    if (g > 0 && values.size() / width != rows)
      throw std::invalid_argument("train: column group 0 has " + std::to_string(rows) + " rows, but column group " + std::to_string(g) + " has " + std::to_string(values.size() / width));
    rows = values.size() / width;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!std::isfinite(values[i]))
        throw std::invalid_argument("train: row " + std::to_string(i / width) + ", column " + std::to_string(i % width) + " of column group " + std::to_string(g) + " is not a finite number");
  }
  std::vector<std::uint32_t> all(rows);
  std::iota(all.begin(), all.end(), 0u);
  const std::size_t held = static_cast<std::size_t>(std::floor(o.validation * static_cast<double>(rows)));
  if (held > 0) permute(all, key_.scope(hash_text("held out")));
  held_out_.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(held));
  train_.assign(all.begin() + static_cast<std::ptrdiff_t>(held), all.end());
  if (train_.empty()) throw std::invalid_argument("train: there are no rows to train on");
  if (o.resume) {
    result_ = *o.resume;
    next_ = result_.rows_so_far;
    since_best_ = result_.history.size() > result_.best_epoch ? result_.history.size() - 1 - result_.best_epoch : 0;
  } else {
    result_.last = result_.best = start;
  }
  shuffle();
}

// The order of the rows in an epoch, of the key and the epoch's number alone.
void training_run::shuffle() {
  order_ = train_;
  permute(order_, fold_in(key_.scope(hash_text("order")), result_.history.size()));
}

void training_run::gather(const std::vector<std::uint32_t>& order, std::size_t first) {
  count_ = order.size() - first < options_.batch ? order.size() - first : options_.batch;
  for (std::size_t g = 0; g < data_.size(); ++g) {
    const std::size_t width = data_[g].width;
    buffers_[g].resize(count_ * width);
    for (std::size_t r = 0; r < count_; ++r)
      std::copy_n(data_[g].values.data() + order[first + r] * width, width, buffers_[g].data() + r * width);
  }
}

bool training_run::next_batch() {
  if (result_.finished || result_.stopped_early || result_.skipped_in_a_row >= hopeless || (options_.stop_after > 0 && steps_here_ >= options_.stop_after)) return false;
  gather(order_, next_);
  return true;
}

bool training_run::takes(double loss, parameter_gradients& down) {
  const auto all_finite = neural::functions<double>().all_finite;
  std::string trouble;
  if (!std::isfinite(loss)) trouble = "the loss is not a finite number";
  for (const auto& e : down.entries) {
    const bool is_stored = result_.last.contains(e.name);
    const std::vector<double>& values = is_stored ? result_.last[e.name] : e.values;
    // What was finite and took finite steps is so still.
    if ((finite_before_ || all_finite(values.data(), values.size())) && all_finite(e.derivatives.data(), e.derivatives.size())) continue;
    for (std::size_t i = 0; i < e.derivatives.size(); ++i) {
      // A parameter that is no number comes before what follows from it.
      const bool value = std::isfinite(values[i]);
      if (value && (std::isfinite(e.derivatives[i]) || trouble.starts_with("the derivative"))) continue;
      if (!trouble.starts_with("element")) trouble = value ? "the derivative of the loss with respect to element " + std::to_string(i) + " of \"" + e.name + "\" is not a finite number"
                                                           : "element " + std::to_string(i) + " of the parameter \"" + e.name + "\" is not a finite number";
    }
  }
  finite_before_ = trouble.empty();
  if (trouble.empty()) {
    result_.loss_so_far += loss * static_cast<double>(count_);
    result_.skipped_in_a_row = 0;
    return true;
  }
  if (result_.skipped++ == 0) result_.trouble = "step " + std::to_string(result_.steps) + ": " + trouble;
  ++result_.skipped_in_a_row;
  return false;
}

void training_run::stepped() {
  next_ += count_;
  result_.rows_so_far = next_;
  ++result_.steps;
  ++steps_here_;
}

bool training_run::next_held_out() {
  if (next_held_ >= held_out_.size()) return false;
  gather(held_out_, next_held_);
  return true;
}
void training_run::held_out_loss(double loss) {
  held_loss_ += loss * static_cast<double>(count_);
  next_held_ += count_;
}

void training_run::end_epoch() {
  const double loss = result_.loss_so_far / static_cast<double>(train_.size());
  const double validation = held_out_.empty() ? std::numeric_limits<double>::quiet_NaN() : held_loss_ / static_cast<double>(held_out_.size());
  auto& history = result_.history;
  const bool better = held_out_.empty() || history.empty() || validation < history[result_.best_epoch].validation || !std::isfinite(history[result_.best_epoch].validation);
  history.push_back({loss, validation});
  if (better) {
    result_.best = result_.last;
    result_.best_epoch = history.size() - 1;
    since_best_ = 0;
  } else {
    ++since_best_;
  }
  result_.stopped_early = options_.patience > 0 && since_best_ >= options_.patience;
  result_.finished = history.size() >= options_.epochs;
  next_ = next_held_ = 0;
  held_loss_ = 0;
  result_.rows_so_far = 0;
  result_.loss_so_far = 0;
  shuffle();
}

}  // namespace starling
