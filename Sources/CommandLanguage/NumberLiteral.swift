/// A decimal number as it is typed: an optional sign, digits with at most one point, and an
/// optional exponent. Hexadecimal, `nan` and `inf` are words.
struct NumberLiteral {
  let text: String
  /// The nearest double; infinite where the number is too large.
  let value: Double
  /// Where the digits before the exponent end, and the exponent; the exponent is nil where it
  /// does not fit an `Int`.
  private let mantissa: Substring
  private let exponent: Int?

  /// nil if the whole of `text` is not one number.
  init?(_ text: String) {
    guard let mantissaEnd = NumberLiteral.mantissaEnd(of: text), let value = Double(text) else {
      return nil
    }
    self.text = text
    self.value = value
    mantissa = text[..<mantissaEnd]
    exponent = mantissaEnd == text.endIndex ? 0 : Int(text[text.index(after: mantissaEnd)...])
  }

  /// The exact value as `units` / 10^`decimals`; nil where an `Int` does not hold it.
  var exact: (units: Int, decimals: Int)? {
    guard let exponent, abs(exponent) <= 18 else { return nil }
    let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : ""
    guard let units = Int(parts[0] + fraction) else { return nil }
    let decimals = fraction.utf8.count - exponent
    if decimals >= 0 { return (units, decimals) }
    return NumberLiteral.scaled(units, byTenTo: -decimals).map { ($0, 0) }
  }

  /// `units` × 10^`power`; nil where an `Int` does not hold it.
  static func scaled(_ units: Int, byTenTo power: Int) -> Int? {
    var result = units
    for _ in 0..<power {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      result = product
    }
    return result
  }

  /// The index of the exponent's `e`, or the end; nil if `text` is no number.
  private static func mantissaEnd(of text: String) -> String.Index? {
    let bytes = text.utf8
    var index = bytes.startIndex
    func skipDigits() -> Int {
      let start = index
      while index < bytes.endIndex, isDigit(bytes[index]) { index = bytes.index(after: index) }
      return bytes.distance(from: start, to: index)
    }
    func skip(_ set: String) -> Bool {
      guard index < bytes.endIndex, set.utf8.contains(bytes[index]) else { return false }
      index = bytes.index(after: index)
      return true
    }
    _ = skip("+-")
    var digits = skipDigits()
    if skip(".") { digits += skipDigits() }
    guard digits > 0 else { return nil }
    let end = index
    if skip("eE") {
      _ = skip("+-")
      guard skipDigits() > 0 else { return nil }
    }
    return index == bytes.endIndex ? end : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
