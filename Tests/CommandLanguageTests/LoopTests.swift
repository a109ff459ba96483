import CommandLanguage
import Testing

struct `Loops` {
  private func statement(_ text: String) throws -> Statement {
    try Parser.parse(SourceText(text: text)).statements[0]
  }

  private func values(_ text: String, _ variables: [String: Value] = [:]) throws -> [String] {
    guard case .for(let loop) = try statement("for x in \(text) { a $x }") else { return [] }
    return try loop.values(in: variables).map(\.text)
  }

  @Test(arguments: [
    ("1..5", "1 2 3 4 5"), ("10..50:10", "10 20 30 40 50"), ("10..55:20", "10 30 50"),
    ("5..1", "5 4 3 2 1"), ("50..10:-20", "50 30 10"), ("3..3", "3"), ("3..3:5", "3"),
    ("-2..2", "-2 -1 0 1 2"), ("0.1..0.5:0.1", "0.1 0.2 0.3 0.4 0.5"),
    ("0..1:0.25", "0.00 0.25 0.50 0.75 1.00"),
    ("1.5..3", "1.5 2.5"), ("-0.1..0.1:0.1", "-0.1 0.0 0.1"), ("1e2..3e2:1e2", "100 200 300"),
    ("0..2e-2:1e-2", "0.00 0.01 0.02"), ("1..3 8 10..12", "1 2 3 8 10 11 12"),
    ("1,2 b", "1 2 b"), ("[1..3, 9]", "1 2 3 9"), ("[[1, 2], [3]]", "[1, 2] [3]"),
    ("a b(c=1) 'd e'", "a b(c=1) 'd e'"), ("'1..3'", "'1..3'"),
    ("../a..b a..b ..", "../a..b a..b .."),
    ("[]", ""),
  ])
  func `goes through`(_ typed: String, _ expected: String) throws {
    #expect(try values(typed).joined(separator: " ") == expected)
  }

  @Test func `goes through the ranges and lists of variables`() throws {
    let list = Value.list([Value(1), .word("8..9")])
    #expect(
      try values("$r $l", ["r": .word("1..3"), "l": list]) == ["1", "2", "3", "1", "8", "9"])
  }

  @Test(arguments: [
    ("1..5:0", Diagnostic.Code.range, "the step 0 does not lead from 1 to 5"),
    ("3..3:0", .range, "the step 0 does not lead from 3 to 3"),
    ("1..5:-1", .range, "the step -1 does not lead from 1 to 5"),
    ("5..1:1", .range, "the step 1 does not lead from 5 to 1"),
    ("1..x", .syntax, "'1..x' is no range"), ("1...5", .syntax, "'1...5' is no range"),
    ("1..5:", .syntax, "'1..5:' is no range"), ("1..", .syntax, "'1..' is no range"),
    ("1..5:1:1", .syntax, "'1..5:1:1' is no range"),
    ("1..1000001", .range, "the loop has more than 1000000 values"),
    ("1..1000000 1", .range, "the loop has more than 1000000 values"),
    ("1 1..1000000", .range, "the loop has more than 1000000 values"),
    ("-9223372036854775808..9223372036854775807", .range, "the loop has more than 1000000 values"),
    ("0..-9223372036854775808:-1", .range, "the loop has more than 1000000 values"),
    ("0..9223372036854775808", .range, "the range has too many digits"),
    ("0..1:1e-18", .range, "the loop has more than 1000000 values"),
    ("0..9:1e-19", .range, "the range has too many digits"),
    ("0..1e99", .range, "the range has too many digits"),
  ])
  func `refuses`(_ typed: String, _ code: Diagnostic.Code, _ message: String) throws {
    let error = #expect(throws: Diagnostic.self) { try values(typed) }
    #expect(error?.code == code)
    #expect(error?.message == message)
  }

  @Test func `has as many values as allowed`() throws {
    #expect(try values("1..1000000").count == 1_000_000)
    #expect(try values("9223372036854775806..9223372036854775807").count == 2)
  }

  @Test func `counts as a naive loop does`() throws {
    for first in -3...3 {
      for last in -3...3 {
        for step in [-2, -1, 1, 2] where first == last || (last > first) == (step > 0) {
          let expected = stride(from: first, through: last, by: step).map(String.init)
          #expect(try values("\(first)..\(last):\(step)") == expected)
        }
      }
    }
  }

  @Test func `repeats a whole number of times`() throws {
    func times(_ text: String) throws -> Int? {
      guard case .repeat(let loop) = try statement("repeat \(text) { a }") else { return nil }
      return try loop.times(in: ["n": Value(7)])
    }
    #expect(try times("5") == 5)
    #expect(try times("0") == 0)
    #expect(try times("$n") == 7)
    #expect(try times("1e6") == 1_000_000)
    for text in ["-1", "2.5", "1000001", "1e300"] {
      #expect(#expect(throws: Diagnostic.self) { try times(text) }?.code == .range)
    }
    for text in ["abc", "'5'", "1,2", "1..3"] {
      #expect(#expect(throws: Diagnostic.self) { try times(text) }?.code == .type)
    }
  }

  @Test func `lists the uses of variables in the order of execution`() throws {
    let text = """
      n = $m
      for s in $n "$k" { repeat $r { query m(a=[$s]) b=$c } }
      """
    let uses = try Parser.parse(SourceText(text: text)).variableUses
    let shown = uses.map { use in
      switch use.kind {
      case .assigned: "\(use.name.text) ="
      case .loop: "for \(use.name.text)"
      case .read: use.name.text
      }
    }
    #expect(shown == ["m", "n =", "n", "k", "for s", "r", "s", "c"])
    let source = SourceText(text: text)
    #expect(
      uses.filter { $0.kind == .read }.allSatisfy { source.slice($0.name.range).first == "$" })
  }
}
