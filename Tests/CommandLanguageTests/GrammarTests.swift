import CommandLanguage
import Testing

struct `Grammar` {
  @Test(arguments: [
    ("", ""),
    ("load digits", "load digits"),
    ("load digits; query npc 20", "load digits; query npc #20.0"),
    (";; load digits ;\n;", "load digits"),
    ("query npc 20 delta=0.68", "query npc #20.0 delta: #0.68"),
    ("query npc(delta=0.68) 20", "query npc(delta: #0.68) #20.0"),
    ("query npc() 20", "query npc() #20.0"),
    ("budget = 10", "budget := #10.0"),
    ("budget=10", "budget := #10.0"),
    ("budget =10", "budget := #10.0"),
    ("repeat = 3; for = 4", "repeat := #3.0; for := #4.0"),
    ("query $q 20", "query $q #20.0"),
    ("assert accuracy >= 0.5", "assert accuracy >= #0.5"),
    ("assert accuracy>=0.5", "assert accuracy >= #0.5"),
    ("assert a==1 b!=2 c<3 d>4 e<=5", "assert a == #1.0 b != #2.0 c < #3.0 d > #4.0 e <= #5.0"),
    ("set memory 4G", "set memory 4G"),
    (
      "load x imbalance=exp:0.02 features=f.npz:key",
      "load x imbalance: exp:0.02 features: f.npz:key"
    ),
    ("train 1nn", "train 1nn"),
    ("say a#b hey!", "say a#b hey!"),
    ("color c=#ff0000", "color c: #ff0000"),
    ("compare a,b", "compare [a b]"),
    ("compare [a, b] [[1,2],[3]] []", "compare [a b] [[#1.0 #2.0] [#3.0]] []"),
    ("show m=a,$b,'c d',[e]", "show m: [a $b 'c d' [e]]"),
    ("sql 'SELECT \"a\", $b FROM c'", "sql 'SELECT \"a\", $b FROM c'"),
    ("say 'it''s' ''", "say 'it's' ''"),
    (#"say "out-$s-${t}x \"q\" \$5 $5 a\b \\""#, #"say 'out-<s>-<t>x "q" $5 $5 a\b \'"#),
    ("repeat 5 { a }", "repeat #5.0 { a }"),
    ("repeat 5{a;b}", "repeat #5.0 { a; b }"),
    ("repeat $n {\n  a\n\n  b # note\n}\nc", "repeat $n { a; b }; c"),
    ("repeat 2 { }", "repeat #2.0 {  }"),
    ("REPEAT 2 { for x IN 1..3 { a $x } }", "repeat #2.0 { for x in 1..3 { a $x } }"),
    (
      "for q in probcover npc(delta=0.68) maxherding(sigma=0.8) { query $q 20 }",
      "for q in probcover npc(delta: #0.68) maxherding(sigma: #0.8) { query $q #20.0 }"
    ),
    ("for o in >= < { assert x $o 1 }", "for o in >= < { assert x $o #1.0 }"),
    ("query npc \\\n  20", "query npc #20.0"),
    ("query npc \\  \r\n  20\r\nshow", "query npc #20.0; show"),
    ("query npc\\\n20", "query npc #20.0"),
    (
      "query npc(\n  delta = 0.68, # radius\n  share=10\n) 20",
      "query npc(delta: #0.68 share: #10.0) #20.0"
    ),
    ("x = [\n 1,\n 2\n]", "x := [#1.0 #2.0]"),
    ("say 'two\nlines'", "say 'two\nlines'"),
    ("\u{FEFF}load digits", "load digits"),
    ("load\u{A0}digits\u{3000}x", "load digits x"),
    ("größe = 3; say $größe", "größe := #3.0; say $größe"),
    ("say ../a/b.npy 数据 -- - --x", "say ../a/b.npy 数据 -- - --x"),
  ])
  func `reads`(_ text: String, _ expected: String) throws {
    #expect(try described(text) == expected)
  }

  @Test func `is a number only if the whole run is one`() throws {
    for text in ["0", "5", "-5", "+5", "5.", ".5", "-.5e-3", "1e3", "1E+3", "007", "1.50"] {
      let value = try Parser.parseValue(SourceText(text: text))
      #expect(value.kind == .number(try #require(Double(text)), text: text))
    }
    for text in [
      "1nn", "4G", "nan", "inf", "-inf", "0x10", "1e", "1e+", ".", "-", "+", "1..5", "1_000",
      "1.2.3", "--1", "1:2", "e5", "٣", "infinity", "1-2",
    ] {
      #expect(try Parser.parseValue(SourceText(text: text)).kind == .word(text))
    }
  }

  @Test func `knows the kinds of comments`() throws {
    let text = """
      #!/usr/bin/env winnow
      #: winnow 1 seed=7
      ## Title
      #  indented *prose*\u{20}\u{20}
      load digits # why
      #> | a | b |
      ### deeper
      #!not a shebang
      """
    let comments = try Parser.parse(SourceText(text: text)).comments
    #expect(
      comments.map(\.kind) == [
        .shebang, .machine, .heading, .prose, .prose, .output, .prose, .prose,
      ])
    #expect(
      comments.map(\.text).prefix(6) == [
        "/usr/bin/env winnow", "winnow 1 seed=7", "Title", " indented *prose*", "why", "| a | b |",
      ])
    #expect(comments.map(\.sharesLine) == [false, false, false, false, true, false, false, false])
  }

  @Test func `keeps comments inside blocks and brackets`() throws {
    let text = "repeat 2 { # one\n  a [1, # two\n 2]\n  # three\n}"
    let comments = try Parser.parse(SourceText(text: text)).comments
    #expect(comments.map(\.text) == ["one", "two", "three"])
    #expect(comments.map(\.sharesLine) == [true, true, false])
  }

  @Test func `begins a comment only at the start of a line or behind a blank`() throws {
    #expect(try Parser.parse(SourceText(text: "a#b")).comments.isEmpty)
    #expect(try Parser.parse(SourceText(text: "a #b")).comments.count == 1)
    #expect(try Parser.parse(SourceText(text: "a\u{A0}#b")).comments.count == 1)
    #expect(try Parser.parse(SourceText(text: "#b")).comments.count == 1)
    #expect(try Parser.parse(SourceText(text: "a '#' # b \\\nc")).statements.count == 2)
    #expect(try Parser.parse(SourceText(text: "\u{FEFF}#!x")).comments.map(\.kind) == [.shebang])
  }

  @Test func `covers exactly the text of each part`() throws {
    let source = SourceText(text: "a ; größe = 'é' # c\r\nfor x in [1, 2] b,c {\n  d n=$x  \n} ;e")
    let script = try Parser.parse(source)
    #expect(
      script.statements.map { String(source.slice($0.range)) } == [
        "a", "größe = 'é'", "for x in [1, 2] b,c {\n  d n=$x  \n}", "e",
      ])
    #expect(script.comments.map { String(source.slice($0.range)) } == ["# c"])
    guard case .for(let loop) = script.statements[2],
      case .command(let command) = loop.body.statements[0]
    else {
      Issue.record("a loop with a command")
      return
    }
    #expect(source.slice(loop.variable.range) == "x")
    #expect(loop.values.map { String(source.slice($0.range)) } == ["[1, 2]", "b,c"])
    #expect(source.slice(loop.body.range) == "{\n  d n=$x  \n}")
    #expect(source.slice(command.range) == "d n=$x")
    #expect(source.slice(command.verb.range) == "d")
    #expect(command.arguments.map { String(source.slice($0.range)) } == ["n=$x"])
  }

  @Test func `reads the example of a session`() throws {
    let text = """
      #!/usr/bin/env -S winnow run
      #: winnow 1 seed=7 data=digits:sha256:9f2c… threads=2 kernels=avx512
      ## Does NPC survive 50 % symmetric noise?
      # Half of the labels are wrong. We buy ten a round.
      budget = 10
      load digits
      noise sym 0.5
      #: labels=sha256:41aa…
      repeat 5 {
        query npc $budget
        filter aum
        train linear
      }
      #: selected=sha256:77c0… verdicts=sha256:08d1… accuracy=[0.31,0.48,0.55,0.61,0.66]±0.02
      assert accuracy >= 0.5
      """
    #expect(
      try described(text)
        == "budget := #10.0; load digits; noise sym #0.5; "
        + "repeat #5.0 { query npc $budget; filter aum; train linear }; "
        + "assert accuracy >= #0.5")
    let comments = try Parser.parse(SourceText(text: text)).comments
    #expect(comments.map(\.kind) == [.shebang, .machine, .heading, .prose, .machine, .machine])
  }

  @Test(arguments: [
    ("query npc(delta=0.68", true), ("repeat 5 {", true), ("repeat 5 {\n query npc 1", true),
    ("repeat 5 { a }", false), ("[1,", true), ("say 'a", true), ("say \"a'", true),
    ("say 'a'", false), ("query npc \\", true), ("query npc \\  ", true), ("a \\\n", false),
    ("a \\\nb", false), ("", false), ("# { ' \\", false), ("a # (", false), ("}", false),
    ("(]", false), ("[ {", true), ("a b)", false), ("say '\\'", false),
  ])
  func `asks for another line`(_ text: String, _ expected: Bool) {
    #expect(Parser.isIncomplete(text) == expected)
  }
}
