import LinearAlgebra

/// The images of one file of CIFAR with their labels.
package struct CIFARBatch: Sendable {
  /// Which of the two data sets a file belongs to.
  package enum Classes: Sendable {
    /// CIFAR-10.
    case ten
    /// CIFAR-100, whose images have a coarse label besides.
    case hundred

    /// The number of (fine) classes.
    package var count: Int { self == .ten ? 10 : 100 }
    /// The number of coarse classes; 0 for CIFAR-10.
    package var coarseCount: Int { self == .ten ? 0 : 20 }
  }

  /// Pixels per row, and rows.
  static let side = 32
  /// Bytes per image: red, green, blue, in each row after row.
  package static let imageLength = 3 * side * side

  /// The (fine) class of each image.
  package var labels: [Int]
  /// The coarse class of each image; empty for CIFAR-10.
  package var coarseLabels: [Int]
  /// Image after image.
  package var pixels: [UInt8]

  /// The labels and pixels as `Dataset` has them.
  var examples: Examples {
    let images = ImageSet(
      count: labels.count, height: Self.side, width: Self.side, channels: 3, pixels: pixels)
    return Examples(labels: labels, images: images)
  }

  /// Adds the images of `next` behind these.
  mutating func append(_ next: CIFARBatch) {
    labels += next.labels
    coarseLabels += next.coarseLabels
    pixels += next.pixels
  }

  /// - Throws: `FileError` with the row of the first label that is not below `count`.
  static func check(_ labels: [Int], below count: Int, _ what: String, path: String) throws {
    guard let row = labels.firstIndex(where: { !(0..<count).contains($0) }) else { return }
    throw FileError(
      .format, path: path, at: .row(row), expected: "\(what) from 0 to \(count - 1)",
      found: "\(labels[row])")
  }
}
