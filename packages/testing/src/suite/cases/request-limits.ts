import assert from 'node:assert/strict'
import type { Connector, SubtotalEvent } from '@subtotal-connectors/core'
import type { ConnectorCase } from '../connector-case.ts'
import { assertKept, assertStatus } from '../expectations.ts'
import { countForThreeRequests, largePurchase, numbersIn, suiteEvents } from '../suite-events.ts'

const productCount = 2_000

/** Many small events, then events of many bytes, then both. */
export const requestLimits: ConnectorCase = {
  name: 'keeps its limits in every request, by count and by bytes of the body',
  why: 'A request over a limit is refused whole or dropped, and takes its good events with it. Bytes are those of UTF-8, not characters.',
  async run({ mock, connect }) {
    const connector = connect()
    const many = suiteEvents(countForThreeRequests(connector.limits))
    const large = largePurchases(connector, 100_000)
    for (const [situation, events] of [
      ['many small events', many],
      ['large events', large],
      ['small and large events', [...many, ...large]],
    ] as const) {
      mock.clear()
      for (const { body, eventIds } of connector.plan(events).requests) {
        assertWithin(connector, { text: JSON.stringify(body), count: eventIds.length }, `${situation}, planned`)
      }
      const results = await connector.deliver(events)
      for (const { text } of mock.requests) {
        assertWithin(connector, { text, count: numbersIn(text).size }, `${situation}, sent`)
      }
      assertStatus(events, results, 'delivered', situation)
      assertKept(mock, events, results, situation)
    }
  },
}

/** Enough for more than one request by their bytes. */
function largePurchases(connector: Connector, from: number): readonly SubtotalEvent[] {
  const body = connector.plan([largePurchase(from, productCount)]).requests[0]?.body
  const bytesOfOne = Buffer.byteLength(JSON.stringify(body ?? ''))
  const count = Math.min(Math.ceil((1.3 * connector.limits.maxBytesPerRequest) / bytesOfOne), 150)
  return Array.from({ length: count }, (_, index) => largePurchase(from + index, productCount))
}

function assertWithin(
  { limits }: Connector,
  request: { readonly text: string; readonly count: number },
  situation: string,
): void {
  const bytes = Buffer.byteLength(request.text)
  const { maxBytesPerRequest, maxMessagesPerRequest } = limits
  assert.ok(bytes <= maxBytesPerRequest, `${situation}: a request of ${bytes} bytes, at most ${maxBytesPerRequest}`)
  assert.ok(
    request.count <= maxMessagesPerRequest,
    `${situation}: a request of ${request.count} events, at most ${maxMessagesPerRequest}`,
  )
}
