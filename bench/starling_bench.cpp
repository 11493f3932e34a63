// starling_bench --work=NAME [--dtype=f64|f32] [--threads=N] [--particles=N] [--lanes=N] [--summaries] [--repetitions=N] [--json]
//
// Runs one work many times and prints the least and the median time of one operation, and its answer beside the right one.
// Exit code 1 where the answer is wrong. --work=memory runs once: its caller looks at the peak of resident memory.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

#include "works/work.hpp"

namespace {

struct arguments {
  std::string work;
  bench::work_options options;
  std::size_t repetitions = 0;  // 0: as many as fit
  bool json = false;
};

int refuse(const std::string& sentence) {
  std::fprintf(stderr, "starling_bench: %s. The works are:\n", sentence.c_str());
  for (const auto& w : bench::all_works()) std::fprintf(stderr, "  --work=%-15s %s\n", w.name, w.what);
  return 1;
}

// Empty, or what is wrong.
std::string read_arguments(int count, char** words, arguments& a) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i], name = word.substr(0, word.find('='));
    const std::string value = name.size() < word.size() ? word.substr(name.size() + 1) : "";
    if (name == "--work") a.work = value;
    else if (name == "--dtype" && (value == "f64" || value == "f32")) a.options.single_precision = value == "f32";
    else if (name == "--threads") a.options.threads = std::strtoull(value.c_str(), nullptr, 10);
    else if (name == "--particles") a.options.particles = std::strtoull(value.c_str(), nullptr, 10);
    else if (name == "--lanes" && std::strtoull(value.c_str(), nullptr, 10) > 0) a.options.lanes = std::strtoull(value.c_str(), nullptr, 10);
    else if (name == "--repetitions") a.repetitions = std::strtoull(value.c_str(), nullptr, 10);
    else if (word == "--summaries") a.options.summaries_only = true;
    else if (word == "--json") a.json = true;
    else return "unknown argument " + word;
  }
  return {};
}

int run(const arguments& a, const bench::work& w) {
  const auto ready = w.prepare(a.options);
  const std::string name = w.name;
  const std::size_t least = name == "memory" ? 1 : 7, most = name == "memory" ? 1 : 200;
  std::vector<double> times;
  double total = 0;
  while (a.repetitions ? times.size() < a.repetitions : times.size() < least || (total < 1.5 && times.size() < most)) {
    const auto start = std::chrono::steady_clock::now();
    ready.run();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    total += seconds;
    times.push_back(seconds / static_cast<double>(ready.operations));
  }
  std::sort(times.begin(), times.end());
  const auto check = ready.check();
  const double median = times[times.size() / 2];
  if (a.json)
    std::printf("{\"work\": \"%s\", \"dtype\": \"%s\", \"seconds_min\": %.6g, \"seconds_median\": %.6g, \"repetitions\": %zu, \"amount\": %.6g, \"check\": \"%s\"}\n",
                w.name, a.options.single_precision ? "f32" : "f64", times[0], median, times.size(), check.amount, check.text.c_str());
  else
    std::printf("%-15s %.6g ms (median %.6g ms, %zu repetitions)  %s\n", w.name, 1e3 * times[0], 1e3 * median, times.size(), check.text.c_str());
  if (!check.right) std::fprintf(stderr, "starling_bench: %s gives a wrong answer: %s\n", w.name, check.text.c_str());
  return check.right ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  arguments a;
  if (const auto wrong = read_arguments(count, words, a); !wrong.empty()) return refuse(wrong);
  for (const auto& w : bench::all_works()) {
    if (a.work != w.name) continue;
    try {
      return run(a, w);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "starling_bench: %s\n", e.what());
      return 1;
    }
  }
  return refuse(a.work.empty() ? "no work is given" : "there is no work " + a.work);
}
