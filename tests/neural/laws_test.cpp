// The laws of the interface over models with nets inside, in one lane and in many.
#include "models/laws.hpp"

#include "models/lane_laws.hpp"
#include "models/lanes_alone.hpp"

#include "net_models.hpp"

using namespace laws;

namespace {

using sl::with_parameters;

auto decoded_row() {
  return row{"decoded", with_parameters(nets::decoded, nets::store), sl::args(0.25), [](const sl::choice_map& c, const auto& as, densities& lp) {
               const auto z = c.get<std::vector<double>>("z");
               const auto y = nets::mlp_by_hand(nets::store, "decoder", z);
               lp("z", normal(z[0], 0, 1) + normal(z[1], 0, 1));
               lp("a", normal(c["a"], y[0] + argument<0>(as), 1));
               lp("b", normal(c["b"], y[1], std::exp(y[2])));
             },
             {{{"z", {0.5, -1.0}}}, {{"a", 0.3}}},
             {sl::select("z"), sl::select("b")},
             {sl::args(1.0)}};
}
auto regression_row() {
  return row{"regression", with_parameters(nets::regression, nets::store), sl::args(nets::data), [](const sl::choice_map& c, const auto& as, densities& lp) {
               const double shift = c["shift"];
               lp("shift", normal(shift, 0, 1));
               const auto& xs = argument<0>(as);
               for (std::size_t i = 0; i < xs.size(); ++i) lp({"y", i}, normal(c[{"y", i}], nets::mlp_by_hand(nets::store, "link", {xs[i]})[0] + shift, 0.5));
               const auto z = c.get<std::vector<double>>(at("inner", "z"));
               const auto y = nets::mlp_by_hand(nets::store, "decoder", z);
               lp(at("inner", "z"), normal(z[0], 0, 1) + normal(z[1], 0, 1));
               lp(at("inner", "a"), normal(c[at("inner", "a")], y[0] + nets::mlp_by_hand(nets::store, "link", {shift})[0], 1));
               lp(at("inner", "b"), normal(c[at("inner", "b")], y[1], std::exp(y[2])));
             },
             {{{"shift", 0.5}, {{"y", 1}, 0.0}}},
             {sl::select("inner"), sl::select("shift")},
             {sl::args(std::vector{0.5, 0.25})}};
}

TEST(laws, one_lane) {
  check_one_lane(decoded_row());
  check_one_lane(regression_row());
}
TEST(laws, lanes) {
  check_lanes(decoded_row());
  check_lanes(regression_row());
}
TEST(laws, a_lane_alone_is_the_lane_among_others) {
  check_lanes_alone<double>(decoded_row());
  check_lanes_alone<double>(regression_row());
}

}  // namespace
