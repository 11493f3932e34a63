// The derivatives with respect to parameters in a step of sl::fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <starling/models/gradient.hpp>

namespace starling {

// Adds the derivatives with respect to the parameters that a run read, a number a lane, after the sweep: the sum over lanes, each with its weight.
template <class V> void add_weighted(const parameter_variables<V>& read, const V& weight, parameter_gradients& to) {
  parameter_gradients these;
  read.each([&](const std::string& name, const std::vector<double>& values, const V* cells) {
    these.entries.push_back({name, values, std::vector<double>(values.size())});
    for (std::size_t i = 0; i < values.size(); ++i) these.entries.back().derivatives[i] = static_cast<double>(sum(passed_on(cells[i], weight)));
  });
  to += these;
}

// Where the derivatives with respect to parameters that are read in place, those of nets, are summed up: over all runs of a step, each lane's with its weight.
class shared_sums {
 public:
  void clear();
  double* of(const literal& name, std::span<const double> values);
  void add_to(parameter_gradients& to) const;
  // Makes them the entries of `to`, without their values, by exchange: nothing is allocated where `to` has got them before.
  void give_to(parameter_gradients& to);

 private:
  struct parameter {
    std::string name;
    std::uint64_t hash;
    std::span<const double> values;
    std::vector<double> sums;
    bool is_read;
  };
  std::vector<parameter> all_;
};

// What a run of a step does with parameters: those of the body have a number a lane, those of nets sums and the weights of the lanes.
template <class V> struct step_parameters {
  parameter_variables<V>& own;
  shared_sums& of_nets;
  const V* weights = nullptr;  // null: all count once
};

}  // namespace starling
