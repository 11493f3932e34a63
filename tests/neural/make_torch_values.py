#!/usr/bin/env python3
"""Makes torch_values.json: what torch's layers give, and their derivatives, in double, for numbers that are exact in float.

  $(python3 torch_environment.py FOLDER) make_torch_values.py

A row: name, x (as rows), the parameters by our names, weights; y; the derivatives of sum(weights * y) with respect to x and to each parameter.
"""
import json
import pathlib

import torch
from torch import nn

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
FILE = pathlib.Path(__file__).parent / "torch_values.json"
EXACT = lambda t: t.to(torch.float32).to(torch.float64)  # noqa: E731


class Attention(nn.Module):
    """MultiheadAttention of a row [tokens * width] on itself."""
    def __init__(self, tokens, width, heads, causal):
        super().__init__()
        self.tokens, self.width, self.causal = tokens, width, causal
        self.of = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x):
        s = x.reshape(-1, self.tokens, self.width)
        mask = nn.Transformer.generate_square_subsequent_mask(self.tokens) if self.causal else None
        return self.of(s, s, s, attn_mask=mask, need_weights=False)[0].reshape(x.shape)


class Shaped(nn.Module):
    """A layer of images or sequences on flat rows."""
    def __init__(self, of, *shape):
        super().__init__()
        self.of, self.shape = of, shape

    def forward(self, x):
        return self.of(x.reshape(-1, *self.shape)).reshape(x.shape[0], -1)


class Gru(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.inputs, self.of = inputs, nn.GRUCell(inputs, hidden)

    def forward(self, x):
        return self.of(x[:, :self.inputs], x[:, self.inputs:])


class Residual(nn.Module):
    def __init__(self, of):
        super().__init__()
        self.of = of

    def forward(self, x):
        return x + self.of(x)


class Embedding(nn.Module):
    def __init__(self, entries, width):
        super().__init__()
        self.of = nn.Embedding(entries, width)

    def forward(self, x):
        return self.of(x.long()).reshape(x.shape[0], -1)


CASES = {
    "linear": (nn.Linear(5, 4), 5), "linear without bias": (nn.Linear(6, 3, bias=False), 6),
    "relu": (nn.ReLU(), 7), "gelu": (nn.GELU(), 7), "gelu_tanh": (nn.GELU(approximate="tanh"), 7), "silu": (nn.SiLU(), 7), "tanh": (nn.Tanh(), 7),
    "sigmoid": (nn.Sigmoid(), 7), "softplus": (nn.Softplus(), 7), "softmax": (nn.Softmax(-1), 7),
    "layer_norm": (nn.LayerNorm(9), 9), "rms_norm": (nn.RMSNorm(9, eps=1e-5), 9), "embedding": (Embedding(6, 3), 2),
    "conv2d": (Shaped(nn.Conv2d(2, 3, 3, padding=1), 2, 4, 5), 40), "conv2d with a stride": (Shaped(nn.Conv2d(1, 2, 2, stride=2, bias=False), 1, 5, 6), 30),
    "conv1d": (Shaped(nn.Conv1d(2, 3, 3, stride=2, padding=1), 2, 7), 14),
    "max_pool": (Shaped(nn.MaxPool2d(3, stride=2, padding=1), 2, 5, 5), 50), "average_pool": (Shaped(nn.AvgPool2d(2, stride=1, padding=1), 1, 3, 4), 12),
    "max_pool of a sequence": (Shaped(nn.MaxPool1d(2), 2, 6), 12),
    "gru_cell": (Gru(3, 4), 7), "attention": (Attention(4, 6, 2, False), 24), "causal attention": (Attention(5, 6, 3, True), 30),
    "mlp": (nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 3)), 4),
    "residual": (nn.Sequential(nn.Linear(3, 6), Residual(nn.Sequential(nn.LayerNorm(6), nn.Linear(6, 6), nn.SiLU())), nn.Linear(6, 2)), 3),
}


def main():
    rows = []
    for name, (module, width) in CASES.items():
        for p in module.parameters():
            with torch.no_grad():
                p.copy_(EXACT(torch.randn(p.shape) * 0.5))
        x = torch.tensor([[0.0, 5], [3, 3], [1, 5]]) if name == "embedding" else EXACT(torch.randn(3, width) * 1.5)
        x.requires_grad_(name != "embedding")
        y = module(x)
        weights = EXACT(torch.randn(y.shape))
        (weights * y).sum().backward()
        ours = lambda n: n.replace("of.", "").replace(".", "/")  # noqa: E731
        flat = lambda t: t.detach().flatten().tolist()  # noqa: E731
        rows.append({"name": name, "x": flat(x), "weights": flat(weights), "y": flat(y), "dx": flat(x.grad) if x.requires_grad else [0.0] * x.numel(),
                     "parameters": {ours(n): flat(p) for n, p in module.named_parameters()},
                     "d_parameters": {ours(n): flat(p.grad) for n, p in module.named_parameters()}})
    FILE.write_text("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")


main()
