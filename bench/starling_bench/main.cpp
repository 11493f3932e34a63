// starling_bench --work=NAME [--dtype=f64|f32] [--threads=N] [--particles=N] [--summaries] [--repetitions=N] [--json]
// Times a work of the speed table: the least of several runs, one line.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "works.hpp"

namespace bench {

const std::vector<double>& line_ys() {
  static const auto ys = [] {
    std::vector<double> v;
    for (const double x : line_xs()) v.push_back(1.5 * x - 0.5 + 0.3 * std::sin(7 * x));
    return v;
  }();
  return ys;
}

std::string number(double x) {
  char text[40];
  std::snprintf(text, sizeof text, "%.10g", x);
  return text;
}

}  // namespace bench

int main(int argc, char** argv) {
  bench::settings s;
  std::string name;
  int repetitions = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&](const char* key) { return word.rfind(key, 0) == 0 ? word.c_str() + std::strlen(key) : nullptr; };
    if (const char* v = value("--work=")) name = v;
    else if (const char* v = value("--dtype=")) s.f32 = std::strcmp(v, "f32") == 0;
    else if (const char* v = value("--threads=")) s.threads = std::strtoull(v, nullptr, 10);
    else if (const char* v = value("--particles=")) s.particles = std::strtoull(v, nullptr, 10);
    else if (const char* v = value("--repetitions=")) repetitions = std::atoi(v);
    else if (word == "--summaries") s.summaries = true;
    else if (word != "--json") {
      std::fprintf(stderr, "starling_bench: unknown argument %s\n", word.c_str());
      return 1;
    }
  }
  for (const auto* works : {&bench::lane_works(), &bench::loop_works(), &bench::one_lane_works()}) {
    for (const auto& w : *works) {
      if (name != w.name) continue;
      const bool once = name == "memory";
      double best = INFINITY;
      std::string check;
      for (int r = 0; r < (repetitions ? repetitions : once ? 1 : 11); ++r) {
        const auto start = std::chrono::steady_clock::now();
        check = w.run(s);
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      }
      std::printf("{\"work\": \"%s\", \"dtype\": \"%s\", \"seconds_min\": %.9g, \"check\": \"%s\"}\n", w.name, s.f32 ? "f32" : "f64", best / w.operations,
                  check.c_str());
      return 0;
    }
  }
  std::fprintf(stderr, "starling_bench: no work called '%s'; there are", name.c_str());
  for (const auto* works : {&bench::lane_works(), &bench::loop_works(), &bench::one_lane_works()})
    for (const auto& w : *works) std::fprintf(stderr, " %s", w.name);
  std::fprintf(stderr, "\n");
  return 1;
}
