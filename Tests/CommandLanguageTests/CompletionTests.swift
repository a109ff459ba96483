import CommandLanguage
import Testing

struct `Completion` {
  /// The context at the `|` in a text.
  private func context(_ text: String) -> CompletionContext {
    let parts = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    return CompletionContext(line: parts.joined(), cursor: parts[0].utf8.count)
  }

  @Test(arguments: [
    ("|", CompletionContext.Place.statement, ""), ("qu|", .statement, "qu"),
    ("load digits; qu|", .statement, "qu"), ("repeat 5 { |", .statement, ""),
    ("repeat 5 {\n  query npc 1\n  tr|", .statement, "tr"), ("repeat 5 { a }; |", .statement, ""),
    ("qu|ery npc", .statement, "qu"), ("query |", .argument, ""), ("query np|", .argument, "np"),
    ("query npc |", .argument, ""), ("query npc 10 de|", .argument, "de"),
    ("query npc 10 delta=|", .optionValue("delta"), ""),
    ("query npc 10 filter=au|", .optionValue("filter"), "au"),
    ("query npc 10 filter=aum |", .argument, ""), ("query npc \\\n 10 |", .argument, ""),
    ("load a,b|", .element, "b"), ("load a,|", .element, ""),
    ("load x=a,b|", .optionValue("x"), "b"), ("load x=[a, b|", .optionValue("x"), "b"),
    ("load [a,\n |", .element, ""), ("load [a |", .element, ""),
    ("query npc(|", .methodOption, ""), ("query npc(de|", .methodOption, "de"),
    ("query npc(delta=0.5, sh|", .methodOption, "sh"),
    ("query npc(filter=|", .methodOptionValue("filter"), ""),
    ("query npc(filter = au|", .methodOptionValue("filter"), "au"),
    ("query npc(filters=[aum, n|", .methodOptionValue("filters"), "n"),
    ("query npc(delta=0.5 |", .nothing, ""), ("query npc(delta=0.5,\n  |", .methodOption, ""),
    ("for q in npc(de|", .methodOption, "de"), ("x = npc(de|", .methodOption, "de"),
    ("query npc(delta=1) |", .argument, ""), ("query npc(delta=1)|", .nothing, ""),
    ("x = |", .value, ""), ("x = ab|", .value, "ab"), ("x = ab |", .nothing, ""),
    ("x = a,|", .value, ""), ("x = [a,\n|", .value, ""), ("repeat |", .value, ""),
    ("repeat 5 |", .nothing, ""),
    ("for |", .nothing, ""), ("for x |", .keyword("in"), ""), ("for x i|", .keyword("in"), "i"),
    ("for x in |", .value, ""), ("for x in a b|", .value, "b"), ("query $|", .variable, ""),
    ("query $bu|", .variable, "bu"), ("say \"a $bu|", .variable, "bu"),
    ("say \"a $|", .variable, ""), ("say '$bu|", .argument, "$bu"),
    ("load x features='data/a b|", .optionValue("features"), "data/a b"),
    ("load \"da|", .argument, "da"), ("say 'a'|", .nothing, ""), ("say # co|", .nothing, ""),
    ("# co|", .nothing, ""), ("# co\nqu|", .statement, "qu"),
    ("assert accuracy >= |", .argument, ""),
  ])
  func `knows the place`(
    _ text: String, _ place: CompletionContext.Place, _ prefix: String
  ) {
    let context = context(text)
    #expect(context.place == place)
    #expect(context.prefix == prefix)
  }

  @Test func `says what stands before the cursor`() {
    let text = "load digits\nquery npc(delta=0.5) 20 filter=aum sh|"
    let context = context(text)
    #expect(context.verb == "query")
    #expect(context.positionalIndex == 2)
    #expect(context.arguments.count == 3)
    #expect(context.replace == SourceRange(text.utf8.count - 3, text.utf8.count - 1))
    guard case .positional(let first) = context.arguments.first,
      case .method(let name, _) = first.kind
    else {
      Issue.record("a method first")
      return
    }
    #expect(name.text == "npc")
  }

  @Test func `says what a method has been given`() {
    let context = context("query npc(delta=0.5, filter=aum, |")
    #expect(context.verb == "query")
    #expect(context.method == "npc")
    #expect(context.methodOptions == ["delta", "filter"])
    #expect(context.positionalIndex == 0)
  }

  @Test func `replaces what stands behind the quote or the dollar`() {
    let quoted = context("say 'dä x|")
    #expect(quoted.quote == .single)
    #expect(quoted.replace == SourceRange(5, 10))
    let variable = context("say \"$na|me\"")
    #expect(variable.quote == .double)
    #expect(variable.replace == SourceRange(6, 8))
  }
}
