// A deterministic map from choices to choices, as involutions and trace translators need it, in the style of Gen's trace transform
// language; run with automatic differentiation.
//
//   [](auto& move) {
//     const auto x = move.model["x"], u = move.auxiliary["u"];      // old values
//     move.model.set("x", x + u);                                   // new values
//     move.auxiliary.set("u", -u);
//   }
// `model` are the choices of the model, `auxiliary` those that a proposal made. A real that is read is a number with derivatives; whole
// numbers, booleans and the data are constants. What is read after a write is still the old value. A run gives the new values and
//   log |det J|,   J = ∂(continuous numbers written) / ∂(continuous numbers read whose choices do not stay as they are).
// A row of J that depends on one number, as that of a value copied or scaled, leaves J with its column: only what is really mixed
// meets the LU decomposition, at one more run of the transform a row (reverse mode).
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <starling/models/runs/current.hpp>
#include <starling/values/adjoint.hpp>
#include <starling/values/adjoint_vectors.hpp>
#include <starling/values/math.hpp>

namespace starling {

inline constexpr std::size_t no_column = static_cast<std::size_t>(-1);

// A choice that a transform read or wrote.
struct transformed_choice {
  path where;
  choice_type type;
  std::size_t first = 0;  // read: its first column, no_column where it is discrete; written: the first of its numbers
};
// Those of one side, in order.
class transformed_choices {
 public:
  const transformed_choice* find(std::uint64_t path_hash) const;
  void add(transformed_choice c);
  void clear() { entries_.clear(), index_.clear(); }
  std::size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  std::string str() const;

 private:
  static constexpr std::size_t few = 16;  // up to here they are looked through
  std::vector<transformed_choice> entries_;
  std::unordered_map<std::uint64_t, std::size_t> index_;
};
// Which column a cell is.
class cell_columns {
 public:
  void clear() { places_.clear(); }
  void add(const void* cell) { places_.push_back({cell, places_.size()}); }
  void sort();
  std::size_t find(const void* cell) const;  // no_column where it is none

 private:
  std::vector<std::pair<const void*, std::size_t>> places_;
};

template <real V>
struct transformed_side {
  transformed_choices reads, writes;
  std::vector<V> numbers;  // written

  void clear() { reads.clear(), writes.clear(), numbers.clear(); }
  choice_map choices() const
    requires std::is_same_v<V, double>
  {
    choice_map c;
    for (const auto& w : writes) {
      const auto from = numbers.begin() + static_cast<std::ptrdiff_t>(w.first);
      c.set(w.where, choice_value(w.type, std::vector<double>(from, from + static_cast<std::ptrdiff_t>(w.type.size()))));
    }
    return c;
  }
};

// Throws std::invalid_argument: "involution: the transform …".
[[noreturn]] void refuse_transform(const char* who, const std::string& what);
// log |det a| of a matrix [row][column], which is overwritten; −∞ where it is singular.
double log_absolute_determinant(double* a, std::size_t n);

// One row of the Jacobian: it depends on nothing, on one number, or on several (is_mixed).
template <real V>
struct jacobian_row {
  std::size_t column;
  V by;
  bool is_mixed;
};

// What a transform did.
template <real V>
struct transform_result {
  transformed_side<V> model, auxiliary;
  std::size_t columns = 0;
  std::vector<jacobian_row<V>> rows;  // of the continuous numbers written: the model's, then the auxiliary ones
  std::vector<V> mixed;               // the mixed ones, [row][column]

  // log |det J|. kept: the columns that belong to it. Throws where J cannot be invertible, naming what was read and written.
  V log_determinant(const char* who, std::vector<std::uint8_t> kept) const {
    V sum(0);
    std::size_t n = 0, left = 0;  // mixed rows, columns that are left to them
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const auto& row = rows[r];
      if (row.is_mixed) {
        ++n;
        continue;
      }
      if (row.column == no_column)
        refuse_transform(who, "writes " + written(r) + " without regard to any continuous choice: it has no inverse");
      if (!kept[row.column])
        refuse_transform(who, "writes " + written(r) + " as a function of " + read(row.column) + " alone, which stays, or is the source of another number too: it has no inverse");
      kept[row.column] = 0;
      sum += log(abs(row.by));
    }
    for (const auto k : kept) left += k;
    if (n != left)
      refuse_transform(who, "makes " + std::to_string(rows.size()) + " continuous numbers of " + std::to_string(rows.size() - n + left) + ": it reads " + model.reads.str() + " of the model and " +
                                auxiliary.reads.str() + " of the auxiliary choices, and writes " + model.writes.str() + " and " + auxiliary.writes.str());
    if (n == 0) return sum;
    std::vector<double> a(n * n);
    V total(0);
    for (int l = 0; l < lanes_of<V>; ++l) {
      std::size_t e = 0;
      for (std::size_t m = 0; m < mixed.size(); ++m)
        if (kept[m % columns]) a[e++] = number_in(mixed[m], l);
      const double d = log_absolute_determinant(a.data(), n);
      if constexpr (lanes_of<V> == 1) total = d;
      else total.set(l, static_cast<scalar_of<V>>(d));
    }
    return sum + total;
  }

 private:
  std::string read(std::size_t column) const {
    for (const auto* side : {&model, &auxiliary})
      for (const auto& c : side->reads)
        if (c.first != no_column && c.first <= column && column < c.first + c.type.size()) return c.where.str();
    return "";
  }
  std::string written(std::size_t row) const {
    for (const auto* side : {&model, &auxiliary})
      for (const auto& c : side->writes)
        if (c.type.kind == value_kind::real && row < c.type.size()) return c.where.str();
        else if (c.type.kind == value_kind::real) row -= c.type.size();
    return "";
  }
};

