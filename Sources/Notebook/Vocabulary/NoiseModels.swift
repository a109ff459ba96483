import ActiveLearning
import CommandLanguage
import Datasets

extension Vocabulary {
  /// The noise models.
  static let noiseModels: [Row<NoiseImplementation>] = [
    Row(
      Entry(
        .noise, "none", aliases: ["clean", "clean_label"], "every answer is the true label",
        examples: ["load digits\nnoise none", "load digits\nnoise none\nquery probcover 20"]),
      NoiseImplementation(budgetRate: { _ in 0 }, make: { _, _, _ in NoNoise() })),
    Row(
      Entry(
        .noise, "sym", aliases: ["symmetric", "uniform", "sym_excl"],
        "a given share of the samples gets one of the other labels, each equally likely",
        parameters: [
          .positional("rate", .number(.closed(0, 1)), "share of the pool that is labelled wrongly")
        ],
        details: """
          Exactly floor(rate * N) samples, drawn without replacement, get a label that is uniform
          over the C-1 others, never their own. The realised rate therefore is the requested one;
          where others draw over all C classes it is rate * (C-1) / C.
          """,
        examples: ["load digits\nnoise sym 0.5", "load digits\nnoise sym 0.2\nshow noise"]),
      NoiseImplementation(
        budgetRate: { $0.number("rate") ?? 0 },
        make: { arguments, _, _ in SymmetricNoise(rate: arguments.number("rate") ?? 0) })),
    Row(
      Entry(
        .noise, "file", "the answers stand in a file, one label per sample",
        parameters: [
          .positional("path", .file, ".npy, FILE.npz:key, .csv or .txt; N labels in 0…C−1")
        ],
        details: "csv and txt: one label per line, or index,label under a header.",
        examples: [
          "load blobs samples=4 test=0 classes=2\nnoise file labels.txt\nshow noise",
          "load blobs samples=4 test=0 classes=2\nnoise file labels.txt\nquery random 2",
        ]),
      NoiseImplementation(
        budgetRate: { _ in 0 },
        make: { arguments, samples, classes in
          GivenLabels(
            try LabelFile.read(
              arguments.text("path") ?? "", count: samples, classes: classes))
        })),
  ]
}
