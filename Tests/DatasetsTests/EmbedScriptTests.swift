import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// `scripts/embed.py`, run with a small model where there is a Python with PyTorch and Pillow.
@Suite(.serialized)
struct EmbedScriptTests {
  private static let script = Fixtures.url("../../scripts/embed.py").standardized
    .path(percentEncoded: false)

  /// Rows of three channel means and every eighth pixel.
  private static let model = """
    import sys, torch
    class Rows(torch.nn.Module):
        def forward(self, x):
            return torch.cat([x.mean(dim=(2, 3)), x[:, :, ::8, ::8].reshape(x.shape[0], -1)], dim=1)
    torch.jit.script(Rows()).save(sys.argv[1])
    """

  /// A Python with PyTorch and the bytes of the model, made once; nil where there is none.
  private static let prepared: (python: String, model: Data)? = try? withTemporaryFolder { folder in
    guard let python = try ForeignProgram.python(with: ["torch", "PIL", "numpy"]) else {
      return nil
    }
    let source = try folder.write(model, as: "model.py")
    let made = folder.appending(component: "model.pt")
    _ = try ForeignProgram.run([python, source, made.path(percentEncoded: false)])
    return (python, try Data(contentsOf: made))
  }

  /// Embeds and gives the path of the features; nil where there is no PyTorch.
  private static func embed(_ arguments: [String], in folder: URL) throws -> String? {
    guard let (python, model) = prepared else { return nil }
    let path = folder.path(percentEncoded: false)
    try model.write(to: folder.appending(component: "model.pt"))
    let out = path + "/features.npy"
    let program = ["env", "OMP_NUM_THREADS=1", python, script]
    let options = ["--model", "file:\(path)/model.pt", "--out", out]
    let ending = try ForeignProgram.run(program + arguments + options)
    try #require(ending.status == 0, "\(ending.text)")
    return out
  }

  private static func fixture(_ name: String) -> String {
    Fixtures.url("oracles/\(name)").path(percentEncoded: false)
  }

  @Test(arguments: ["train", "test"])
  func `rows of CIFAR-10 stand in the order of its labels, and the note proves it`(
    split: String
  ) throws {
    try withTemporaryFolder { folder in
      let arguments = ["cifar10", Self.fixture("cifar-10-batches-py"), "--split", split]
      guard let path = try Self.embed(arguments, in: folder) else { return }
      let oracle = try Oracle("data_files")
      let labels = try oracle.ints("labels")
      let own = Array(split == "train" ? labels[..<200] : labels[200...])
      #expect(try FeatureDigest.check(featuresAt: path, labels: own) == [])
      #expect(
        fileError { _ = try FeatureDigest.check(featuresAt: path, labels: own.reversed()) }?.kind
          == .format)
      let rows = try StoredArray(path).matrix()
      #expect((rows.rows, rows.columns) == (own.count, 3 + 3 * 16))
      let pixels = try oracle.floats("some_images")
      let (image, row) = split == "train" ? (1, 199) : (2, 0)
      let mean: [Float] = [0.4914, 0.4822, 0.4465]
      let deviation: [Float] = [0.247, 0.2435, 0.2616]
      for channel in 0..<3 {
        for place in 0..<16 {
          let offset = (image * 3 + channel) * 1024 + place / 4 * 256 + place % 4 * 8
          let expected = (pixels[offset] / 255 - mean[channel]) / deviation[channel]
          let found = rows.elements[row * 51 + 3 + channel * 16 + place]
          #expect(abs(found - expected) < 1e-5)
        }
      }
    }
  }

  @Test func `Tiny-ImageNet goes by sorted classes and numeric files, in half precision, too`()
    throws
  {
    try withTemporaryFolder { folder in
      let tree = Self.fixture("tiny-imagenet-digits")
      guard let path = try Self.embed(["tinyimagenet", tree, "--half"], in: folder) else { return }
      let labels = (0..<3).flatMap { [Int](repeating: $0, count: 4) }
      #expect(try FeatureDigest.check(featuresAt: path, labels: labels) == [])
      let rows = try StoredArray(path)
      #expect(rows.shape == [12, 195])
      #expect(rows.type.descriptor == "<f2")
      let list = (0..<3).flatMap { label in
        (0..<4).map { "train/n9000000\(label + 1)/images/n9000000\(label + 1)_\($0).JPEG" }
      }
      let file = try folder.write(list.joined(separator: "\n"), as: "list.txt")
      let size = ["--size", "64", "--resize", "64"]
      let listed = try Self.embed(["images", tree, "--list", file] + size, in: folder)
      let other = try StoredArray(try #require(listed)).floats()
      for (half, full) in zip(try rows.floats(), other) { #expect(abs(half - full) < 2e-3) }
      #expect(try FeatureDigest.check(featuresAt: path, labels: labels).count == 1)
    }
  }
}
