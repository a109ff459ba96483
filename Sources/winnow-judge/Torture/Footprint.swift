import Foundation
import Glibc

/// What this process takes of the machine, and how it is kept from taking more.
enum Footprint {
  /// In the environment of a process they make large blocks go back to the system when they are
  /// freed, so that the peak of one case does not hide that of the next.
  static let environment = ["MALLOC_MMAP_THRESHOLD_=131072", "MALLOC_TRIM_THRESHOLD_=131072"]

  /// A process that asks for `more` bytes beyond what it has now gets none; after `seconds` of
  /// computing in all it is ended. No core files are written.
  static func limit(more: Int, seconds: Int) {
    set(Int32(RLIMIT_CORE.rawValue), 0)
    set(Int32(RLIMIT_CPU.rawValue), UInt(seconds))
    set(Int32(RLIMIT_AS.rawValue), UInt(value("VmSize") + more))
  }

  /// Bytes in memory now; the peak is counted from here on.
  static func mark() -> Int {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    if descriptor >= 0 {
      _ = write(descriptor, "5", 1)
      close(descriptor)
    }
    return value("VmRSS")
  }

  /// The most bytes in memory since `mark`.
  static var peak: Int { value("VmHWM") }

  private static func set(_ resource: Int32, _ value: UInt) {
    var limit = rlimit(rlim_cur: value, rlim_max: value)
    setrlimit(resource, &limit)
  }

  /// A line of /proc/self/status, in bytes; 0 where there is none.
  private static func value(_ name: String) -> Int {
    var bytes = [UInt8](repeating: 0, count: 1 << 12)
    let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    let count = read(descriptor, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name + ":") }) else {
      return 0
    }
    return (Int(line.filter(\.isNumber)) ?? 0) * 1024
  }
}
