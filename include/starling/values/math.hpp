// All mathematical functions on values.
#pragma once

#include <starling/values/error_function.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/gamma_function.hpp>
#include <starling/values/hyperbolic.hpp>
#include <starling/values/inverse_trigonometry.hpp>
#include <starling/values/log.hpp>
#include <starling/values/log_functions.hpp>
#include <starling/values/log_sum_exp.hpp>
#include <starling/values/logistic.hpp>
#include <starling/values/normal_functions.hpp>
#include <starling/values/pow.hpp>
#include <starling/values/trigamma.hpp>
#include <starling/values/trigonometry.hpp>
#include <starling/values/where.hpp>
