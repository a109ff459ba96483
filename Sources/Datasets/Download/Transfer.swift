import Glibc
import LinearAlgebra

/// One file on its way into the folder, by `curl`: goes on after what is there already, tries again
/// where the connection breaks.
///
/// `~/.curlrc` and the proxies of the environment are used as by `curl` at the prompt.
struct Transfer {
  let location: String
  /// Where the bytes go; what it holds before is the beginning of the file.
  let partial: String
  /// Bytes of the whole file, where known.
  let size: Int?
  let curl: String
  let retries: Int
  let pause: Double
  let lock: DownloadLock

  /// What one run of `curl` ended with.
  private struct Attempt {
    let status: Int32
    let response: HTTPResponse
    let complaint: String
  }

  /// - Throws: `FileError` that says why the file could not be had; `Interrupted`.
  func run() throws {
    var hasRestarted = false
    var failures = 0
    while true {
      let attempt = try attempt()
      if attempt.status == 0 { return }
      if Self.cannotGoOn(attempt), !hasRestarted, Folder.size(of: partial) ?? 0 > 0 {
        // What is there is no beginning of what the server has: begin anew.
        hasRestarted = true
        try Folder.remove(partial)
      } else if failures < retries, Self.mayPass(attempt) {
        try wait(pause * Double(1 << min(failures, 6)))
        failures += 1
      } else {
        throw error(attempt)
      }
    }
  }

  private var arguments: [String] {
    [
      "--silent", "--show-error", "--fail", "--location", "--globoff",
      "--proto", "=http,https", "--proto-redir", "=http,https",
      // A connection over which nothing comes for a minute is given up.
      "--connect-timeout", "20", "--speed-limit", "1", "--speed-time", "60",
      "--continue-at", "-", "--dump-header", "-", "--output", partial, "--url", location,
    ]
  }

  private func attempt() throws -> Attempt {
    let progress = ProgressMeter.current
    let work = "fetching \(location.split(separator: "/").last ?? "")"
    var response = HTTPResponse()
    let result = try ChildProgram.run(
      curl, arguments, package: "curl", sharing: lock.descriptor,
      output: { response.read($0) },
      tick: {
        let done = Folder.size(of: partial) ?? 0
        if let size, done > size { throw tooLong(done) }
        progress.report(work, done, of: size ?? response.total ?? 0)
      })
    let lines = result.complaints.split(separator: "\n")
    return Attempt(
      status: result.status, response: response, complaint: lines.last.map(String.init) ?? "")
  }

  private func wait(_ seconds: Double) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      try Interrupt.check()
      usleep(20_000)
    }
  }

  /// The server has no such range of bytes, or knows no ranges.
  private static func cannotGoOn(_ attempt: Attempt) -> Bool {
    [33, 36].contains(attempt.status) || attempt.status == 22 && attempt.response.status == 416
  }

  /// Broken transfers, and servers that are busy; not what would be the same again.
  private static func mayPass(_ attempt: Attempt) -> Bool {
    if attempt.status == 22 {
      return [408, 429, 500, 502, 503, 504].contains(attempt.response.status ?? 0)
    }
    return [16, 18, 28, 52, 55, 56, 92, 95].contains(attempt.status)
  }

  private func tooLong(_ found: Int) -> FileError {
    unlink(partial)
    return FileError(
      .format, path: location, expected: "a file of \(size ?? 0) bytes", found: "a longer one",
      hints: ["what came is deleted"])
  }

  private func error(_ attempt: Attempt) -> FileError {
    var hints: [String] = []
    if let kept = Folder.size(of: partial), kept > 0 {
      hints.append("'\(partial)' keeps the \(kept) bytes that came; download=true goes on there")
    }
    if attempt.status == 23 {
      return FileError(
        .unwritable, path: partial, expected: "space for the file", found: words(attempt),
        hints: hints)
    }
    hints.append("another server: WINNOW_MIRROR=http://HOST/PREFIX")
    return FileError(
      .missing, path: location, expected: "the file", found: words(attempt), hints: hints)
  }

  private func words(_ attempt: Attempt) -> String {
    let reason =
      switch attempt.status {
      case 5, 6, 7: "no connection"
      case 18: "a connection that broke off"
      case 22: "HTTP status \(attempt.response.status ?? 0)"
      case 23: "a write error"
      case 28: "a connection over which nothing came in time"
      case 35, 51, 58, 59, 60, 77: "a connection that is not secure"
      case 52, 55, 56, 92, 95: "a connection that broke"
      case 128...: "a curl that was ended by signal \(attempt.status - 128)"
      default: "curl's error \(attempt.status)"
      }
    return attempt.complaint.isEmpty ? reason : "\(reason) (\(attempt.complaint))"
  }
}

/// What the headers of the last response say; those of redirections come before.
struct HTTPResponse {
  private(set) var status: Int?
  /// Bytes of the whole file, not only of the part that is sent.
  private(set) var total: Int?
  private var rest: [UInt8] = []

  /// Takes the next bytes of the headers. What is no header is passed over.
  mutating func read(_ bytes: [UInt8]) {
    rest += bytes
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      readLine(String(decoding: rest[..<end], as: UTF8.self))
      rest.removeSubrange(...end)
    }
    if rest.count > 1 << 16 { rest = [] }
  }

  private mutating func readLine(_ line: String) {
    let text = line.lowercased().filter { $0 != "\r" && $0 != "\r\n" }
    if text.hasPrefix("http/") {
      let words = text.split(separator: " ")
      (status, total) = (words.count > 1 ? Int(words[1]) : nil, nil)
    } else if text.hasPrefix("content-range:"), let slash = text.lastIndex(of: "/") {
      total = Int(text[text.index(after: slash)...].filter { $0 != " " })
    } else if text.hasPrefix("content-length:"), status == 200 {
      total = Int(text.dropFirst("content-length:".count).filter { $0 != " " })
    }
  }
}
