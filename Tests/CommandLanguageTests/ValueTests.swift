import CommandLanguage
import Foundation
import Testing

struct `Values` {
  private func value(_ text: String, _ variables: [String: Value] = [:]) throws -> Value {
    try Parser.parseValue(SourceText(text: text)).evaluate(in: variables)
  }

  @Test(arguments: [
    ("0.50", "0.50"), ("digits", "digits"), (">=", ">="), ("'a b'", "'a b'"), ("\"a b\"", "'a b'"),
    ("\"it's\"", "\"it's\""), ("'it''s $5'", "'it''s $5'"), ("''", "''"), ("'5'", "'5'"),
    ("1,b,'c'", "[1, b, 'c']"), ("[ [1],\n[] ]", "[[1], []]"), ("npc()", "npc()"),
    ("npc( delta = 0.68,x=[a,b] )", "npc(delta=0.68, x=[a, b])"), ("#", "'#'"), ("1..5", "1..5"),
    (#""a \"q\" \\ it's""#, #"'a "q" \ it''s'"#),
  ])
  func `has one canonical text`(_ typed: String, _ canonical: String) throws {
    let value = try value(typed == "#" ? "[#]" : typed)
    let shown = typed == "#" ? value.list?.first?.text : value.text
    #expect(shown == canonical)
    #expect(try self.value(value.text) == value)
  }

  @Test func `quotes every text so that it comes back`() throws {
    let alphabet = Array("a'\"$\\ \n#{=5é")
    var texts = [""]
    for _ in 0..<4 {
      texts += texts.flatMap { text in alphabet.map { text + String($0) } }
      texts = Array(Set(texts))
    }
    for text in texts {
      let string = Value.string(text)
      guard try value(string.text) == string else {
        Issue.record("\(text.debugDescription) became \(string.text)")
        return
      }
      let word = Value.word(text)
      guard try value(word.text).word == text else {
        Issue.record("\(text.debugDescription) became \(word.text)")
        return
      }
    }
  }

  @Test func `says which words are booleans and which mean nothing`() {
    for text in ["true", "on", "yes", "True"] { #expect(Value.word(text).bool == true) }
    for text in ["false", "off", "no", "False"] { #expect(Value.word(text).bool == false) }
    for text in ["1", "t", "none", ""] { #expect(Value.word(text).bool == nil) }
    #expect(Value.string("true").bool == nil)
    #expect(Value.word("none").isNone && Value.word("None").isNone)
    #expect(!Value.string("none").isNone && !Value.word("no").isNone)
  }

  @Test func `says which numbers are whole`() throws {
    for (text, whole) in [
      ("20", 20), ("20.0", 20), ("1e3", 1000), ("-5", -5), ("+5", 5),
      ("9007199254740993", 9_007_199_254_740_993), ("9223372036854775807", Int.max),
    ] { #expect(try value(text).integer == whole) }
    for text in ["0.5", "1e30", "9223372036854775808", "a", "'5'", "5,6"] {
      #expect(try value(text).integer == nil)
    }
    #expect(try value("1e-999").number == 0)
  }

  @Test func `writes numbers in their shortest form`() {
    #expect(Value(5).text == "5")
    #expect(Value(5.0).text == "5")
    #expect(Value(0.1).text == "0.1")
    #expect(Value(-1e-7).text == "-1e-07")
    #expect(Value(Double.nan) == .word("nan"))
    #expect(Value(true) == .word("true"))
  }

  @Test func `is stored as its text`() throws {
    let value = try value("[npc(delta=0.68, a='b c'), 5, '5', x]")
    let data = try JSONEncoder().encode(["v": value])
    #expect(
      String(decoding: data, as: UTF8.self)
        == #"{"v":"[npc(delta=0.68, a='b c'), 5, '5', x]"}"#)
    #expect(try JSONDecoder().decode([String: Value].self, from: data) == ["v": value])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Value].self, from: Data(#"["a b"]"#.utf8))
    }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Value].self, from: Data(#"["$a"]"#.utf8))
    }
  }

  @Test func `puts variables in`() throws {
    let variables: [String: Value] = try [
      "s": Value(3), "q": value("npc(delta=0.5)"), "name": .string("a b"), "l": value("1,x"),
      "word": .word("digits"),
    ]
    #expect(try value("$q", variables) == variables["q"])
    #expect(try value("$s,$name", variables) == .list([Value(3), .string("a b")]))
    #expect(
      try value(#""$word/$s-${name}x $l $q \$s""#, variables)
        == .string("digits/3-a bx [1, x] npc(delta=0.5) $s"))
    #expect(try value("'$s'", variables) == .string("$s"))
    #expect(
      try value("m(a=$s, b=\"$s$s\")", variables)
        == .method("m", [MethodOption("a", Value(3)), MethodOption("b", .string("33"))]))
  }

  @Test func `names the variables that may have been meant`() throws {
    let source = SourceText(text: "query npc \"x $buget\"")
    let script = try Parser.parse(source)
    guard case .command(let command) = script.statements[0],
      case .positional(let expression) = command.arguments[1]
    else {
      Issue.record("a command with two values")
      return
    }
    let error = try #require(throws: Diagnostic.self) {
      try expression.evaluate(in: ["budget": Value(1), "rate": Value(2)])
    }
    #expect(error.code == .unknownName)
    #expect(error.suggestions == ["$budget"])
    #expect(error.notes.first == "variables: $budget, $rate")
    #expect(source.slice(try #require(error.range)) == "$buget")
  }

  @Test func `refuses values that double until memory is full`() throws {
    let twice = try Parser.parseValue(SourceText(text: "\"$x$x\""))
    let pair = try Parser.parseValue(SourceText(text: "[$x, $x]"))
    let deeper = try Parser.parseValue(SourceText(text: "m(a=$x)"))
    for expression in [twice, pair, deeper] {
      var value = Value.word("abcdefgh")
      let error = #expect(throws: Diagnostic.self) {
        for _ in 0..<1000 { value = try expression.evaluate(in: ["x": value]) }
      }
      #expect(error?.code == .range)
    }
  }

  @Test func `takes a value of its own from a text`() throws {
    #expect(try value("10") == .number(10, text: "10"))
    #expect(try value(" [1, 2] # c") == .list([Value(1), Value(2)]))
    for text in ["", "1 2", "a=b", "1\n2", "a;", "}", "a,", "'a"] {
      let error = #expect(throws: ParseFailure.self) {
        try Parser.parseValue(SourceText(text: text))
      }
      #expect(error?.diagnostics.count == 1)
    }
  }
}
