data { int<lower=0> N; vector[N] y; }
parameters { vector[3] m; vector<lower=0>[3] s; vector[3] w; }
model {
  vector[3] log_w = log_softmax(w);
  m ~ normal(0, 5);
  s ~ exponential(1);
  w ~ normal(0, 1);
  for (n in 1 : N) {
    vector[3] terms = log_w;
    for (k in 1 : 3) terms[k] += normal_lpdf(y[n] | m[k], s[k]);
    target += log_sum_exp(terms);
  }
}
