import ArgumentParser
import Datasets
import Foundation
import Glibc
import LinearAlgebra

/// Reads damaged files until its time is over or one of them ends it; `torture` starts one after
/// another and sees which.
struct TortureChild: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "torture-child", abstract: "Reads damaged files.", shouldDisplay: false)

  @Option var reader: String
  @Option var seed: Int
  @Option var first: Int
  @Option var seconds: Double
  @Option var work: String
  /// MiB that one process may ask for beyond what it begins with.
  @Option var memory: Int
  /// Seconds after which a single file has taken too long.
  @Option var patience: Int
  @Option var fixtures: [String] = []
  /// Reads the sound files, too, and says which of them are refused.
  @Flag var soundFiles = false

  func run() throws {
    guard let reader = (Reader.all + Reader.faulty).first(where: { $0.name == reader }) else {
      throw ExitCode(2)
    }
    Parallel.threads = 1
    let bench = Bench(
      reader: reader, seeds: reader.seeds(SeedFolders(fixtures)), seed: seed, work: work,
      patience: patience)
    guard !bench.seeds.isEmpty else {
      TortureReport.say(TortureReport.empty)
      return
    }
    Footprint.limit(more: memory << 20, seconds: Int(seconds) + 2 * patience + 60)
    if soundFiles { bench.readSoundFiles() }
    var report = TortureReport(next: first)
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      try bench.run(report.next, &report)
      report.next += 1
    }
    TortureReport.say(report.line)
  }
}

/// A folder in which files are damaged and read, one case after another.
private struct Bench {
  let reader: Reader
  let seeds: [Seed]
  let seed: Int
  let work: String
  let patience: Int

  func readSoundFiles() {
    for (index, seed) in seeds.enumerated() {
      do {
        let folder = try layOut(index)
        for target in seed.targets {
          try reader.read(folder, "\(folder)/\(seed.files[target].path)")
        }
      } catch {
        TortureReport.say("refused undamaged: \(TortureReport.words(error))")
      }
    }
  }

  /// The case with this number is the same whenever it is run.
  func run(_ number: Int, _ report: inout TortureReport) throws {
    var random = RandomSource(
      RandomKey(seed: seed, role: .data, round: number, method: reader.name))
    let index = random.integer(below: seeds.count)
    let seed = seeds[index]
    let file = seed.files[seed.targets[random.integer(below: seed.targets.count)]]
    let stranger = seeds[random.integer(below: seeds.count)]
    let other = stranger.files[stranger.targets[random.integer(below: stranger.targets.count)]]
    var damage = Damage(random: random, other: other.bytes)
    let bytes = Repacking.damaged(file.bytes, seed.packing, &damage)
    let folder = try layOut(index)
    let path = "\(folder)/\(file.path)"
    try Self.write(bytes, to: path)
    try Self.write(Array("\(number)\n\(path)\n".utf8), to: work + "/state")
    read(folder, path, number, &report)
    try Self.write(Self.packed(file, seed), to: path)
  }

  private func read(_ folder: String, _ path: String, _ number: Int, _ report: inout TortureReport)
  {
    let before = Footprint.mark()
    let start = ContinuousClock.now
    // Whatever hangs is ended by the signal.
    alarm(UInt32(patience))
    do {
      try reader.read(folder, path)
      report.read += 1
    } catch let error where Reader.isRefusal(error) {
      report.refused += 1
    } catch {
      report.refused += 1
      TortureReport.say("wrong \(number) \(path): \(TortureReport.words(error))")
    }
    alarm(0)
    report.note(
      number, memory: Footprint.peak - before,
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// The sound files of a seed, in a folder of their own.
  private func layOut(_ index: Int) throws -> String {
    let seed = seeds[index]
    let folder = "\(work)/\(index)/\(seed.name)"
    guard access(folder, F_OK) != 0 else { return folder }
    for file in seed.files {
      let path = "\(folder)/\(file.path)"
      try FileManager.default.createDirectory(
        at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      try Self.write(Self.packed(file, seed), to: path)
    }
    return folder
  }

  private static func packed(_ file: Seed.File, _ seed: Seed) -> [UInt8] {
    Repacking.packed(file.bytes, seed.packing)
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw ExitCode(3) }
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      guard count > 0 else { throw ExitCode(3) }
      done += count
    }
  }
}
