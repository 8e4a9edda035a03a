import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chunkMessages } from './chunk-messages.ts'

const groups = fc.array(fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 99 }) }), { maxLength: 3 }), { maxLength: 40 })

it('keeps every message, in order, and never exceeds either limit', () => {
  fc.assert(
    fc.property(groups, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 100, max: 500 }), (input, maxMessages, maxBytes) => {
      const chunks = chunkMessages(input, { maxMessages, maxBytes })
      expect(chunks.flat()).toStrictEqual(input.flat())
      for (const chunk of chunks) {
        expect(chunk.length).toBeGreaterThan(0)
        expect(chunk.length).toBeLessThanOrEqual(maxMessages)
        expect(chunk.reduce((sum, { bytes }) => sum + bytes + 1, 0)).toBeLessThanOrEqual(maxBytes)
      }
    }),
    { numRuns: 1_000 },
  )
})

it('does not take apart a group that fits into one request', () => {
  const [a, b, c] = [{ bytes: 10 }, { bytes: 10 }, { bytes: 10 }]
  expect(chunkMessages([[a], [b, c]], { maxMessages: 2, maxBytes: 1_000 })).toStrictEqual([[a], [b, c]])
  expect(chunkMessages([[a], [b, c]], { maxMessages: 9, maxBytes: 30 })).toStrictEqual([[a], [b, c]])
  expect(chunkMessages([[a, b, c]], { maxMessages: 2, maxBytes: 1_000 })).toStrictEqual([[a, b], [c]])
})
