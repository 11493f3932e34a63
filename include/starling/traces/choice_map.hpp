#pragma once
// Choice maps: values of random choices by address. Constraints, observations, discards and the choices of a trace are choice maps.
//
//   sl::choice_map c = {{"slope", 1.0}, {{"y", 3}, 0.2}, {"theta", {1.0, 2.0}}};
//   c.set(sl::address("inner") / "x", 1);     c["slope"];     c.get<std::vector<double>>("theta");
//
// An array at "y" stands for one vector-valued choice "y" or for the indexed choices {"y", 0}, {"y", 1}, …, whichever the model has.
// A value shared by all lanes is given plainly, one value a lane through sl::per_lane. Where lanes differ in kind (a switch whose branches have a
// real and a vector at one address, or a value and a subtree), an address has several values, each for the lanes that have it.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <starling/traces/address.hpp>
#include <starling/traces/change.hpp>
#include <starling/traces/choice_type.hpp>

namespace starling {

// One number for each lane, or one vector of `size` numbers for each lane: lane 0's, then lane 1's, …
struct per_lane_numbers {
  std::vector<double> values;
};
struct per_lane_vectors {
  std::vector<double> values;
  std::size_t size = 0;
};
inline per_lane_numbers per_lane(std::vector<double> values) { return {std::move(values)}; }
inline per_lane_vectors per_lane(std::vector<double> values, std::size_t size) { return {std::move(values), size}; }

// A value on its way into a choice map.
class choice_value {
 public:
  choice_value() = default;
  template <class T>
    requires std::is_arithmetic_v<T>
  choice_value(T x) : data{static_cast<double>(x)} {
    type.kind = std::is_same_v<T, bool> ? value_kind::boolean : std::is_integral_v<T> ? value_kind::whole
                                                                                      : value_kind::real;
  }
  choice_value(std::initializer_list<double> xs) : data(xs) { as_vector(value_kind::real); }
  choice_value(std::vector<double> xs) : data(std::move(xs)) { as_vector(value_kind::real); }
  template <class T>
    requires std::is_arithmetic_v<T>
  choice_value(std::span<const T> xs) : data(xs.begin(), xs.end()) {
    as_vector(std::is_same_v<T, bool> ? value_kind::boolean : std::is_integral_v<T> ? value_kind::whole
                                                                                    : value_kind::real);
  }
  template <class T>
    requires(std::is_arithmetic_v<T> && !std::is_same_v<T, double>)
  choice_value(const std::vector<T>& xs) : data(xs.begin(), xs.end()) {
    as_vector(std::is_same_v<T, bool> ? value_kind::boolean : std::is_integral_v<T> ? value_kind::whole
                                                                                    : value_kind::real);
  }
  choice_value(per_lane_numbers xs) : data(std::move(xs.values)), lanes(data.size()) {}
  choice_value(per_lane_vectors xs);
  choice_value(choice_type t, std::vector<double> xs, std::size_t n_lanes = 0, std::vector<std::uint8_t> lanes_present = {})
      : type(t), data(std::move(xs)), lanes(n_lanes), present(std::move(lanes_present)) {}

  choice_type type{};
  std::vector<double> data;  // shared: type.size() numbers; per lane: [lane][element]
  std::size_t lanes = 0;     // 0: shared by all lanes
  std::vector<std::uint8_t> present;  // per lane: which lanes have the value; empty: all

 private:
  void as_vector(value_kind kind) { type = {kind, 1, static_cast<std::uint32_t>(data.size()), 1}; }
};

// Where the value of a constraint lies: element e of lane l is data[e + l * lane_stride]. Its type is packed in one word
// (choice_type::code), so that it is compared and copied as one.
struct constraint_ref {
  const double* data = nullptr;
  std::size_t lane_stride = 0;
  std::uint64_t type_code = 0;
  const std::uint8_t* present = nullptr;  // a flag a lane; null: every lane has it
  choice_type type() const { return choice_type::from_code(type_code); }
  explicit operator bool() const { return type_code != 0; }  // no type has the code 0; of a vector without elements there is no data
  double at(std::size_t element, std::size_t lane) const { return data[element + lane * lane_stride]; }
};

class choice_map {
 public:
  struct entry {
    path where;
    choice_value value;
    std::uint64_t type_code = 0;  // of the value; set() keeps it
  };

