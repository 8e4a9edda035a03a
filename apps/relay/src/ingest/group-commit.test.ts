import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { expect, test } from 'vitest'
import { incoming } from '../../test/support/incoming.ts'
import { systemClock } from '../clock/clock.ts'
import { MissingKeyError } from '../encryption/missing-key-error.ts'
import { createRelayEvents } from '../observability/relay-events.ts'
import type { IngestOutcome, IngestRequest } from '../store/store.ts'
import { createGroupCommit, OverloadedError } from './group-commit.ts'

const event = (id: string) => incoming(makeConnectionEvent('account.connected', { id }))

function set() {
  const groups: { readonly ids: readonly string[]; commit(): void; fail(error?: Error): void }[] = []
  const stored: number[] = []
  const events = createRelayEvents()
  const happened: string[] = []
  events.on('commit:started', ({ size }) => happened.push(`commit:started ${size}`))
  events.on('commit:finished', ({ size }) => happened.push(`commit:finished ${size}`))
  events.on('commit:failed', ({ size }) => happened.push(`commit:failed ${size}`))
  const commit = createGroupCommit({
    store: {
      ingest: ({ events: given }: IngestRequest) => {
        const { promise, resolve, reject } = Promise.withResolvers<readonly IngestOutcome[]>()
        const ids = given.map((one) => one.event.id)
        const outcome = (eventId: string): IngestOutcome => ({ result: 'stored', eventId, eventType: '', isNewVersion: false })
        groups.push({ ids, commit: () => resolve(ids.map(outcome)), fail: (error = new Error('disk full')) => reject(error) })
        return promise
      },
    },
    events,
    clock: systemClock,
    destinations: ['one'],
    onStored: (count) => stored.push(count),
  })
  return { commit, groups, stored, happened }
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('what comes in one turn, and while a commit runs, is stored together', async () => {
  const { commit, groups, stored, happened } = set()
  const first = [commit.add(event('a')), commit.add(event('b'))]
  await turn()
  const second = [commit.add(event('c')), commit.add(event('d')), commit.add(event('e'))]
  await turn()
  expect(groups.map((group) => group.ids)).toEqual([['a', 'b']])
  groups[0]?.commit()
  expect((await Promise.all(first)).map((outcome) => outcome.eventId)).toEqual(['a', 'b'])
  await turn()
  expect(groups[1]?.ids).toEqual(['c', 'd', 'e'])
  groups[1]?.commit()
  await Promise.all(second)
  expect(stored).toEqual([2, 3])
  expect(happened).toEqual(['commit:started 2', 'commit:finished 2', 'commit:started 3', 'commit:finished 3'])
})

test('nothing is answered before the store has it', async () => {
  const { commit, groups } = set()
  let isAnswered = false
  const added = commit.add(event('a')).then(() => {
    isAnswered = true
  })
  for (let turns = 0; turns < 20; turns += 1) await turn()
  expect(isAnswered).toBe(false)
  groups[0]?.commit()
  await added
  expect(isAnswered).toBe(true)
})

test('a failed commit fails all of its events and none of the next', async () => {
  const { commit, groups, happened, stored } = set()
  const lost = Promise.allSettled([commit.add(event('a')), commit.add(event('b'))])
  await turn()
  const kept = commit.add(event('c'))
  groups[0]?.fail()
  expect((await lost).map((result) => result.status)).toEqual(['rejected', 'rejected'])
  await turn()
  groups[1]?.commit()
  expect(await kept).toMatchObject({ eventId: 'c' })
  expect(happened).toContain('commit:failed 2')
  expect(stored).toEqual([1])
})

test('an event that another relay has to judge fails alone', async () => {
  const { commit, groups, stored } = set()
  const results = Promise.allSettled(['a', 'b', 'c'].map((id) => commit.add(event(id))))
  await turn()
  groups[0]?.fail(new MissingKeyError('of-another'))
  await turn()
  groups[1]?.commit()
  await turn()
  groups[2]?.fail(new MissingKeyError('of-another'))
  await turn()
  groups[3]?.commit()
  expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(groups.map(({ ids }) => ids)).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']])
  expect(stored).toEqual([1, 1])
})

test('it refuses what it has no room for, and takes more when it has', async () => {
  const { commit, groups } = set()
  const waiting = Array.from({ length: 10_000 }, (_, index) => commit.add(event(`e${index}`)))
  await expect(commit.add(event('too many'))).rejects.toBeInstanceOf(OverloadedError)
  await turn()
  expect(groups[0]?.ids).toHaveLength(1_000)
  const again = commit.add(event('again'))
  while (groups.flatMap((group) => group.ids).length < 10_001) {
    groups.at(-1)?.commit()
    await turn()
  }
  groups.at(-1)?.commit()
  await Promise.all([...waiting, again])
  await commit.drained()
})
