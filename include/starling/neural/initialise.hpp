// First numbers for the parameters of nets.
#pragma once

#include <span>
#include <string_view>

#include <starling/models/parameters.hpp>
#include <starling/neural/net.hpp>
#include <starling/random/key.hpp>

namespace starling::neural {

// Puts the parameters of the net that is called at `name` into the store, drawn as its layers say (layer.hpp); what stood there under their names is
// replaced. Each parameter has a key of its own, by its name: the same key gives the same numbers, whatever else the net or the store holds.
void initialise(parameter_store& store, std::string_view name, std::span<const layer> layers, const key& k);
template <std::size_t N> void initialise(parameter_store& store, std::string_view name, const net<N>& n, const key& k) {
  initialise(store, n.own_name.empty() ? name : n.own_name, std::span<const layer>(n.layers), k);
}
// The same with one kind of numbers for all layers.
template <std::size_t N> void initialise(parameter_store& store, std::string_view name, net<N> n, const key& k, initialisation start) {
  for (layer& l : n.layers) l.start = start;
  initialise(store, name, n, k);
}

// The first thing that is no number in a net evaluated for `rows` rows of x: a sentence that names the parameter or the layer and the row; empty where
// all is well.
template <class T> std::string find_not_a_number(const prepared_net<T>& n, std::span<const T> x, std::size_t rows);

}  // namespace starling::neural
