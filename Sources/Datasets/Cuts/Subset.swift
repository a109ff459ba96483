import LinearAlgebra

/// A part of the training samples, for pools that are to be smaller on purpose: so many at random,
/// or those that a file names. One subset for everything: images, features and labels.
package enum Subset: Sendable, Equatable {
  /// So many, each sample equally likely.
  case count(Int)
  /// A file of whole numbers, or `FILE:key`: positions among the samples that there are to choose
  /// from.
  case file(String)

  /// Understands a number, else the name of a file.
  package init(_ text: String) {
    self = Int(text).map(Subset.count) ?? .file(text)
  }

  /// The samples of the subset, in ascending order: their order in the data set stays.
  /// - Parameter samples: how many there are to choose from.
  /// - Throws: `OptionError` where the number is not in 1 … samples; `FileError` where an index of
  ///   the file is out of range or comes twice.
  package func indices(of samples: Int, using random: inout RandomSource) throws -> [Int] {
    switch self {
    case .count(let count):
      guard (1...max(1, samples)).contains(count) else {
        throw OptionError(
          option: "subset", value: "\(count)", allowed: "from 1 to \(samples), the training samples"
        )
      }
      return random.sample(count, of: Array(0..<samples)).sorted()
    case .file(let location): return try Self.read(location, samples)
    }
  }

  private static func read(_ location: String, _ samples: Int) throws -> [Int] {
    let array = try ArrayLocation(location).open()
    guard array.shape.count == 1, array.shape[0] > 0 else {
      throw FileError(
        .format, path: array.path, member: array.member,
        expected: "indices in one dimension, at least one of them",
        found: array.shape.map(String.init).joined(separator: " × "))
    }
    let indices = try array.integers()
    var isTaken = [Bool](repeating: false, count: samples)
    for (row, index) in indices.enumerated() {
      guard isTaken.indices.contains(index), !isTaken[index] else {
        throw FileError(
          .format, path: array.path, member: array.member, at: .row(row),
          expected: "an index from 0 to \(samples - 1), each at most once", found: "\(index)")
      }
      isTaken[index] = true
    }
    return indices.sorted()
  }
}
