import CommandLanguage
import Foundation
import Notebook
import TestSupport
import Testing

/// What a saved script has to be, whatever happened in the session.
@Suite struct SavedSessionTests {
  @Test func `a value that took an assignment's place is what is saved`() throws {
    try withTrial { trial in
      trial.session.overrides = ["budget": .init(7)]
      try trial.ok("# so many\nbudget = 5\nload digits\nquery random $budget")
      try trial.ok("save '\(trial.path("s.winnow"))'")
      let text = try ScriptFile.read(trial.path("s.winnow")).text
      #expect(text.contains("# so many\nbudget = 7\n"))
      #expect(!text.contains("budget = 5"))
    }
  }

  @Test func `a saved script may hold a variable that nobody reads any more`() throws {
    try withTrial { trial in
      try trial.ok("x = 4\nload digits\nquery random $x\nundo")
      try trial.ok("save '\(trial.path("s.winnow"))'")
      _ = try Replay(try ScriptFile.read(trial.path("s.winnow")))
      #expect(throws: ParseFailure.self) {
        _ = try Replay(SourceText(name: "typed.winnow", text: "x = 4\nload digits\n"))
      }
    }
  }

  @Test func `the header of a saved script holds the seed that the session began with`() throws {
    try withTrial(seed: 7) { trial in
      try trial.ok("seed 8\nsave '\(trial.path("s.winnow"))'")
      #expect(ReplayHeader(try ScriptFile.read(trial.path("s.winnow")))?.seed == 7)
      #expect(ReplayHeader(SourceText(text: "seed 8")) == nil)
    }
  }

  @Test func `loops in loops are checked in bounded time, the first values always`() throws {
    let nested = (0..<8).reduce("query $i0 0") { "for i\(7 - $1) in 1..64 { \($0) }" }
    let seconds = processorSeconds {
      let found = ScriptChecker(SourceText(text: nested), variables: [:]).check()
      #expect(found.diagnostics.map(\.code) == [.unknownName])
    }
    #expect(seconds < 60)
  }
}
