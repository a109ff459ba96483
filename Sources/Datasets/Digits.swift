import CBuiltinData

/// The data set that is always there: 1,797 grey images of handwritten digits, 8 × 8 pixels of
/// 0 … 16, ten classes, compiled into the program.
///
/// Optical Recognition of Handwritten Digits, test part, by E. Alpaydin and C. Kaynak (1998), UCI
/// Machine Learning Repository, doi 10.24432/C50P49, as scikit-learn ships it (BSD-3).
package enum Digits {
  /// The embedding where none is asked for.
  package static let defaultFeatures = FeatureSource.pca(32)
  private static let side = 8
  private static let name = "digits (built in)"

  /// 1,297 training and 500 test images, always the same ones; both parts keep the file's order.
  package static func load() throws -> Dataset {
    let (images, labels) = try read()
    let (train, test) = split(labels, testCount: 500)
    let part = { (indices: [Int]) in
      Examples(labels: indices.map { labels[$0] }, images: images.images(at: indices))
    }
    return Dataset(
      name: "digits", classNames: (0...9).map(String.init), train: part(train), test: part(test))
  }

  /// Splits sample indices so that every class has its share in both parts, without any chance:
  /// rows are stably sorted by label, and rank r is a test row where ⌊(r+1)·t/n⌋ > ⌊r·t/n⌋.
  static func split(_ labels: [Int], testCount: Int) -> (train: [Int], test: [Int]) {
    let ranked = labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
    var isTest = [Bool](repeating: false, count: labels.count)
    for (rank, index) in ranked.enumerated() {
      let before = rank * testCount / labels.count
      isTest[index] = (rank + 1) * testCount / labels.count > before
    }
    return (labels.indices.filter { !isTest[$0] }, labels.indices.filter { isTest[$0] })
  }

  private static func read() throws -> (images: ImageSet, labels: [Int]) {
    var count = 0
    let start = winnow_digits(&count)
    let source = MemoryBytes(name: name, buffer: UnsafeRawBufferPointer(start: start, count: count))
    var stream = try ByteStream(plainOrGzip: source)
    let text = try stream.rest(limit: 1 << 24)
    var pixels: [UInt8] = []
    var labels: [Int] = []
    for (row, line) in text.split(separator: UInt8(ascii: "\n")).enumerated() {
      let numbers = line.split(separator: UInt8(ascii: ",")).compactMap {
        UInt8(String(decoding: $0, as: UTF8.self))
      }
      guard numbers.count == side * side + 1, let label = numbers.last, label < 10 else {
        throw FileError(
          .format, path: name, at: .line(row + 1), expected: "64 grey values and a digit",
          found: "something else")
      }
      pixels.append(contentsOf: numbers.dropLast())
      labels.append(Int(label))
    }
    let images = ImageSet(
      count: labels.count, height: side, width: side, channels: 1, pixels: pixels)
    return (images, labels)
  }
}
