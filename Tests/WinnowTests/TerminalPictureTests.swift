import Foundation
import Testing

/// Which characters `plot` writes to stdout.
@Suite struct TerminalPictureTests {
  private static let session = "load digits subset=200; query npc 12; filter aum"

  @Test(arguments: [
    (["LANG": "C.UTF-8"], true), (["LANG": "de_DE.utf8"], true), (["LANG": "C"], false),
    (["LANG": Workplace.unset], false), (["LANG": "C.UTF-8", "LC_ALL": "POSIX"], false),
    (["LANG": "C", "LC_CTYPE": "en_US.UTF-8", "LC_ALL": ""], true),
    (["LANG": "C.UTF-8", "TERM": "dumb"], false),
    (["LANG": "C.UTF-8", "TERM": "xterm-256color"], true),
    (["LANG": "C.UTF-8", "PATH": "/none"], true),
  ])
  func `dots where the locale is UTF-8, else ASCII, and no escapes`(
    environment: [String: String], isBraille: Bool
  ) throws {
    try withWorkplace(environment) { place in
      for subject in ["coverage", "embedding", "filter", "noise"] {
        let run = try place.run(
          "-c", Self.session, "-c", "set timing off", "-c", "plot \(subject)", "--mode", "box")
        #expect(run.code == 0, "\(run.err)")
        let picture = Self.picture(run.out)
        #expect(picture.count > 10, "\(run.out)")
        #expect(picture.allSatisfy { !$0.contains("\u{1b}") && $0.count < 80 })
        let scalars = picture.joined().unicodeScalars
        #expect(scalars.allSatisfy(\.isASCII) == !isBraille, "\(subject)")
        if subject != "noise" {
          #expect(scalars.contains { (0x2801...0x28FF).contains($0.value) } == isBraille)
        }
      }
    }
  }

  @Test(arguments: ["sixel", "kitty"])
  func `pixels are for a terminal, whatever is set`(graphics: String) throws {
    try withWorkplace(["TERM": "xterm-256color"]) { place in
      let plain = try place.run("-c", Self.session, "-c", "plot filter").out
      let picture = plain.suffix(600)
      for mode in ["box", "markdown", "jsonl"] {
        let run = try place.run(
          "--color", "always", "--mode", mode, "-c", "set graphics \(graphics); plot filter")
        #expect(run.code == 0 && !run.out.contains("\u{1b}"), "\(run.out)")
        if mode == "box" { #expect(run.out.hasSuffix(picture)) }
      }
    }
  }

  /// What follows the answer to the setting before it.
  private static func picture(_ out: String) -> [Substring] {
    let lines = out.split(separator: "\n", omittingEmptySubsequences: false)
    guard let last = lines.lastIndex(where: { $0.contains("timing ") }) else { return [] }
    return Array(lines[(last + 1)...].drop { $0.isEmpty || $0.hasPrefix("└") || $0.hasPrefix("╰") })
  }
}
