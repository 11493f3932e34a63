// A variational autoencoder of handwritten digits: a decoder as the model, an encoder as the guide. docs/amortised_inference.md tells about it.
// digits_vae picture.svg draws pictures, what they are decoded to, and pictures that nobody wrote.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/proposed_importance.hpp>
#include <starling/inference/variational/items.hpp>
#include <starling/models/simulate.hpp>
#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>
#include <starling/values/vector_math.hpp>

namespace sl = starling;
namespace nn = starling::neural;

constexpr auto decoder = nn::mlp({8, 64, 64}, nn::relu);
constexpr auto encoder = nn::mlp({64, 64, 16}, nn::relu);

// One picture.
constexpr auto picture = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::iid(sl::normal(0.0, 1.0), 8));
  trace("x", sl::bernoulli_logit(trace("decoder", decoder, z)));
});
// What z a picture has: eight means, eight logarithms of variances.
constexpr auto guide = sl::gen([](auto& trace, const auto& data) {
  const auto h = trace("encoder", encoder, data.get("x"));
  using R = sl::real_of<decltype(trace)>;
  sl::vector<R> mean(8), deviation(8);
  for (int i = 0; i < 8; ++i) mean[i] = h[i], deviation[i] = sl::exp(0.5 * h[8 + i]);
  trace("z", sl::normal(mean, deviation));
});

// The digits of scikit-learn, 8 x 8 pixels from a to q; every fifth is kept for testing.
struct digits {
  std::vector<double> train, test;
};
digits read_digits() {
  std::string here = __FILE__;
  std::ifstream file(here.substr(0, here.rfind("examples")) + "tests/neural/digits.txt");
  digits d;
  std::string label, pixels;
  for (int i = 0; file >> label >> pixels; ++i)
    for (const char c : pixels) (i % 5 == 4 ? d.test : d.train).push_back(c >= 'i');
  return d;
}
auto pictures_of(std::vector<double> pixels) {
  const std::size_t n = pixels.size() / 64;
  return sl::items(picture, sl::args(), {{"x", sl::choice_value({sl::value_kind::boolean, 1, 64, 1}, std::move(pixels), n)}}, {.batch = 64});
}

// Probabilities of black: of a picture that is encoded and decoded, of one drawn from the model.
constexpr auto decoded = sl::gen([](auto& trace, const auto& x) {
  const auto h = trace("encoder", encoder, x);
  return sl::inverse_logit(trace("decoder", decoder, sl::vector<const sl::real_of<decltype(trace)>>(h.data(), 8)));
});
constexpr auto dream = sl::gen([](auto& trace) {
  return sl::inverse_logit(trace("decoder", decoder, trace("z", sl::iid(sl::normal(0.0, 1.0), 8))));
});

// Pixels by 16 shades, a path each.
class svg {
 public:
  void draw(const double* x, int row, int column) {
    for (int i = 0; i < 64; ++i) {
      const auto shade = static_cast<std::size_t>(15 * (1 - x[i]) + 0.5);
      if (shade < 15) pixels_[shade] += "M" + std::to_string(38 * column + 4 * (i % 8) + 4) + " " + std::to_string(38 * row + 4 * (i / 8) + 4) + "h4v4h-4z";
    }
  }
  void save(const char* name) const {
    std::ofstream file(name);
    file << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 384 156' width='768'>\n<rect width='384' height='156' fill='#fff'/>\n";
    for (std::size_t k = 0; k < 15; ++k) {
      const std::string grey(3, "0123456789abcdef"[k]);
      file << "<path fill='#" << grey << "' d='" << pixels_[k] << "'/>\n";
    }
    file << "</svg>\n";
  }

 private:
  std::string pixels_[15];
};

int main(int argc, char** argv) {
  const digits d = read_digits();
  const auto train = pictures_of(d.train), test = pictures_of(d.test);
  std::printf("%zu pictures to learn from, %zu to test with\n", d.train.size() / 64, d.test.size() / 64);

  sl::parameter_store store;
  nn::initialise(store, "encoder", encoder, sl::key(1));
  nn::initialise(store, "decoder", decoder, sl::key(2));
  const auto fit = sl::fit(sl::objectives::elbo(), train, sl::amortised(guide), sl::adam{.rate = 3e-3}, {.steps = 1500, .samples = 1, .start = &store}, sl::key(3));

  const double elbo = sl::objective_value(sl::objectives::elbo(), test, sl::amortised(guide), fit.parameters, 16, sl::key(4));
  const double iwelbo = sl::objective_value(sl::objectives::iwelbo(64), test, sl::amortised(guide), fit.parameters, 1, sl::key(4));
  std::printf("bound of a test picture near -19: %s; with 64 weights it is closer: %s\n", std::abs(elbo + 19) < 0.5 ? "yes" : "no", iwelbo > elbo + 0.5 ? "yes" : "no");
  int used = 0;
  for (const auto& l : fit.latents) used += l.is_active();
  std::printf("%d of %zu latent numbers are used\n", used, fit.latents.size());

  // The exact posterior of one picture: the encoder proposes, the model weighs.
  const std::vector<double> first(d.test.begin(), d.test.begin() + 64);
  const auto post = sl::posterior(sl::with_parameters(picture, fit.parameters), sl::args(), {{"x", sl::choice_value({sl::value_kind::boolean, 1, 64, 1}, first)}});
  const auto r = sl::importance(post, sl::amortised(sl::with_parameters(guide, fit.parameters)), 20'000, sl::key(5));
  std::printf("of 20000 weighted draws as good as more than 1000: %s\n", *r.ess > 1000 ? "yes" : "no");

  if (argc < 2) return 0;
  svg s;
  for (int i = 0; i < 10; ++i) {
    const std::vector<double> x(d.test.begin() + 64 * i, d.test.begin() + 64 * (i + 1));
    s.draw(x.data(), 0, i);
    s.draw(sl::assess(sl::with_parameters(decoded, fit.parameters), sl::args(x), {}).value.data(), 1, i);
    s.draw(sl::simulate(sl::with_parameters(dream, fit.parameters), sl::args(), sl::fold_in(sl::key(6), i)).value().data(), 2, i);
    s.draw(sl::simulate(sl::with_parameters(dream, fit.parameters), sl::args(), sl::fold_in(sl::key(7), i)).value().data(), 3, i);
  }
  s.save(argv[1]);
}
