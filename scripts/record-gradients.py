"""Records gradients of the networks in PyTorch, float64: python scripts/record-gradients.py > test/fixtures/gradients.json

Networks are written on a state_dict by name, with the formula weights and pictures of test/golden/README.md, running
statistics in BN. Loss: the sum over a network's heatmaps of 0.5 mean (heatmap - target)^2. For every filter's gradient:
its length and its product with a formula direction, r("direction " + name, seed, index).
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

SEED = 7
SHAPE = (2, 3, 64, 32)
GAINS = {"sb-r50": 1.0, "hrnet-w32": 0.3, "mspn-2stg": 0.85}
GOLDEN = pathlib.Path(__file__).parent.parent / "test" / "golden"


def mix(x):
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x = ((x ^ (x >> np.uint64(shift))) * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    return x ^ (x >> np.uint64(16))


def formula(name, indices):
    key = 0x811C9DC5
    for byte in name.encode("ascii"):
        key = ((key ^ byte) * 0x01000193) & 0xFFFFFFFF
    key = mix(np.array([key ^ SEED], dtype=np.uint64))
    return mix((indices.astype(np.uint64) + key) & np.uint64(0xFFFFFFFF)) * (2 / 4294967296) - 1


def numbers(name, shape, offset=0.0, factor=1.0):
    values = offset + factor * formula(name, np.arange(int(np.prod(shape))))
    return torch.tensor(values.astype(np.float32).reshape(shape)).double()


def weights(names, gain):
    state = {}
    for name, shape, *_ in names:
        if len(shape) == 4:
            deconv = name.startswith("deconv_layers")
            fan = np.prod(shape[2:]) * (shape[0] / 4 if deconv else shape[1])
            state[name] = numbers(name, shape, factor=np.sqrt(3 * gain / fan)).requires_grad_()
        elif name.endswith("running_var"):
            state[name] = numbers(name, shape, 1, 0.25)
        elif name.endswith(("bias", "running_mean")):
            state[name] = numbers(name, shape, 0, 0.1)
        elif name.endswith("weight"):
            state[name] = numbers(name, shape, 1, 0.1)
    return state


def pictures():
    n, c, height, width = SHAPE
    i = np.arange(n * c * height * width)
    x, y, plane = i % width, i // width % height, i // (width * height)
    block = (plane * -(-height // 8) + y // 8) * -(-width // 8) + x // 8
    values = 0.8 * formula("image.noise", i) + 1.2 * formula("image.block", block)
    return torch.tensor(values.astype(np.float32).reshape(SHAPE)).double()


class Net:
    def __init__(self, state):
        self.state = state

    def has(self, name):
        return f"{name}.weight" in self.state

    def conv(self, x, name, stride=1):
        weight = self.state[f"{name}.weight"]
        return F.conv2d(x, weight, self.state.get(f"{name}.bias"), stride, weight.shape[2] // 2)

    def norm(self, x, name):
        parts = (self.state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
        return F.batch_norm(x, *parts, training=False, eps=1e-5)

    def unit(self, x, conv, norm, stride=1, relu=True):
        y = self.norm(self.conv(x, conv, stride), norm)
        return F.relu(y) if relu else y

    def block(self, x, name, stride=1):
        deep = self.has(f"{name}.conv3")
        y = self.unit(x, f"{name}.conv1", f"{name}.bn1", 1 if deep else stride)
        y = self.unit(y, f"{name}.conv2", f"{name}.bn2", stride if deep else 1, relu=deep)
        if deep:
            y = self.unit(y, f"{name}.conv3", f"{name}.bn3", relu=False)
        if self.has(f"{name}.downsample.0"):
            x = self.unit(x, f"{name}.downsample.0", f"{name}.downsample.1", stride, relu=False)
        return F.relu(y + x)

    def simple_baseline(self, x):
        x = F.max_pool2d(self.unit(x, "conv1", "bn1", 2), 3, 2, 1)
        for stage in range(1, 5):
            block = 0
            while self.has(f"layer{stage}.{block}.conv1"):
                x = self.block(x, f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1)
                block += 1
        for k in (0, 3, 6):
            x = F.conv_transpose2d(x, self.state[f"deconv_layers.{k}.weight"], stride=2, padding=1)
            x = F.relu(self.norm(x, f"deconv_layers.{k + 1}"))
        return [self.conv(x, "final_layer")]

    def fuse(self, x, name, source, target):
        if source > target:
            x = self.unit(x, f"{name}.0", f"{name}.1", relu=False)
            return F.interpolate(x, scale_factor=2 ** (source - target), mode="nearest")
        for k in range(target - source):
            x = self.unit(x, f"{name}.{k}.0", f"{name}.{k}.1", 2, relu=k < target - source - 1)
        return x

    def hrnet(self, x):
        x = self.unit(self.unit(x, "conv1", "bn1", 2), "conv2", "bn2", 2)
        for k in range(4):
            x = self.block(x, f"layer1.{k}")
        maps = [x]
        for stage, modules in ((2, 1), (3, 4), (4, 3)):
            name = f"transition{stage - 1}"
            for i in range(stage):
                if self.has(f"{name}.{i}.0.0"):
                    maps.append(self.unit(maps[-1] if stage > 2 else x, f"{name}.{i}.0.0", f"{name}.{i}.0.1", 2))
                elif self.has(f"{name}.{i}.0"):
                    maps[i] = self.unit(x, f"{name}.{i}.0", f"{name}.{i}.1")
            for module in range(modules):
                name = f"stage{stage}.{module}"
                for i in range(stage):
                    for k in range(4):
                        maps[i] = self.block(maps[i], f"{name}.branches.{i}.{k}")
                outputs = 1 if (stage, module) == (4, 2) else stage
                fused = lambda i: sum(self.fuse(y, f"{name}.fuse_layers.{i}.{j}", j, i) for j, y in enumerate(maps))
                maps = [F.relu(fused(i)) for i in range(outputs)]
        return [self.conv(maps[0], "final_layer")]

    def mspn_unit(self, x, name, stride=1, relu=True):
        return self.unit(x, f"{name}.conv", f"{name}.bn", stride, relu)

    def mspn(self, x):
        resized = lambda y, like: F.interpolate(y, size=like.shape[2:], mode="bilinear", align_corners=True)
        x = F.max_pool2d(self.mspn_unit(x, "top.conv", 2), 3, 2, 1)
        skips, heatmaps, stage = [0] * 4, [], 0
        while self.has(f"stage{stage}.upsample.up1.u_skip.conv"):
            levels = []
            for level in range(4):
                for k in range((3, 4, 6, 3)[level]):
                    name = f"stage{stage}.downsample.layer{level + 1}.{k}"
                    stride = 2 if level > 0 and k == 0 else 1
                    y = self.mspn_unit(self.mspn_unit(x, f"{name}.conv_bn_relu1"), f"{name}.conv_bn_relu2", stride)
                    y = self.mspn_unit(y, f"{name}.conv_bn_relu3", relu=False)
                    side = x if k else self.mspn_unit(x, f"{name}.downsample", stride, relu=False)
                    x = F.relu(y + side)
                x = x + skips[level]
                levels.append(x)
            merged, skips = None, [0] * 4
            for k in range(4):
                name, level = f"stage{stage}.upsample.up{k + 1}", levels[3 - k]
                y = self.mspn_unit(level, f"{name}.u_skip", relu=False)
                if k > 0:
                    y = y + self.mspn_unit(resized(merged, level), f"{name}.up_conv", relu=False)
                merged = F.relu(y)
                head = self.mspn_unit(self.mspn_unit(merged, f"{name}.res_conv1"), f"{name}.res_conv2", relu=False)
                heatmaps.append(resized(head, levels[0]))
                if self.has(f"{name}.skip1.conv"):
                    skips[3 - k] = self.mspn_unit(level, f"{name}.skip1") + self.mspn_unit(merged, f"{name}.skip2")
                if self.has(f"{name}.cross_conv.conv"):
                    x = self.mspn_unit(merged, f"{name}.cross_conv")
            stage += 1
        return heatmaps


def recorded(model, gain):
    names = json.loads((GOLDEN / "models/names.json").read_text())["models"][model]
    state = weights(names, gain)
    net = Net(state)
    run = {"sb": net.simple_baseline, "hrnet": net.hrnet, "mspn": net.mspn}[model.split("-")[0]]
    heatmaps = run(pictures())
    target = numbers("target", heatmaps[0].shape)
    loss = sum(0.5 * ((heatmap - target) ** 2).mean() for heatmap in heatmaps)
    loss.backward()
    rounded = lambda value: float(f"{value:.7g}")
    filters = {}
    for name, tensor in state.items():
        if tensor.requires_grad:
            direction = numbers(f"direction {name}", tensor.shape)
            filters[name] = [rounded(tensor.grad.norm()), rounded((tensor.grad * direction).sum())]
    return {"gain": gain, "loss": rounded(loss), "filters": filters}


result = {"seed": SEED, "input_shape": SHAPE, "models": {model: recorded(model, gain) for model, gain in GAINS.items()}}
json.dump(result, sys.stdout)
