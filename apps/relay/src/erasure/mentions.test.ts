import { expect, test } from 'vitest'
import { mentionsPerson } from './mentions.ts'
import type { Person } from './person.ts'

const person: Person = {
  given: { kind: 'customer', value: '42' },
  customers: new Set(['42']),
  emails: new Set(['robin@shoppers.example']),
  mobiles: new Set(['+15555550111']),
  connections: new Set(['01K8BPF23CCZ2FK50STB8EGWAV']),
}

test.each([
  ['a customer id, as text', '{"customer_id":"42"}'],
  ['a customer id, as a number', '{"customer":{"reference":42}}'],
  ['an email in any case', '{"x":["Robin@Shoppers.example"]}'],
  ['an email inside other text', '{"note":"write to robin@shoppers.example."}'],
  ['a phone number written otherwise', '{"tel":"+1 (555) 555-0111"}'],
  ['a connection inside JSON in a string', JSON.stringify({ payload: '{"id":"01K8BPF23CCZ2FK50STB8EGWAV"}' })],
  ['an escaped email', '{"x":"robin\\u0040shoppers.example"}'],
  ['a name of a field', '{"robin@shoppers.example":1}'],
  ['an email in what is no JSON', 'email=robin@shoppers.example&x'],
  ['a connection in JSON that was cut short', '{"connection_id":"01K8BPF23CCZ2FK50STB8EGWAV"'],
  ['what lies deep', `${'['.repeat(100)}"robin@shoppers.example"${']'.repeat(100)}`],
])('%s is found', (_what, body) => {
  expect(mentionsPerson(Buffer.from(body), person)).toBe(true)
})

test.each([
  ['a longer id', '{"customer_id":"421"}'],
  ['a short id inside other text', '{"note":"42 items"}'],
  ['another address that ends alike', '{"email":"notrobin@shoppers.example"}'],
  ['a longer connection', '{"connection_id":"01K8BPF23CCZ2FK50STB8EGWAVX"}'],
  ['nothing', ''],
])('%s is not', (_what, body) => {
  expect(mentionsPerson(Buffer.from(body), person)).toBe(false)
})
