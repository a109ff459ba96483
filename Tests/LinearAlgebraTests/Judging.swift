import Foundation
import LinearAlgebra
import Testing

func close(_ value: Double?, _ expected: Double, within tolerance: Double = 1e-12) -> Bool {
  value.map { abs($0 - expected) <= tolerance } ?? false
}

/// Every value within the tolerance of the reference vectors, |got − expected| ≤ a + r |expected|.
func expectClose(
  _ values: [Double], _ expected: [Double], relative: Double = 1e-5, absolute: Double = 2e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(values.count == expected.count, sourceLocation: sourceLocation)
  let excess = zip(values, expected).map { abs($0 - $1) - absolute - relative * abs($1) }
  let worst = excess.max() ?? 0
  #expect(worst <= 0, "the worst is off by \(worst) too much", sourceLocation: sourceLocation)
}

/// Mean cross-entropy by its definition.
func naiveLoss(_ logits: Matrix, _ labels: [Int]) -> Double {
  let losses = labels.enumerated().map { i, label in
    let row = logits.row(i).map(Double.init)
    let largest = row.max() ?? 0
    return largest + log(row.reduce(0) { $0 + exp($1 - largest) }) - row[label]
  }
  return losses.reduce(0, +) / Double(losses.count)
}
