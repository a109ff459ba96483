import Foundation
import Testing

/// The short form of `scripts/torture`: another minute of damaged files for every reader.
@Suite struct TortureTests {
  @Test func `no damaged file ends a reader, or takes more time or memory than it may`() throws {
    let judge = try Product.built("winnow-judge").path
    let folders = ["Tests/Fixtures", "workspaces", "scripts/expectations"].map {
      "--fixtures '\(Product.file($0).path)'"
    }.joined(separator: " ")
    try withWorkplace { place in
      let run = try place.runShell(
        "'\(judge)' torture --minutes 1 --patience 60 --keep kept \(folders)", within: 400)
      #expect(run.code == 0, "\(run.out)\(run.err)")
      #expect(run.out.contains("\nworkspace ") && !run.out.contains("no sound file"), "\(run.out)")
    }
  }
}
