import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runInProcess } from './run-in-process.ts'
import { keyLine, testKeys } from './support/encryption-keys.ts'
import { startRelay } from './support/start-relay.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const token = 'admin-token-of-the-tests'
const connection = { connection_id: 'c1', customer_id: 'robin-1', email: 'robin@shoppers.example', retailer_id: 'target' }
const webhook = JSON.stringify({ type: 'connection.activated', id: 'e1', payload: { connection } })

test('a relay is given a key, seals what it had, takes another one, and no key is ever told', async () => {
  const store = `sqlite:${join(temporaryFolder(), 'relay.db')}`
  const plain = await startRelay({ adminToken: token, store })
  await plain.post(webhook)
  await plain.settled(1)
  const env = { RELAY_URL: plain.url, RELAY_ADMIN_TOKEN: token }
  const refused = await runInProcess(['rotate-encryption-key'], { cwd: temporaryFolder(), env })
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('The relay has no encryption key') })
  await plain.stop()

  const logs: unknown[] = [...plain.log]
  for (const names of [['one'], ['two', 'one']]) {
    const keys = testKeys(...names)
    const relay = await startRelay({ adminToken: token, store, encryption: keys })
    const cwd = temporaryFolder()
    const { exitCode, stdout, stderr } = await runInProcess(['rotate-encryption-key'], {
      cwd,
      env: { RELAY_URL: relay.url, RELAY_ADMIN_TOKEN: token },
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(
      new RegExp(
        `^rotation \\d: \\d+ values rewritten; everything is sealed with key ${keys.sealing?.id}. Every other key can be removed`,
      ),
    )
    const bytes = readFileSync(store.slice('sqlite:'.length))
    expect(bytes.includes('robin@shoppers.example')).toBe(false)
    const headers = { authorization: `Bearer ${token}` }
    const { json } = await relay.get('/api/v1/events/e1?reveal=true', headers)
    expect(json).toMatchObject({ event: { customer: { email: 'robin@shoppers.example' } }, isReadable: true })
    expect((await relay.get('/api/v1/encryption-rotations', headers)).json).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ status: 'finished' })]),
    })
    await relay.stop()
    logs.push(...relay.log, stdout)
  }
  const told = JSON.stringify(logs)
  expect(told).toContain('rotation of the encryption key finished')
  for (const name of ['one', 'two']) {
    expect(told).not.toContain(keyLine(name))
    expect(told).not.toContain(Buffer.from(keyLine(name), 'base64').toString('hex'))
  }
})

test('a viewer may not rotate, and neither may the page of somebody else', async () => {
  const relay = await startRelay({ adminToken: token, viewerToken: 'viewer-token', encryption: testKeys('one') })
  const viewer = await relay.write('/api/v1/encryption-rotations', {}, { authorization: 'Bearer viewer-token' })
  expect(viewer.status).toBe(403)
  const authorization = `Bearer ${token}`
  const foreign = await relay.write('/api/v1/encryption-rotations', {}, { authorization, origin: 'https://evil.example' })
  expect(foreign.status).toBe(403)
  expect((await relay.write('/api/v1/encryption-rotations', { key: 'x' }, { authorization })).status).toBe(400)
})
