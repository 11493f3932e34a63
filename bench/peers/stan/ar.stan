data { int<lower=0> T; array[T] real y; }
parameters { real a; vector[5] b; real<lower=0> s; }
model {
  a ~ normal(0, 5);
  b ~ normal(0, 1);
  s ~ exponential(1);
  for (t in 6 : T) {
    real mean = a;
    for (k in 1 : 5) mean += b[k] * y[t - k];
    y[t] ~ normal(mean, s);
  }
}
