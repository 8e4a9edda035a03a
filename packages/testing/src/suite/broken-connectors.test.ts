import { describe, expect, test } from 'vitest'
import { brokenAnswers } from '../../test/broken/broken-answers.ts'
import { brokenLifetime } from '../../test/broken/broken-lifetime.ts'
import { brokenMapping } from '../../test/broken/broken-mapping.ts'
import { brokenRequests } from '../../test/broken/broken-requests.ts'
import { toyConnector } from '../../test/toy-connector.ts'
import { createToyMock } from '../../test/toy-mock.ts'
import { connectorCases } from './connector-cases.ts'
import { runConnectorCase } from './run-connector-case.ts'

const brokenConnectors = { ...brokenMapping, ...brokenRequests, ...brokenAnswers, ...brokenLifetime }

// What a broken connector never does is waited for this long; a good one has all the time it needs.
const patienceMs = 1_000
const timeoutMs = 120_000

test('every case has a name and a reason of its own, and a connector that fails it', () => {
  const names = connectorCases.map(({ name }) => name)
  expect(new Set(Object.keys(brokenConnectors))).toStrictEqual(new Set(names))
  expect(Object.values(brokenConnectors).every((broken) => broken.length > 0)).toBe(true)
  expect(new Set(names).size).toBe(names.length)
  expect(new Set(connectorCases.map(({ why }) => why)).size).toBe(names.length)
})

describe.each(connectorCases)('a connector that $name', (connectorCase) => {
  test(
    'passes',
    async () => {
      await runConnectorCase(connectorCase, { create: toyConnector(), mock: createToyMock }, { patienceMs: 60_000 })
    },
    timeoutMs,
  )

  test.each(brokenConnectors[connectorCase.name] ?? [])(
    'is told from one with a fault: $fault',
    async ({ create, says }) => {
      const run = runConnectorCase(connectorCase, { create, mock: createToyMock }, { patienceMs })
      await expect(run).rejects.toThrow(says)
    },
    timeoutMs,
  )
})
