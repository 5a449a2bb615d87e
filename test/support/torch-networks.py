"""PyTorch's side of the round trip: networks under the usual names, their checkpoints, and what they compute.

make NAME FOLDER         writes start.pth (as a training script does) and seen.npz (input, heatmaps)
check NAME FOLDER FILE…  loads each file into a fresh network, strictly; prints {file: largest difference / largest heatmap value}
"""
import json
import sys

import numpy as np
import torch
from torch import nn

JOINTS = 17


def up(channels, to, count):
    layers = []
    for _ in range(count):
        layers += [nn.ConvTranspose2d(channels, to, 4, 2, 1, bias=False), nn.BatchNorm2d(to), nn.ReLU()]
        channels = to
    return nn.Sequential(*layers)


def shortcut(channels, to, stride):
    if stride == 1 and channels == to:
        return nn.Sequential()
    return nn.Sequential(nn.Conv2d(channels, to, 1, stride, bias=False), nn.BatchNorm2d(to))


class TinyBlock(nn.Module):
    def __init__(self, channels, to, stride):
        super().__init__()
        self.a = nn.Conv2d(channels, to, 3, stride, 1, bias=False)
        self.na = nn.BatchNorm2d(to)
        self.b = nn.Conv2d(to, to, 3, 1, 1, bias=False)
        self.nb = nn.BatchNorm2d(to)
        self.sc = shortcut(channels, to, stride)

    def forward(self, x):
        return torch.relu(self.nb(self.b(torch.relu(self.na(self.a(x))))) + self.sc(x))


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 24, 5, 2, 2, bias=False), nn.BatchNorm2d(24), nn.ReLU())
        blocks, channels = [], 24
        for to in (24, 48, 96):
            blocks += [TinyBlock(channels, to, 2), TinyBlock(to, to, 1)]
            channels = to
        self.body = nn.Sequential(*blocks)
        self.up = up(channels, 64, 2)
        self.head = nn.Conv2d(64, JOINTS, 1)

    def forward(self, x):
        return self.head(self.up(self.body(self.stem(x))))


class Bottleneck(nn.Module):
    def __init__(self, channels, middle, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, middle, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, middle, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(middle)
        self.conv3 = nn.Conv2d(middle, 4 * middle, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * middle)
        self.downsample = shortcut(channels, 4 * middle, stride)

    def forward(self, x):
        y = torch.relu(self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))))
        return torch.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class SimpleBaseline50(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, 2, 1)
        channels = 64
        for stage, count in enumerate((3, 4, 6, 3)):
            blocks = []
            for block in range(count):
                blocks.append(Bottleneck(channels, 64 * 2**stage, 2 if stage and not block else 1))
                channels = 256 * 2**stage
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.deconv_layers = up(channels, 256, 3)
        self.final_layer = nn.Conv2d(256, JOINTS, 1)

    def forward(self, x):
        x = self.pool(torch.relu(self.bn1(self.conv1(x))))
        for stage in range(4):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.final_layer(self.deconv_layers(x))


NETWORKS = {"tiny": Tiny, "sb-r50": SimpleBaseline50}


def trained(name):
    """Seeded, with running statistics that are not those of a fresh network."""
    torch.manual_seed(7)
    net = NETWORKS[name]()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.1)
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return net


def make(name, folder):
    net = trained(name)
    state = {f"module.{key}": value for key, value in net.state_dict().items()}
    optimiser = torch.optim.Adam(net.parameters()).state_dict()
    checkpoint = {"epoch": 3, "model": name, "state_dict": state, "perf": np.float64(0.5), "optimizer": optimiser}
    torch.save(checkpoint, f"{folder}/start.pth")
    pictures = torch.randn(2, 3, 96, 64, generator=torch.Generator().manual_seed(8))
    with torch.no_grad():
        heatmaps = net.eval()(pictures)
    np.savez(f"{folder}/seen.npz", input=pictures.numpy(), heatmaps=heatmaps.numpy())


def safetensors(file):
    with open(file, "rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(length))
        data = stream.read()
    header.pop("__metadata__", None)
    return {
        key: torch.frombuffer(bytearray(data[slice(*entry["data_offsets"])]), dtype=torch.float32).reshape(entry["shape"])
        for key, entry in header.items()
    }


def load(file):
    if file.endswith(".safetensors"):
        return safetensors(file)
    if file.endswith(".npz"):
        with np.load(file) as arrays:
            return {key: torch.from_numpy(arrays[key]) for key in arrays}
    return torch.load(file, weights_only=True)


def check(name, folder, *files):
    seen = np.load(f"{folder}/seen.npz")
    deviations = {}
    for file in files:
        net = NETWORKS[name]()
        net.load_state_dict(load(file), strict=True)
        with torch.no_grad():
            heatmaps = net.eval()(torch.from_numpy(seen["input"])).numpy()
        deviations[file] = float(abs(heatmaps - seen["heatmaps"]).max() / abs(seen["heatmaps"]).max())
    print(json.dumps(deviations))


{"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
