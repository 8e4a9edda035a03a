import { expect, onTestFinished, test } from 'vitest'
import { callBraze, eventOf, startBraze } from './__fixtures__/braze-call.ts'
import { basic, rightMessage } from './__fixtures__/customerio-cases.ts'
import { event, group, job, jobEvent } from './__fixtures__/klaviyo-bodies.ts'
import { createMockCustomerio } from './mock-customerio.ts'
import { createMockKlaviyo } from './mock-klaviyo.ts'
import type { MockDestination } from './mock-server.ts'

async function start<Mock extends MockDestination<unknown>>(starting: Promise<Mock>): Promise<Mock> {
  const mock = await starting
  onTestFinished(() => mock.close())
  return mock
}

async function post(url: string, body: unknown, headers: Readonly<Record<string, string>>) {
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  const json: unknown = text === '' ? undefined : JSON.parse(text)
  return { status: response.status, json }
}

test('Braze names the item that is refused and takes the others', async () => {
  const { url, refuse, accepted } = await startBraze()
  refuse('customer-2')
  const events = ['customer-1', 'customer-2', 'customer-3'].map((id) => eventOf({ external_id: id }))
  expect(await callBraze(url, { body: { events } })).toMatchObject({
    status: 201,
    json: { events_processed: 2, errors: [{ input_array: 'events', index: 1 }] },
  })
  expect(accepted.map(({ object }) => object['external_id'])).toStrictEqual(['customer-1', 'customer-3'])
  expect((await callBraze(url, { body: { events: events.slice(1, 2) } })).status).toBe(400)
})

test('Klaviyo points at the event that is refused and takes none of its request', async () => {
  const mock = await start(createMockKlaviyo())
  const headers = {
    authorization: 'Klaviyo-API-Key pk_test',
    revision: '2026-07-15',
    'content-type': 'application/vnd.api+json',
  }
  mock.refuse('unit "2"')
  const events = [jobEvent({ unique_id: 'unit 1' }), jobEvent({ unique_id: 'unit "2"' })]
  expect(await post(`${mock.url}/api/event-bulk-create-jobs`, job([group(events)]), headers)).toMatchObject({
    status: 400,
    json: { errors: [{ source: { pointer: expect.stringContaining('/events/data/1/attributes') } }] },
  })
  expect(mock.accepted).toStrictEqual([])
  expect((await post(`${mock.url}/api/events`, event({ unique_id: 'unit "2"' }), headers)).status).toBe(400)
  expect((await post(`${mock.url}/api/events`, event({ unique_id: 'unit 1' }), headers)).status).toBe(202)
})

test('Customer.io refuses the whole batch without saying which message it means', async () => {
  const mock = await start(createMockCustomerio())
  const headers = { authorization: basic('key:'), 'content-type': 'application/json', 'x-strict-mode': '1' }
  const batch = [rightMessage, { ...rightMessage, userId: 'cust_2' }]
  mock.refuse('cust_2')
  expect(await post(`${mock.url}/v1/batch`, { batch }, headers)).toStrictEqual({
    status: 400,
    json: { meta: { errors: [expect.stringMatching(/^[^0-9]+$/)] } },
  })
  expect(mock.accepted).toStrictEqual([])
})

test.each(['recover', 'clear'] as const)('%s forgets what was to be refused', async (forget) => {
  const mock = await startBraze()
  mock.refuse('customer-1')
  mock[forget]()
  expect((await callBraze(mock.url)).status).toBe(201)
})
