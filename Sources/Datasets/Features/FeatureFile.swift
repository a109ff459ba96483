import CKernels
import LinearAlgebra

/// Reads features, one row per sample, and refuses what no method could work with.
enum FeatureFile {
  /// - Parameters:
  ///   - location: an npy or torch file, or `FILE:key` (`ArrayLocation`).
  ///   - hash: takes the numbers as they come.
  /// - Throws: `FileError` where the array has fewer than two dimensions, is empty, or holds a
  ///   number that is not finite as a 32-bit float; its row and column are named.
  static func read(_ location: String, hashedBy hash: SourceHash? = nil) throws -> Matrix {
    let array = try StoredArray(location)
    let matrix = try array.matrix(hashedBy: hash)
    guard matrix.rows > 0, matrix.columns > 0 else {
      throw FileError(
        .format, path: array.path, member: array.member,
        expected: "at least one sample of at least one feature",
        found: array.shape.map(String.init).joined(separator: " × "))
    }
    let place = matrix.elements.withUnsafeBufferPointer { elements in
      elements.baseAddress.map { ck_position_not_finite($0, elements.count) } ?? 0
    }
    if place < matrix.elements.count {
      throw FileError(
        .format, path: array.path, member: array.member,
        at: .cell(row: place / matrix.columns, column: place % matrix.columns),
        expected: "a finite number", found: "\(matrix.elements[place])",
        hints: ["numbers beyond ±3.4e38 become infinite as 32-bit floats"])
    }
    return matrix
  }

  /// The same for test features, which need as many columns as those of the training part.
  static func read(_ location: String, columns: Int, like trainLocation: String) throws -> Matrix {
    let matrix = try read(location)
    guard matrix.columns == columns else {
      throw FileError(
        .format, path: location, expected: "\(columns) features per row, as \(trainLocation) has",
        found: "\(matrix.columns)")
    }
    return matrix
  }
}
