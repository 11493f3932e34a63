#pragma once
// Static models: which addresses they visit does not depend on random values, and the trace knows what depends on what.
//
//   constexpr auto people = sl::gen(sl::fixed, [](auto& trace, const auto& sigmas) { … });
//
// An update or regenerate of one trace, with the arguments that it had, then runs only the cone of what it changes (dependencies.hpp):
// other choices are neither drawn nor scored and other calls are not run, they keep what the trace has of them. The body's own
// arithmetic is run again. Everything else is as for sl::gen(body): all operations, the same results.
// Throws std::logic_error where a condition (switch_, mask) depends on a random value.

#include <stdexcept>
#include <type_traits>
#include <utility>

#include <starling/models/generative_function.hpp>
#include <starling/models/kept/kept_cone.hpp>
#include <starling/models/kept/run_kept.hpp>

namespace starling {

// What a static body gets as `trace` where a trace keeps what it can: the handler H, passing over what is outside of the cone.
template <class H>
class cone_trace {
 public:
  using real = typename H::real;
  using mask = typename H::mask;
  static constexpr int width = H::width;
  static constexpr bool runs_all_regions = H::runs_all_regions;

  template <class Body, class... Args>
  cone_trace(H& handler, const Body& body, const Args&... args) : h_(handler), run_(handler.parts()) {
    const kept_run& kept = h_.keeping();
    // Only the root call of a trace knows that its arguments are unchanged.
    if (run_.body.inside || !kept.place.undo || !kept.place.calls || !kept.arguments || walk().position() != 0 || walk().scope() != 0) return;
    auto& known = kept.place.calls->cone;
    if (!known) known = std::make_shared<kept_cone>();
    cone_ = known.get();
    undo_ = kept.place.undo;
    const std::uint64_t epoch = kept.arguments->epoch, parameters = version_of(run_.parameters.store);
    run_.parameters.reads_stores = false;
    if (cone_->has_results(epoch, parameters) && walk().expected() && !run_.found.notes && h_.asked().has_old()) {  // notes are sent
      const auto& structure = walk().expected();
      if (!cone_->has_graph(epoch, structure)) cone_->set_graph(run_on_symbols<(static_cast<void>(sizeof(Args)), false)...>(model_of(body), args...), epoch, structure);
      cone_->begin_some();
      skips_ = h_.asked().touch(*cone_);
    }
    if (!skips_) {
      cone_->begin_all(epoch, parameters, *undo_);
      return;
    }
    const auto& old = h_.asked().old().values;
    const schema& s = walk().current();
    for (std::uint32_t e = 0; e < s.elements(); ++e) run_.storage.now.values[e] = old.values[e];
    for (std::size_t k = 0; k < s.sites().size(); ++k) run_.storage.now.densities[k] = old.densities[k];
  }
  // The body has run.
  void end() {
    if (cone_ && run_.parameters.reads_stores) cone_->read_stores();
    if (cone_ && !skips_) cone_->end_all(h_.keeping().arguments->epoch);
  }

  template <class D>
    requires distribution_type<D>
  [[gnu::always_inline]] auto operator()(const address& a, const D& d) {
    if (skips_ && cone_->skips_site(walk().position())) {
      using X = typename D::template value<real>;
      const std::uint32_t k = walk().claim(a, choice_type_of<X>(d), D::name, [](const site&) { return false; });
      require_as_expected();
      ++run_.numbers.visit;
      retain(k);
      return run_.template value_in_place<X>(k);
    }
    return h_(a, d);
  }
  template <class G, class... Args>
    requires(!distribution_type<G>)
  auto operator()(const address& a, const G& g, const Args&... args) {
    static_assert(generative_function<G>, "trace(address, f, args…): f is neither a distribution nor a generative function; wrap a callable in sl::gen(f)");
    static_assert(!G::is_dynamic, "a static model, sl::gen(sl::fixed, body), cannot call a dynamic one");
    using R = decltype(run_called(*this, a, g, args...));
    if constexpr (std::is_void_v<R>) {
      run_call(a, [&] { return run_called(*this, a, g, args...), nothing_returned{}; });
    } else {
      return run_call(a, [&] { return std::decay_t<R>(run_called(*this, a, g, args...)); });
    }
  }
  template <class X>
  void note(const address& a, const X& x) { h_.note(a, x); }
  template <class X>
  void factor(const X& log_density) {
    if (skips_ && cone_->skips_site(walk().position())) {
      const std::uint32_t k = walk().claim_factor();
      require_as_expected();
      return retain(k);
    }
    h_.factor(log_density);
  }
  template <class X>
  auto param(const literal& name, const X& initial) { return h_.param(name, initial); }
  const parameter_store* read_parameters(const parameter_store* store) { return h_.read_parameters(store); }
  const parameter_store* parameters() const { return h_.parameters(); }
  double* parameter_sums(const literal& name, std::span<const double> values) { return h_.parameter_sums(name, values); }
  auto lane_weights() const { return h_.lane_weights(); }
  std::size_t counted_lanes() const { return h_.counted_lanes(); }
  template <class F>
  void masked(const mask& m, std::uint64_t region, F&& f) { h_.masked(m, region, std::forward<F>(f)); }
  template <class R, class Policy, class F>
  results<R> instances(std::size_t n, Policy&& policy, F&& f) {
    if (h_.keeping().place.undo) return run_kept<R>(h_, n, policy, f, skips_ && cone_->has_same_arguments(walk().position()));
    return h_.template instances<R>(n, std::forward<Policy>(policy), std::forward<F>(f));
  }
  path here() const { return h_.here(); }
  mask active() const { return h_.active(); }