  choice_map() = default;
  choice_map(std::initializer_list<entry> entries) {
    for (const auto& e : entries) set(e.where, e.value);
  }

  // Sets the value at `where`, overwriting one that is there; one of another kind that is for other lanes alone stays beside it. Throws where a
  // value and a subtree would share an address in a lane.
  choice_map& set(const path& where, choice_value value);
  // A number in the place of another allocates nothing.
  template <std::same_as<double> Double>
  choice_map& set(const path& where, Double x) {
    return set_number(where, x);
  }
  choice_map& merge(const choice_map& other);  // all of `other`, which wins
  // The same of what was observed beside these latents: where these have members of a family, an array for other members of it is set one by one.
  choice_map& merge_observations(const choice_map& observed);
  void erase(const path& where);               // the value or the whole subtree at `where`
  void clear();

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  std::size_t lanes() const { return lanes_; }  // 0 where every value is shared
  bool contains(const path& where) const { return static_cast<bool>(find(where)); }
  const std::vector<entry>& entries() const& { return entries_; }
  std::vector<entry> entries() && { return std::move(entries_); }  // so that `for (auto& e : t.choices().entries())` is safe
  choice_map submap(const path& prefix) const;
  choice_map lane(std::size_t k) const;  // the values that one lane has
  const entry* entry_at(std::uint64_t path_hash) const;
  bool has_prefix(std::uint64_t path_hash) const { return prefixes_.contains(path_hash); }

  // The instances of a call at `where` (the indices that follow it) that have values in the map.
  void add_instances(const path& where, std::size_t instances, instance_set& found) const;

  // Reading. Throws, naming the address, where there is no value or one of another shape.
  double operator[](const path& where) const;
  template <class R>
  R get(const path& where) const {
    const choice_value v = value_at(where);
    if constexpr (std::is_arithmetic_v<R>) {
      return static_cast<R>(scalar(where, v));
    } else {
      return R(v.data.begin(), v.data.end());
    }
  }

  // The constraint for a site: the value at `where` itself, or the element of an array that stands at its parent.
  constraint_ref find(const path& where) const;
  // The same by hashes: `parent` and `index` say whether the site's last component is an index (index < 0: it is not).
  constraint_ref find(std::uint64_t where, std::uint64_t parent, std::int64_t index) const;
  constraint_ref ref(std::size_t entry_index) const {
    const entry& e = entries_[entry_index];
    return {e.value.data.data(), e.value.lanes == 0 ? 0 : e.value.type.size(), e.type_code, e.value.present.empty() ? nullptr : e.value.present.data()};
  }
  constraint_ref ref(std::size_t entry_index, std::int64_t element) const;
  // Of several values at an address the one of this type; `otherwise` where there is none.
  constraint_ref of_type(std::uint64_t where, std::uint64_t type_code, const constraint_ref& otherwise) const {
    return mixed_ && otherwise && otherwise.type_code != type_code ? search_type(where, type_code, otherwise) : otherwise;
  }

  friend bool operator==(const choice_map& a, const choice_map& b);
  std::string str() const;  // one line a choice

 private:
  choice_map& set_number(const path& where, double x);
  choice_value value_at(const path& where) const;
  static double scalar(const path& where, const choice_value& v);
  void reindex();
  bool stands_beside(const path& where, const choice_value& value) const;
  constraint_ref search_type(std::uint64_t where, std::uint64_t type_code, const constraint_ref& otherwise) const;

  std::vector<entry> entries_;
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
  std::unordered_set<std::uint64_t> prefixes_;  // hashes of all proper prefixes of entries
  std::size_t lanes_ = 0;
  bool mixed_ = false;  // lanes differ in what stands at some address
};

// Observations: the same as a choice map with one entry; several are joined by `&`.
inline choice_map observe(const path& where, choice_value value) { return choice_map{{where, std::move(value)}}; }
inline choice_map operator&(choice_map a, const choice_map& b) { return a.merge(b); }

}  // namespace starling
