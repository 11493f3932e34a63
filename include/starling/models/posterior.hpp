// A posterior: a model, its arguments, and what was observed. Its latents are all choices that are not observed: where
// y[0] to y[2] are and the model has y[3] too, y[3] is a latent, and results of inference say so once (posterior_options).
#pragma once

#include <memory>
#include <utility>

#include <starling/models/generate.hpp>
#include <starling/models/runs/score.hpp>

namespace starling {

struct posterior_options {
  bool partly_observed = false;  // some members of a family are observed and the others are latent, which is meant: say nothing of it
};

template <class G, class Arguments>
class posterior {
 public:
  using model_type = G;
  using arguments_type = Arguments;

  posterior(G model, Arguments as, choice_map observations, posterior_options o = {})
      : model_(std::move(model)), arguments_(std::make_shared<const Arguments>(std::move(as))), observations_(std::move(observations)), options_(o) {
    if (argument_lanes(*arguments_) != 0 || observations_.lanes() != 0)
      throw std::invalid_argument("posterior: arguments and observations are shared by all lanes; sl::per_lane is for the operations on batches");
  }

  // Several observations are joined.
  template <std::same_as<choice_map>... More>
    requires(sizeof...(More) > 0)
  posterior(G model, Arguments as, choice_map observations, const More&... more) : posterior(std::move(model), std::move(as), (std::move(observations) & ... & more)) {}

  const G& model() const { return model_; }
  const Arguments& args() const { return *arguments_; }
  std::shared_ptr<const Arguments> shared_args() const { return arguments_; }
  const choice_map& observations() const { return observations_; }
  const posterior_options& options() const { return options_; }

  // Runs the model under a handler.
  template <class Handler>
  void run(Handler& h) const {
    with_arguments<typename Handler::real>(*arguments_, 0, 1, [&](const auto&... a) { model_.run(h, a...); });
  }

 private:
  G model_;
  std::shared_ptr<const Arguments> arguments_;
  choice_map observations_;
  posterior_options options_;
};

}  // namespace starling
