// What a call says when it throws.
#pragma once

#include <exception>
#include <string>

// The message of the exception that f throws; empty where it throws nothing.
template <class F>
std::string thrown(F&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return {};
}
