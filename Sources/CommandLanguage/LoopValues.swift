extension Repeat {
  /// The most that a block may be run.
  package static let maximumCount = 1_000_000

  /// How often the block runs: a whole number from 0 to `maximumCount`.
  package func times(in variables: [String: Value]) throws(Diagnostic) -> Int {
    let value = try count.evaluate(in: variables)
    guard let number = value.number else {
      throw Diagnostic(
        .type, "repeat needs a number of times, not \(value.text.prefix(40))", at: count.range,
        notes: ["write repeat 5 { … }; to go through values: for x in a b { … }"])
    }
    guard let times = value.integer, (0...Repeat.maximumCount).contains(times) else {
      throw Diagnostic(
        .range, "repeat takes a whole number from 0 to \(Repeat.maximumCount), not \(value.text)",
        at: count.range, label: number < 0 ? "this is negative" : nil)
    }
    return times
  }
}

extension For {
  /// - Parameter outer: the variables of the loops around it.
  /// - Throws: `refused` for a name that differs from one of them in case alone: as columns of a
  ///   table the two could not be told apart.
  package func requireName(besides outer: [String]) throws(Diagnostic) {
    let name = variable.text
    guard let twin = outer.first(where: { $0 != name && $0.lowercased() == name.lowercased() })
    else { return }
    throw Diagnostic(
      .refused, "'\(name)' and '\(twin)' of the loop around it differ in case alone",
      at: variable.range, label: "another name")
  }

  /// What the variable goes through, in order.
  ///
  /// A list stands for its elements, and a word `A..B` or `A..B:STEP` for the numbers from A to B,
  /// both ends included where the step meets them. Without a step it counts by one, up or down as
  /// needed; a step must lead from A to B. Steps are added exactly: `0.1..0.5:0.1` is 0.1, 0.2,
  /// 0.3, 0.4, 0.5.
  /// - Parameter most: how many values of each range the caller looks at.
  /// - Throws: `range` if there are more than `Repeat.maximumCount` values.
  package func values(
    in variables: [String: Value], atMost most: Int = Repeat.maximumCount
  ) throws(Diagnostic) -> [Value] {
    var result: [Value] = []
    for expression in values {
      let value = try expression.evaluate(in: variables)
      for element in value.list ?? [value] {
        guard case .word(let word) = element,
          let range = try LoopRange(word, at: expression.range)
        else {
          result.append(element)
          continue
        }
        guard range.count <= Repeat.maximumCount - result.count else {
          throw LoopRange.tooMany(at: expression.range)
        }
        result += range.values(atMost: most)
      }
    }
    guard result.count <= Repeat.maximumCount else { throw LoopRange.tooMany(at: range) }
    return result
  }
}

/// `A..B:STEP` in units of 10^-decimals, so that nothing is rounded.
private struct LoopRange {
  let first: Int
  let step: Int
  let count: Int
  let decimals: Int

  /// nil if `word` is no range: if what stands before its first `..` is no number.
  init?(_ word: String, at place: SourceRange) throws(Diagnostic) {
    guard let dots = word.firstRange(of: ".."), let first = LoopRange.end(word[..<dots.lowerBound])
    else { return nil }
    let rest = word[dots.upperBound...].split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let last = rest.first.flatMap(LoopRange.end)
    let step = rest.count == 2 ? LoopRange.end(rest[1]) : nil
    guard let last, rest.count == 1 || step != nil else {
      throw Diagnostic(
        .syntax, "'\(word.prefix(40))' is no range", at: place,
        label: "write 1..5 or 10..50:10", notes: ["a word that only looks like one needs quotes"])
    }
    try self.init(from: first, to: last, step: step, at: place)
  }

  private init(
    from first: NumberLiteral, to last: NumberLiteral, step: NumberLiteral?, at place: SourceRange
  ) throws(Diagnostic) {
    let decimals = [first, last, step].compactMap { $0?.exact?.decimals }.max() ?? 0
    guard let from = LoopRange.units(first, decimals), let to = LoopRange.units(last, decimals),
      let one = NumberLiteral.scaled(1, byTenTo: decimals),
      let by = step.map({ LoopRange.units($0, decimals) }) ?? (to < from ? -one : one)
    else {
      throw Diagnostic(
        .range, "the range has too many digits", at: place, label: "at most 18 are counted exactly")
    }
    let distance = to.subtractingReportingOverflow(from)
    guard by != 0, to == from || (to > from) == (by > 0) else {
      throw LoopRange.wrongStep(first, last, step, at: place)
    }
    let steps = distance.partialValue.dividedReportingOverflow(by: by)
    guard !distance.overflow, (0..<Repeat.maximumCount).contains(steps.partialValue) else {
      throw LoopRange.tooMany(at: place)
    }
    self.first = from
    self.step = by
    self.decimals = decimals
    count = steps.partialValue + 1
  }

  func values(atMost most: Int) -> [Value] {
    (0..<min(count, most)).map { index in
      let text = LoopRange.text(first + index * step, decimals)
      return .number(Double(text) ?? 0, text: text)
    }
  }

  /// An end or a step; a point must have digits on both sides, lest `1...5` be read as 1 to 0.5.
  private static func end(_ text: Substring) -> NumberLiteral? {
    guard !text.hasPrefix("."), !text.hasSuffix(".") else { return nil }
    return NumberLiteral(String(text))
  }

  private static func units(_ number: NumberLiteral, _ decimals: Int) -> Int? {
    number.exact.flatMap { NumberLiteral.scaled($0.units, byTenTo: decimals - $0.decimals) }
  }

  /// `units` / 10^`decimals`, written out.
  private static func text(_ units: Int, _ decimals: Int) -> String {
    guard decimals > 0 else { return String(units) }
    var digits = String(units.magnitude)
    digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return (units < 0 ? "-" : "") + digits.dropLast(decimals) + "." + digits.suffix(decimals)
  }

  private static func wrongStep(
    _ first: NumberLiteral, _ last: NumberLiteral, _ step: NumberLiteral?, at place: SourceRange
  ) -> Diagnostic {
    let step = step?.text ?? "1"
    return Diagnostic(
      .range, "the step \(step) does not lead from \(first.text) to \(last.text)", at: place,
      label: first.value <= last.value ? "the step must be above 0" : "the step must be below 0")
  }

  static func tooMany(at place: SourceRange) -> Diagnostic {
    Diagnostic(
      .range, "the loop has more than \(Repeat.maximumCount) values", at: place,
      label: "this is too many")
  }
}
