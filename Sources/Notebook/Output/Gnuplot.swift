import CommandLanguage
import Datasets
import Foundation

/// The program that draws pictures to files.
enum Gnuplot {
  /// What it writes when it runs `text`. The user's own settings (`~/.gnuplot`) are not read, so that
  /// one picture is one file for everybody, and what says when it was made says so in UTC.
  /// - Throws: `FileError` where it is missing; `refused` where it fails; `Interrupted`.
  static func run(_ text: String) throws -> [UInt8] {
    let script = FileManager.default.temporaryDirectory
      .appendingPathComponent("winnow-\(UUID().uuidString).gnuplot")
    try Data(text.utf8).write(to: script)
    defer { try? FileManager.default.removeItem(at: script) }
    var output: [UInt8] = []
    let result = try ChildProgram.run(
      "gnuplot", ["-d", script.path], package: "gnuplot-nox", variables: ["TZ": "UTC"],
      output: { output += $0 })
    guard result.status == 0 else {
      let complaint = result.complaints.split(separator: "\n").last.map(String.init) ?? ""
      throw Diagnostic(.refused, "gnuplot could not draw this: \(complaint)")
    }
    return output
  }

  /// In single quotes, where gnuplot gives no character but the quote a meaning; that one is put in
  /// as an expression, since doubled it is misread at the start of a text. Control characters, which
  /// no picture can hold, are replaced.
  static func quoted(_ text: String) -> String {
    Display.safe(text.replacing("\n", with: " "))
      .split(separator: "'", omittingEmptySubsequences: false)
      .map { "'\($0)'" }.joined(separator: #"."\047"."#)
  }
}
