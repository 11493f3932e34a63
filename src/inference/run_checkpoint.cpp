#include <starling/inference/run_checkpoint.hpp>

#include <cstdio>
#include <stdexcept>

namespace starling {

void run_checkpoint::open(const std::string& of, std::size_t parts) {
  if (run.empty()) {
    run = of;
    chains.assign(parts, {});
  }
  if (run != of || chains.size() != parts)
    throw std::invalid_argument("the checkpoint is of another run: kernel, settings, key, chains, warmup, thin, data and machine must be the same");
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
