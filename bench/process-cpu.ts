import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second. */
const microsecondsPerTick = 10_000

/** What Linux says of a process, times in ticks. */
interface ProcessTimes {
  readonly parent: number
  readonly own: number
  /** Of those that it started and that have ended. */
  readonly ended: number
}

/** The CPU time that a process has used so far, all its threads, in microseconds. */
export function cpuOf(pid: number): number {
  return (readTimes(pid)?.own ?? 0) * microsecondsPerTick
}

/** As {@link cpuOf}, with all that the process started, ended or not: of PostgreSQL, its backends. */
export function cpuOfFamily(pid: number): number {
  const first = readTimes(pid)
  const children = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readTimes(Number(name)) ?? []) : []))
  const living = children.filter(({ parent }) => parent === pid).reduce((sum, { own }) => sum + own, 0)
  return ((first?.own ?? 0) + (first?.ended ?? 0) + living) * microsecondsPerTick
}

/** The process that started this one. */
export function parentOf(pid: number): number {
  return readTimes(pid)?.parent ?? 0
}

/** `undefined`: it has ended. */
function readTimes(pid: number): ProcessTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // Its name, in brackets, may hold spaces. The numbers are those of proc(5), from the third on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const field = (number: number): number => Number(fields[number - 3])
    return { parent: field(4), own: field(14) + field(15), ended: field(16) + field(17) }
  } catch {
    return undefined
  }
}
