import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { readSendSettings } from './send-settings.ts'

test.each([
  ['the port that start would use', undefined, 'PORT=9001', 'http://127.0.0.1:9001/webhooks/subtotal'],
  ['the usual port', undefined, '', 'http://127.0.0.1:8080/webhooks/subtotal'],
  ['the usual port when any will do', undefined, 'PORT=0', 'http://127.0.0.1:8080/webhooks/subtotal'],
  ['RELAY_URL before PORT', undefined, 'PORT=9001\nRELAY_URL=http://10.0.0.1', 'http://10.0.0.1/webhooks/subtotal'],
  ['--url before all', 'http://10.0.0.2', 'RELAY_URL=http://10.0.0.1', 'http://10.0.0.2/webhooks/subtotal'],
])('webhooks go to %s', (_name, url, dotEnv, ingestUrl) => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, '.env'), dotEnv)
  const context = {
    env: { SUBTOTAL_SIGNING_SECRET: 'secret' },
    cwd,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  }
  const settings = readSendSettings(url, { ...context, stopSignal: () => new AbortController().signal })
  expect(settings).toEqual({ ingestUrl, secret: 'secret' })
})
