import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { createProgram } from '../src/cli/create-program.ts'
import { runInProcess } from './run-in-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const cwd = '/'

/** Every command, with those below it: `quarantine show`. */
function everyCommand(): readonly (readonly string[])[] {
  const stream = new PassThrough()
  const context = { env: {}, cwd, stdin: stream, stdout: stream, stderr: stream, stopSignal: () => new AbortController().signal }
  const walk = (command: Command, path: readonly string[]): readonly (readonly string[])[] => [
    path,
    ...command.commands.flatMap((one) => walk(one, [...path, one.name()])),
  ]
  return walk(
    createProgram(context, () => undefined),
    [],
  )
}

/** Commands that run until they are stopped, or print nothing but what they did at a terminal. */
const withoutJson = ['', 'start', 'imports', 'erasures', 'quarantine']

describe.each(everyCommand().map((path) => [path.join(' '), path] as const))('%s --help', (name, path) => {
  test('shows examples that can be run', async () => {
    const { exitCode, stdout, stderr } = await runInProcess([...path, '--help'], { cwd })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const lines = stdout.split('\n').filter((line) => line.startsWith('  $ '))
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(new RegExp(`^  \\$ ([A-Z_]+=\\S+ )*subtotal-relay ${path[0] ?? ''}`))
    expect(stdout.includes('--json')).toBe(!withoutJson.includes(name))
  })
})

test('the help of all names the exit codes, and each command under a heading', async () => {
  const { stdout } = await runInProcess(['--help'], { cwd })
  expect(stdout).toContain('Exit codes: 0 done, 1 failed, 2 wrong use.')
  for (const heading of ['Set up:', 'Run:', 'Look into a running relay:', 'Change something in a running relay:']) {
    expect(stdout).toContain(`\n${heading}\n`)
  }
})

test('the README names every command', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  for (const [name] of everyCommand().filter((path) => path.length === 1)) expect(readme).toMatch(new RegExp(`\`${name}[\\s\`]`))
})

test.each([
  [['evnts'], 'Did you mean events?'],
  [['deadleters'], 'Did you mean deadletters?'],
  [['docter'], 'Did you mean doctor?'],
  [['events', '--custmer', 'x'], 'Did you mean --customer?'],
  [['pause', 'braze', '--jsn'], 'Did you mean --json?'],
  [['quarantine', 'proces'], 'there is no "quarantine proces". There is list, show, process.'],
  [['imports', 'resum', '3'], 'There is list, show, resume, cancel.'],
  [['erasures', 'unblok', '3'], 'There is list, unblock.'],
  [['connect', '--url', 'http://127.0.0.1:1', '--json'], '--json goes with --status'],
])('%j is wrong use, with what was meant', async (args, said) => {
  const result = await runInProcess(args, { cwd: temporaryFolder() })
  expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(said) })
})
