data { int<lower=0> N; array[N] int y; }
parameters { real mu; real<lower=0> tau; vector[N] z; }
model {
  mu ~ normal(0, 2);
  tau ~ normal(0, 1);
  z ~ normal(0, 1);
  y ~ poisson_log(mu + tau * z);
}
