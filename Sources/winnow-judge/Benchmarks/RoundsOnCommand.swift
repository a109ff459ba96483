import ArgumentParser
import Foundation

/// Does a prepared work whenever it is told to, and says how long it took: the conversation that
/// `scripts/benchmark` has with each process that it measures.
enum RoundsOnCommand {
  /// Does the work once and returns what came out of it as numbers, for whoever wants to hold it
  /// against another program's; empty where there is nothing to hold.
  typealias Once = () throws -> [Int]

  /// Prints `ready` and then answers each line of the input with one line: `round N` with the seconds
  /// that one of N times took, `peak` with the bytes that this process had in memory at most,
  /// `answers` with what came out last. Returns when the input ends.
  /// - Throws: `ValidationError` for another line; what the work throws.
  static func serve(_ once: Once) throws {
    var answers: [Int] = []
    say("ready")
    while let line = readLine() {
      let words = line.split(separator: " ")
      if words.first == "round", words.count == 2, let times = Int(words[1]), times > 0 {
        let elapsed = try ContinuousClock().measure {
          for _ in 0..<times { answers = try once() }
        }
        say("seconds \(elapsed / .seconds(1) / Double(times))")
      } else if line == "peak" {
        say("bytes \(Footprint.peak)")
      } else if line == "answers" {
        say("answers " + answers.map(String.init).joined(separator: " "))
      } else {
        throw ValidationError("'\(line)' is none of 'round N', 'peak' and 'answers'")
      }
    }
  }

  private static func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
