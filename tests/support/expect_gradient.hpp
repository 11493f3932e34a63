// expect_gradient(f, point): check_gradient (values/check_gradient.hpp) as an expectation. Returns how many derivatives were compared.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <starling/values/check_gradient.hpp>

namespace gradients {

template <class F> int expect_gradient(const F& f, const std::vector<double>& at, const std::string& what = "", double needed = 1e-6) {
  const auto check = starling::check_gradient(f, at, needed);
  for (const auto& problem : check.problems) ADD_FAILURE() << what << ": " << problem;
  return check.compared;
}

}  // namespace gradients
