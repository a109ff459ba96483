import Foundation
import Glibc
import LinearAlgebra
import Synchronization

/// Shows on stderr how far a long command is: `coverage graph  43 %  ~12 s left`.
///
/// Reports may come from any thread and cost a lock; drawing is done ten times a second at most, by
/// a timer of its own, so that a line appears and grows older also while no report comes.
final class ProgressLine: Sendable {
  /// How to show it, as `--progress` says.
  enum Style: String, CaseIterable, Sendable {
    /// A bar where stderr is a terminal that can erase a line; otherwise plain lines, but only for
    /// commands that take longer than ten seconds.
    case auto
    /// One line, drawn over and over, erased at the end.
    case bar
    /// A new line every few seconds.
    case plain
    case never
  }

  private let sheet: Mutex<ProgressSheet>
  private let style: Style
  private let firstDelay: Duration
  private let interval: Duration

  init(style: Style) {
    let canErase = isatty(STDERR_FILENO) == 1 && Self.terminalErases
    self.style = style == .auto ? (canErase ? .bar : .plain) : style
    firstDelay = self.style == .bar ? .milliseconds(500) : .seconds(style == .auto ? 10 : 2)
    interval = self.style == .bar ? .milliseconds(100) : .seconds(style == .auto ? 30 : 5)
    sheet = Mutex(ProgressSheet(isBar: self.style == .bar))
  }

  /// Runs `body` with its progress shown, and leaves nothing of a bar behind.
  func show<Result>(during body: () throws -> Result) rethrows -> Result {
    guard style != .never else { return try body() }
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "winnow.progress"))
    timer.schedule(deadline: .now() + firstDelay.seconds, repeating: interval.seconds)
    timer.setEventHandler { self.sheet.withLock { $0.draw() } }
    sheet.withLock { $0.begin() }
    timer.resume()
    defer {
      timer.cancel()
      sheet.withLock { $0.end() }
    }
    let meter = ProgressMeter { work, done, total in
      self.sheet.withLock { $0.note(work, done, total) }
    }
    return try ProgressMeter.$current.withValue(meter, operation: body)
  }

  /// Writes something else to the terminal while a command runs: the bar makes room for it.
  func makingRoom<Result>(_ body: () throws -> Result) rethrows -> Result {
    try sheet.withLock {
      $0.erase()
      return try body()
    }
  }

  private static var terminalErases: Bool {
    let name = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return !name.isEmpty && name != "dumb"
  }
}

/// What is known of the work under way, and what of it stands on the screen.
struct ProgressSheet {
  private struct Work {
    var name: String
    var done: Int
    var total: Int
    var firstDone: Int
    var began: ContinuousClock.Instant

    var title: Substring { Self.title(name) }

    static func title(_ name: String) -> Substring { name.prefix { $0 != ":" } }
  }

  private let isBar: Bool
  private var work: Work?
  private var isShown = false
  private var isRunning = false

  init(isBar: Bool) {
    self.isBar = isBar
  }

  mutating func begin() {
    work = nil
    isRunning = true
  }

  mutating func end() {
    isRunning = false
    work = nil
    erase()
  }

  /// Takes a report. Another name up to the colon, or fewer steps done than before, is new work.
  mutating func note(
    _ name: String, _ done: Int, _ total: Int, at now: ContinuousClock.Instant = .now
  ) {
    if var known = work, known.title == Work.title(name), known.total == total,
      known.firstDone <= done
    {
      // Threads overtake each other: the furthest counts.
      if done >= known.done { known.name = name }
      known.done = max(known.done, done)
      work = known
    } else {
      work = Work(name: name, done: done, total: total, firstDone: done, began: now)
    }
  }

  mutating func draw() {
    guard isRunning, let text = text() else { return }
    if isBar {
      write("\r\u{1b}[K" + String(text.prefix(Self.columns - 1)))
      isShown = true
    } else {
      write(text + "\n")
    }
  }

  mutating func erase() {
    guard isShown else { return }
    isShown = false
    write("\r\u{1b}[K")
  }

  /// The line as it would be shown now; nil while nothing was reported.
  func text(at now: ContinuousClock.Instant = .now) -> String? {
    guard let work else { return nil }
    guard work.total > 0 else { return "\(work.name)  \(work.done)" }
    let share = min(1, max(0, Double(work.done) / Double(work.total)))
    var line = "\(work.name)  \(Int(share * 100)) %"
    if let left = secondsLeft(work, at: now) { line += "  ~\(Self.coarse(left)) left" }
    return line
  }

  /// By the rate since the work began; nil while there is too little to go by.
  private func secondsLeft(_ work: Work, at now: ContinuousClock.Instant) -> Double? {
    let steps = work.done - work.firstDone
    let elapsed = (now - work.began).seconds
    guard steps > 0, elapsed >= 0.5, work.done < work.total else { return nil }
    return elapsed * Double(work.total - work.done) / Double(steps)
  }

  /// A duration in as few digits as it is worth: `7 s`, `40 s`, `3 min`, `2 h`.
  static func coarse(_ seconds: Double) -> String {
    switch seconds {
    case ..<10: "\(max(1, Int(seconds.rounded()))) s"
    case ..<55: "\(5 * Int((seconds / 5).rounded())) s"
    case ..<3300: "\(max(1, Int((seconds / 60).rounded()))) min"
    case ..<3.6e6: "\(max(1, Int((seconds / 3600).rounded()))) h"
    default: "a long time"
    }
  }

  private static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
    return Int(size.ws_col)
  }

  /// One write, so that other output does not come in between. What cannot be written is not worth
  /// an error.
  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
