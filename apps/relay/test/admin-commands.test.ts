import { createWebhookGenerator, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import type { CommandResult } from './run-command.ts'
import { runInProcess } from './run-in-process.ts'
import { scriptedConnector } from './support/scripted-connector.ts'
import { seedStore } from './support/seed-store.ts'
import type { TestRelay } from './support/start-relay.ts'
import { startRelay } from './support/start-relay.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const token = 'admin-token-of-the-tests'

async function withDeadLetters(count: number): Promise<TestRelay> {
  const store = await seedStore({ count, destinations: ['one'], status: 'dead' })
  return startRelay({ store, destinations: { one: scriptedConnector(), two: scriptedConnector() }, adminToken: token })
}

function run(relay: TestRelay, ...args: readonly string[]): Promise<CommandResult> {
  return runInProcess(args, { cwd: temporaryFolder(), env: { RELAY_URL: relay.url, RELAY_ADMIN_TOKEN: token } })
}

const asOperator = { authorization: `Bearer ${token}` }

describe('commands for a running relay', () => {
  test.each([
    'stats',
    'events',
    'deliveries',
    'deadletters',
    'replays',
    'replay',
    'backfill',
    'imports',
    'quarantine',
    'pause',
    'resume',
    'dead',
  ])('%s --help shows examples', async (command) => {
    const result = await runInProcess([command, '--help'], { cwd: temporaryFolder() })
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    expect(result.stdout).toContain('Usage: subtotal-relay')
    if (command !== 'quarantine' && command !== 'imports') expect(result.stdout).toContain('$ subtotal-relay')
  })

  test('dead letters are counted by code and listed', async () => {
    const relay = await withDeadLetters(3)
    const { exitCode, stdout } = await run(relay, 'deadletters')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^destination {2}code {10}dead letters\none {10}ERR_REJECTED {2}3\n/)
    expect(stdout).toContain('ERR_REJECTED: No such field.')
    expect((await run(relay, 'deadletters', '--code', 'ERR_MAX_AGE')).stdout).toBe('')
  })

  test('replay says first what it would do; --yes does it', async () => {
    const relay = await withDeadLetters(3)
    const told = await run(relay, 'replay')
    expect(told).toMatchObject({ exitCode: 0, stderr: 'Nothing was done. Add --yes to do it.\n' })
    expect(told.stdout).toContain('3 of 3 deliveries would be replayed.\n')
    expect((await run(relay, 'replays')).stderr).toBe('nothing found.\n')

    const done = await run(relay, 'replay', '--yes')
    expect(done).toMatchObject({ exitCode: 0, stdout: 'replay 1: 3 of 3 deliveries made due.\n', stderr: '' })
    await relay.settled(3)
    expect((await run(relay, 'deliveries', '--status', 'delivered', '--json')).stdout).toContain('"replayId": "1"')
    expect((await run(relay, 'replays')).stdout).toContain('finished')
  })

  test('events are found by an address from the standard input, and by the filters of the API', async () => {
    const relay = await withDeadLetters(3)
    const environment = { cwd: temporaryFolder(), env: { RELAY_URL: relay.url, RELAY_ADMIN_TOKEN: token } }
    const { email } = makePurchaseEvent().customer
    const found = await runInProcess(['events', '--email', '-', '--purchase', 'purchase-1'], {
      ...environment,
      input: `${email}\n`,
    })
    expect(found).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining('event-1') })
    expect(found.stdout).not.toContain('event-2')
    const nobody = await runInProcess(['deliveries', '--email', '-'], { ...environment, input: 'nobody@shoppers.example' })
    expect(nobody).toMatchObject({ exitCode: 0, stdout: '' })
    expect(nobody.stderr).toBe('nobody is known here by that email address.\nnothing found.\n')
    expect((await run(relay, 'events', '--status', 'dead', '--destination', 'one', '--since', '2026-11-20')).stdout).toContain(
      'event-0',
    )
    expect((await run(relay, 'replay', '--retailer', 'nowhere')).stdout).toContain('0 of 0 deliveries')
  })

  test('replay --events gives a destination added later the past', async () => {
    const relay = await withDeadLetters(3)
    const { stdout } = await run(relay, 'replay', '--events', '--destination', 'two', '--yes')
    expect(stdout).toBe('replay 1: 3 of 3 deliveries made due.\n')
    await relay.settled(3)
    expect((await run(relay, 'stats')).stdout).toMatch(/^two +running +0 +3 +0 +0 /m)
  })

  test('over the limit: the count, exit code 1 before and 2 with --yes', async () => {
    const relay = await withDeadLetters(3)
    expect(await run(relay, 'replay', '--limit', '2')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('limit of 2'),
    })
    expect(await run(relay, 'replay', '--limit', '2', '--yes')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('3 deliveries would be replayed; the limit is 2.'),
    })
  })

  test('pause, dead and resume', async () => {
    const relay = await withDeadLetters(0)
    expect((await run(relay, 'pause', 'one', '--reason', 'New key tomorrow.')).stdout).toBe(
      'one is paused: its deliveries wait.\n',
    )
    expect((await run(relay, 'stats')).stdout).toMatch(/^one +paused .*New key tomorrow\.$/m)
    await relay.post(createWebhookGenerator().next().body)
    expect((await run(relay, 'dead', '1', '--reason', 'Test order.')).stdout).toBe('delivery 1 is a dead letter.\n')
    expect((await run(relay, 'resume', 'one')).stdout).toBe('one goes on.\n')
    expect((await run(relay, 'stats')).stdout).toMatch(/^one +running +0 +0 +0 +1 /m)
  })

  test('deliveries are found by their connection, and replayed by it', async () => {
    const relay = await withDeadLetters(1)
    const connection = makePurchaseEvent().connection.id
    expect((await run(relay, 'deliveries', '--connection', connection)).stdout).toContain('event-0')
    expect((await run(relay, 'deadletters', '--connection', 'another')).stdout).not.toContain('event-0')
    expect((await run(relay, 'replay', '--connection', connection)).stdout).toContain('1 of 1 deliveries would be replayed.')
    expect((await run(relay, 'replay', '--connection', 'another')).stdout).toContain('0 of 0 deliveries')
  })

  test('an event is shown with what became of it', async () => {
    const relay = await withDeadLetters(1)
    const id = makePurchaseEvent({ id: 'event-0' }).id
    expect((await run(relay, 'events')).stdout).toContain(id)
    expect(JSON.parse((await run(relay, 'events', id, '--json')).stdout)).toMatchObject({
      event: { id },
      deliveries: [{ status: 'dead' }],
    })
    expect(await run(relay, 'events', 'nothing')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ERR_NOT_FOUND') })
  })

  test('quarantine is listed, shown, and processed again; exit code 1 while something stays', async () => {
    const relay = await withDeadLetters(0)
    await relay.post('not json')
    expect((await run(relay, 'quarantine')).stdout).toContain('ERR_WEBHOOK_NOT_JSON')
    expect((await run(relay, 'quarantine', 'show', '1')).stdout).not.toContain('not json')
    expect((await run(relay, 'quarantine', 'show', '1', '--reveal')).stdout).toMatch(/\nbytes +8\n\nnot json\n$/)
    expect(await run(relay, 'quarantine', 'process', '1')).toMatchObject({
      exitCode: 1,
      stdout: 'quarantined webhook 1: still not understood: ERR_WEBHOOK_NOT_JSON\n',
    })
    expect(await run(relay, 'quarantine', 'process')).toMatchObject({
      exitCode: 1,
      stdout: '0 stored, 0 known already, 0 of no use, 1 still not understood\n',
    })
  })

  test.each([
    [['deliveries', '--status', 'lost'], '"status" must be one of'],
    [['deliveries', '--limit', '501'], '"limit" must be a number from 1 to 500'],
    [['events', '--since', 'soon'], '"since" must be a date or a time'],
    [['events', '--email', 'robin', '--mobile', '+12025550100'], 'Give one of --email, --mobile and --person'],
    [['replay', '--events', '--code', 'ERR_REJECTED'], '--code does not go with --events'],
    [['replay', '--destination', 'nowhere'], '"destination" must be one of one, two'],
    [['stats', '--url', 'relay'], 'http or https URL'],
  ])('%j is wrong use: exit code 2', async (args, said) => {
    const relay = await withDeadLetters(0)
    const result = await run(relay, ...args)
    expect(result).toMatchObject({ exitCode: 2, stdout: '' })
    expect(result.stderr).toContain(said)
  })

  test('a wrong token, an unknown destination, nothing that listens, and something else: exit code 1, in a sentence', async () => {
    const relay = await withDeadLetters(0)
    const cwd = temporaryFolder()
    const wrong = await runInProcess(['stats'], { cwd, env: { RELAY_URL: relay.url, RELAY_ADMIN_TOKEN: 'wrong' } })
    expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^error: .*RELAY_ADMIN_TOKEN.*\n$/) })
    expect(wrong.stderr).not.toContain(token)
    expect(await run(relay, 'pause', 'nowhere')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('one, two') })
    expect(await runInProcess(['stats', '--url', 'http://127.0.0.1:1'], { cwd })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('nothing listens there'),
    })
    expect(await runInProcess(['stats', '--url', `${relay.url}/elsewhere`], { cwd })).toMatchObject({ exitCode: 1 })
    expect((await relay.get('/api/v1/audit', asOperator)).json['items']).toEqual([])
  })
})
