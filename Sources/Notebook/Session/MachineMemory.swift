import Foundation
import Glibc

/// How much memory there is for this process: the machine's, or that of its control group where this is
/// less, as in a container.
package enum MachineMemory {
  package static var bytes: Int {
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let groups = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
    return limits(of: groups, read: text).reduce(machine, min)
  }

  /// The limits that are in force for the groups that `/proc/self/cgroup` lists, with those above them.
  ///
  /// Version 2 has one line, `0::/path`, and files memory.max, which say `max` where there is none;
  /// version 1 a line for its memory controller. A container sees its own group as the root.
  /// - Parameter read: the content of a file; nil where there is none.
  package static func limits(of groups: String, read: (String) -> String?) -> [Int] {
    groups.split(separator: "\n").flatMap { line -> [Int] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      let (root, name): (String, String)
      if parts[1].isEmpty {
        (root, name) = ("/sys/fs/cgroup", "memory.max")
      } else if parts[1].split(separator: ",").contains("memory") {
        (root, name) = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
      } else {
        return []
      }
      return folders(from: String(parts[2])).compactMap { folder in
        read("\(root)\(folder)/\(name)").flatMap {
          Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
      }
    }
  }

  /// `/a/b`, `/a` and the root, which is empty.
  private static func folders(from path: String) -> [String] {
    let steps = path.split(separator: "/")
    return (0...steps.count).map { count in steps.prefix(count).map { "/\($0)" }.joined() }
  }

  private static func text(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }
}
