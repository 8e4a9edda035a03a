import { createSubtotalApi } from '@subtotal-connectors/subtotal-api'
import { createMockSubtotal } from '@subtotal-connectors/testing/mocks'
import { expect, onTestFinished, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createRetailerDirectory, retailerName } from './retailer-directory.ts'

test('names are asked for once an hour, and what was heard is kept while Subtotal is away', async () => {
  const subtotal = await createMockSubtotal()
  const api = createSubtotalApi({ apiKey: 'key', baseUrl: subtotal.url, retries: 0 })
  onTestFinished(async () => {
    api.close()
    await subtotal.close()
  })
  const clock = createVirtualClock()
  subtotal.fail({ kind: 'answer', status: 503 })
  const directory = createRetailerDirectory(api, clock)
  expect(await directory.list()).toStrictEqual([])
  expect(await directory.list()).toStrictEqual([])
  expect(subtotal.requests).toHaveLength(1)
  await clock.advance(60_000)
  expect(retailerName(await directory.list(), 'walmart')).toBe('Walmart')
  expect(retailerName(await directory.list(), 'another')).toBeNull()
  expect(retailerName(await directory.list(), null)).toBeNull()
  expect(subtotal.requests).toHaveLength(2)
  subtotal.fail({ kind: 'answer', status: 503 })
  await clock.advance(60 * 60_000)
  expect(await directory.list()).toHaveLength(5)
  await expect.poll(() => subtotal.requests.length).toBe(3)
  expect(await directory.list()).toHaveLength(5)
})

test('the first answer is not waited for without end', async () => {
  const clock = createVirtualClock()
  const api = createSubtotalApi({ apiKey: 'key', baseUrl: 'http://127.0.0.1:9', retries: 0 })
  const directory = createRetailerDirectory({ ...api, retailers: { list: () => new Promise(() => undefined) } }, clock)
  const listed = directory.list()
  await clock.advance(1_000)
  expect(await listed).toStrictEqual([])
})

test('without Subtotal’s API there are none', async () => {
  expect(await createRetailerDirectory(undefined, createVirtualClock()).list()).toStrictEqual([])
})
