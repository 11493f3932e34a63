// The programs of models/ as posteriors of the study: what programs/*.hpp hand them to.
#pragma once

#include "study.hpp"

namespace {

template <class MakePosterior>
void take_program(const char* name, const MakePosterior& make) {
  auto [known, draws] = study::published(name);
  study::add(name, make(starling::data::from_file(std::string(STARLING_SOURCE_DIR) + "/models/data/" + name + "/data.json")), std::move(known), draws);
}

}  // namespace
