#if FUZZING
  import Foundation
  import Glibc
  import LinearAlgebra

  /// One reader under libFuzzer, which brings the main function, the inputs and the measure of what
  /// code they reach. `$WINNOW_FUZZ` names the reader, `$WINNOW_FUZZ_FIXTURES` folders with sound files,
  /// `$WINNOW_FUZZ_FOLDER` the folder, best in memory, that the inputs are written to as files.
  private struct FuzzTarget: @unchecked Sendable {
    static let shared = FuzzTarget()

    let reader: Reader
    let seeds: [Seed]
    let folder: String
    /// Named as a sound file is, because endings matter.
    let file: String

    private init() {
      let name = ProcessInfo.processInfo.environment["WINNOW_FUZZ"] ?? ""
      guard let reader = Reader.all.first(where: { $0.name == name }) else {
        preconditionFailure("WINNOW_FUZZ names no reader: \(name)")
      }
      let folders = ProcessInfo.processInfo.environment["WINNOW_FUZZ_FIXTURES"] ?? ""
      self.reader = reader
      Parallel.threads = 1
      seeds = reader.seeds(SeedFolders(folders.split(separator: ":").map(String.init)))
      guard let place = ProcessInfo.processInfo.environment["WINNOW_FUZZ_FOLDER"] else {
        preconditionFailure("WINNOW_FUZZ_FOLDER names no folder")
      }
      folder = place
      file = "\(folder)/\(seeds.first?.files.first?.path ?? "input")"
    }

    /// Writes the sound files where the fuzzer takes its first inputs from.
    func sow(in corpus: String) {
      for (index, seed) in seeds.enumerated() {
        for target in seed.targets {
          let file = seed.files[target]
          let name = URL(filePath: file.path).lastPathComponent
          try? Data(Repacking.packed(file.bytes, seed.packing))
            .write(to: URL(filePath: "\(corpus)/seed-\(index)-\(name)"))
        }
      }
    }

    func read(_ bytes: UnsafeBufferPointer<UInt8>) {
      do {
        try Data(buffer: bytes).write(to: URL(filePath: file))
        try reader.read(folder, file)
      } catch let error where Reader.isRefusal(error) {
      } catch {
        TortureReport.say("an error that says nothing of the file: \(error)")
        abort()
      }
    }
  }

  @_cdecl("LLVMFuzzerInitialize")
  public func initializeFuzzing(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>>>
  ) -> CInt {
    if let corpus = ProcessInfo.processInfo.environment["WINNOW_FUZZ_SOW"] {
      FuzzTarget.shared.sow(in: corpus)
    }
    return 0
  }

  @_cdecl("LLVMFuzzerTestOneInput")
  public func readFuzzedInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    FuzzTarget.shared.read(UnsafeBufferPointer(start: start, count: count))
    return 0
  }
#endif
