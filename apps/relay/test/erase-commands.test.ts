import { describe, expect, test } from 'vitest'
import type { CommandResult } from './run-command.ts'
import { runInProcess } from './run-in-process.ts'
import type { TestRelay } from './support/start-relay.ts'
import { startRelay } from './support/start-relay.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const token = 'admin-token-of-the-tests'

async function withPerson(): Promise<TestRelay> {
  const relay = await startRelay({ adminToken: token })
  const connection = { connection_id: 'c1', customer_id: 'robin-1', email: 'robin@shoppers.example', retailer_id: 'target' }
  await relay.post(JSON.stringify({ type: 'connection.activated', id: 'e1', payload: { connection } }))
  await relay.settled(1)
  return relay
}

function run(relay: TestRelay, ...args: readonly string[]): Promise<CommandResult> {
  return runWith(relay, '', ...args)
}

function runWith(relay: TestRelay, input: string, ...args: readonly string[]): Promise<CommandResult> {
  return runInProcess(args, { cwd: temporaryFolder(), env: { RELAY_URL: relay.url, RELAY_ADMIN_TOKEN: token }, input })
}

describe('erase', () => {
  test('says first what would be erased; --yes erases it; erasures shows the proof; unblock ends the block', async () => {
    const relay = await withPerson()
    const told = await run(relay, 'erase', '--email', 'robin@shoppers.example')
    expect(told).toMatchObject({
      exitCode: 0,
      stdout:
        '1 events (0 further versions) of 1 connections and 1 customer ids\n' +
        '0 deliveries pending, 1 delivered, 0 skipped, 0 dead\n0 webhooks in quarantine\n',
      stderr: 'Nothing was erased. Add --yes to do it; it cannot be undone.\n',
    })
    expect((await run(relay, 'erasures')).stderr).toBe('nothing found.\n')
    expect((await run(relay, 'events')).stdout).toContain('e1')

    const done = await run(relay, 'erase', '--customer', 'robin-1', '--block', '--yes')
    expect(done).toMatchObject({ exitCode: 0, stderr: '' })
    expect(done.stdout).toBe(
      'erasure 1: 1 events, 1 deliveries and 0 quarantined webhooks erased. Later events of the person are dropped.\n',
    )
    expect((await run(relay, 'events')).stderr).toBe('nothing found.\n')
    const { stdout } = await run(relay, 'erasures')
    expect(stdout).toMatch(/^1 +finished .* customer +yes +1 +1 +0/m)
    expect(stdout).not.toContain('robin')
    expect((await run(relay, 'erase', '--customer', 'robin-1')).stdout).toContain('erased before: erasure 1, 20')
    expect((await run(relay, 'erasures', 'unblock', '1')).stdout).toContain('taken again')
  })

  test('of an unknown customer nothing is found: exit code 0', async () => {
    const relay = await withPerson()
    const told = await run(relay, 'erase', '--customer', 'nobody')
    expect(told).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('0 events') })
    const done = await run(relay, 'erase', '--customer', 'nobody', '--yes')
    expect(done).toMatchObject({ exitCode: 0, stdout: 'erasure 1: 0 events, 0 deliveries and 0 quarantined webhooks erased.\n' })
    expect((await run(relay, 'events')).stdout).toContain('e1')
  })

  test.each([
    [['erase'], 'Give one of --customer, --email and --mobile.'],
    [['erase', '--customer', 'a', '--email', 'a@b.example'], 'Give one of --customer, --email and --mobile.'],
    [['erase', '--email', 'robin', '--yes'], '"email" is not an email address, such as robin@example.com.'],
    [['erase', '--mobile', '5550100'], '"mobile" is not a phone number with its country, such as +15555550100.'],
  ])('%j is wrong use: exit code 2', async (args, said) => {
    const result = await run(await withPerson(), ...args)
    expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(said) })
  })

  test('reads who is meant from the standard input, where nobody sees it', async () => {
    const relay = await withPerson()
    const told = await runWith(relay, ' robin@shoppers.example\n', 'erase', '--email', '-')
    expect(told).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 events') })
    const done = await runWith(relay, 'robin-1', 'erase', '--customer', '-', '--yes')
    expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('erasure 1: 1 events') })
  })

  test('shows on a terminal how far it is, and writes no bar elsewhere', async () => {
    const relay = await withPerson()
    const surroundings = { cwd: temporaryFolder(), env: { RELAY_URL: relay.url, RELAY_ADMIN_TOKEN: token } }
    const erase = ['erase', '--customer', 'robin-1', '--yes']
    const watched = await runInProcess(erase, { ...surroundings, isTerminal: true })
    expect(watched.stdout).toBe('erasure 1: 1 events, 1 deliveries and 0 quarantined webhooks erased.\n')
    expect(watched.stderr).toMatch(/-+ 0\/2 · /)
    expect(watched.stderr).toMatch(/#+ 2\/2 · done · /)
    expect(watched.stderr).not.toContain('robin')
    expect((await runInProcess(erase, surroundings)).stderr).toBe('')
  })

  test.each([
    ['nothing', '\n', 'Nothing came from the standard input for --email -.'],
    ['two addresses', 'a@b.example\nc@d.example\n', 'one person at a time.'],
  ])('%s on the standard input is wrong use: exit code 2', async (_what, input, said) => {
    const result = await runWith(await withPerson(), input, 'erase', '--email', '-', '--yes')
    expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(said) })
    expect(result.stderr).not.toContain('b.example')
  })

  test.each(['erase', 'erasures'])('%s --help shows how it is used', async (command) => {
    const result = await runInProcess([command, '--help'], { cwd: temporaryFolder() })
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Usage: subtotal-relay') })
  })
})
