// Models of every kind of choice, whose gradients are compared in one lane and in many.
#pragma once

#include <vector>

#include "models/law_models.hpp"

namespace laws {

// f(name, model, arguments) for each.
template <class F>
void for_each_gradient_model(F&& f) {
  f("flat", flat_body, sl::args());
  f("dependent", dependent_body, sl::args(std::vector<double>{0.5, 1, 2}));
  f("nested", nested_body, sl::args());
  f("vector", vector_body, sl::args());
  f("matrix", matrix_body, sl::args());
  f("discrete", discrete_body, sl::args());
  f("factor", factor_body, sl::args());
}

}  // namespace laws
