// Reverse-mode derivatives: numbers (adjoint_number.hpp) and vectors of them (adjoint_vector.hpp).
#pragma once

#include <starling/values/adjoint_number.hpp>
#include <starling/values/adjoint_vector.hpp>
