// Brings a loss down by stochastic descent over shuffled minibatches.
//
//   constexpr auto loss = sl::gen([](auto& trace, const auto& pictures, const auto& digits) {
//     return sl::neural::cross_entropy(trace("net", classifier, pictures), digits);          // a mean over the rows given
//   });
//   const sl::training_rows data(sl::training_columns{pictures, 64}, sl::training_columns{digits});
//   const auto fit = sl::train(loss, data, store, sl::adam{.rate = 1e-3}, {.epochs = 30, .batch = 64, .validation = 0.1}, key);
//   fit.best                                     the parameters with the least validation loss (without validation: the last)
//
// The loss is a body that returns a real; it gets a matrix_view of each column group, in order. Choices in it are drawn afresh in each step, and derivatives pass
// through the draws: the noise of a variational autoencoder (docs/amortised_inference.md). Parameters, rows' order, dropout and draws depend on the key alone: the same
// key, the same training, bit for bit, for any number of threads (.parts), also where it was stopped in an epoch and goes on with `.resume`. A step allocates nothing once the first epoch is over, but for
// parameters that are read by trace.param.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <starling/execution/executor.hpp>
#include <starling/inference/variational/guide_handlers.hpp>
#include <starling/models/gradient.hpp>
#include <starling/models/simulate.hpp>
#include <starling/neural/evaluation.hpp>
#include <starling/neural/losses.hpp>

namespace starling {

// A group of columns: row-major numbers, `width` a row.
struct training_columns {
  std::vector<double> values;
  std::size_t width = 1;
};
// Rows of data in groups of columns: training_rows(pictures, digits).
template <std::size_t Groups> struct training_rows {
  std::array<training_columns, Groups> groups;
  template <std::same_as<training_columns>... C> explicit training_rows(C... c) : groups{std::move(c)...} {}
};
template <class... C> training_rows(C...) -> training_rows<sizeof...(C)>;

struct training_result;
struct training_options {
  std::size_t epochs = 10, batch = 64;
  double validation = 0;                    // the share of the rows, chosen by the key, that is held out
  std::size_t patience = 0;                 // epochs without a better validation loss after which it stops; 0: it goes on to the end
  std::size_t stop_after = 0;               // steps after which this call returns, perhaps in the middle of an epoch; 0: none
  const training_result* resume = nullptr;  // goes on where this one stopped: the same data, optimiser, options and key
  // Into how many parts, as equal as may be, each batch is cut, and on how many threads these are worked on (0: all cores). The result depends on the parts, not on the threads.
  std::size_t parts = 1, threads = 0;
};
// Of an epoch: means over its minibatches and over the rows held out (NaN: there are none).
struct training_epoch {
  double loss = 0, validation = 0;
};
struct training_result {
  parameter_store last, best;  // `last` knows the optimiser's moments
  std::vector<training_epoch> history;
  std::size_t best_epoch = 0, steps = 0;
  bool stopped_early = false, finished = false;
  std::size_t skipped = 0;  // steps whose loss or derivatives were not finite: they change nothing
  std::string trouble;      // of the first of them
  // Of the epoch that it is in.
  double loss_so_far = 0;
  std::size_t rows_so_far = 0, skipped_in_a_row = 0;
};

// What the templates below leave to src/neural: the rows in order, the history, when to stop.
class training_run {
 public:
  // Throws std::invalid_argument where the groups have not the same number of rows, hold a number that is not finite, or options make no sense.
  training_run(std::span<const training_columns> data, const parameter_store& start, const training_options& o, const key& k);

  bool next_batch();  // false: all is done
  std::size_t batch_rows() const { return count_; }
  std::span<const double> batch(std::size_t group) const { return buffers_[group]; }
  // Of part `p` of the batch: its rows, its dropout, the draws of this step.
  std::size_t first_row(std::size_t p) const { return count_ * p / options_.parts; }
  neural::training_step step(std::size_t p) const { return {(p == 0 ? key_.state() : hash_combine(key_.state(), p)) | 1, result_.steps}; }
  key of_draws(std::size_t p) const {
    const key all = fold_in(key_.scope(hash_text("draws")), result_.steps);
    return p == 0 ? all : fold_in(all, p);
  }
  // Of the draws for the rows held out.
  key of_held_out_draws() const { return fold_in(key_.scope(hash_text("held out draws")), next_held_); }
  // The loss and derivatives of this batch, downwards; whether they are to be used.
  bool takes(double loss, parameter_gradients& down);
  void stepped();
  // Batches of the rows held out, at the end of an epoch.
  bool epoch_ended() const { return next_ == train_.size(); }
  bool next_held_out();
  void held_out_loss(double loss);
  void end_epoch();
  parameter_store& store() { return result_.last; }
  training_result finish() { return std::move(result_); }

