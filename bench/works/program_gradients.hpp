// The gradients of the programs of models/ as works: models/x.cpp is included in a namespace whose own `starling` has a `program` that hands the posterior on
// instead of running a command line.
#pragma once

#include <string>

#include <starling/starling.hpp>

#include "works/plain_gradients.hpp"

namespace bench {

// What the last program of models/ that ran handed on.
inline prepared_work& program_handed_on() {
  static prepared_work work;
  return work;
}
template <class MakePosterior>
void hand_on_program(const std::string& name, const MakePosterior& make, std::size_t repetitions) {
  program_handed_on() = gradient_of<starling::gradient_pack>(make(starling::data::from_file(std::string(STARLING_SOURCE_DIR) + "/models/data/" + name + "/data.json")), repetitions);
}

}  // namespace bench
