import type { ErrorCode, SubtotalEvent } from '@subtotal-connectors/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EnricherHarness } from '../../test/support/enricher-harness.ts'
import { barePurchase, itemlessPurchase, namelessPurchase, someone, startEnricher } from '../../test/support/enricher-harness.ts'
import { apiError } from '../../test/support/scripted-subtotal.ts'

/** How the calls for one event are answered: each after a while, and the first ones not. */
interface Behaviour {
  readonly delaysMs: readonly number[]
  readonly failures: readonly ErrorCode[]
}

interface Sent {
  readonly kind: 'bare' | 'itemless' | 'nameless' | 'whole'
  readonly afterMs: number
  readonly behaviour: Behaviour
}

const maker = {
  bare: (id: string) => barePurchase(id),
  itemless: itemlessPurchase,
  nameless: (id: string) => namelessPurchase(id),
  whole: (id: string) => ({ ...namelessPurchase(id), customer: someone }),
} as const
const well: Behaviour = { delaysMs: [0], failures: [] }
const behaviours = fc.record<Behaviour>({
  delaysMs: fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 4 }),
  failures: fc.array(fc.constantFrom('ERR_SUBTOTAL_UNAVAILABLE', 'ERR_SUBTOTAL_UNREADABLE', 'ERR_INTERNAL'), { maxLength: 2 }),
})
const poison = fc.record<Behaviour>({
  delaysMs: fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 4 }),
  failures: fc.array(fc.constantFrom('ERR_SUBTOTAL_UNAVAILABLE', 'ERR_SUBTOTAL_UNREADABLE', 'ERR_SUBTOTAL_NOT_FOUND'), {
    maxLength: 20,
  }),
})
const sequences = fc.array(
  fc.record<Sent>({
    kind: fc.constantFrom('bare', 'itemless', 'nameless', 'whole'),
    afterMs: fc.integer({ min: 0, max: 3_000 }),
    behaviour: behaviours,
  }),
  { minLength: 1, maxLength: 8 },
)

function idIn(call: string): string {
  return call.replace(/^.*[ -]/, '')
}

/** Runs a sequence; gives when each event was due, and all that was. */
async function run(sent: readonly Sent[]): Promise<{ at: Map<string, number>; due: readonly SubtotalEvent[] }> {
  const harness: EnricherHarness = await startEnricher()
  const { clock, api, put } = harness
  const calls = new Map<string, number>()
  api.answer(async (call) => {
    const number = calls.get(call) ?? 0
    calls.set(call, number + 1)
    const { delaysMs, failures } = sent[Number(idIn(call))]?.behaviour ?? well
    const delayMs = delaysMs[Math.min(number, delaysMs.length - 1)] ?? 0
    if (delayMs > 0) await new Promise<void>((resolve) => void clock.setTimeout(resolve, delayMs))
    const code = failures[number]
    if (code !== undefined) throw apiError(code)
  })
  const start = clock.now()
  const at = new Map<string, number>()
  const due: SubtotalEvent[] = []
  async function look(): Promise<void> {
    for (const event of await harness.due()) {
      due.push(event)
      at.set(event.id, clock.now() - start)
    }
  }
  for (const [index, { kind, afterMs }] of sent.entries()) {
    await clock.advance(afterMs)
    await look()
    await put(maker[kind](String(index)))
    await look()
  }
  for (let step = 0; step < 60; step += 1) {
    await clock.advance(2_000)
    await look()
  }
  return { at, due }
}

test('whatever order the answers come in, each event is due once, and completed', async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async (sent) => {
      const { at, due } = await run(sent)
      expect(due.map((event) => Number(event.id)).toSorted((one, other) => one - other)).toEqual([...sent.keys()])
      for (const event of due) {
        const kind = sent[Number(event.id)]?.kind
        expect(event.customer.email).not.toBeNull()
        if (event.type === 'purchase.created') expect(event.purchase.items).not.toEqual([])
        if (event.type === 'purchase.created' && kind === 'bare') expect(event.purchase.total).toBe('20.14')
      }
      let sentAt = 0
      for (const [index, { kind, afterMs }] of sent.entries()) {
        sentAt += afterMs
        if (kind === 'whole') expect(at.get(String(index))).toBe(sentAt)
      }
    }),
    { numRuns: 15 },
  )
}, 60_000)

test('no event is later because another one cannot be completed', async () => {
  await fc.assert(
    fc.asyncProperty(sequences, poison, fc.nat(), async (others, bad, place) => {
      const index = place % others.length
      const calm = others.map((one) => ({ ...one, behaviour: well }))
      const disturbed = calm.map((one, position) => (position === index ? { ...one, behaviour: bad } : one))
      const [{ at: expected }, { at: found }] = [await run(calm), await run(disturbed)]
      expected.delete(String(index))
      found.delete(String(index))
      expect(found).toEqual(expected)
    }),
    { numRuns: 15 },
  )
}, 60_000)
