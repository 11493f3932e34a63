// The gradients of the programs of models/ as works: what programs/*.hpp hand their posteriors to.
#pragma once

#include <string>

#include <starling/starling.hpp>

#include "works/plain_gradients.hpp"

namespace bench {

// What the program that runs is wanted for: how often its gradient is taken, and the work made of it.
inline std::size_t program_repetitions = 0;
inline prepared_work program_work;

inline prepared_work gradient_of_program(int (*program)(int, char**), std::size_t repetitions) {
  program_repetitions = repetitions;
  program(0, nullptr);
  return program_work;
}

}  // namespace bench

namespace {

template <class MakePosterior>
void take_program(const std::string& name, const MakePosterior& make) {
  bench::program_work =
      bench::gradient_of<starling::gradient_pack>(make(starling::data::from_file(std::string(STARLING_SOURCE_DIR) + "/models/data/" + name + "/data.json")), bench::program_repetitions);
}

}  // namespace
