import Datasets
import Glibc

/// What came of the cases of one reader.
struct TortureReport {
  /// The case to go on with.
  var next: Int
  var read = 0
  var refused = 0
  /// Bytes beyond what was there before, and the case that took them.
  var worstMemory = (bytes: 0, number: 0)
  var worstTime = (seconds: 0.0, number: 0)

  /// What is printed where there is nothing to damage.
  static let empty = "nothing"

  init(next: Int) { self.next = next }

  mutating func note(_ number: Int, memory: Int, seconds: Double) {
    if memory > worstMemory.bytes { worstMemory = (memory, number) }
    if seconds > worstTime.seconds { worstTime = (seconds, number) }
  }

  /// As one process hands it to another.
  var line: String {
    "report \(next) \(read) \(refused) \(worstMemory.bytes) \(worstMemory.number)"
      + " \(worstTime.seconds) \(worstTime.number)"
  }

  init?(_ line: some StringProtocol) {
    let words = line.split(separator: " ")
    guard words.count == 8, words[0] == "report", let next = Int(words[1]),
      let read = Int(words[2]), let refused = Int(words[3]), let bytes = Int(words[4]),
      let largest = Int(words[5]), let seconds = Double(words[6]), let slowest = Int(words[7])
    else { return nil }
    self.init(next: next)
    (self.read, self.refused) = (read, refused)
    (worstMemory, worstTime) = ((bytes, largest), (seconds, slowest))
  }

  /// Takes up what a process that went on from here has done.
  mutating func add(_ other: TortureReport) {
    next = other.next
    read += other.read
    refused += other.refused
    note(other.worstMemory.number, memory: other.worstMemory.bytes, seconds: 0)
    note(other.worstTime.number, memory: 0, seconds: other.worstTime.seconds)
  }

  /// Writes a line that cannot be lost with the process.
  static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
  }

  /// An error on one line.
  static func words(_ error: any Error) -> String {
    guard let error = error as? FileError else {
      return String(describing: error).split(separator: "\n").joined(separator: " ")
    }
    return "\(error.path): expected \(error.expected), found \(error.found)"
      .split(separator: "\n").joined(separator: " ")
  }
}
