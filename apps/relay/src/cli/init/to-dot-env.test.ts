import { parseEnv } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CommandError } from '../command-error.ts'
import { toDotEnv } from './to-dot-env.ts'

const plan = {
  destinations: [],
  subtotal: { apiKey: undefined, signingSecret: undefined },
  adminToken: { value: 'token' },
  port: '8080',
  store: 'sqlite:./data/relay.db',
  isConnecting: false,
}

test('whatever a secret is, .env gives it back, or is refused without telling it', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: fc.constantFrom(...'ab\'"`#\\\n $=') })),
      (secret) => {
        const subtotal = { apiKey: { value: secret.trim() }, signingSecret: { file: '/run/secrets/a b' } }
        try {
          const values = parseEnv(toDotEnv({ ...plan, subtotal }))
          expect(values['SUBTOTAL_API_KEY']).toBe(secret.trim())
          expect(values['SUBTOTAL_SIGNING_SECRET_FILE']).toBe('/run/secrets/a b')
          expect(values['PORT']).toBe('8080')
        } catch (error) {
          if (!(error instanceof CommandError)) throw error
          expect(error.message).toBe(
            'SUBTOTAL_API_KEY holds a line break or every kind of quotes, which .env cannot. Put it into a file: SUBTOTAL_API_KEY_FILE.',
          )
        }
      },
    ),
  )
})
