import Glibc
import Notebook
import Testing

@Suite struct MachineMemoryTests {
  @Test func `the least of a group's limits and those above it counts, in either version`() {
    let files = [
      "/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "4096\n",
      "/sys/fs/cgroup/memory.max": "8192\n",
      "/sys/fs/cgroup/memory/c/memory.limit_in_bytes": "1024\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    ]
    #expect(MachineMemory.limits(of: "0::/a/b\n") { files[$0] } == [8192, 4096])
    let old = "9:cpu:/c\n4:memory:/c\n1:name=systemd:/c\n"
    #expect(MachineMemory.limits(of: old) { files[$0] } == [9_223_372_036_854_771_712, 1024])
    #expect(MachineMemory.limits(of: "") { files[$0] }.isEmpty)
    #expect(MachineMemory.limits(of: "nonsense\n0:\n0::\n") { files[$0] } == [8192])
  }

  @Test func `no process has more than the machine`() {
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    #expect((1...machine).contains(MachineMemory.bytes))
    #expect(Environment.defaultMemory == MachineMemory.bytes / 2)
  }
}
