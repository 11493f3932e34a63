data { int<lower=0> N; int<lower=0> G; array[N] int<lower=1, upper=G> group; vector[N] x; vector[N] y; }
parameters { real ma; real mb; real<lower=0> ta; real<lower=0> tb; real<lower=0> s; vector[G] za; vector[G] zb; }
model {
  vector[G] alpha = ma + ta * za;
  vector[G] beta = mb + tb * zb;
  ma ~ normal(0, 5);
  mb ~ normal(0, 5);
  ta ~ normal(0, 1);
  tb ~ normal(0, 1);
  s ~ exponential(1);
  za ~ normal(0, 1);
  zb ~ normal(0, 1);
  y ~ normal(alpha[group] + beta[group] .* x, s);
}
