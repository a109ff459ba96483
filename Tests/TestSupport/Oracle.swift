import Datasets
import LinearAlgebra

/// The reference vectors of one method: small inputs and the outputs that an independent
/// implementation gives for them. `Tests/Fixtures/oracles/manifest.json` says what each array means
/// and how closely it has to be met.
package struct Oracle {
  private let archive: NumpyArchive

  /// Opens `Tests/Fixtures/oracles/NAME.npz`.
  package init(_ name: String) throws {
    archive = try NumpyArchive(Fixtures.url("oracles/\(name).npz").path(percentEncoded: false))
  }

  /// Whether there is an array of that name.
  package func has(_ key: String) -> Bool { archive.keys.contains(key) }

  /// Sizes of the dimensions; empty for a scalar.
  package func shape(_ key: String) throws -> [Int] { try archive.array(key).shape }

  /// An array of two or more dimensions; those after the first are flattened per row.
  package func matrix(_ key: String) throws -> Matrix { try archive.array(key).matrix() }

  /// All numbers, the last index running fastest.
  package func doubles(_ key: String) throws -> [Double] { try archive.array(key).doubles() }

  /// The same as 32-bit floats.
  package func floats(_ key: String) throws -> [Float] { try archive.array(key).floats() }

  /// Whole numbers; an error where the array holds others.
  package func ints(_ key: String) throws -> [Int] { try archive.array(key).integers() }

  /// A mask of bytes or truth values.
  package func bools(_ key: String) throws -> [Bool] { try ints(key).map { $0 != 0 } }

  /// The one number of an array of one.
  package func scalar(_ key: String) throws -> Double {
    let values = try doubles(key)
    guard values.count == 1 else { throw OracleError(key: key, count: values.count) }
    return values[0]
  }
}

/// A single number was asked for where there are more or none.
package struct OracleError: Error {
  let key: String
  let count: Int
}
