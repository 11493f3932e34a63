#include <starling/diagnostics/autocovariance.hpp>
#include <starling/diagnostics/moments.hpp>

#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace starling {
namespace {

// Complex numbers in two arrays, so that the inner loops run in lanes.
struct wave {
  explicit wave(std::size_t n) : re(n), im(n) {}
  std::vector<double> re, im;
};

// Stockham's fast Fourier transform of one power of two, without bit reversal: each stage halves the length of the
// sub-transforms and doubles their number, which is the stride of the inner loop.
class transform {
 public:
  explicit transform(std::size_t length) : roots_(length / 2), spare_(length) {
    for (std::size_t k = 0; k < length / 2; ++k) {
      const double angle = -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length);
      roots_.re[k] = std::cos(angle);
      roots_.im[k] = std::sin(angle);
    }
  }

  void operator()(wave& z) {
    const std::size_t length = z.re.size();
    for (std::size_t stride = 1; stride < length; stride *= 2) {
      const std::size_t half = length / (2 * stride);
      for (std::size_t p = 0; p < half; ++p) stage(z, p, half, stride);
      std::swap(z, spare_);
    }
  }

 private:
  void stage(const wave& z, std::size_t p, std::size_t half, std::size_t stride) {
    const double root_re = roots_.re[p * stride];
    const double root_im = roots_.im[p * stride];
    const double* a_re = z.re.data() + stride * p;
    const double* a_im = z.im.data() + stride * p;
    const double* b_re = z.re.data() + stride * (p + half);
    const double* b_im = z.im.data() + stride * (p + half);
    double* __restrict sum_re = spare_.re.data() + stride * 2 * p;
    double* __restrict sum_im = spare_.im.data() + stride * 2 * p;
    double* __restrict turned_re = sum_re + stride;
    double* __restrict turned_im = sum_im + stride;
    for (std::size_t q = 0; q < stride; ++q) {
      const double difference_re = a_re[q] - b_re[q];
      const double difference_im = a_im[q] - b_im[q];
      sum_re[q] = a_re[q] + b_re[q];
      sum_im[q] = a_im[q] + b_im[q];
      turned_re[q] = difference_re * root_re - difference_im * root_im;
      turned_im[q] = difference_re * root_im + difference_im * root_re;
    }
  }

  wave roots_, spare_;
};

void load_centred(std::span<const double> chain, std::vector<double>& padded) {
  const double centre = mean(chain);
  for (std::size_t i = 0; i < chain.size(); ++i) padded[i] = chain[i] - centre;
  for (std::size_t i = chain.size(); i < padded.size(); ++i) padded[i] = 0.0;
}

}  // namespace

std::vector<double> mean_autocovariance(std::span<const double> draws, std::size_t chains) {
  const std::size_t n = draws.size() / chains;
  std::size_t length = 2;
  while (length < 2 * n) length *= 2;
  transform forward(length);
  wave z(length);
  wave power(length);
  for (std::size_t c = 0; c < chains; c += 2) {
    load_centred(draws.subspan(c * n, n), z.re);
    if (c + 1 < chains)
      load_centred(draws.subspan((c + 1) * n, n), z.im);
    else
      z.im.assign(length, 0.0);
    forward(z);
    for (std::size_t k = 0; k < length; ++k) power.re[k] += z.re[k] * z.re[k] + z.im[k] * z.im[k];
  }
  // The real part of the transform back is the sum over the chains; of a real sequence it is that of the transform forwards.
  forward(power);
  const double scale = 1.0 / (static_cast<double>(length) * static_cast<double>(n) * static_cast<double>(chains));
  std::vector<double> autocovariance(n);
  for (std::size_t lag = 0; lag < n; ++lag) autocovariance[lag] = power.re[lag] * scale;
  return autocovariance;
}

autocovariances::autocovariances(std::span<const double> draws, std::size_t chains) : draws_(draws), chains_(chains) {
  const std::size_t n = draws.size() / chains;
  centred_.reserve(draws.size());
  for (std::size_t c = 0; c < chains; ++c) {
    const auto chain = draws.subspan(c * n, n);
    means_.push_back(mean(chain));
    for (const double x : chain) centred_.push_back(x - means_.back());
  }
}

double autocovariances::operator()(std::size_t lag) {
  constexpr std::size_t quick = 64, parts = 8;
  if (lag >= quick) {
    if (transformed_.empty()) transformed_ = mean_autocovariance(draws_, chains_);
    return transformed_[lag];
  }
  const std::size_t n = draws_.size() / chains_;
  std::array<double, parts> sums{};
  for (std::size_t c = 0; c < chains_; ++c) {
    const double* const x = centred_.data() + c * n;
    const double* const y = x + lag;
    const std::size_t count = n > lag ? n - lag : 0;
    std::size_t i = 0;
    for (; i + parts <= count; i += parts)
      for (std::size_t k = 0; k < parts; ++k) sums[k] += x[i + k] * y[i + k];
    for (std::size_t k = 0; i < count; ++i, ++k) sums[k] += x[i] * y[i];
  }
  const double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  return sum / (static_cast<double>(n) * static_cast<double>(chains_));
}

}  // namespace starling
