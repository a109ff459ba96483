import CommandLanguage
import Foundation
import ReferenceScripts
import TestSupport
import Testing

/// The program `from-reference` itself, as it is built beside the tests.
struct ProgramTests {
  private static let binary = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(component: "from-reference")
    .path(percentEncoded: false)

  private func run(_ arguments: [String]) throws -> ForeignProgram.Ending {
    try ForeignProgram.run([Self.binary] + arguments)
  }

  @Test func `the script goes to stdout and what was left out to stderr`() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(component: "c.yaml")
      try Configurations.yaml().write(to: file, atomically: true, encoding: .utf8)
      let path = file.path(percentEncoded: false)
      let ending = try run(["--cfg", path, "--al", "npc", "--budget", "5", "--exp-name", "mine"])
      #expect(ending.status == 0)
      #expect(ending.errors.contains("left out: --exp-name mine: "))
      #expect(try Parser.parse(SourceText(text: ending.output)).statements.count == 6)
      let wrong = try run(["--cfg", path, "--al", "nppc", "--budget", "5"])
      #expect(wrong.status == 2)
      #expect(wrong.output.isEmpty)
      #expect(wrong.errors.contains("did you mean 'npc'?"))
    }
  }

  @Test func `statuses tell a missing file from nonsense`() throws {
    #expect(try run(["--cfg", "/no/such/file.yaml", "--al", "npc"]).status == 1)
    #expect(try run(["--cfg", "/", "--al", "npc"]).status == 1)
    #expect(try run(["--cfg", "/dev/zero", "--al", "npc"]).status == 2)
    #expect(try run(["--cfg"]).status == 2)
    #expect(try run([]).status == 2)
    let help = try run(["--help"])
    #expect(help.status == 0)
    #expect(help.output.contains("--samples_per_class S S …"))
  }

  @Test func `damaged configurations and command lines are errors or scripts, never more`() {
    var state: UInt64 = 9
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let line = "--al npc --initial_delta 0.65 --spc 1 2 3 --noise_rate 0.5 --lnl aum"
    for round in 0..<3000 {
      var yaml = Array(Configurations.yaml().utf8)
      var flags = Array(line.utf8)
      for _ in 0...next(4) {
        let byte = UInt8([0x20, 0x0a, 0x2d, 0x3a, 0x5b, 0x7b, 0x22, 0x27, 0x26, 0x2a][next(10)])
        if round % 2 == 0 {
          yaml[next(yaml.count)] = byte
        } else {
          flags[next(flags.count)] = byte
        }
      }
      let text = String(decoding: yaml, as: UTF8.self)
      do {
        let translation = try translate(String(decoding: flags, as: UTF8.self), text)
        _ = try Parser.parse(SourceText(text: translation.script))
      } catch let error as Diagnostic {
        #expect(!error.render(in: nil).isEmpty)
      } catch {
        Issue.record("another error: \(error)")
      }
    }
  }
}