 private:
  auto& walk() const { return run_.body.walk; }
  struct nothing_returned {};
  template <class Body>
  struct body_model {
    const Body& body;
    template <class Handler, class... Args>
    void run(Handler& trace, const Args&... args) const { body(trace, args...); }
  };
  template <class Body>
  static body_model<Body> model_of(const Body& body) { return {body}; }

  template <class F>
  auto run_call(const address& a, F&& f) {
    using R = decltype(f());
    if (a.hash() == address().hash()) return f();
    const std::uint32_t c = walk().call_position();
    if (skips_ && cone_->skips_call(c)) {
      skip_call(a, c);
      if constexpr (std::is_empty_v<R>) return R{};
      else return R(cone_->template result<R>(c));
    }
    const call_scope<typename H::parts_type> scope(run_, a);
    R r = f();
    if constexpr (!std::is_empty_v<R>)
      if (cone_) cone_->record(c, r, *undo_);
    return r;
  }
  void skip_call(const address& a, std::uint32_t c) {
    walk().leave(walk().enter(a));
    require_as_expected();
    const auto& s = walk().current();
    const std::uint32_t end = s.calls()[c].last_site;
    for (std::uint32_t k = walk().position(); k < end; ++k) {
      retain(k);
      if (s.sites()[k].role == site_role::instances) ++h_.keeping().place.next;
    }
    walk().skip(end - walk().position(), cone_->calls_in(c) - 1);
  }
  // Site k counts as it is.
  void retain(std::uint32_t k) {
    const real lp = run_.storage.now.densities[k];
    run_.score.add(k, lp);
    h_.retain(k, lp);
  }
  void require_as_expected() const {
    if (walk().growing()) [[unlikely]]
      refuse();
  }
  [[noreturn, gnu::noinline, gnu::cold]] void refuse() const {
    throw std::logic_error("a static model, sl::gen(sl::fixed, body), visited other addresses than before with the same arguments, at " + h_.here().str());
  }

  H& h_;
  typename H::parts_type& run_;
  kept_cone* cone_ = nullptr;
  kept_undo* undo_ = nullptr;  // also in regions, where no instances are kept
  bool skips_ = false;
};

struct fixed_tag {};
inline constexpr fixed_tag fixed{};

template <class Body>
struct static_model : generative {
  static constexpr bool is_stateless = std::is_empty_v<Body>;
  Body body;

  constexpr explicit static_model(Body b) : body(std::move(b)) {}

  template <class Handler, class... Args>
  decltype(auto) run(Handler& trace, const Args&... args) const {
    if constexpr (requires { requires Handler::can_keep; }) {
      cone_trace<Handler> cone(trace, body, args...);
      if constexpr (std::is_void_v<decltype(body(cone, args...))>) {
        body(cone, args...);
        cone.end();
      } else {
        std::decay_t<decltype(body(cone, args...))> r = body(cone, args...);
        cone.end();
        return r;
      }
    } else {
      return body(trace, args...);
    }
  }
};

template <class Body>
constexpr auto gen(fixed_tag, Body body) {
  return static_model<Body>(std::move(body));
}

}  // namespace starling
