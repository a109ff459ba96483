import Datasets

extension Vocabulary {
  static let arrays = Row(
    Entry(
      .dataset, "arrays", "anyone's own features and labels, from NumPy or torch files",
      parameters: [
        .option(
          "features", .file, default: .required,
          ".npy, .npz:key, .pt or .pth, with :key; N rows, any numeric type, order and version"),
        .option(
          "labels", .file, default: .required, ".npy, .npz:key, .pt, .csv or .txt, N labels"),
        .option("test_features", .file, default: .absent, "rows of the test split"),
        .option("test_labels", .file, default: .absent, "labels of the test split"),
      ],
      details: "Classes are 0 … the largest label. Arrays of rank above 2 are flattened per row.",
      examples: [
        "load arrays features=features.npy labels=labels.npy\nquery random 2",
        "load arrays features=data.npz:train labels=data.npz:labels\nquery probcover 2 delta=0.5",
      ]),
    DatasetImplementation(
      embedding: .brought,
      open: { arguments, _ in
        try ArrayDataset(
          features: arguments.text("features") ?? "", labels: arguments.text("labels") ?? "",
          testFeatures: arguments.text("test_features"),
          testLabels: arguments.text("test_labels")
        ).load()
      },
      hasFiles: false))
}
