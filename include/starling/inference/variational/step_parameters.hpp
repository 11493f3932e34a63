// The derivatives with respect to parameters in a step of sl::fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <starling/models/gradient.hpp>

namespace starling {

// Where the derivatives with respect to parameters are summed up, over all runs of a step, each lane's with its weight. Nets, whose parameters are read in place,
// add to the sums themselves.
class shared_sums {
 public:
  void clear();
  // The sums of a parameter that is read; `values` are what it has.
  double* of(const literal& name, std::span<const double> values);
  void add(const shared_sums& other);
  // The sums times `factor` as the entries of `to`. Nothing is allocated where `to` has got them before.
  void write_to(parameter_gradients& to, double factor) const;
  // The sums as the entries of `to`, without their values, by exchange.
  void give_to(parameter_gradients& to);

 private:
  struct parameter {
    literal name;
    std::vector<double> values, sums;
    bool is_read;
  };
  parameter& named(const literal& name, std::span<const double> values);
  std::vector<parameter> all_;
};

// Adds the derivatives with respect to the parameters that a run read, a number a lane, after the sweep: the sum over lanes, each with its weight.
template <class V> void add_weighted(const parameter_variables<V>& read, const V& weight, shared_sums& to) {
  read.each([&](const literal& name, std::span<const double> values, const V* cells) {
    double* const sums = to.of(name, values);
    for (std::size_t i = 0; i < values.size(); ++i) sums[i] += static_cast<double>(sum(passed_on(cells[i], weight)));
  });
}

// What a run of a step does with parameters: those of the body have a number a lane, those of nets sums and the weights of the lanes.
template <class V> struct step_parameters {
  parameter_variables<V>& own;
  shared_sums& of_nets;
  const V* weights = nullptr;  // null: all count once
  bool vary = true;            // false: parameters are constants
};

}  // namespace starling
