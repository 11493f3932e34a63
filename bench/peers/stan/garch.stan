data { int<lower=0> T; array[T] real y; }
parameters { real mu; real<lower=0> alpha0; real<lower=0, upper=1> alpha1; real<lower=0, upper=(1 - alpha1)> beta1; }
model {
  array[T] real sigma;
  real variance = 1;
  sigma[1] = 1;
  for (t in 2 : T) {
    variance = alpha0 + alpha1 * square(y[t - 1] - mu) + beta1 * variance;
    sigma[t] = sqrt(variance);
  }
  mu ~ normal(0, 1);
  alpha0 ~ exponential(1);
  alpha1 ~ uniform(0, 1);
  beta1 ~ uniform(0, 1 - alpha1);
  y ~ normal(mu, sigma);
}
