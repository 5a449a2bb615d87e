"""Records what torch.optim and clip_grad_norm_ make of fixed gradients: test/fixtures/optimizers.json.

Run with PyTorch: python scripts/record-optimizers.py > test/fixtures/optimizers.json
"""
import json

import torch

STEPS = 6
SIZES = {"filter": (2, 3), "bias": (4,)}
CASES = [
    {"name": "adam", "weight_decay": 0.0},
    {"name": "adam", "weight_decay": 0.1},
    {"name": "adam", "weight_decay": 0.01, "beta1": 0.5, "beta2": 0.9, "epsilon": 0.01},
    {"name": "adamw", "weight_decay": 0.1},
    {"name": "adamw", "weight_decay": 0.1, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6},
    {"name": "adamw", "weight_decay": 0.01, "clip_norm": 0.5},
    {"name": "sgd", "weight_decay": 0.0, "momentum": 0.0},
    {"name": "sgd", "weight_decay": 0.01, "momentum": 0.9},
    {"name": "sgd", "weight_decay": 0.01, "momentum": 0.9, "nesterov": True},
    {"name": "sgd", "weight_decay": 0.0, "momentum": 0.9, "clip_norm": 1.5},
]


def numbers(name: str, step: int) -> torch.Tensor:
    """Fixed numbers of very different sizes, float64."""
    shape = SIZES[name]
    count = torch.Size(shape).numel()
    index = torch.arange(count, dtype=torch.float64)
    phase = 7.0 * step + 3.0 * len(name)
    return (torch.sin(index * 1.7 + phase) * 10.0 ** (index % 3 - 1)).reshape(shape)


def rate(step: int) -> float:
    """Falls at step 4, as a schedule would make it."""
    return 0.01 if step < 4 else 0.001


def optimizer(case: dict, parameters: list) -> torch.optim.Optimizer:
    decay = case["weight_decay"]
    if case["name"] == "sgd":
        return torch.optim.SGD(
            parameters,
            lr=rate(1),
            momentum=case["momentum"],
            nesterov=case.get("nesterov", False),
            weight_decay=decay,
        )
    kind = torch.optim.Adam if case["name"] == "adam" else torch.optim.AdamW
    betas = (case.get("beta1", 0.9), case.get("beta2", 0.999))
    return kind(parameters, lr=rate(1), weight_decay=decay, betas=betas, eps=case.get("epsilon", 1e-8))


def record(case: dict) -> dict:
    weights = {name: numbers(name, 0).requires_grad_() for name in SIZES}
    parameters = list(weights.values())
    chosen = optimizer(case, parameters)
    for step in range(1, STEPS + 1):
        for name, weight in weights.items():
            weight.grad = numbers(name, step)
        if "clip_norm" in case:
            torch.nn.utils.clip_grad_norm_(parameters, case["clip_norm"])
        for group in chosen.param_groups:
            group["lr"] = rate(step)
        chosen.step()
    return {**case, "after": {name: weight.detach().flatten().tolist() for name, weight in weights.items()}}


print(
    json.dumps(
        {
            "source": f"torch {torch.__version__.split('+')[0]}, float64",
            "shapes": SIZES,
            "rates": [rate(step) for step in range(1, STEPS + 1)],
            "start": {name: numbers(name, 0).flatten().tolist() for name in SIZES},
            "gradients": [
                {name: numbers(name, step).flatten().tolist() for name in SIZES}
                for step in range(1, STEPS + 1)
            ],
            "cases": [record(case) for case in CASES],
        },
        indent=1,
    )
)
