"""Makes the images of this folder and what Pillow reads in them.

    python -m venv venv && venv/bin/pip install pillow==13.0.0 numpy==2.4.6
    venv/bin/python make.py FOLDER

Every picture is computed; there is no photograph among them. libturbojpeg.so.0 (libjpeg-turbo 2.1)
writes the JPEG kinds that Pillow does not.
"""

import ctypes
import io
import struct
import sys
import zlib

import numpy
from PIL import Image

folder = sys.argv[1]
random = numpy.random.default_rng(20240607)
expected = {}


def scene(height, width, channels=3):
    """Waves, an edge and some noise: smooth and rough parts, as a photograph has them."""
    y, x = numpy.mgrid[0:height, 0:width] / max(height, width)
    planes = []
    for c in range(channels):
        plane = 128 + 70 * numpy.sin(9 * x + 2 * c) * numpy.cos(7 * y - c)
        plane += 20 * numpy.sin(60 * (x + y * (c + 1)))
        plane[(x - 0.5) ** 2 + (y - 0.35) ** 2 < 0.03] += 60 - 50 * c
        planes.append(plane + random.normal(0, 4, plane.shape))
    return numpy.clip(numpy.stack(planes, -1), 0, 255).round().astype(numpy.uint8)


# Resizing: shorter side, then the middle, with torchvision's rounding.


def framed(image, shorter, side):
    width, height = image.size
    longer = int(shorter * max(width, height) / min(width, height))
    size = (shorter, longer) if width <= height else (longer, shorter)
    image = image.resize(size, Image.Resampling.BILINEAR)
    left, top = (int(round((length - side) / 2.0)) for length in image.size)
    return image.crop((left, top, left + side, top + side))


def planes(image):
    return numpy.asarray(image.convert("RGB")).transpose(2, 0, 1)


sizes = [
    (37, 61, 16, 14), (61, 37, 16, 13), (90, 20, 48, 40), (3, 100, 12, 12), (100, 3, 9, 7),
    (64, 64, 64, 64), (97, 130, 64, 56), (1, 1, 5, 3), (33, 32, 32, 32), (300, 41, 8, 8),
    (50, 71, 50, 44), (2, 900, 4, 4), (160, 121, 32, 28),
]
cases = []
for number, (height, width, shorter, side) in enumerate(sizes):
    pixels = scene(height, width)
    if number == 2:
        pixels = random.integers(0, 2, pixels.shape).astype(numpy.uint8) * 255
    expected[f"source_{number}"] = pixels
    expected[f"framed_{number}"] = planes(framed(Image.fromarray(pixels), shorter, side))
    cases.append((shorter, side))
expected["framings"] = numpy.array(cases)


# JPEG


def jpeg(name, image, **options):
    data = io.BytesIO()
    image.save(data, "JPEG", **options)
    keep(name + ".jpg", data.getvalue())


def keep(name, data, pixels=None):
    with open(f"{folder}/{name}", "wb") as file:
        file.write(data)
    if pixels is None:
        pixels = numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    expected[name.replace(".", "_")] = pixels


turbo = ctypes.CDLL("libturbojpeg.so.0")
turbo.tjInitCompress.restype = ctypes.c_void_p


def turbo_jpeg(name, pixels, pixel_format, subsampling, flags=0):
    height, width = pixels.shape[:2]
    data, size = ctypes.c_void_p(), ctypes.c_ulong()
    status = turbo.tjCompress2(
        ctypes.c_void_p(turbo.tjInitCompress()), pixels.tobytes(), width, 0, height, pixel_format,
        ctypes.byref(data), ctypes.byref(size), subsampling, 90, flags)
    assert status == 0
    keep(name + ".jpg", ctypes.string_at(data, size.value))


