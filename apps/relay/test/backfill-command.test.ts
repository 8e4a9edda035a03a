import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { CommandResult } from './run-command.ts'
import { runInProcess } from './run-in-process.ts'
import { scriptedConnector } from './support/scripted-connector.ts'
import { startRelay } from './support/start-relay.ts'
import { startSubtotal } from './support/start-subtotal.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const token = 'admin-token-of-the-tests'

async function start() {
  const { subtotal, api } = await startSubtotal()
  const destinations = { one: scriptedConnector(), two: scriptedConnector() }
  const relay = await startRelay({ destinations, subtotal: api, adminToken: token })
  const cwd = temporaryFolder()
  return {
    subtotal,
    relay,
    destinations,
    file(text: string) {
      writeFileSync(join(cwd, 'connections.csv'), text)
      return 'connections.csv'
    },
    run: (...args: readonly string[]): Promise<CommandResult> =>
      runInProcess(args, { cwd, env: { RELAY_URL: relay.url, RELAY_ADMIN_TOKEN: token } }),
  }
}

describe('subtotal-relay backfill', () => {
  let it: Awaited<ReturnType<typeof start>>
  beforeEach(async () => {
    it = await start()
  })

  function link(purchases: number, customerId = 'customer-1'): string {
    const { id } = it.subtotal.link({ customerId, email: 'robin@shoppers.example' })
    it.subtotal.addPurchases(id, purchases)
    return id
  }

  test('of a customer: counts first, then does it, and says what is new and known', async () => {
    link(3)
    link(4)
    expect(await it.run('backfill', '--customer', 'customer-1', '--dry-run')).toEqual({
      exitCode: 0,
      stdout: 'import 1: 7 purchases of 2 connections: 7 would be new, 0 known, 0 refused.\n',
      stderr: 'Nothing was done. Leave --dry-run out to do it.\n',
    })
    expect(await it.run('backfill', '--customer', 'customer-1')).toEqual({
      exitCode: 0,
      stdout: 'import 2: 7 purchases of 2 connections: 7 new, 0 known, 0 refused.\n',
      stderr: '',
    })
    await it.relay.settled(14)
    expect((await it.run('backfill', '--customer', 'customer-1')).stdout).toContain('0 new, 7 known')
    expect((await it.run('imports')).stdout).toMatch(/^3 +finished .* customer +2\/2 +0 +7 +0\n2 +finished/m)
    expect(JSON.parse((await it.run('imports', 'show', '2', '--json')).stdout)).toMatchObject({
      purchases: { new: 7 },
      refusals: [],
    })
  })

  test('of one connection, in a period, to one destination', async () => {
    const id = link(30)
    const since = new Date(Date.now() - 10.5 * 86_400_000).toISOString()
    const result = await it.run('backfill', '--connection', id, '--since', since, '--destination', 'two')
    expect(result).toMatchObject({
      exitCode: 0,
      stdout: 'import 1: 11 purchases of 1 connection: 11 new, 0 known, 0 refused.\n',
    })
    await it.relay.settled(11)
    expect(it.destinations.one.calls).toEqual([])
    expect(it.destinations.two.calls.flat()).toHaveLength(11)
  })

  test('of a file: bad lines are told by their number, the rest is done, and the exit code is 1', async () => {
    const [first, second] = [link(2), link(3)]
    const file = it.file(`name,connection_id\nA,${first}\nB,robin@shoppers.example\nC,"${second}"\nD\n`)
    const result = await it.run('backfill', '--from-file', file)
    expect(result).toMatchObject({
      exitCode: 1,
      stdout: 'import 1: 5 purchases of 2 connections: 5 new, 0 known, 0 refused.\n',
      stderr: 'connections.csv:3 has something that is not a connection id.\nconnections.csv:5 has no connection id.\n',
    })
  })

  test('what was refused is told by code and sentence, and the exit code is 1', async () => {
    const file = it.file(`${link(2)}\n01KUNKNOWN0000000000000000\n`)
    const { exitCode, stdout } = await it.run('backfill', '--from-file', file)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^import 1: 2 purchases of 2 connections: 2 new, 0 known, 0 refused\.\n1 of 2 connections refused\.\n/)
    expect(stdout).toMatch(/\n {2}1 × ERR_SUBTOTAL_NOT_FOUND: .*knows no such connection.*\n$/)
  })

  test('a revoked key ends the waiting with a sentence; the import goes on when the key works', async () => {
    const id = link(2)
    it.subtotal.revokeKey()
    const held = await it.run('backfill', '--connection', id)
    expect(held.exitCode).toBe(1)
    expect(held.stderr).toMatch(/^It waits: .*API key.* \(ERR_SUBTOTAL_CREDENTIALS\)\n.*subtotal-relay imports resume 1\n$/)
    it.subtotal.restoreKey()
    expect((await it.run('backfill', '--connection', id)).stdout).toBe(
      'import 1: 2 purchases of 1 connection: 2 new, 0 known, 0 refused.\n',
    )
    it.subtotal.revokeKey()
    await it.run('backfill', '--connection', link(1))
    expect((await it.run('imports', 'resume', '2')).stdout).toBe('import 2 is tried now.\n')
    expect((await it.run('imports', 'cancel', '2')).stdout).toBe('import 2 has ended; what it stored is delivered.\n')
  })

  test('--missed without a gap says that nothing is missing', async () => {
    expect(await it.run('backfill', '--missed')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('none is missing'),
    })
  })

  test('--no-wait leaves it to the relay', async () => {
    const id = link(2)
    expect(await it.run('backfill', '--connection', id, '--no-wait')).toMatchObject({
      exitCode: 0,
      stdout: 'import 1 goes on in the relay. See it with: subtotal-relay imports show 1\n',
    })
    await it.relay.settled(4)
  })

  test.each([
    [['backfill'], 'Give one of --customer, --connection, --from-file and --missed.'],
    [['backfill', '--customer', 'a', '--missed'], 'Give one of --customer'],
    [['backfill', '--customer', 'a', '--since', 'monday'], '"since" is wrong'],
    [['backfill', '--customer', 'a', '--destination', 'nowhere'], '"destinations" must be among one, two.'],
    [['backfill', '--from-file', 'bad.csv'], 'bad.csv needs a column connection_id'],
    [['backfill', '--from-file', 'empty.csv'], 'empty.csv names no connection.'],
  ])('%j is wrong use: exit code 2', async (args, said) => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'bad.csv'), 'A,B\n1,2\n')
    writeFileSync(join(cwd, 'empty.csv'), 'connection_id\n')
    const result = await runInProcess(args, { cwd, env: { RELAY_URL: it.relay.url, RELAY_ADMIN_TOKEN: token } })
    expect(result).toMatchObject({ exitCode: 2, stdout: '' })
    expect(result.stderr).toContain(said)
  })

  test('a file that is not there, and a relay without a key: exit code 1, in a sentence', async () => {
    expect(await it.run('backfill', '--from-file', 'nowhere.csv')).toMatchObject({
      exitCode: 1,
      stderr: 'error: nowhere.csv cannot be read: there is no such file.\n',
    })
    const relay = await startRelay()
    const result = await runInProcess(['backfill', '--connection', 'c', '--url', relay.url], { cwd: temporaryFolder() })
    expect(result).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('SUBTOTAL_API_KEY') })
  })
})
