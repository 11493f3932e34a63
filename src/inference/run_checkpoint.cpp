#include <starling/inference/run_checkpoint.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace starling {

void run_checkpoint::open(const std::string& of, std::size_t parts, const std::string& on) {
  if (run.empty()) {
    run = of;
    machine = on;
    chains.assign(parts, {});
  }
  if (run != of || chains.size() != parts)
    throw std::invalid_argument("the checkpoint is of another run: kernel, settings, key, chains, warmup, thin, data and machine must be the same");
  if (machine != on)
    throw std::invalid_argument("the checkpoint is of a program for " + machine + " instructions, this one is for " + on +
                                ": its draws would differ in their last bits. Go on with a program compiled for the same machine, or begin anew");
}

void refuse_other_densities() {
  throw std::invalid_argument("the checkpoint is of another run: model and data must be the same, but the log density at a saved place is not what it was");
}

struct checkpoint_keeper::shared {
  std::mutex guard;
  double begun = now();
  std::atomic<double> handed_over = begun;
  double pause = 0;  // between two; longer than asked for where writing takes long
};

checkpoint_keeper::checkpoint_keeper(run_checkpoint* checkpoint) : checkpoint_(checkpoint) {
  if (checkpoint != nullptr) {
    shared_ = std::make_unique<shared>();
    shared_->pause = checkpoint->every;
  }
}
checkpoint_keeper::~checkpoint_keeper() = default;

double checkpoint_keeper::now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

bool checkpoint_keeper::is_due(double last) const {
  if (checkpoint_ == nullptr || checkpoint_->sink == nullptr || !(checkpoint_->every > 0)) return false;
  const double round = shared_->handed_over.load(std::memory_order_relaxed);
  return last <= round && now() - round >= shared_->pause;
}

void checkpoint_keeper::put(std::size_t part, std::vector<std::byte> bytes) {
  const std::lock_guard lock(shared_->guard);
  checkpoint_->chains[part] = std::move(bytes);
}

void checkpoint_keeper::hand_over() {
  if (checkpoint_ == nullptr || checkpoint_->sink == nullptr || !(checkpoint_->every > 0)) return;
  shared& s = *shared_;
  const double delay = std::min(0.5, checkpoint_->every / 10);
  if (now() - s.handed_over.load(std::memory_order_relaxed) < s.pause + delay || !s.guard.try_lock()) return;
  const std::lock_guard lock(s.guard, std::adopt_lock);
  const double begin = now();
  if (begin - s.handed_over.load(std::memory_order_relaxed) < s.pause + delay) return;
  checkpoint_->sink->write(*checkpoint_);
  const double end = now();
  s.pause = std::max(checkpoint_->every - delay, 20 * (end - begin));
  s.handed_over.store(end, std::memory_order_relaxed);
}

std::string mark_of_run(const std::string& kernel, std::size_t lanes, const run_options& o, const key& k) {
  std::string of = kernel;
  for (const std::size_t n : {lanes, o.chains, o.warmup, o.thin, static_cast<std::size_t>(o.notes), static_cast<std::size_t>(k.state()), static_cast<std::size_t>(k.step_word())})
    of += " " + std::to_string(n);
  if (o.summaries_only) of += " summaries of " + std::to_string(o.draws);
  return of;
}

std::string exactly(double x) {
  char text[40];
  std::snprintf(text, sizeof text, " %a", x);
  return text;
}

}  // namespace starling
