import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { chaosRows } from './chaos-rows.ts'
import { runRows } from './run-rows.ts'
import { bundleRelay } from './support/bundle-relay.ts'
import type { ChaosStores, StoreKind } from './support/chaos-store.ts'

const root = join(import.meta.dirname, '../../../..')
const mutations = join(import.meta.dirname, '../mutations')
const scope = '@subtotal-connectors'

/**
 * Shows that the rows can fail: applies each patch of `test/mutations` to a copy of the sources of the relay and the packages and runs the
 * row that its name says, which must then find a problem. Patches for PostgreSQL are tried with that store alone. Returns the exit code: 1 when a row found none, or a patch does not fit any more.
 */
export async function prove(
  wanted: readonly string[] | undefined,
  stores: ChaosStores,
  progress: (text: string) => void,
): Promise<number> {
  let exitCode = 0
  for (const file of readdirSync(mutations)
    .filter((name) => name.endsWith('.patch'))
    .toSorted(byRow)) {
    const id = rowOf(file)
    if (storeOf(file) !== stores.kind || (wanted !== undefined && !wanted.includes(id))) continue
    const found = await findProblem(file, id, stores, progress)
    if (!found.isFound) exitCode = 1
    process.stdout.write(`${found.isFound ? 'found ' : 'MISSED'}  ${file}: ${found.words}\n`)
  }
  return exitCode
}

async function findProblem(
  file: string,
  id: string,
  stores: ChaosStores,
  progress: (text: string) => void,
): Promise<{ isFound: boolean; words: string }> {
  const row = chaosRows.find((one) => one.id === id)
  if (row === undefined) return { isFound: false, words: `there is no row ${id}` }
  const copy = mkdtempSync(join(tmpdir(), 'relay-mutant-'))
  try {
    copySources(copy)
    const misfit = misfitOf(file, copy)
    if (misfit !== undefined) return { isFound: false, words: `the patch does not fit: ${misfit}` }
    const entry = await bundleRelay(join(copy, 'apps/relay'), copy)
    const [ran] = await runRows([row], { entry, rounds: 20, powerCuts: 6, isQuick: true, progress }, stores)
    const problems = new Set(ran?.results.flatMap((result) => result.problems))
    return { isFound: problems.size > 0, words: [...problems].join('; ') || 'no problem found' }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** The relay and the packages, each beside the others as in the repository, so that they import the copies of each other. */
function copySources(copy: string): void {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)
  for (const folder of ['apps/relay', ...packages].filter((one) => existsSync(join(root, one, 'src')))) {
    cpSync(join(root, folder, 'src'), join(copy, folder, 'src'), {
      recursive: true,
      filter: (path) => !path.endsWith('.test.ts'),
    })
    cpSync(join(root, folder, 'package.json'), join(copy, folder, 'package.json'))
    linkModules(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'), copy)
  }
}

function linkModules(from: string, to: string, copy: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    if (name.startsWith('.')) continue
    if (name !== scope) symlinkSync(join(from, name), join(to, name))
    else linkPackages(join(from, name), join(to, name), copy)
  }
}

function linkPackages(from: string, to: string, copy: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from)) symlinkSync(join(copy, 'packages', name), join(to, name))
}

function misfitOf(file: string, copy: string): string | undefined {
  try {
    execFileSync('git', ['apply', '-C1', join(mutations, file)], { cwd: copy, stdio: 'pipe' })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** `row-2-….patch`, or for PostgreSQL alone `row-2-postgres-….patch`. */
function rowOf(file: string): string {
  return /^row-(\w+)-/.exec(file)?.[1] ?? ''
}

function storeOf(file: string): StoreKind {
  return /^row-\w+-postgres-/.test(file) ? 'postgres' : 'sqlite'
}

function byRow(one: string, other: string): number {
  return Number(rowOf(one)) - Number(rowOf(other)) || one.localeCompare(other)
}
