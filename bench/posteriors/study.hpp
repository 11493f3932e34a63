// Posteriors whose moments are known, as the study of metrics (bench/metric_study.cpp) runs them.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <starling/starling.hpp>

namespace study {

namespace sl = starling;

// Mean and sd of a scalar: number `element` of the variable `name`, counted through all that are called so.
struct moments {
  std::string name;
  std::size_t element = 0;
  double mean = 0, sd = 1;
};

struct subject {
  std::string name;
  std::vector<moments> known;
  double draws = std::numeric_limits<double>::infinity();  // that the moments are from; infinity: exact
  std::function<sl::result(const sl::kernels::gradient_kernel&, const sl::run_options&, const sl::key&)> fit;
};

inline std::vector<subject>& subjects() {
  static std::vector<subject> all;
  return all;
}

template <class Posterior>
void add(std::string name, Posterior post, std::vector<moments> known, double draws = std::numeric_limits<double>::infinity()) {
  subjects().push_back({std::move(name), std::move(known), draws, [post = std::move(post)](const auto& kernel, const auto& options, const auto& key) {
                          return sl::run_gradient_in<sl::gradient_pack>(
                              kernel, sl::freed<sl::gradient_pack>(post), options, key, *[] { static sl::progress silent; return &silent; }());
                        }});
}

// Moments of every element of a vector-valued variable, all alike.
inline std::vector<moments> alike(const std::string& name, std::size_t n, double mean, double sd) {
  std::vector<moments> all;
  for (std::size_t i = 0; i < n; ++i) all.push_back({name, i, mean, sd});
  return all;
}

// Those of models/data/NAME/reference.json, with how many draws they are from.
std::pair<std::vector<moments>, double> published(const std::string& name);

// The programs of models/.
void add_programs_of_series();
void add_programs_of_regressions();
void add_programs_of_hierarchies();
// Posteriors that are hard, for one reason each.
void add_hard_shapes();
void add_hard_starts();

}  // namespace study
