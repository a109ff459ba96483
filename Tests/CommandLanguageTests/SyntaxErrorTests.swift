import CommandLanguage
import Testing

struct `Syntax errors` {
  /// A text, what is marked in it, and what is said.
  @Test(arguments: [
    ("query npc (delta=1)", "(", "'(' stands only behind a name, without a blank"),
    ("query npc delta = 0.5", "=", "no blanks around '=' in an option"),
    ("query npc delta =0.5", "=", "no blanks around '=' in an option"),
    ("query npc delta= 0.5", "=", "no blanks around '=' in an option"),
    ("query npc delta=", "", "a value is missing behind 'delta='"),
    ("query npc delta=;a", "", "a value is missing behind 'delta='"),
    ("query =", "", "a value is missing behind 'query ='"),
    ("query a 'b'=3", "=", "a name is missing before '='"),
    ("query a b/c=3", "b/c", "'b/c' cannot be an option's name"),
    ("my-budget = 3", "my-budget", "'my-budget' cannot be a variable's name"),
    ("x = 1 2", "2", "an assignment takes one value"),
    ("x = 1, 2", ",", "no blanks around ',' in a list without brackets"),
    ("a b ,c", ",", "no blanks around ',' in a list without brackets"),
    ("a b,", ",", "a value is missing behind ','"),
    ("a ,b", ",", "a value is missing before ','"),
    ("a [1,]", ",", "a value is missing behind ','"),
    ("a [1 2]", "2", "',' or ']' is expected before '2'"),
    ("a [1)", ")", "',' or ']' is expected before ')'"),
    ("a [1, 2", "[", "this '[' is not closed"),
    ("query npc(delta=0.5\ntrain linear", "(", "this '(' is not closed"),
    ("a b(", "(", "this '(' is not closed"),
    ("a b(c", "(", "this '(' is not closed"),
    ("a b(c=", "(", "this '(' is not closed"),
    ("a b(c=1,", "(", "this '(' is not closed"),
    ("a b(0.5)", "0.5", "an option is written name=value, which '0.5' is not"),
    ("a b(c=1,2)", "2", "an option is written name=value, which '2' is not"),
    ("a b(c)", "c", "an option is written name=value, which 'c' is not"),
    ("a b(c=)", "", "a value is missing behind 'c='"),
    ("a 5(c=1)", "5", "the number 5 takes no options"),
    ("a 'b", "'", "this ' is not closed"),
    ("a \"b", "\"", "this \" is not closed"),
    ("a $", "$", "a variable's name is missing after '$'"),
    ("a $5", "$", "a variable's name is missing after '$'"),
    ("a \"${\"", "${", "a variable's name is missing"),
    ("$a = 5", "$a", "a variable is assigned without '$'"),
    ("load $dir/f.npy", "/f.npy", "a blank is missing before '/f.npy'"),
    ("a 'b'c", "c", "a blank is missing before 'c'"),
    ("a b(c=1)d", "d", "a blank is missing before 'd'"),
    ("a b[1]", "[", "a blank is missing before '['"),
    ("a,b", ",", "a blank is missing behind 'a'"),
    ("npc(delta=1)", "(", "a blank is missing behind 'npc'"),
    ("5 + 3", "5", "a statement begins with a command's name, not with '5'"),
    ("'a' b", "'a'", "a statement begins with a command's name, not with ''a''"),
    ("= 5", "=", "a statement begins with a command's name, not with '='"),
    (">= 5", ">=", "a statement begins with a command's name, not with '>='"),
    ("a;#b", "#b", "a comment begins at the start of a line or behind a blank"),
    ("a b {", "{", "a block stands only behind 'repeat' and 'for'"),
    ("a }", "}", "this '}' closes nothing"),
    ("a )", ")", "this ')' closes nothing"),
    ("repeat {", "", "a value is missing behind 'repeat'"),
    ("repeat", "", "a value is missing behind 'repeat'"),
    ("repeat 5", "", "the block of 'repeat' is missing"),
    ("repeat 5\n{ a }", "", "the block of 'repeat' is missing"),
    ("repeat 5 6 { a }", "6", "the block of 'repeat' is missing"),
    ("repeat 5 { a", "{", "this '{' is not closed"),
    ("repeat 5 { a } b", "b", "the statement is over before 'b'"),
    ("for", "", "the loop's variable is missing"),
    ("for $x in a { b }", "$x", "the loop's variable is missing"),
    ("for x a b { c }", "a", "'in' is missing behind 'for x'"),
    ("for x = a { c }", "=", "'in' is missing behind 'for x'"),
    ("for x in { c }", "", "a value is missing behind 'in'"),
    ("for x in a", "", "the block of 'for' is missing"),
    ("for x in a b=1 { c }", "=", "the block of 'for' is missing"),
    ("a\u{0}b", "\u{0}", "a script holds no control characters"),
    ("a # \u{1B}[31m", "\u{1B}", "a script holds no control characters"),
    ("a\rb", "\r", "a script holds no control characters"),
    ("a b \\ # c", "\\", "a line goes on behind '\\' only at its end"),
    ("a b\\ c", "\\", "a line goes on behind '\\' only at its end"),
    ("a 1e999", "1e999", "1e999 is too large for a number"),
  ])
  func `says what and where`(_ text: String, _ marked: String, _ message: String) throws {
    let source = SourceText(text: text)
    let first = try #require(failures(text).first)
    #expect(first.message == message)
    let range = try #require(first.range)
    #expect(source.slice(range) == marked)
  }

  @Test func `finds the errors of every statement`() {
    let text = "load $\nquery npc delta = 1\nrepeat 2 {\n a ,b\n c\n}\nshow ]"
    #expect(
      failures(text).map(\.message) == [
        "a variable's name is missing after '$'", "no blanks around '=' in an option",
        "a value is missing before ','", "this ']' closes nothing",
      ])
  }

  @Test func `goes on behind a block that belongs to a broken statement`() {
    let text = "for x on a {\n  b $x\n}\nshow ]"
    #expect(
      failures(text).map(\.message) == [
        "'in' is missing behind 'for x'", "this ']' closes nothing",
      ])
  }

  @Test func `reports what is open at the end once`() {
    #expect(failures("repeat 2 { repeat 2 { a").count == 1)
    #expect(failures("repeat 2 { a 'b").count == 1)
    #expect(failures("repeat 2 { a [b").count == 1)
  }

  @Test func `says where a missing bracket may belong`() throws {
    let diagnostic = try #require(failures("a b(c=1\nd e").first)
    #expect(diagnostic.notes == ["',' or ')' is expected before 'd' in line 2"])
  }

  @Test func `shows how to write a value with an equals sign`() throws {
    let diagnostic = try #require(failures("a b=c=d").first)
    #expect(diagnostic.notes == ["a value that holds '=' stands in quotes"])
  }

  @Test func `shows how to join text and variables`() throws {
    let diagnostic = try #require(failures("load $dir/f.npy").first)
    #expect(
      diagnostic.notes == ["to join text and variables, use double quotes: \"$dir/f.npy\""])
  }

  @Test func `hints at the line of the brace`() {
    let diagnostics = failures("repeat 5\n{ a }")
    #expect(diagnostics.count == 1)
    #expect(diagnostics.first?.notes == ["the '{' stands on the same line as 'repeat'"])
  }
}