small = Image.fromarray(scene(45, 67))
jpeg("grey", small.convert("L"))
jpeg("full-colour", small, subsampling="4:4:4", quality=95)
jpeg("half-colour", small, subsampling="4:2:2")
jpeg("quarter-colour", small, subsampling="4:2:0", quality=60)
jpeg("progressive", small, progressive=True)
jpeg("restarts", small, restart_marker_blocks=2)
exif = Image.Exif()
exif[0x0112] = 6
jpeg("turned", small, exif=exif)
jpeg("printing", small.convert("CMYK"))
turbo_jpeg("printing-luminance", 255 - numpy.asarray(small.convert("CMYK")), 11, 2)
turbo_jpeg("tall-colour", numpy.asarray(small), 0, 4)
turbo_jpeg("wide-colour", numpy.asarray(small), 0, 5)
jpeg("photograph", Image.fromarray(scene(375, 500)), quality=85)
opened = Image.open(f"{folder}/photograph.jpg")
expected["photograph_framed"] = planes(framed(opened, 256, 224))
del expected["photograph_jpg"]


# PNG

colours = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_rows(values, depth):
    """Rows of samples (height, width * channels), each behind the number of no filter."""
    rows = b""
    for row in values:
        if depth == 16:
            rows += b"\0" + row.astype(">u2").tobytes()
            continue
        bits = (row[:, None] >> numpy.arange(depth)[::-1]) & 1
        rows += b"\0" + numpy.packbits(bits.astype(numpy.uint8)).tobytes()
    return rows


def png(name, values, colour, depth, interlaced=False, extra=b"", pixels=None):
    """Values of shape (height, width, channels)."""
    height, width, channels = values.shape
    assert channels == colours[colour]
    parts = passes if interlaced else [(0, 0, 1, 1)]
    rows = b""
    for left, top, right, down in parts:
        part = values[top::down, left::right]
        if part.size:
            rows += packed_rows(part.reshape(part.shape[0], -1), depth)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    data = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
    keep(name + ".png", data, pixels)


def rounded(values):
    eight = (values.astype(numpy.int64) * 255 + 32767) // 65535
    eight = eight[..., :3] if values.shape[-1] > 2 else eight[..., :1].repeat(3, -1)
    return eight.astype(numpy.uint8)


picture = scene(13, 19)
alpha = random.integers(0, 256, (13, 19, 1)).astype(numpy.uint8)
grey = picture[..., :1]
deep = random.integers(0, 65536, (13, 19, 4)).astype(numpy.uint16)
palette = chunk(b"PLTE", random.integers(0, 256, 48).astype(numpy.uint8).tobytes())
gamma = chunk(b"gAMA", struct.pack(">I", 100000))
clear = chunk(b"tRNS", bytes([0, 128, 255]))

for depth in (1, 2, 4, 8):
    png(f"grey{depth}", grey >> (8 - depth), 0, depth)
    png(f"palette{depth}", random.integers(0, min(16, 1 << depth), grey.shape), 3, depth,
        extra=palette + (clear if depth == 2 else b""))
png("rgb8", picture, 2, 8)
png("grey-alpha8", numpy.concatenate([grey, alpha], -1), 4, 8)
png("rgb-alpha8", numpy.concatenate([picture, alpha], -1), 6, 8)
png("rgb-alpha8-interlaced", numpy.concatenate([picture, alpha], -1), 6, 8, interlaced=True)
png("rgb8-interlaced", picture, 2, 8, interlaced=True)
png("grey1-interlaced", grey >> 7, 0, 1, interlaced=True)
png("palette4-interlaced", random.integers(0, 16, grey.shape), 3, 4, interlaced=True, extra=palette)
png("rgb8-gamma", picture, 2, 8, extra=gamma)
png("rgb8-clear-colour", picture, 2, 8, extra=chunk(b"tRNS", struct.pack(">HHH", *picture[0, 0])))
# 16 bits: rounded, and at most 1 apart from Pillow, which cuts off.
png("grey16", deep[..., :1], 0, 16, pixels=rounded(deep[..., :1]))
png("rgb16", deep[..., :3], 2, 16, pixels=rounded(deep[..., :3]))
png("grey-alpha16", deep[..., :2], 4, 16, pixels=rounded(deep[..., :2]))
png("rgb-alpha16", deep, 6, 16, pixels=rounded(deep))
for name in ("rgb16", "rgb-alpha16"):
    pillow = numpy.asarray(Image.open(f"{folder}/{name}.png").convert("RGB")).astype(int)
    assert abs(pillow - expected[name + "_png"]).max() <= 1, name

numpy.savez_compressed(f"{folder}/expected.npz", **expected)
