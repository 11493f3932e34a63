// A posterior without the type of its model: its observations, and the runs of its body that somebody asks for. What works on such posteriors is
// compiled in the library, for packs of each instruction set (src/inference/lanes); in the program stands only the body, under each of these handlers.
#pragma once

#include <concepts>
#include <tuple>

#include <starling/models/generative_function.hpp>
#include <starling/models/arguments.hpp>
#include <starling/models/posterior.hpp>

namespace starling {

// A run of a body is a handler, or something that makes the handler itself and runs the body under it: run.under(posterior). There what stands in the
// handler can stay in registers.
template <class Run, class Posterior>
concept makes_its_handler = requires(Run& r, const Posterior& post) { r.under(post); };

// Whether a posterior knows its model by its runs alone.
template <class Posterior>
inline constexpr bool is_erased = false;

template <class... Runs>
class erased_model : public generative {
 public:
  template <class Posterior>
  explicit erased_model(const Posterior& post) : object_(&post), runs_{&run_of<Posterior, Runs>...} {}

  template <class Run>
  void run(Run& r) const {
    std::get<function<Run>>(runs_)(object_, r);
  }

 private:
  template <class Run>
  using function = void (*)(const void*, Run&);
  template <class Posterior, class Run>
  static void run_of(const void* object, Run& r) {
    const auto& post = *static_cast<const Posterior*>(object);
    if constexpr (makes_its_handler<Run, Posterior>) r.under(post);
    else post.run(r);
  }

  const void* object_;
  std::tuple<function<Runs>...> runs_;
};

// Reads as a posterior of a model without arguments. The posterior that it is made of must outlive it.
template <class... Runs>
class erased_posterior {
 public:
  using model_type = erased_model<Runs...>;
  using arguments_type = arguments<>;

  template <class G, class Arguments>
  explicit erased_posterior(const posterior<G, Arguments>& post) : erased_posterior(post, post.observations()) {}
  // With other observations, which must outlive it too.
  template <class G, class Arguments>
  erased_posterior(const posterior<G, Arguments>& post, const choice_map& observations) : model_(post), observations_(observations), options_(post.options()) {}

  const model_type& model() const { return model_; }
  arguments_type args() const { return {}; }
  const choice_map& observations() const { return observations_; }
  const posterior_options& options() const { return options_; }
  template <class Run>
  void run(Run& r) const {
    model_.run(r);
  }

 private:
  model_type model_;
  const choice_map& observations_;
  posterior_options options_;
};

template <class... Runs>
inline constexpr bool is_erased<erased_posterior<Runs...>> = true;

// A run that makes its handler, of either kind of posterior.
template <class Posterior, class Run>
[[gnu::always_inline]] inline void run_under(const Posterior& post, Run& r) {
  if constexpr (is_erased<Posterior>) post.run(r);
  else r.under(post);
}

}  // namespace starling
