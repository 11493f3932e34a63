#pragma once
// Many instances of a call in one lane, run W at a time in the lanes of a pack: a plate of observations uses SIMD even where one trace
// or one chain runs. Only densities are worked out so; values stand in their places, one instance `stride` numbers after the other.
//
// It needs instances alike (the same sites in the same order), and a body that runs on packs: its arguments per instance become packs.
#include <cstdint>
#include <type_traits>
#include <utility>

#include <starling/models/runs/choice.hpp>
#include <starling/models/generative_function.hpp>
#include <starling/models/runs/handler_defaults.hpp>
#include <starling/models/parameters.hpp>
#include <starling/models/kept/results.hpp>
#include <starling/traces/schema.hpp>
#include <starling/values/lift.hpp>
#include <starling/values/pack.hpp>

namespace starling {

// Instances first, first + 1, …, one a lane of P.
template <class P>
struct wide_index {
  std::size_t first;
};

// W numbers, `stride` apart.
template <class P>
[[gnu::always_inline]] inline P load_strided(const double* from, std::ptrdiff_t stride) {
  if (stride == 1) return P::load(from);
  P x(0.0);
  for (int l = 0; l < lanes_of<P>; ++l) x.set(l, from[l * stride]);
  return x;
}

// Elements first, first + 1, … of a sequence in the lanes of P; what is not made of leaves cannot be there.
template <class P, class Sequence>
auto lanes_from(const Sequence& values, std::size_t first) {
  using E = std::remove_cvref_t<decltype(values[0])>;
  if constexpr (std::is_same_v<E, double> && requires { values.data(); }) {
    return P::load(values.data() + first);
  } else if constexpr (std::is_arithmetic_v<E> && !std::is_same_v<E, bool>) {
    P x(0.0);
    for (int l = 0; l < lanes_of<P>; ++l) x.set(l, static_cast<double>(values[first + static_cast<std::size_t>(l)]));
    if constexpr (std::is_integral_v<E>) return whole_of<P>::from(x);
    else return x;
  } else {
    std::uint64_t bits = 0;
    for (int l = 0; l < lanes_of<P>; ++l) bits |= std::uint64_t{static_cast<bool>(values[first + static_cast<std::size_t>(l)])} << l;
    return mask_of<P>::from_bits(bits);
  }
}
template <class Sequence>
inline constexpr bool has_lanes = std::is_arithmetic_v<std::remove_cvref_t<decltype(std::declval<const Sequence&>()[0])>>;

// Where the values of instances stand, site by site: those of the first of them, and how far the next one's are from there; and where
// their log densities go (null: nowhere).
struct instance_place {
  const double* first;
  std::ptrdiff_t stride;
};
struct instance_places {
  const instance_place* sites = nullptr;
  std::uint32_t count = 0;  // of them, in one instance
  double* densities = nullptr;
  std::ptrdiff_t density_stride = 0;
  const parameter_store* parameters = nullptr;
  const schema* structure = nullptr;  // whose addresses and types the visits must have (null: it is known that they do)
};

// How many sites and calls one of the instances has that begin where a walk is.
struct instance_size {
  std::uint32_t sites, calls = 1;
  instance_size(const schema& s, std::uint32_t call, std::uint32_t site) : sites(s.calls()[call].last_site - site) {
    while (s.calls()[call + calls].parent != s.calls()[call].parent) ++calls;
  }
};

// The handler of W instances: every value stands in its place. score() is a number an instance. A body whose branches differ from
// instance to instance does not run so: failed() says it, and what was worked out counts for nothing.
template <class P>
class wide_handler : public handler_defaults<wide_handler<P>, P> {
 public:
  using mask = mask_of<P>;
  static constexpr int width = lanes_of<P>;

  // `first`: which of the instances that `places` counts from.
  wide_handler(const instance_places& places, std::size_t first)
      : places_(places), first_(static_cast<std::ptrdiff_t>(first)), parameters_(places.parameters) {}

