import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { keyLine } from '../../test/support/encryption-keys.ts'
import { ConfigurationError } from '../config/configuration-error.ts'
import { parseEncryptionKeys } from './encryption-keys.ts'

describe('the keys', () => {
  test('the first seals, all of them open; comments and empty lines are passed over', () => {
    const keys = parseEncryptionKeys(`# since January\n${keyLine('new')}\r\n\n${keyLine('old')}\n`)
    expect(keys.opening.map(({ secret }) => Buffer.from(secret).toString('base64'))).toEqual([keyLine('new'), keyLine('old')])
    expect(keys.sealing).toBe(keys.opening[0])
  })

  test('base64, base64 for URLs, without its end, and hex are the same key', () => {
    const secret = randomBytes(32)
    const forms = [
      secret.toString('base64'),
      secret.toString('base64url'),
      secret.toString('hex'),
      secret.toString('hex').toUpperCase(),
    ]
    expect(new Set(forms.map((form) => parseEncryptionKeys(form).sealing?.id)).size).toBe(1)
  })

  test('after "plain" nothing is sealed any more, and the others open', () => {
    const keys = parseEncryptionKeys(`plain\n${keyLine('old')}`)
    expect(keys.sealing).toBeNull()
    expect(keys.opening).toHaveLength(1)
  })

  test('an id tells nothing of its key', () => {
    const { sealing } = parseEncryptionKeys(keyLine('new'))
    expect(sealing?.id).toMatch(/^[0-9a-f]{16}$/)
    expect(Buffer.from(sealing?.secret ?? []).toString('hex')).not.toContain(sealing?.id)
  })

  test.each([
    ['a passphrase', 'correct horse battery staple', 'key 1'],
    ['16 bytes', randomBytes(16).toString('base64'), 'key 1'],
    ['33 bytes', randomBytes(33).toString('base64'), 'key 1'],
    ['a second key that is none', `${keyLine('new')}\nsecret-of-mine`, 'key 2'],
    ['nothing', '# no key yet', 'no key'],
    ['plain alone', 'plain', 'no key'],
  ])('%s is refused in a sentence that says how to make one and repeats nothing', (_what, text, named) => {
    const parse = () => parseEncryptionKeys(text)
    expect(parse).toThrow(ConfigurationError)
    expect(parse).toThrow(named)
    expect(parse).toThrow('openssl rand -base64 32')
    expect(parse).not.toThrow(/horse|secret-of-mine/)
  })
})
