import Testing

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

func expectClose(
  _ values: [Float], _ expected: [Double], relative: Double = 1e-5, absolute: Double = 2e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    values.map(Double.init), expected, relative: relative, absolute: absolute,
    sourceLocation: sourceLocation)
}
