import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { chaosRows } from './chaos-rows.ts'
import { runRows } from './run-rows.ts'

const relay = join(import.meta.dirname, '../..')
const mutations = join(import.meta.dirname, '../mutations')

/**
 * Shows that the rows can fail: applies each patch of `test/mutations` to a copy of the relay's source and runs the row that its name
 * says, which must then find a problem. Returns the exit code: 1 when a row found none, or a patch does not fit any more.
 */
export async function prove(wanted: readonly string[] | undefined, progress: (text: string) => void): Promise<number> {
  let exitCode = 0
  for (const file of readdirSync(mutations)
    .filter((name) => name.endsWith('.patch'))
    .toSorted(byRow)) {
    const id = rowOf(file)
    if (wanted !== undefined && !wanted.includes(id)) continue
    const found = await findProblem(file, id, progress)
    if (!found.isFound) exitCode = 1
    process.stdout.write(`${found.isFound ? 'found ' : 'MISSED'}  ${file}: ${found.words}\n`)
  }
  return exitCode
}

async function findProblem(
  file: string,
  id: string,
  progress: (text: string) => void,
): Promise<{ isFound: boolean; words: string }> {
  const row = chaosRows.find((one) => one.id === id)
  if (row === undefined) return { isFound: false, words: `there is no row ${id}` }
  const copy = mkdtempSync(join(tmpdir(), 'relay-mutant-'))
  try {
    cpSync(join(relay, 'src'), join(copy, 'src'), { recursive: true, filter: (path) => !path.endsWith('.test.ts') })
    cpSync(join(relay, 'package.json'), join(copy, 'package.json'))
    symlinkSync(join(relay, 'node_modules'), join(copy, 'node_modules'))
    execFileSync('git', ['apply', '-C1', join(mutations, file)], { cwd: copy, stdio: 'pipe' })
    const entry = join(copy, 'src/main.ts')
    const [ran] = await runRows([row], { entry, rounds: 20, powerCuts: 6, isQuick: true, progress })
    const problems = ran?.results.flatMap((result) => result.problems) ?? []
    return { isFound: problems.length > 0, words: problems[0] ?? 'no problem found' }
  } catch (error) {
    return { isFound: false, words: `the patch does not fit: ${error instanceof Error ? error.message : String(error)}` }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function rowOf(file: string): string {
  return /^row-(\w+)-/.exec(file)?.[1] ?? ''
}

function byRow(one: string, other: string): number {
  return Number(rowOf(one)) - Number(rowOf(other)) || one.localeCompare(other)
}
