import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testKeys } from '../../test/support/encryption-keys.ts'
import type { SealedPlace } from './sealer.ts'
import { createSealer } from './sealer.ts'

const place: SealedPlace = ['events', 'body', 'event-1']
const plain = createSealer({ sealing: null, opening: [] })
const sealer = createSealer(testKeys('one'))

describe('a sealed value', () => {
  test('is opened again, whatever it is, and holds nothing of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 6 }), (value) => {
        const sealed = sealer.seal(value, place)
        expect(sealer.open(sealed, place)).toBe(value.toWellFormed())
        expect(sealed).toMatch(/^sealed:v1:[0-9a-f]{16}:[A-Za-z0-9+/]+=*$/)
      }),
    )
  })

  test('so are bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(sealer.openBytes(sealer.sealBytes(bytes, place), place)).toEqual(Buffer.from(bytes))
      }),
    )
  })

  test('is never the same twice', () => {
    expect(sealer.seal('robin', place)).not.toBe(sealer.seal('robin', place))
  })

  test.each<[string, SealedPlace]>([
    ['another row', ['events', 'body', 'event-2']],
    ['another column', ['events', 'mobile', 'event-1']],
    ['another table', ['event_versions', 'body', 'event-1']],
    ['ids that look alike', ['events', 'body', 'event', '-1']],
  ])('cannot be moved to %s', (_where, elsewhere) => {
    expect(sealer.open(sealer.seal('robin', place), elsewhere)).toBeUndefined()
  })

  test('is not opened when any character of it was changed', () => {
    const sealed = sealer.seal('robin@shoppers.example', place)
    fc.assert(
      fc.property(fc.nat(sealed.length - 3), fc.constantFrom('A', 'b', '7'), (at, character) => {
        fc.pre(at >= 'sealed:v1:'.length && sealed[at] !== character)
        const changed = `${sealed.slice(0, at)}${character}${sealed.slice(at + 1)}`
        expect(sealer.open(changed, place)).toBeUndefined()
      }),
    )
    expect(sealer.open(sealed.slice(0, 60), place)).toBeUndefined()
    expect(sealer.open('sealed:v1:', place)).toBeUndefined()
  })

  test('is opened by every key that is there, and sealed with the first', () => {
    const both = createSealer(testKeys('two', 'one'))
    const old = sealer.seal('robin', place)
    expect(both.open(old, place)).toBe('robin')
    expect(both.isCurrent(old)).toBe(false)
    expect(both.isCurrent(both.seal('robin', place))).toBe(true)
    expect(sealer.open(both.seal('robin', place), place)).toBeUndefined()
  })
})

describe('without a key', () => {
  test('what is stored is the value, and rows from before there was a key are read', () => {
    expect(plain.seal('{"id":"a"}', place)).toBe('{"id":"a"}')
    expect(sealer.open('{"id":"a"}', place)).toBe('{"id":"a"}')
    expect(sealer.isCurrent('{"id":"a"}')).toBe(false)
  })

  test('a value that looks sealed comes back as it was', () => {
    for (const value of [sealer.seal('robin', place), 'plain:robin', 'sealed:v1:', 'plain:']) {
      expect(plain.open(plain.seal(value, place), place)).toBe(value)
      expect(plain.openBytes(plain.sealBytes(Buffer.from(value), place), place)).toEqual(Buffer.from(value))
      expect(plain.isCurrent(plain.seal(value, place))).toBe(true)
    }
  })
})

test('a sealed value says with which key, whoever has it', () => {
  const other = createSealer(testKeys('two'))
  const sealed = other.seal('hello', ['events', 'body', 'e1'])
  const bytes = other.sealBytes(Buffer.from('hello'), ['events', 'body', 'e1'])
  expect([sealer.keyIdOf(sealed), sealer.keyIdOf(bytes)]).toEqual([other.keyId, other.keyId])
  expect(sealer.keyIdOf(plain.seal('{}', ['events', 'body', 'e1']))).toBeNull()
  expect([sealer.hasKey(other.keyId ?? ''), sealer.hasKey(sealer.keyId ?? '')]).toEqual([false, true])
})
