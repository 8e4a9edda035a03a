import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toJson } from './to-json.ts'

it('writes what JSON.stringify writes, whichever parts are written already', () => {
  fc.assert(
    fc.property(fc.array(fc.object({ withDate: true, withNullPrototype: true })), fc.object(), (messages, envelope) => {
      const body = { ...envelope, nothing: undefined, list: [undefined, ...messages], nested: { messages } }
      const texts = new Map(messages.slice(1).map((message) => [message, JSON.stringify(message)]))
      expect(toJson(body, texts)).toBe(JSON.stringify(body))
    }),
    { numRuns: 1_000 },
  )
})
