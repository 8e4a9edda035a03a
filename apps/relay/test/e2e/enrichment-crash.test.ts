import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { MockSubtotal } from '@subtotal-connectors/testing/mocks'
import { signedWebhook } from '@subtotal-connectors/testing/mocks'
import { expect, test } from 'vitest'
import { destinationNames } from '../../src/demo/arrival-keys.ts'
import { startMockDestinations } from '../support/mock-destinations.ts'
import { spawnRelay } from '../support/spawn-relay.ts'
import { signingSecret, startRelay } from '../support/start-relay.ts'
import { startSubtotal } from '../support/start-subtotal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const purchases = 40

test('kill -9 between the answer of Subtotal and its recording repeats calls, and nothing else', async () => {
  const { subtotal, api } = await startSubtotal({ purchaseContent: 'ids' })
  const mocks = await startMockDestinations()
  const store = `sqlite:${join(temporaryFolder(), 'relay.db')}`
  const settings = { store, urls: mocks.urls, subtotalUrl: subtotal.url }
  const { id: connectionId } = subtotal.link({ customerId: 'robin', email: 'robin@shoppers.example', mobile: '+15555550100' })
  const ids = Array.from({ length: purchases }, () => subtotal.purchase(connectionId).id)

  const first = await spawnRelay({ ...settings, forgetsPurchases: true })
  for (const { body } of subtotal.events) await post(first.url, body)
  await until(() => fetches(subtotal) === 4)
  expect(await waiting(first.url)).toBe(purchases)
  await first.kill()

  const second = await spawnRelay(settings)
  await until(async () => (await waiting(second.url)) <= purchases - 10)
  await second.kill()
  const fetched = fetches(subtotal)

  const relay = await startRelay({ store, destinations: mocks.connectors, subtotal: api })
  await until(async () => !/"pending":[1-9]/.test((await relay.get('/api/v1/stats')).text))
  expect(fetches(subtotal)).toBeLessThanOrEqual(fetched + purchases - 10)
  const { json } = await relay.get('/api/v1/deliveries?status=delivered&type=purchase.created&limit=500')
  expect(json['items']).toHaveLength(purchases * destinationNames.length)
  const { items } = await api.purchases.get(ids[0] ?? '', { connectionId })
  for (const destination of destinationNames) {
    const received = mocks.received(destination)
    expect(ids.filter((id) => !received.includes(id))).toEqual([])
    expect(received).toContain(items[0]?.product.upc)
  }
}, 60_000)

function fetches(subtotal: MockSubtotal): number {
  return subtotal.requests.filter(({ path }) => path.startsWith('/purchases/')).length
}

/** How many events wait to be completed. */
async function waiting(url: string): Promise<number> {
  const text = await (await fetch(`${url}/readyz`)).text()
  return Number(/"waiting":(\d+)/.exec(text)?.[1])
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(5)
}

async function post(url: string, webhook: string): Promise<void> {
  const { body, headers } = signedWebhook(webhook, signingSecret)
  expect((await fetch(`${url}/webhooks/subtotal`, { method: 'POST', body, headers })).status).toBe(202)
}
