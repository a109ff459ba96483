import Datasets
import Foundation
import TestSupport

/// The files that the examples of the table of names speak of, and data that tests load.
enum ExampleFiles {
  /// `text` with the names of files replaced by paths of files that are there, in `folder`.
  static func placed(_ text: String, in folder: URL) throws -> String {
    func path(_ name: String) -> String {
      folder.appending(component: name).path(percentEncoded: false)
    }
    try write(in: folder)
    let archive = Fixtures.url("npy-ref/stored.npz").path(percentEncoded: false)
    var placed = text.replacing("data.npz:train", with: archive + ":features")
      .replacing("data.npz:labels", with: archive + ":labels")
      .replacing("path=photos", with: "path=" + DataTrees.path + "/photos")
    for name in [
      "labels.txt", "features.npy", "labels.npy", "steps.winnow", "demo.winnow", "empty.winnow",
      "exported-run", "digits-pca32.npy", "results.csv", "mlp.safetensors", "accuracy.svg",
      "simclr.npy", "one.winnow", "two.winnow", "report.md", "embedding.svg",
    ] {
      placed = placed.replacing(name, with: path(name))
    }
    return placed
  }

  private static func write(in folder: URL) throws {
    func path(_ name: String) -> String {
      folder.appending(component: name).path(percentEncoded: false)
    }
    try Data("1\n0\n1\n1\n".utf8).write(to: folder.appending(component: "labels.txt"))
    try Data("budget = 3\nload digits\nquery random $budget\n".utf8)
      .write(to: folder.appending(component: "steps.winnow"))
    try NumpyWriter.write(
      [0, 0, 0, 1, 5, 5, 5, 6, 1, 0, 6, 5], shape: [6, 2], to: path("features.npy"))
    try NumpyWriter.write([0, 0, 1, 1, 0, 1], shape: [6], to: path("labels.npy"))
  }

  /// Sixty samples in three clusters as f.npy, o.npy with the observed label of each, and t.npy with
  /// what `labels` says.
  static func writeClusters(in folder: URL, labels: (Int) -> Int) throws {
    func path(_ name: String) -> String {
      folder.appending(component: name).path(percentEncoded: false)
    }
    let features = (0..<60).flatMap { sample -> [Float] in
      let angle = Float(sample % 3) * 2 + Float((sample * 37) % 59) / 120
      return [cosf(angle), sinf(angle)]
    }
    try NumpyWriter.write(features, shape: [60, 2], to: path("f.npy"))
    try NumpyWriter.write((0..<60).map(labels), shape: [60], to: path("t.npy"))
    try NumpyWriter.write((0..<60).map { ($0 / 5) % 3 }, shape: [60], to: path("o.npy"))
  }
}
