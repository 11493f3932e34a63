// Sentences of the compiler for everyday slips inside bodies. They stand apart, without includes, so that what the compiler prints before them is short;
// each is said once, however many value types a body is compiled for. `Slip` is 0, and depends on what called.
#pragma once

namespace starling::sentences {

template <unsigned long Slip>
constexpr void use_our_functions() {
  static_assert(Slip != 0, "functions of std:: know plain numbers only: write exp(x), max(x, y), pow(x, 2), abs(x) without std::, or sl::exp(x); of plain numbers they need <cmath>");
}

template <unsigned long Slip>
constexpr void name_known_at_run_time() {
  static_assert(Slip != 0, "an address begins with a string literal; for a text in a variable write trace(sl::name(text), …) or trace({sl::name(text), i}, …)");
}

template <unsigned long Slip>
constexpr void mask_in_if() {
  static_assert(Slip != 0,
                "a lane_mask holds one boolean per lane and cannot decide an `if`, `&&` or `||`: choose values with sl::where(mask, a, b), combine masks with & | !, "
                "or ask about all lanes: sl::any(mask), !sl::any(!mask). A body under sl::map that asks `if` of its data takes them as double, or is sl::one_by_one(f)");
}

}  // namespace starling::sentences
