import CommandLanguage
import ReferenceScripts
import Testing

/// What cannot be translated, and where the error points.
struct ReferenceErrorTests {
  @Test(arguments: [
    ("--al nppc --budget 3", Diagnostic.Code.unknownName, 19, ["npc"]),
    ("--al npc --bugdet 3", .unknownOption, 23, ["--budget"]), ("--al npc 7", .syntax, 23, []),
    ("--al npc --budget", .syntax, 23, []), ("--al npc --budget x", .type, 32, []),
    ("--al npc --budget -3", .range, 32, []), ("--al npc --noise 1", .syntax, 23, []),
    ("--al npc --budget 3 --noise_rate 1.5", .range, 47, []),
    ("--al npc --budget 3 --noise_rate nan", .type, 47, []),
    ("--al npc --spc 2 2", .range, 31, []), ("--al npc --budget 3 --lnl", .syntax, 34, []),
    ("--al npc --budget 3 --finetune maybe", .type, 45, []),
    ("--al npc --budget 3 --use_1nn --use_linear_model=1", .syntax, 44, []),
    ("--al npc --budget 3 --use_1nn --use_linear_model", .syntax, 34, []),
    ("--al npc --budget 3 --num_episodes 2000000", .range, 49, []),
    ("--al npc --budget 99999999999999999999", .type, 32, []),
  ])
  func `an error on the command line points at the argument`(
    line: String, code: Diagnostic.Code, column: Int, suggestions: [String]
  ) throws {
    let error = try #require(diagnostic { _ = try translate(line) })
    #expect(error.code == code)
    let location = error.location(in: nil)
    #expect(location.file == "command line")
    #expect(location.column == column)
    #expect(Array(error.suggestions.prefix(1)) == suggestions)
  }

  @Test(arguments: [
    ("NAME: CIFAR100", "NAME: CIFAR1000", Diagnostic.Code.unknownName, 3, 9),
    ("TYPE: resnet18", "TYPE: resnet17", .unknownName, 9, 9),
    ("BASE_LR: 0.025", "BASE_LR: fast", .type, 13, 12),
    ("TYPE: 'sgd'", "TYPE: 'adam'", .unknownName, 12, 9),
    ("NOISE_TYPE: 'sym'", "NOISE_TYPE: 'worse_label'", .unknownName, 25, 15),
    ("NOISE_TYPE: 'sym'", "NOISE_TYPE: 'sym", .fileFormat, 26, 1),
    ("MOMENTUM: 0.9", "BASE_LR: 0.9", .fileFormat, 0, 0),
    ("BATCH_SIZE: 100", "BATCH_SIZE: 0", .range, 20, 15),
  ])
  func `an error in the configuration points at line and column`(
    old: String, new: String, code: Diagnostic.Code, line: Int, column: Int
  ) throws {
    let yaml = Configurations.yaml().replacing(old, with: new)
    #expect(yaml != Configurations.yaml())
    let error = try #require(diagnostic { _ = try translate("--al npc --budget 3", yaml) })
    #expect(error.code == code)
    guard line > 0 else { return }
    #expect(error.location(in: nil).line == line)
    #expect(error.location(in: nil).column == column)
    #expect(error.location(in: nil).file == "c.yaml")
  }

  @Test(arguments: ["", "# nothing", "- a\n- b", "text", "{{1: 2}: 3}", "a: *b", "\u{0}"])
  func `a file that is no configuration is an error`(yaml: String) {
    #expect(diagnostic { _ = try translate("--al npc --budget 3", yaml) } != nil)
  }

  @Test func `a blank argument says where it comes from`() throws {
    let error = try #require(
      diagnostic {
        _ = try Translation(["--cfg", "c.yaml", "--al", "npc", " "]) { _ in
          Configurations.yaml()
        }
      })
    #expect(error.notes.contains { $0.contains("backslash") })
  }

  @Test func `no configuration, no strategy and no budget are errors`() {
    #expect(
      diagnostic { _ = try Translation(["--al", "npc"]) { _ in "" } }?.code == .missingArgument)
    #expect(diagnostic { _ = try translate("--budget 3") }?.code == .missingArgument)
    #expect(diagnostic { _ = try translate("--al npc") }?.code == .missingArgument)
  }

  @Test func `depth, size and repetition in a configuration are bounded`() {
    let deep = String(repeating: "[", count: 100_000)
    let indented = String(repeating: "- ", count: 100_000)
    let large = "a: " + String(repeating: "x", count: 1 << 20)
    var mappings = "a0: &a0 {}\n"
    for level in 1...40 {
      let copies = (0..<9).map { "k\($0): *a\(level - 1)" }.joined(separator: ", ")
      mappings += "a\(level): &a\(level) {\(copies)}\n"
    }
    for yaml in [deep, indented, large, mappings] {
      #expect(diagnostic { _ = try translate("--al npc --budget 3", yaml) }?.code == .fileFormat)
    }
  }

  @Test func `what a configuration holds cannot end a comment`() throws {
    let yaml = Configurations.yaml(more: "\"X\\nload digits\": \"y\\nquery random 5\\u2028z\"")
    let script = try translate("--al npc --budget 3", yaml).script
    let parsed = try Parser.parse(SourceText(text: script))
    #expect(parsed.statements.count == 6)
  }
}
