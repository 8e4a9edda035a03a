import assert from 'node:assert/strict'
import type { DeliveryResult, SubtotalEvent } from '@subtotal-connectors/core'
import type { ConnectorCase } from '../connector-case.ts'
import { assertNoneClaimed, assertStatus, summaryOf } from '../expectations.ts'
import { largePurchase, numberOf, numbersIn, suiteEvent, suiteEvents, suitePurchase, upcOf } from '../suite-events.ts'

const productCount = 20_000
const start = 'Dies-ist-der-Anfang'
const end = 'dies-ist-das-Ende'
const longText = `${start} ${'ß'.repeat(300_000)} ${end}`

/** An event too large for most, and how a cut in it shows. */
interface LargeEvent {
  readonly situation: string
  readonly event: SubtotalEvent
  /** From the front and the back of what is large: who sends the first and not the second has cut. */
  readonly edges: readonly [string, string]
}

const largeEvents: readonly LargeEvent[] = [
  { situation: 'many products', event: largePurchase(1_000, productCount), edges: [upcOf(0), upcOf(productCount - 1)] },
  { situation: 'a long first name', event: withLongName(suiteEvent(1_001, 'profile.created')), edges: [start, end] },
  { situation: 'a long property', event: suiteEvent(1_002, 'account.connected'), edges: [start, end] },
  { situation: 'many units of one product', event: manyUnits(), edges: [upcOf(1), upcOf(1)] },
]

/** A purchase of 20,000 products, texts of 600,000 bytes and a purchase of 10,000 units, between small events. */
export const tooLarge: ConnectorCase = {
  name: 'trims an event that is too large with a warning, or rejects it without sending it',
  why: 'Many destinations take what is too large with a success and drop it: nobody would ever know.',
  async run({ mock, connect }) {
    const connector = connect({
      properties: (event, properties) => (numberOf(event) === 1_002 ? { ...properties, note: longText } : properties),
    })
    const small = suiteEvents(4)
    const events = [...small.slice(0, 2), ...largeEvents.map(({ event }) => event), ...small.slice(2)]
    const results = await connector.deliver(events)

    assert.equal(results.length, events.length, `${results.length} results for ${events.length} events`)
    assertNoneClaimed(mock, events, results, 'large events')
    assertStatus(small, [...results.slice(0, 2), ...results.slice(-2)], 'delivered', 'small events beside large ones')
    const sent = numbersIn(mock.requests.map(({ text }) => text).join('\n'))
    for (const [index, { situation, event, edges }] of largeEvents.entries()) {
      const result = results[index + 2]
      if (result?.status === 'delivered') {
        assertToldOfCut(result, JSON.stringify(mock.accepted.filter((one) => isAbout(one, event))), edges, situation)
      } else {
        assert.equal(summaryOf(result), 'rejected ERR_TOO_LARGE', situation)
        assert.ok(!sent.has(numberOf(event)), `${situation}: rejected and sent all the same`)
      }
    }
  },
}

function assertToldOfCut(
  result: DeliveryResult,
  kept: string,
  [front, back]: readonly [string, string],
  situation: string,
): void {
  const isCut = kept.includes(front) && !kept.includes(back)
  const hasWarning = result.status === 'delivered' && (result.warnings ?? []).length > 0
  assert.ok(!isCut || hasWarning, `${situation}: cut without a warning`)
}

function isAbout(accepted: unknown, event: SubtotalEvent): boolean {
  return numbersIn(JSON.stringify(accepted)).has(numberOf(event))
}

function withLongName(event: SubtotalEvent): SubtotalEvent {
  return 'profile' in event ? { ...event, profile: { ...event.profile, first_name: longText } } : event
}

function manyUnits(): SubtotalEvent {
  const product = { id: null, name: 'Tomato soup', description: null, brand: 'soups', upc: upcOf(1) }
  const items = [{ id: null, quantity: 10_000, price: '1.00', product }]
  return suitePurchase(1_003, { items, itemCount: 10_000 })
}
