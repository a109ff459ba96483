import LinearAlgebra

/// Answers that were recorded elsewhere, by people or by another program.
package struct GivenLabels: NoiseModel {
  /// One observed label per sample.
  package let labels: [Int]

  package init(_ labels: [Int]) { self.labels = labels }

  package var signature: String { "file" }
  package var requestedRate: Double? { nil }

  /// - Throws: `MethodError.labelCount` or `.label` if they do not fit the pool.
  package func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int] {
    guard labels.count == task.labels.count else {
      throw MethodError.labelCount(found: labels.count, expected: task.labels.count)
    }
    for (row, label) in labels.enumerated() where !(0..<task.classes).contains(label) {
      throw MethodError.label(row: row, value: label, classes: task.classes)
    }
    return labels
  }
}