// One side as a transform sees it.
template <real V>
class transform_side {
 public:
  using real = adjoint<V>;

  // rows: gets the continuous numbers that are written.
  transform_side(const current_choices<V>& from, transformed_side<V>& to, tape_scope<V>& tape, std::vector<V*>& cells, std::vector<real>& rows)
      : from_(from), to_(to), tape_(tape), cells_(cells), rows_(rows) {
    rows_.clear();
  }

  bool contains(const path& where) const { return from_.contains(where); }
  // The old value of a choice: a scalar as a real; a whole number; a boolean; the numbers of a vector or matrix. Throws, naming the
  // address, where there is none, and std::invalid_argument where it is of another kind.
  real operator[](const path& where) { return read(where, {value_kind::real, 0}, true)[0]; }
  whole_of<V> whole(const path& where) { return from_stored<whole_of<V>>(read(where, {value_kind::whole, 0}, false)[0].value()); }
  mask_of<V> boolean(const path& where) { return from_stored<mask_of<V>>(read(where, {value_kind::boolean, 0}, false)[0].value()); }
  vector<real> numbers(const path& where) { return read(where, {value_kind::real, 1}, true); }

  // The new value of a choice, of any kind, a number or several (in a vector, matrix or std::vector): once for each choice.
  template <class X>
  void set(path where, const X& x) {
    if constexpr (requires { x.data(); }) write(std::move(where), x.data(), x.size(), 1);
    else write(std::move(where), &x, 1, 0);
  }

 private:
  template <class E>
  void write(path where, const E* x, std::size_t n, std::uint8_t rank) {
    using traits = value_traits<std::remove_const_t<E>>;
    if (to_.writes.find(where.hash())) refuse_transform("a move", "writes " + where.str() + " twice");
    to_.writes.add({std::move(where), {kind_of<std::remove_const_t<E>>(), rank, static_cast<std::uint32_t>(n), 1}, to_.numbers.size()});
    for (std::size_t e = 0; e < n; ++e) {
      if constexpr (traits::is_real) {
        rows_.push_back(real(x[e]));
        to_.numbers.push_back(rows_.back().value());
      } else if constexpr (traits::is_integer && traits::lanes == 1) {
        to_.numbers.push_back(V(static_cast<scalar_of<V>>(x[e])));
      } else {
        to_.numbers.push_back(to_stored<V>(x[e]));
      }
    }
  }
  // Each choice has its variables once, however often it is read.
  vector<real> read(const path& where, const choice_type& as, bool any_kind) {
    const auto found = from_.find(where);
    if ((found.type.rank != 0) != (as.rank != 0) || (!any_kind && found.type.kind != as.kind))
      refuse_transform("a move", "reads " + where.str() + " as " + as.str() + ", it holds " + found.type.str());
    const std::size_t n = found.type.size();
    vector<real> x(n);
    const auto* known = to_.reads.find(where.hash());
    if (!known) {
      const bool is_real = found.type.kind == value_kind::real;
      to_.reads.add({where, found.type, is_real ? cells_.size() : no_column});
      if (is_real) {
        V* const fresh = tape_.cells(n);
        for (std::size_t e = 0; e < n; ++e) cells_.push_back(fresh + e);
      }
      known = to_.reads.find(where.hash());
    }
    for (std::size_t e = 0; e < n; ++e)
      x[e] = known->first == no_column ? real(found.values[e]) : real(found.values[e], V(1), cells_[known->first + e]);
    return x;
  }

  current_choices<V> from_;
  transformed_side<V>& to_;
  tape_scope<V>& tape_;
  std::vector<V*>& cells_;
  std::vector<real>& rows_;
};

// What a transform is called with.
template <real V>
struct transform_move {
  using real = adjoint<V>;
  transform_side<V> model, auxiliary;
};

// Runs a transform over the choices of the model and the auxiliary ones; keeps its memory.
template <real V>
class transform_runner {
 public:
  // What stands here until the next run.
  template <class F>
  const transform_result<V>& operator()(const F& f, const current_choices<V>& model, const current_choices<V>& auxiliary, bool derivatives = true) {
    std::size_t done = 0;  // rows
    const auto skip = [&] {
      while (done < result_.rows.size() && !result_.rows[done].is_mixed) ++done;
    };
    for (bool first = true; first || (derivatives && done < result_.rows.size()); first = false) {
      const arena_scope memory;
      tape_scope<V> tape;
      transform_result<V>& to = first ? result_ : again_;
      to.model.clear();
      to.auxiliary.clear();
      cells_.clear();
      transform_move<V> move{{model, to.model, tape, cells_, rows_}, {auxiliary, to.auxiliary, tape, cells_, auxiliary_rows_}};
      f(move);
      rows_.insert(rows_.end(), auxiliary_rows_.begin(), auxiliary_rows_.end());
      if (first) describe_rows();
      skip();
      if (done == result_.rows.size() || !derivatives) break;
      tape.differentiate(rows_[done++]);
      for (const V* c : cells_) result_.mixed.push_back(*c);
      skip();
    }
    return result_;
  }

 private:
  void describe_rows() {
    columns_.clear();
    for (const V* cell : cells_) columns_.add(cell);
    columns_.sort();
    result_.columns = cells_.size();
    result_.rows.clear();
    result_.mixed.clear();
    for (const auto& y : rows_) {
      const std::size_t column = y.other() ? no_column : columns_.find(y.cell());
      result_.rows.push_back({column, y.by(), y.cell() && column == no_column});
    }
  }

  transform_result<V> result_, again_;
  std::vector<V*> cells_;
  std::vector<adjoint<V>> rows_, auxiliary_rows_;
  cell_columns columns_;
};

}  // namespace starling
