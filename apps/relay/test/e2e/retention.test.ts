import { expect, test } from 'vitest'
import { dayMs } from '../../src/retention/retention-settings.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import { startRelay } from '../support/start-relay.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

function purchase(id: string): string {
  const connection = { connection_id: 'c1', customer_id: 'robin-1', email: 'robin@shoppers.example', retailer_id: 'target' }
  const bought = { purchase_id: `purchase-${id}`, date: '2026-01-01T00:00:00Z', total: '10.00' }
  return JSON.stringify({ type: 'purchase.created', id, payload: { connection, purchase: bought } })
}

test('a running relay removes what was kept long enough by itself, and keeps what a paused destination waits for', async () => {
  const clock = createVirtualClock()
  const destinations = { one: scriptedConnector(), two: scriptedConnector() }
  const relay = await startRelay({ destinations, retention: { payloadDays: 2 } }, { clock, now: clock.now })
  await relay.write('/api/v1/destinations/two/pause')
  await relay.post(purchase('waits'))
  await clock.advance(60_000)
  await relay.write('/api/v1/destinations/two/resume')
  await clock.advance(60_000)
  await relay.write('/api/v1/destinations/two/pause')
  await relay.post(purchase('stays'))
  await clock.advance(60_000)
  await clock.advance(2 * dayMs + 7_200_000)

  const gone = await relay.get('/api/v1/events/waits')
  expect(gone.json).toMatchObject({
    payloadDeletedAt: expect.any(String),
    event: { purchase: { id: 'purchase-waits', total: null } },
  })
  const kept = await relay.get('/api/v1/events/stays?reveal=true')
  expect(kept.json).toMatchObject({
    payloadDeletedAt: null,
    event: { customer: { email: 'robin@shoppers.example' }, purchase: { total: '10.00' } },
  })
  expect((await relay.get('/metrics')).text).toContain('relay_retention_removed_total{what="payloads"} 1')

  await relay.write('/api/v1/destinations/two/resume')
  await clock.advance(60_000)
  expect(destinations.two.calls.flat()).toContain('stays')
  expect(await relay.post(purchase('waits'))).toMatchObject({ json: { result: 'duplicate' } })
})
