import CommandLanguage
import Foundation
import Notebook
import TestSupport
import Testing

/// `help error`: every code has its text, and what is said to make an error makes it.
struct ErrorTopicTests {
  @Test func `every code has one topic`() {
    let told = ErrorTopic.all.map(\.code.rawValue)
    #expect(told.sorted() == Diagnostic.Code.allCases.map(\.rawValue).sorted())
  }

  @Test(arguments: ErrorTopic.all.filter { $0.example != nil }.map(\.code))
  func `the example ends with its error`(_ code: Diagnostic.Code) throws {
    let topic = try #require(ErrorTopic.all.first { $0.code == code })
    let text = try #require(topic.example)
    let found = try Self.error(of: text)
    #expect(found == code)
  }

  @Test func `help error tells one code, lists all, and knows the nearest`() throws {
    try withTrial { trial in
      let one = try #require(try trial.ok("help error budget")["errors"]?.array?.first)
      #expect(one["code"] == .string("budget"))
      let wrong = try #require(try trial.run("help error budgt").last?.failure)
      #expect(wrong.diagnostic.suggestions == ["budget"])
      let two = try #require(try trial.run("help npc filter").last?.failure)
      #expect(two.code == .refused)
    }
  }

  /// The code of what is wrong with a script: of its text, else of the command that fails.
  private static func error(of text: String) throws -> Diagnostic.Code? {
    let source = SourceText(text: text + "\n")
    let checked = ScriptChecker(source, variables: [:]).check()
    if let first = checked.diagnostics.first { return first.code }
    var code: Diagnostic.Code?
    try withTrial { trial in code = try trial.run(text).last?.failure?.code }
    return code
  }
}
