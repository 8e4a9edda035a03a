import type { ConnectionState, SubtotalEvent } from '@subtotal-connectors/core'
import { nextConnectionState, parseWebhook } from '@subtotal-connectors/core'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { expect, test } from 'vitest'
import { destinationNames, expectedKeys } from './arrival-keys.ts'
import { startMockDestinations } from './mock-destinations.ts'

test('each destination records every generated event under the key that is expected for it', async () => {
  const arrived = { braze: [] as string[], klaviyo: [] as string[], customerio: [] as string[] }
  const destinations = await startMockDestinations((name, key) => arrived[name].push(key))
  try {
    const generator = createWebhookGenerator()
    const webhooks = Array.from({ length: 120 }, () => generator.next())
    const known = new Map<string, ConnectionState>()
    const events = webhooks.map(({ body, connectionId }): SubtotalEvent => {
      const previous = known.get(connectionId)
      const event = parseWebhook(body, previous === undefined ? {} : { previous })
      if (event === null) throw new Error('The generator made a webhook without an event.')
      known.set(connectionId, nextConnectionState(previous, event))
      return event
    })
    for (const name of destinationNames) {
      const results = await destinations[name].connector.deliver(events)
      expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['delivered']))
      expect(arrived[name]).toHaveLength(webhooks.length)
      expect(new Set(arrived[name])).toEqual(new Set(webhooks.map((webhook) => expectedKeys(webhook)[name])))
    }
    expect(new Set(events.map(({ type }) => type)).size).toBe(7)
  } finally {
    await Promise.all(Object.values(destinations).flatMap(({ connector, close }) => [connector.close(), close()]))
  }
})