  template <class D>
    requires distribution_type<D>
  [[gnu::always_inline]] auto operator()(const address& a, const D& d) {
    using X = typename D::template value<P>;
    const std::uint32_t k = site_++;
    failed_ = failed_ || k >= places_.count;
    if (places_.structure) [[unlikely]]
      failed_ = failed_ || !is_expected(k, a, choice_type_of<X>(d));
    if (failed_) [[unlikely]]
      return zero_choice<X, P>(d);
    const auto [from, stride] = places_.sites[k];
    const X x = value_from<X>(from + first_ * stride, stride, d);
    P lp;
    if constexpr (requires { d.unguarded_log_density(x); }) lp = P(d.unguarded_log_density(x));
    else lp = P(d.log_density(x));
    add(k, lp);
    return x;
  }
  template <class G, class... Args>
    requires(generative_function<G>)
  decltype(auto) operator()(const address& a, const G& g, const Args&... args) {
    const wide_scope scope(scope_, a);
    return run_called(*this, a, g, args...);
  }
  template <class X>
  void factor(const X& log_density) {
    const std::uint32_t k = site_++;
    failed_ = failed_ || k >= places_.count || (places_.structure && !places_.structure->sites()[k].is_factor());
    if (!failed_) add(k, P(log_density));
  }
  template <class X>
  auto param(const literal& name, const X& initial) {
    return parameter_of<X>(parameter_values<P>(parameters_, name, initial));
  }
  const parameter_store* read_parameters(const parameter_store* store) { return std::exchange(parameters_, store); }
  const parameter_store* parameters() const { return parameters_; }
  template <class F>
  void masked(const mask&, std::uint64_t, F&& f) {
    failed_ = true;
    f();
  }
  template <class R, class Policy, class F>
  results<R> instances(std::size_t n, Policy&&, F&& f) {
    const auto in_scope = [&](auto& self, std::size_t i, const results<R>& so_far) {
      const wide_scope scope(scope_, address(static_cast<std::int64_t>(i)));
      return f(self, i, so_far);
    };
    return run_each<R>(*this, n, in_scope);
  }
  P score() const { return score_; }
  bool failed() const { return failed_ || site_ != places_.count; }

 private:
  struct wide_scope {
    std::uint64_t& now;
    const std::uint64_t outer;
    wide_scope(std::uint64_t& scope, const address& a) : now(scope), outer(scope) {
      if (a.hash() != address().hash()) now = extend_hash(now, a);
    }
    ~wide_scope() { now = outer; }
  };
  [[gnu::noinline]] bool is_expected(std::uint32_t k, const address& a, const choice_type& type) const {
    const site& s = places_.structure->sites()[k];
    return s.is_choice() && s.full == extend_hash(scope_, a) && s.type == type;
  }
  template <class X, class D>
  static X value_from(const double* from, std::ptrdiff_t stride, const D& d) {
    if constexpr (rank_of<X> == 0) {
      return from_stored<X>(load_strided<P>(from, stride));
    } else {
      const choice_type type = choice_type_of<X>(d);
      X x = [&] {
        if constexpr (rank_of<X> == 1) return X(type.rows);
        else return X(type.rows, type.cols);
      }();
      for (std::size_t e = 0; e < type.size(); ++e) x.data()[e] = from_stored<choice_element<X>>(load_strided<P>(from + e, stride));
      return x;
    }
  }
  [[gnu::always_inline]] void add(std::uint32_t k, const P& lp) {
    score_ += lp;
    if (!places_.densities) return;
    double* to = places_.densities + k + first_ * places_.density_stride;
    if (places_.density_stride == 1) lp.store(to);
    else
      for (int l = 0; l < width; ++l) to[l * places_.density_stride] = lp[l];
  }

  const instance_places places_;
  std::ptrdiff_t first_;
  std::uint32_t site_ = 0;
  std::uint64_t scope_ = path::root_hash;  // of the path of the call that the body is in, within the instance
  bool failed_ = false;
  const parameter_store* parameters_;
  P score_ = P(-0.0);  // to which the first term adds nothing but itself
};

// Whether f(handler, index, results) takes instances in lanes and gives results that are those of one lane, lifted, and not in the arena.
template <class P, class R, class F>
inline constexpr bool runs_wide = [] {
  if constexpr (requires { F::template fits<P>(); }) {
    if constexpr (!holds_arena<R> && F::template fits<P>()) return std::is_same_v<lift<P, R>, typename F::template result<P>>;
  }
  return false;
}();

// The results of W instances, one by one.
template <class R, class W, class Set>
void spread_results(const W& wide, Set&& set) {
  if constexpr (std::is_empty_v<R>) {
    (void)wide, (void)set;
  } else {
    for (std::size_t l = 0; l < static_cast<std::size_t>(lanes_of<native_pack<double>>); ++l) set(l, lane_as<R>(wide, static_cast<int>(l)));
  }
}

}  // namespace starling
