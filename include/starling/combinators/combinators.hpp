// All combinators.
#pragma once

#include <starling/combinators/cond.hpp>
#include <starling/combinators/dimap.hpp>
#include <starling/combinators/map.hpp>
#include <starling/combinators/mask.hpp>
#include <starling/combinators/mix.hpp>
#include <starling/combinators/or_else.hpp>
#include <starling/combinators/recurse.hpp>
#include <starling/combinators/scan.hpp>
#include <starling/combinators/switch_.hpp>
#include <starling/combinators/unfold.hpp>
