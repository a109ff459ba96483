import LinearAlgebra

/// Gaussian clusters, one per class: data for trying things out, as many and as hard as wanted.
///
/// The centres are uniform in the cube [−box, box]^d, each sample is its class's centre plus
/// independent normal noise. Classes are balanced to within one sample, in random order.
package struct Blobs: Sendable, Equatable {
  /// The size of the training part.
  package var samples = 1000
  /// The size of the test part; 0 for none.
  package var test = 500
  /// The number of clusters; at most the number of samples.
  package var classes = 4
  /// The number of features.
  package var dimensions = 2
  /// The standard deviation of every coordinate within a class.
  package var spread = 1.0
  /// Half the width of the cube of the centres.
  package var box = 10.0
  /// Another seed, other centres and samples.
  package var seed = 0

  /// The defaults; change what is to be different.
  package init() {}

  private static let mostNumbers = 1 << 30
  private static let mostSamples = 1 << 26
  private static let largestScale = 1e6

  /// Draws the data; the same options always give the same ones, and the training part does not
  /// depend on the size of the test part.
  /// - Throws: `OptionError` where an option is out of its range; `Interrupted`.
  package func make() throws -> Dataset {
    try checkOptions()
    var source = RandomSource(RandomKey(seed: seed, role: .data, method: "blobs"))
    let centres = (0..<classes * dimensions).map { _ in box * (2 * source.uniform() - 1) }
    let train = try examples(samples, centres, using: &source)
    var testSource = source.derived { $0.method = "blobs test" }
    return Dataset(
      name: "blobs", classNames: (0..<classes).map(String.init), train: train,
      test: test == 0 ? nil : try examples(test, centres, using: &testSource))
  }

  private func examples(
    _ count: Int, _ centres: [Double], using source: inout RandomSource
  ) throws -> Examples {
    let labels = source.shuffled((0..<count).map { $0 % classes })
    var values: [Float] = []
    values.reserveCapacity(count * dimensions)
    for label in labels {
      if values.count % 4096 == 0 { try Interrupt.check() }
      for axis in 0..<dimensions {
        values.append(Float(centres[label * dimensions + axis] + spread * source.normal()))
      }
    }
    let features = Matrix(rows: count, columns: dimensions, elements: values)
    return Examples(labels: labels, features: features)
  }

  private func checkOptions() throws {
    try Self.check("classes", classes, 1...10_000)
    try Self.check("samples", samples, classes...Self.mostSamples)
    try Self.check("test", test, 0...Self.mostSamples)
    try Self.check("dimensions", dimensions, 1...max(1, Self.mostNumbers / max(samples, test)))
    try Self.check("spread", spread, 0...Self.largestScale)
    try Self.check("box", box, 0...Self.largestScale)
  }

  private static func check<Value>(_ option: String, _ value: Value, _ range: ClosedRange<Value>)
    throws
  {
    guard !range.contains(value) else { return }
    throw OptionError(
      option: option, value: "\(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
  }
}
