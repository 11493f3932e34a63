"""Trains the VAE of digits_vae_slow_test.cpp by torch and prints its evidence lower bounds, in nats a picture of the test part:

  python3 tests/neural/torch_environment.py build/torch; build/torch/bin/python tests/neural/make_torch_vae.py

The pictures are those of digits.txt, black where a number is at least 8; every fifth is for testing. 64-64-8: z ~ normal(0, 1) in 8 dimensions, decoder 8-64-64 and
encoder 64-64-16 with relu, Adam at 3e-3 for 60 epochs of batches of 64 with one draw each. The bound is estimated with 64 draws a picture; the importance-weighted one with 64
weights. Kept in digits_vae_test: elbo and iwelbo over five seeds.
"""
import math
import pathlib

import torch
from torch import nn


def pictures():
    rows = [line.split() for line in (pathlib.Path(__file__).parent / "digits.txt").read_text().splitlines()]
    x = torch.tensor([[float(ord(c) - ord("a") >= 8) for c in numbers] for _, numbers in rows])
    test = torch.arange(len(x)) % 5 == 4
    return x[~test], x[test]


def log_weights(encoder, decoder, x, draws):
    h = encoder(x)
    mean, deviation = h[:, :8], torch.exp(0.5 * h[:, 8:])
    noise = torch.randn(draws, *mean.shape)
    z = mean + deviation * noise
    log_p = -nn.functional.binary_cross_entropy_with_logits(decoder(z), x.expand(draws, *x.shape), reduction="none").sum(-1)
    log_prior = (-0.5 * z**2).sum(-1)
    log_q = (-0.5 * noise**2 - torch.log(deviation)).sum(-1)
    return log_p + log_prior - log_q


def run(seed):
    torch.manual_seed(seed)
    train, test = pictures()
    encoder = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 16))
    decoder = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64))
    optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=3e-3)
    for _ in range(60):
        for part in torch.randperm(len(train)).split(64):
            optimiser.zero_grad()
            (-log_weights(encoder, decoder, train[part], 1).mean()).backward()
            optimiser.step()
    with torch.no_grad():
        w = log_weights(encoder, decoder, test, 64)
        return w.mean().item(), (torch.logsumexp(w, 0) - math.log(64)).mean().item()


if __name__ == "__main__":
    torch.set_num_threads(1)
    for seed in range(5):
        print("seed %d: elbo %.3f, iwelbo %.3f" % (seed, *run(seed)))
