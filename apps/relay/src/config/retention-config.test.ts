import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { loadConfig } from './load-config.ts'

const needed = { SUBTOTAL_SIGNING_SECRET: 'secret', KLAVIYO_API_KEY: 'key' }
const connector = `{ specificationVersion: 'v1', name: 'x', limits: { maxMessagesPerRequest: 10 }, plan() {}, async deliver() { return [] }, async check() {}, async close() {} }`

async function load(env: NodeJS.ProcessEnv, retention?: string) {
  const cwd = temporaryFolder()
  if (retention !== undefined) {
    writeFileSync(join(cwd, 'relay.config.ts'), `export default { destinations: { a: ${connector} }, retention: ${retention} }`)
  }
  return (await loadConfig({ env: { ...needed, ...env }, cwd })).retention
}

test('each clock is set by a variable, and the file wins', async () => {
  expect(await load({})).toBeUndefined()
  const env = { RELAY_RETENTION_PAYLOAD_DAYS: '7', RELAY_RETENTION_LEDGER_DAYS: '90', RELAY_RETENTION_QUARANTINE_DAYS: '5' }
  expect(await load(env)).toEqual({ payloadDays: 7, ledgerDays: 90, quarantineDays: 5 })
  expect(await load(env, '{ payloadDays: 3, deadLetterDays: 60 }')).toEqual({
    payloadDays: 3,
    ledgerDays: 90,
    deadLetterDays: 60,
    quarantineDays: 5,
  })
})

test.each([
  [{ RELAY_RETENTION_PAYLOAD_DAYS: '0' }, undefined, 'RELAY_RETENTION_PAYLOAD_DAYS must be a whole number from 1 to 36500.'],
  [{ RELAY_RETENTION_QUARANTINE_DAYS: 'a week' }, undefined, 'RELAY_RETENTION_QUARANTINE_DAYS must be a whole number'],
  [{ RELAY_RETENTION_LEDGER_DAYS: '29' }, undefined, 'at least as long as payloads and dead letters'],
  [{}, '{ ledgerDays: 100, deadLetterDays: 101 }', 'at least as long as payloads and dead letters'],
  [{}, '{ payloadDays: 1, deadLetterDays: 1, ledgerDays: 1 }', 'for longer than SUBTOTAL_SIGNATURE_TOLERANCE'],
  [{}, '{ payloadDays: 1.5 }', 'retention.payloadDays'],
  [{}, '{ days: 1 }', 'retention'],
])('%j %s is refused in a sentence', async (env, retention, said) => {
  await expect(load(env, retention)).rejects.toThrow(said)
})
