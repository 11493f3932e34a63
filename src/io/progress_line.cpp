#include <starling/io/progress_line.hpp>

#include <fmt/format.h>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

namespace starling {
namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");

extern "C" void request_stop(int) { stop.store(true, std::memory_order_relaxed); }

using clock = std::chrono::steady_clock;

std::string duration(double seconds) {
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{:02}:{:02}", whole / 60, whole % 60);
}

std::string rate(double per_second) {
  if (per_second >= 1e6) return fmt::format("{:.1f}M/s", per_second / 1e6);
  if (per_second >= 1e4) return fmt::format("{:.1f}k/s", per_second / 1e3);
  return fmt::format("{:.0f}/s", per_second);
}

}  // namespace

struct progress_line::state {
  int descriptor = 2;
  bool terminal = false;
  std::mutex lock;
  std::string phase;
  clock::time_point began{}, shown{};
  std::size_t done_at_start = 0;
  bool visible = false;
  struct sigaction interrupt {};
  struct sigaction terminate {};

  void print(const std::string& text) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t put = ::write(descriptor, rest.data(), rest.size());
      if (put <= 0) return;   // a progress line is not worth an error
      rest.remove_prefix(static_cast<std::size_t>(put));
    }
  }

  void show(const char* name, std::size_t done, std::size_t total, clock::time_point now) {
    constexpr std::size_t bar = 20;
    const double fraction = total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto full = static_cast<std::size_t>(fraction * bar);
    const double elapsed = std::chrono::duration<double>(now - began).count();
    const std::size_t since = done > done_at_start ? done - done_at_start : 0;
    std::string text = fmt::format("\r{} [{}{}] {:3.0f}% {}/{}", name, std::string(full, '#'), std::string(bar - full, ' '), 100.0 * fraction, done, total);
    if (since > 0 && elapsed > 0.0 && total >= done) {
      const double per_second = static_cast<double>(since) / elapsed;
      text += fmt::format(" {} {} left", rate(per_second), duration(static_cast<double>(total - done) / per_second));
    }
    print(text + "\x1b[K");
    visible = true;
  }
};

progress_line::progress_line(int descriptor) : state_(std::make_unique<state>()) {
  state_->descriptor = descriptor;
  state_->terminal = ::isatty(descriptor) == 1;
  stop.store(false);
  struct sigaction action {};
  action.sa_handler = request_stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND);   // the second one has its usual effect
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &state_->interrupt);
  ::sigaction(SIGTERM, &action, &state_->terminate);
}

progress_line::~progress_line() {
  ::sigaction(SIGINT, &state_->interrupt, nullptr);
  ::sigaction(SIGTERM, &state_->terminate, nullptr);
  if (state_->visible) state_->print("\r\x1b[K");
}

void progress_line::update(const char* phase, std::size_t done, std::size_t total) {
  if (!state_->terminal) return;
  const std::unique_lock guard(state_->lock, std::try_to_lock);
  if (!guard) return;   // another thread is at it
  const auto now = clock::now();
  if (state_->phase != phase) {
    state_->phase = phase;
    state_->began = now;
    state_->done_at_start = done;
    state_->shown = {};
  }
  if (now - state_->shown < std::chrono::milliseconds(100) && done < total) return;
  state_->shown = now;
  state_->show(phase, done, total, now);
}

bool progress_line::stop_requested() const { return stop.load(std::memory_order_relaxed); }

}  // namespace starling
