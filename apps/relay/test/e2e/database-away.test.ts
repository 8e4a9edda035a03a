import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startPostgres } from '../support/postgres-server.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import { startRelay } from '../support/start-relay.ts'

const waiting = { timeout: 30_000, interval: 100 }

function webhook(number: number): string {
  const { connection, customer } = makeConnectionEvent('account.connected', {})
  const payload = {
    connection: { connection_id: `${connection.id}-${number}`, customer_id: customer.id, retailer_id: connection.retailer },
  }
  return JSON.stringify({ id: `away-${number}`, type: 'connection.activated', payload })
}

test('while the database is away webhooks are refused, and afterwards relays go on by themselves with all that was taken', async () => {
  const server = await startPostgres()
  onTestFinished(() => server.stop())
  const connector = scriptedConnector()
  const config = { store: server.url, destinations: { scripted: connector } }
  const relays = [await startRelay(config), await startRelay(config)]
  const taken: string[] = []
  const refused: number[] = []
  let isOver = false
  let number = 0

  async function postOn(relay: (typeof relays)[number]): Promise<void> {
    while (!isOver) {
      number += 1
      const { status, json } = await relay.post(webhook(number))
      if (status === 202) taken.push(String(json['id']))
      else refused.push(status)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const posting = relays.map(postOn)
  await vi.waitFor(() => expect(taken.length).toBeGreaterThan(20), waiting)
  await server.restart()
  await vi.waitFor(() => expect(refused.length).toBeGreaterThan(0), waiting)
  for (const relay of relays) {
    await vi.waitFor(async () => expect((await relay.get('/readyz')).status).toBe(200), waiting)
  }
  const before = taken.length
  await vi.waitFor(() => expect(taken.length).toBeGreaterThan(before + 20), waiting)
  isOver = true
  await Promise.all(posting)
  expect(new Set(refused)).toEqual(new Set([503]))
  await vi.waitFor(() => {
    const arrived = new Set(connector.calls.flat())
    expect(taken.filter((id) => !arrived.has(id))).toEqual([])
  }, waiting)
})

test('a relay tells that the server is not there, and is ready at once when it stores events again', async () => {
  const server = await startPostgres()
  onTestFinished(() => server.stop())
  const relay = await startRelay({ store: server.url, destinations: { scripted: scriptedConnector() } })
  const readiness = async (): Promise<number> => (await relay.get('/readyz')).status
  await server.stopFor(async () => {
    await vi.waitFor(async () => expect(await readiness()).toBe(503), waiting)
    await vi.waitFor(async () => {
      expect((await relay.post(webhook(0))).status).toBe(503)
      const remedy = expect.stringMatching(/^Nothing listens .* Start the server/)
      expect(relay.log).toContainEqual(
        expect.objectContaining({ msg: 'events could not be stored', code: 'ECONNREFUSED', remedy }),
      )
    }, waiting)
  })
  await vi.waitFor(async () => {
    await readiness()
    expect((await relay.post(webhook(1))).status).toBe(202)
  }, waiting)
  expect(await readiness()).toBe(200)
})
