import { readdirSync, readFileSync } from "node:fs";

/** Linux counts a process's time in hundredths of a second, whatever the kernel's own tick. */
const TICK_MICROSECONDS = 10_000;

/**
 * Reads the processor time that the workerd of this process has used, µs. It tells what a request
 * costs even where the load generator or other programs keep workerd from running all the time.
 * Returns `null` where there is no `/proc` to read it from.
 */
export function workerdMicroseconds(): number | null {
  const stat = workerdStat();
  if (stat === null) return null;
  return (Number(stat[11]) + Number(stat[12])) * TICK_MICROSECONDS;
}

/** The fields of `/proc/<pid>/stat` from the third on (proc(5)), of our workerd. */
function workerdStat(): string[] | null {
  try {
    for (const pid of readdirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      const stat = readStat(pid);
      if (stat?.name === "workerd" && Number(stat.fields[1]) === process.pid) return stat.fields;
    }
  } catch {
    // Not Linux.
  }
  return null;
}

function readStat(pid: string): { name: string; fields: string[] } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const nameEnd = text.lastIndexOf(")");
    return { name: text.slice(text.indexOf("(") + 1, nameEnd), fields: text.slice(nameEnd + 2).split(" ") };
  } catch {
    return null; // It ended meanwhile.
  }
}
