import CommandLanguage
import Foundation
import ReferenceScripts

/// Translates a command line of the reference implementation: the script goes to stdout, what was
/// left out to stderr. Status 0: done; 1: the configuration cannot be read; 2: it, or the command
/// line, says something that has no meaning.
enum FromReference {
  static func run(_ arguments: [String]) -> Int32 {
    if arguments.isEmpty || arguments.contains(where: ["-h", "--help", "help"].contains) {
      FileHandle.standardOutput.write(Data(Usage.text.utf8))
      return arguments.isEmpty ? 2 : 0
    }
    do {
      let translation = try Translation(arguments, reading: read)
      for notice in translation.notices { say("note: \(notice)") }
      for ignored in translation.ignored { say("left out: \(ignored.text)") }
      try FileHandle.standardOutput.write(contentsOf: Data(translation.script.utf8))
      return 0
    } catch let error as Diagnostic {
      say(error.render(in: nil))
      return error.code == .fileMissing ? 1 : 2
    } catch {
      say("error: the script cannot be written: \(error)")
      return 1
    }
  }

  /// At most a little more than what a configuration may have, so that a device cannot fill memory.
  private static func read(_ path: String) throws -> String {
    do {
      let file = try FileHandle(forReadingFrom: URL(filePath: path))
      defer { try? file.close() }
      let bytes = try file.read(upToCount: (1 << 20) + 1) ?? Data()
      return try SourceText(name: path, bytes: Array(bytes)).text
    } catch let error as Diagnostic {
      throw error
    } catch {
      throw Diagnostic(
        .fileMissing, "the configuration '\(path)' cannot be read",
        notes: [
          "--cfg names a YAML file of the reference, such as configs/cifar100/al/RESNET18.yaml in "
            + "its folder deep-al, or the config.yaml of a run"
        ])
    }
  }

  private static func say(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }
}

exit(FromReference.run(Array(CommandLine.arguments.dropFirst())))