 private:
  void shuffle();
  void gather(const std::vector<std::uint32_t>& order, std::size_t first);

  std::span<const training_columns> data_;
  training_options options_;
  key key_;
  std::vector<std::uint32_t> train_, held_out_, order_;
  std::vector<std::vector<double>> buffers_;
  std::size_t next_ = 0, count_ = 0, next_held_ = 0, steps_here_ = 0, since_best_ = 0;
  double held_loss_ = 0;
  bool finite_before_ = false;  // all parameters, in the step before
  training_result result_;
};

template <generative_function Loss, std::size_t Groups, class Optimizer>
training_result train(const Loss& loss, const training_rows<Groups>& data, const parameter_store& start, const Optimizer& optimizer, const training_options& o, const key& k) {
  training_run run(data.groups, start, o, k);
  const auto with_rows = [&](std::size_t first, std::size_t end, auto&& f) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return f(matrix_view<double>(run.batch(I).data() + first * data.groups[I].width, end - first, data.groups[I].width)...);
    }(std::make_index_sequence<Groups>());
  };
  // What the work on a part of each batch keeps from step to step.
  struct part_of_batch {
    shared_sums of_nets;
    tile_storage<adjoint<double>> drawn;
    std::shared_ptr<const schema> structure;
    parameter_gradients down;
    double loss = 0;
  };
  std::vector<part_of_batch> parts(o.parts);
  for (auto& p : parts) p.drawn.keep_densities = false;
  const auto work_on = [&](std::size_t number) {
    part_of_batch& part = parts[number];
    const std::size_t first = run.first_row(number), end = run.first_row(number + 1);
    part.of_nets.clear();
    part.loss = 0;
    if (first == end) return part.down.entries.clear();
    std::shared_ptr<const schema> found;
    const double share = static_cast<double>(end - first) / static_cast<double>(run.batch_rows());
    with_rows(first, end, [&](const auto&... x) {
      const arena_scope memory;
      const neural::training_step step = run.step(number);
      const neural::training_scope in_training(step);
      tape_scope<double> tape;
      structure_walk walk(part.structure, false);
      if (part.structure) part.drawn.fit(*part.structure);
      parameter_variables<double> own(tape);
      guide_draw_handler<double> h(walk, run.of_draws(number), part.drawn, {0, 1}, true, {own, part.of_nets});
      const auto of_store = with_parameters(loss, run.store());
      const adjoint<double> y = of_store.run(h, x...);
      if (!h.all_follow()) throw std::invalid_argument("train: the loss makes a choice that cannot follow its parameters, a discrete one; fit (inference/variational/fit.hpp) takes such");
      found = walk.finish();
      throw_if_bad(h.problem(), *found);
      y.add_derivative(-share);
      tape.sweep();
      part.of_nets.give_to(part.down);
      part.down += own.gradients(1);
      part.loss = share * y.value();
    });
    part.structure = found;
  };
  while (run.next_batch()) {
    if (o.parts == 1) work_on(0);
    else parallel_for(o.parts, work_on, o.threads);
    double total = parts[0].loss;
    for (std::size_t p = 1; p < o.parts; ++p) {
      total += parts[p].loss;
      parts[0].down += parts[p].down;
    }
    if (run.takes(total, parts[0].down)) run.store().ascend(parts[0].down, optimizer);
    run.stepped();
    if (!run.epoch_ended()) continue;
    while (run.next_held_out())
      run.held_out_loss(with_rows(0, run.batch_rows(), [&](const auto&... x) {
        return static_cast<double>(simulate(with_parameters(loss, run.store()), args(x...), run.of_held_out_draws()).value());
      }));
    run.end_epoch();
  }
  return run.finish();
}

}  // namespace starling
