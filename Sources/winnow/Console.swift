import CommandLanguage
import Foundation
import Glibc
import Notebook

/// The two streams: results to stdout, everything else to stderr.
final class Console {
  private var renderer: Renderer
  private let color: Bool
  private let quiet: Bool
  let progress: ProgressLine

  init(_ options: SharedOptions) {
    renderer = Renderer(mode: options.mode, width: Self.columns(of: STDOUT_FILENO))
    color = options.color.isOn
    quiet = options.quiet
    progress = ProgressLine(style: options.quiet ? .never : options.progress)
  }

  /// One executed command: its result, or what went wrong.
  ///
  /// - Parameter paging: whether a result that is longer than the screen goes through a pager.
  /// - Throws: `Stop` where nobody reads stdout any more.
  func show(_ report: CellReport, timing: Bool, paging: Bool = false) throws {
    renderer.width = Self.columns(of: STDOUT_FILENO)
    try progress.makingRoom {
      let text = renderer.render(report)
      // No pager lets the codes of a graphic through.
      let paging = paging && report.output?.graphic == nil
      if !(paging && Pager.show(text)) { try write(text) }
      if let failure = report.failure { say(failure) }
      guard !quiet else { return }
      for notice in report.notices { note(notice) }
      if timing { note("cell \(report.cell): \(Self.seconds(report.seconds))") }
    }
  }

  /// An answer that no command gave.
  /// - Throws: `Stop` where nobody reads stdout any more.
  func show(_ output: Output) throws { try write(renderer.render(output)) }

  /// Ends what the mode began.
  func close() throws { try write(renderer.closing()) }

  func say(_ failure: Failure) { warn(failure.text(color: color)) }

  func note(_ text: String) {
    if !quiet { warn("note: \(text)") }
  }

  /// A line on stderr. Where nobody reads it, that is no reason to stop.
  func warn(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }

  /// - Throws: `Stop`: a closed pipe ends quietly and with status 0; anything else that keeps
  ///   results from being written is said.
  func write(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno == EPIPE {
        throw Stop(status: .ok)
      } else if errno != EINTR {
        warn("error: results cannot be written: \(String(cString: strerror(errno)))")
        throw Stop(status: .failed)
      }
    }
  }

  static func columns(of descriptor: Int32) -> Int {
    guard let size = size(of: descriptor), size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// The rows of a terminal; nil where there is none.
  static func rows(of descriptor: Int32) -> Int? {
    guard let size = size(of: descriptor), size.ws_row > 0 else { return nil }
    return Int(size.ws_row)
  }

  private static func size(of descriptor: Int32) -> winsize? {
    var size = winsize()
    guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else {
      return nil
    }
    return size
  }

  private static func seconds(_ value: Double) -> String {
    "\((value * 1000).rounded() / 1000) s"
  }
}
