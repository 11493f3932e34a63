// What the steps of sl::fit share: guides that take the data, and derivatives with respect to parameters, a number a lane.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <starling/inference/variational/guide_handlers.hpp>
#include <starling/models/runs/current.hpp>

namespace starling {

// A guide that takes the data: guide(trace, data), data["y"] an observed number, data.get("y") a vector of them.
template <class G> struct amortised_guide : generative {
  static constexpr bool is_dynamic = G::is_dynamic;
  G inner;
};
template <generative_function G> auto amortised(G guide) { return amortised_guide<G>{{}, std::move(guide)}; }
template <class G> inline constexpr bool takes_data = false;
template <class G> inline constexpr bool takes_data<amortised_guide<G>> = true;

// Runs a guide over data at their places in a run of the model.
template <class V, class Guide, class Handler> void run_guide(const Guide& guide, Handler& h, const schema& of_data, const tile<const V>& data) {
  if constexpr (takes_data<Guide>) guide.inner.run(h, current_choices<V>(of_data, data));
  else guide.run(h);
}

struct fit_step_result {
  double value = 0;
  parameter_gradients gradients;
  std::string trouble;  // why it counts for nothing; empty: it counts
};

// Of one block: the derivatives of a log density with respect to the parameters that a run read.
template <class V> class lane_parameters {
 public:
  // After the sweep.
  void keep(const parameter_variables<V>& read) {
    std::size_t at = 0;
    read.each([&](const std::string& name, const std::vector<double>& values, const V* cells) {
      if (all_.size() == at) all_.push_back({name, values, {}});
      all_[at].name = name;
      all_[at].values = values;
      all_[at++].by.assign(cells, cells + values.size());
    });
    all_.resize(at);
  }
  // The sum over lanes, each with its weight.
  void add_to(parameter_gradients& to, const V& weight) const {
    parameter_gradients these;
    for (const auto& p : all_) {
      these.entries.push_back({p.name, p.values, std::vector<double>(p.values.size())});
      for (std::size_t i = 0; i < p.by.size(); ++i) these.entries.back().derivatives[i] = static_cast<double>(sum(passed_on(p.by[i], weight)));
    }
    to += these;
  }

 private:
  struct parameter {
    std::string name;
    std::vector<double> values;
    std::vector<V> by;
  };
  std::vector<parameter> all_;
};

}  // namespace starling
