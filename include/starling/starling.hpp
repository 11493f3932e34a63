// Everything a model, its inference and its program need.
#pragma once

#include <starling/distributions/distributions.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/proposal.hpp>
#include <starling/inference/kernels/regenerate.hpp>
#include <starling/inference/posterior_program.hpp>
#include <starling/inference/predictive.hpp>
#include <starling/inference/resample.hpp>
#include <starling/inference/run.hpp>
#include <starling/io/program.hpp>
#include <starling/models/assess.hpp>
#include <starling/models/edit.hpp>
#include <starling/models/generate.hpp>
#include <starling/models/merge.hpp>
#include <starling/models/posterior.hpp>
#include <starling/models/project.hpp>
#include <starling/models/propose.hpp>
#include <starling/models/regenerate.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/trace_batch.hpp>
#include <starling/models/update.hpp>
#include <starling/values/math.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/pick.hpp>
