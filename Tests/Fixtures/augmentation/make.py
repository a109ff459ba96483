"""Makes the images of this folder and what Pillow and torchvision make of them.

    python -m venv venv
    venv/bin/pip install pillow==13.0.0 numpy==2.4.6 torch==2.15.0 torchvision==0.29.2
    venv/bin/python make.py FOLDER

Every image is computed; there is no photograph among them.
"""

import sys

import numpy
import torch
from PIL import Image, ImageEnhance, ImageOps
from torchvision.transforms import functional

folder = sys.argv[1]
random = numpy.random.default_rng(20240711)
expected = {}


def scene(height, width, channels):
    """Waves, an edge and some noise: smooth and rough parts, as a photograph has them."""
    y, x = numpy.mgrid[0:height, 0:width] / max(height, width)
    planes = []
    for c in range(channels):
        plane = 128 + 70 * numpy.sin(9 * x + 2 * c) * numpy.cos(7 * y - c)
        plane += 20 * numpy.sin(60 * (x + y * (c + 1)))
        plane[(x - 0.5) ** 2 + (y - 0.35) ** 2 < 0.03] += 60 - 50 * c
        planes.append(plane + random.normal(0, 4, plane.shape))
    return numpy.clip(numpy.stack(planes), 0, 255).round().astype(numpy.uint8)


images = [scene(32, 32, 3), scene(24, 40, 3), scene(28, 28, 1), scene(61, 70, 3)]
# Grey pixels, saturated ones, and ties between channels.
images[0][:, 0, :16] = numpy.arange(0, 256, 16)
images[0][:, 1, :6] = numpy.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255], [255, 0, 255]]).T
# One channel of few levels, one of a single level.
images[1][1] //= 64
images[1][2] = 77
for number, image in enumerate(images):
    expected[f"image_{number}"] = image


def pillow(image):
    return Image.fromarray(image[0] if len(image) == 1 else image.transpose(1, 2, 0))


def planes(picture):
    pixels = numpy.asarray(picture)
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


# The operations on 8-bit images: Pillow.


def affine(image, *numbers):
    return image.transform(image.size, Image.Transform.AFFINE, numbers, Image.Resampling.NEAREST)


operations = {
    "shearX": lambda image, v: affine(image, 1, v, 0, 0, 1, 0),
    "shearY": lambda image, v: affine(image, 1, 0, 0, v, 1, 0),
    "translateX": lambda image, v: affine(image, 1, 0, v * image.width, 0, 1, 0),
    "translateY": lambda image, v: affine(image, 1, 0, 0, 0, 1, v * image.height),
    "rotate": lambda image, v: image.rotate(v, Image.Resampling.NEAREST),
    "color": lambda image, v: ImageEnhance.Color(image).enhance(1 + v),
    "contrast": lambda image, v: ImageEnhance.Contrast(image).enhance(1 + v),
    "brightness": lambda image, v: ImageEnhance.Brightness(image).enhance(1 + v),
    "sharpness": lambda image, v: ImageEnhance.Sharpness(image).enhance(1 + v),
    "posterize": lambda image, v: ImageOps.posterize(image, int(v)),
    "solarize": lambda image, v: ImageOps.solarize(image, v),
    "autocontrast": lambda image, v: ImageOps.autocontrast(image),
    "equalize": lambda image, v: ImageOps.equalize(image),
    "invert": lambda image, v: ImageOps.invert(image),
}
levels = numpy.linspace(0, 1, 10)
ends = {
    "shearX": (0, 0.3), "shearY": (0, 0.3), "translateX": (0, 150 / 331),
    "translateY": (0, 150 / 331), "rotate": (0, 30), "color": (0, 0.9), "contrast": (0, 0.9),
    "brightness": (0, 0.9), "sharpness": (0, 0.9), "posterize": (8, 4), "solarize": (256, 0),
}
signed = list(operations)[:9]
for name, operation in operations.items():
    if name in ends:
        first, last = ends[name]
        strengths = numpy.round(numpy.linspace(first, last, 10), 0 if name == "posterize" else 15)
        expected[f"{name}_levels"] = strengths
        strengths = strengths[[1, 5, 9]]
        if name in signed:
            strengths = numpy.concatenate([strengths, -strengths])
    else:
        strengths = numpy.zeros(1)
    expected[f"{name}_strengths"] = strengths
    for number in range(3):
        results = [planes(operation(pillow(images[number]), float(v))) for v in strengths]
        expected[f"{name}_{number}"] = numpy.stack(results)

# Changes of colour of floats from 0 to 1: torchvision.

changes = {
    "brightness": (functional.adjust_brightness, [0.2, 0.7, 1.0, 1.8]),
    "contrast": (functional.adjust_contrast, [0.2, 0.7, 1.0, 1.8]),
    "saturation": (functional.adjust_saturation, [0.2, 0.7, 1.0, 1.8]),
    "hue": (functional.adjust_hue, [-0.5, -0.2, -0.03, 0.0, 0.11, 0.2, 0.5]),
    "grey": (lambda image, v: functional.rgb_to_grayscale(image, 3), [0]),
}
for name, (change, factors) in changes.items():
    expected[f"float_{name}_factors"] = numpy.array(factors, dtype=numpy.float64)
    for number in (0, 2) if name in ("brightness", "contrast") else (0,):
        image = torch.tensor(images[number]).float() / 255
        expected[f"float_{name}_{number}"] = numpy.stack([change(image, v).numpy() for v in factors])
deviations = [0.1, 0.7, 2.0]
expected["blur_deviations"] = numpy.array(deviations)
for number in (0, 1, 3):
    image = torch.tensor(images[number]).float() / 255
    kernel = min(image.shape[1:]) // 10 // 2 * 2 + 1
    blurred = [functional.gaussian_blur(image, kernel, v)[:, ::3].numpy() for v in deviations]
    # Every third row.
    expected[f"blur_{number}"] = numpy.stack(blurred)

# Parts of an image, resized: torchvision on Pillow's images.

boxes = [(0, 0, 61, 70), (5, 9, 40, 33), (20, 30, 41, 40), (10, 0, 13, 17), (0, 69, 61, 1)]
expected["boxes"] = numpy.array(boxes)
bilinear = functional.InterpolationMode.BILINEAR
for number, (top, left, height, width) in enumerate(boxes):
    part = functional.resized_crop(pillow(images[3]), top, left, height, width, [32, 32], bilinear)
    expected[f"resized_{number}"] = planes(part)
expected["enlarged"] = planes(functional.resize(pillow(images[2]), [32, 32], bilinear))

numpy.savez_compressed(f"{folder}/expected.npz", **expected)
