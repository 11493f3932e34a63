// A progress that asks a run to stop.
#pragma once

#include <atomic>
#include <cstddef>

#include <starling/inference/progress.hpp>

// Once it was told of progress more than `limit` times.
struct stop_after final : starling::progress {
  explicit stop_after(std::size_t n) : limit(n) {}
  std::size_t limit;
  std::atomic<std::size_t> calls = 0;
  void update(const char*, std::size_t, std::size_t) override { ++calls; }
  bool stop_requested() const override { return calls > limit; }
};
