import { expect, test } from 'vitest'
import type { DemoSnapshot } from './demo-snapshot.ts'
import { formatSnapshot, formatSnapshotLine } from './format-snapshot.ts'
import { formatVerdict } from './format-verdict.ts'

const snapshot: DemoSnapshot = {
  elapsedMs: 12_900,
  happenings: { linked: 40, bought: 150, lostLogin: 9, loggedInAgain: 7, unlinked: 4 },
  sent: 240,
  received: 239,
  quarantined: 1,
  destinations: [
    { name: 'braze', delivered: 238, waiting: 2, retried: 4, dead: 0 },
    { name: 'klaviyo', delivered: 240, waiting: 0, retried: 1, dead: 2 },
  ],
}

test('a snapshot is a table with a row for each destination', () => {
  expect(formatSnapshot(snapshot)).toMatchInlineSnapshot(`
    "customers   linked 40   bought 150   lost their login 9   logged in again 7   unlinked 4
    12 s   sent 240   received 239   quarantined 1

    destination delivered   waiting   retried      dead
    braze             238         2         4         0
    klaviyo           240         0         1         2"
  `)
})

test('a snapshot fits on one line for an output that nobody watches', () => {
  expect(formatSnapshotLine(snapshot)).toBe(
    '12 s  sent 240, received 239; delivered braze 238, klaviyo 240; retried 5, dead 2, quarantined 1',
  )
})

test('a verdict says how many are missing and extra, and names some of the missing', () => {
  const verdict = { name: 'braze', expected: 200, arrived: 200, superseded: 0, missing: 0, extra: 0, examples: [] }
  expect(formatVerdict(verdict)).toBe('braze: all 200 events arrived; 0 missing, 0 extra')
  expect(formatVerdict({ ...verdict, arrived: 199, superseded: 1 })).toBe(
    'braze: 199 of 200 events arrived, 1 skipped for a newer profile; 0 missing, 0 extra',
  )
  expect(formatVerdict({ ...verdict, arrived: 198, missing: 2, examples: ['a'] })).toBe(
    'braze: 198 of 200 events arrived; 2 missing, 0 extra (missing: a; …)',
  )
  expect(formatVerdict({ ...verdict, extra: 1 })).toBe('braze: 200 of 200 events arrived; 0 missing, 1 extra')
})
