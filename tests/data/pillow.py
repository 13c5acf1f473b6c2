"""Writes pillow.json: small JPEG files, and what Pillow and PyTorch make of them.

usage: python3 pillow.py > pillow.json   (needs Pillow; the part of PyTorch is left as it is where there is no torch)
Pixels are an exact pattern, so that nothing of anybody's images is in the file.
"""

import io
import json
import math
import os
import sys

import PIL
from PIL import Image

SIZE = 8


def pattern(width, height, channels):
    values = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                wave = math.sin((x + 2 * c) / 4.0) + math.cos((y - 3 * c) / 5.0)
                values.append(int(127 + 60 * wave))
    return bytes(values)


def jpeg(width, height, mode, **how):
    channels = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
    image = Image.frombytes(mode, (width, height), pattern(width, height, channels))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, **how)
    return buffer.getvalue()


def scaled(width, height):
    shorter = min(width, height)
    return width * SIZE // shorter, height * SIZE // shorter


def square(image):
    width, height = scaled(*image.size)
    image = image.convert("RGB").resize((width, height), Image.BILINEAR)
    left, top = (width - SIZE) // 2, (height - SIZE) // 2
    pixels = image.crop((left, top, left + SIZE, top + SIZE)).tobytes()
    return [pixels[channel::3] for channel in range(3)]


def case(name, data):
    image = Image.open(io.BytesIO(data))
    planes = square(image)
    decoded = image.convert("RGB").tobytes()
    return {
        "name": name,
        "jpeg": data.hex(),
        "width": image.size[0],
        "height": image.size[1],
        "decoded": decoded.hex(),
        "square": b"".join(planes).hex(),
    }


CASES = [
    case("full colour", jpeg(23, 17, "RGB", subsampling=0)),
    case("half colour, progressive", jpeg(20, 31, "RGB", subsampling=2, progressive=True)),
    case("grey", jpeg(9, 30, "L")),
    case("four inks", jpeg(17, 17, "CMYK")),
    case("smaller than asked", jpeg(5, 7, "RGB", subsampling=0)),
]


def interpolated():
    """What PyTorch makes of the first pattern's pixels, not rounded, at each of some sizes."""
    import torch

    results = []
    for width, height in [(23, 17), (5, 7), (40, 11)]:
        values = torch.tensor(list(pattern(width, height, 3)), dtype=torch.float64).reshape(height, width, 3)
        wide, high = scaled(width, height)
        out = torch.nn.functional.interpolate(
            values.permute(2, 0, 1)[None], (high, wide), mode="bilinear", antialias=True, align_corners=False
        )[0]
        left, top = (wide - SIZE) // 2, (high - SIZE) // 2
        out = out[:, top : top + SIZE, left : left + SIZE].reshape(-1)
        results.append(
            {
                "width": width,
                "height": height,
                "pixels": pattern(width, height, 3).hex(),
                "square": [round(value, 6) for value in out.tolist()],
            }
        )
    return {"torch": torch.__version__.split("+")[0], "cases": results}


here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pillow.json")
try:
    pytorch = interpolated()
except ImportError:
    with open(here) as file:
        pytorch = json.load(file)["pytorch"]
json.dump({"pillow": PIL.__version__, "size": SIZE, "jpegs": CASES, "pytorch": pytorch}, sys.stdout, indent=1)
print()
