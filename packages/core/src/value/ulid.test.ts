import fc from 'fast-check'
import { decodeTime, isValid, ulid } from 'ulid'
import { describe, expect, it } from 'vitest'
import { isUlid, lastUlidTime, toUlid, ulidTime } from './ulid.ts'

const times = fc.integer({ min: 1, max: lastUlidTime })
const randomParts = fc.uint8Array({ minLength: 16, maxLength: 32 })

describe('a ULID', () => {
  it('is recognised in upper and lower case, and by its 26 characters alone', () => {
    expect(isUlid('01KEVN1ZPM9H19JSHGN5NF0M69')).toBe(true)
    expect(isUlid('01kevn1zpm9h19jshgn5nf0m69')).toBe(true)
    for (const text of [
      '',
      '01KEVN1ZPM9H19JSHGN5NF0M6',
      '01KEVN1ZPM9H19JSHGN5NF0M691',
      '01KEVN1ZPM9H19JSHGN5NF0M6I',
      ' 1KEVN1ZPM9H19JSHGN5NF0M69',
    ]) {
      expect(isUlid(text)).toBe(false)
    }
  })

  it('says its time', () => {
    expect(ulidTime('01KFJSR44CPH867805V8GJ9VCY')).toBe(decodeTime('01KFJSR44CPH867805V8GJ9VCY'))
    expect(ulidTime('7ZZZZZZZZZZZZZZZZZZZZZZZZZ')).toBe(lastUlidTime)
    expect(ulidTime('8ZZZZZZZZZZZZZZZZZZZZZZZZZ')).toBeUndefined()
    expect(ulidTime('01ARYZ6S41TSV4RRFFQ69G5FAV')).toBe(1_469_918_176_385)
    expect(ulidTime('01aryz6s41tsv4rrffq69g5fav')).toBe(1_469_918_176_385)
  })

  it.each(['', 'evt_1', 'order-1', '01ARZ3NDEKTSV4RRFFQ69G5FA', '81ARZ3NDEKTSV4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ69G5FAU'])(
    'has a time, and %j has none',
    (text) => {
      expect(ulidTime(text)).toBeUndefined()
    },
  )

  it('is made as the ULID library makes it', () => {
    fc.assert(
      fc.property(times, randomParts, (time, bytes) => {
        const rest = bytes.values()
        const made = toUlid(time, bytes)
        expect(made).toBe(ulid(time, () => (rest.next().value ?? 0) / 256))
        expect(isValid(made) && isUlid(made)).toBe(true)
        expect(ulidTime(made)).toBe(time)
        expect(ulidTime(made.toLowerCase())).toBe(time)
      }),
    )
  })

  it('is recognised where the ULID library recognises it', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-zA-Z]{26}$/), fc.stringMatching(/^[0-9A-HJKMNP-TV-Z]{25,27}$/))
    fc.assert(
      fc.property(texts, (text) => isUlid(text) === isValid(text)),
      { numRuns: 1_000 },
    )
  })
})
