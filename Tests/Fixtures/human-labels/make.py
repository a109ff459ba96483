"""Label files of CIFAR-N's other forms, with the labels of ../oracles/cifar-n-digits.

    python make.py ../oracles/data_files.npz

`CIFAR-10_human_ordered.npy` and `CIFAR-100_human_ordered.npy` hold a pickled dictionary in another order of the images;
entry i of `image_order_c10.npy` and `image_order_c100.npy` is the place in the python version of the i-th image of that
order. `CIFAR-100_human_older.pt` has four int64 arrays, where the file that circulates now has two arrays and two lists;
it is a torch archive without storages, whose pickle names NumPy's module as NumPy 1 does. Made with NumPy 2.4.6.
"""

import io
import pathlib
import pickle
import sys
import zipfile

import numpy as np

here = pathlib.Path(__file__).parent
known = np.load(sys.argv[1])
random = np.random.default_rng(77)


def labels(prefix, names):
    return {name: known[f"{prefix}_{name}"].astype("<i8") for name in names}


ten = labels("ten", ["clean_label", "aggre_label", "worse_label", "random_label1", "random_label2", "random_label3"])
hundred = labels("hundred", ["clean_label", "noisy_label", "noisy_coarse_label", "clean_coarse_label"])
ordered = {"clean_label": hundred["clean_label"], "noise_label": hundred["noisy_label"]}
for classes, content in ((10, ten), (100, ordered)):
    order = random.permutation(200)
    np.save(here / f"image_order_c{classes}.npy", order)
    np.save(here / f"CIFAR-{classes}_human_ordered.npy", {name: value[order] for name, value in content.items()})

data = pickle.dumps(hundred, protocol=2).replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
file = io.BytesIO()
with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
    for member, content in (("archive/data.pkl", data), ("archive/version", b"3\n")):
        archive.writestr(zipfile.ZipInfo(member), content)
(here / "CIFAR-100_human_older.pt").write_bytes(file.getvalue())
