import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toJsonBytes } from './to-json-bytes.ts'

const texts = fc.string({ unit: 'binary', maxLength: 5 })
const values = [texts, fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined)]
const objects = fc.object({ key: texts, values, maxKeys: 5, maxDepth: 2, withDate: true, withNullPrototype: true })

it('writes what JSON.stringify writes, in UTF-8, whichever parts are written already', () => {
  fc.assert(
    fc.property(fc.array(objects, { maxLength: 5 }), objects, (messages, envelope) => {
      const body = { ...envelope, nothing: undefined, list: [undefined, ...messages], nested: { messages } }
      const known = new Map(messages.slice(1).map((message) => [message, toText(JSON.stringify(message))]))
      expect(toJsonBytes(body, known).equals(Buffer.from(JSON.stringify(body)))).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

it('writes a value of its own and one that is known', () => {
  expect(toJsonBytes(undefined, new Map()).toString()).toBe('null')
  const message = { purchase: 'Orée ’s' }
  expect(toJsonBytes({ batch: [message, 1] }, new Map([[message, toText('{"ée":"’"}')]])).toString()).toBe(
    '{"batch":[{"ée":"’"},1]}',
  )
})

function toText(text: string) {
  return { text, bytes: Buffer.byteLength(text) }
}
