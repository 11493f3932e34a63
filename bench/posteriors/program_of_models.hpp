// A program of models/ without its command line: models/x.cpp is included in a namespace whose own `starling` has this `program`.
#pragma once

#include "study.hpp"

namespace study {

template <class MakePosterior, class Kernel>
void add_program(const char* name, const MakePosterior& make, const Kernel&) {
  auto [known, draws] = published(name);
  add(name, make(sl::data::from_file(std::string(STARLING_SOURCE_DIR) + "/models/data/" + name + "/data.json")), std::move(known), draws);
}

}  // namespace study
