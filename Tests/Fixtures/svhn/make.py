"""House numbers made from digits, as MATLAB files of level 5 that SciPy writes.

    python make.py DIGITS.csv.gz

DIGITS.csv.gz are the UCI optical digits (E. Alpaydin, C. Kaynak 1998, doi 10.24432/C50P49; via scikit-learn, BSD-3):
Sources/CBuiltinData/digits.csv.gz. Each digit is blown up four times: red v, green v / 2, blue 255 - v with
v = 255 x pixel / 16, both rounded down. `packed` has zlib-compressed variables and labels of class uint8, `plain` has
neither. `expected.npz`: labels, all bytes of the first and the last image as channels x rows x columns, and for every
image the sum over i of (i + 1) x byte i. Made with NumPy 2.4.6, SciPy 1.17.1.
"""

import gzip
import pathlib
import sys

import numpy as np
from scipy.io import savemat

here = pathlib.Path(__file__).parent
rows = np.loadtxt(gzip.open(sys.argv[1]), delimiter=",", dtype=np.int64)[:16]
value = np.kron(rows[:, :64].reshape(-1, 8, 8) * 255 // 16, np.ones((1, 4, 4), dtype=np.int64))
images = np.stack([value, value // 2, 255 - value], axis=1).astype(np.uint8)  # n x channels x rows x columns
labels = rows[:, 64]

for folder, packed, kind in (("packed", True, np.uint8), ("plain", False, np.float64)):
    (here / folder).mkdir(exist_ok=True)
    for part, chosen in (("train", slice(0, 11)), ("test", slice(11, 16))):
        y = np.where(labels[chosen] == 0, 10, labels[chosen]).astype(kind).reshape(-1, 1)
        content = {"X": images[chosen].transpose(2, 3, 1, 0), "y": y}
        file = here / folder / f"{part}_32x32.mat"
        savemat(file, content, do_compression=packed)
        # The first 116 bytes are free text, in which SciPy puts the time of day.
        file.write_bytes(b"MATLAB 5.0 MAT-file, digits by SciPy".ljust(116) + file.read_bytes()[116:])

sums = (images.reshape(len(images), -1).astype(np.int64) * np.arange(1, 3073)).sum(axis=1)
np.savez(here / "expected.npz", labels=labels, weighted_sums=sums, some_images=images[[0, 15]])
