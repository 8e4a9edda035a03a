import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../src/store/store.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const canMount = (() => {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const later = receivedAt + 1_000

function smallDisk(mebibytes: number): string {
  const folder = temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder])
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder])
  })
  return folder
}

/** Writes until nothing more fits. */
function fill(folder: string): void {
  const file = openSync(join(folder, 'filler'), 'a')
  for (const size of [65_536, 4_096, 1]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size, 1))
    } catch {
      // Full for this size.
    }
  }
  closeSync(file)
}

function put(store: Store, from: number, count: number) {
  const events = Array.from({ length: count }, (_, index) => {
    const id = `e${from + index}`
    return incoming(makeConnectionEvent('account.connected', { id, connection: { id: `of-${id}` } }))
  })
  return store.ingest({ events, destinations: ['one'] })
}

async function claim(store: Store, leaseToken: string) {
  const request = { destination: 'one', now: later, limit: 100, maxBytes: 1e9, leaseUntil: later + 60_000, leaseToken }
  return (await store.claim(request)).deliveries
}

async function deliver(store: Store, leaseToken: string): Promise<number> {
  const deliveries = await claim(store, leaseToken)
  const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' } as const }))
  await store.settle({ leaseToken, now: later, settlements })
  return deliveries.length
}

describe.skipIf(!canMount)('a small disk of its own', () => {
  test('on a full disk nothing new is taken, everything taken is settled, and it recovers by itself', async () => {
    const folder = smallDisk(32)
    const path = join(folder, 'relay.db')
    let now = 0
    let store = await openSqliteStore(path, receivedAt, { elapsed: () => now })
    onTestFinished(() => store.close())
    for (let count = 0; count < 10; count += 1) await put(store, count * 100, 100)
    fill(folder)
    expect(statfsSync(folder).bavail).toBe(0)
    now += 1_000
    await expect(put(store, 1_000, 1)).rejects.toThrow('nearly full')
    await expect(store.checkWrite()).rejects.toThrow('nearly full')
    for (let count = 0; count < 5; count += 1) expect(await deliver(store, `lease-${count}`)).toBe(100)
    expect(existsSync(`${path}.reserve`)).toBe(false)

    fill(folder)
    await store.close()
    store = await openSqliteStore(path, later, { elapsed: () => now })
    for (let count = 5; count < 10; count += 1) expect(await deliver(store, `lease-${count}`)).toBe(100)
    expect((await store.stats()).destinations[0]?.counts).toMatchObject({ pending: 0, delivered: 1_000 })

    rmSync(join(folder, 'filler'))
    now += 1_000
    expect(await put(store, 1_000, 1)).toMatchObject([{ result: 'stored' }])
    expect(existsSync(`${path}.reserve`)).toBe(true)
  })

  test('what does not fit is not acknowledged, and nothing of it is stored', async () => {
    const folder = smallDisk(4)
    const store = await openSqliteStore(join(folder, 'relay.db'), receivedAt, { minFreeBytes: 0 })
    onTestFinished(() => store.close())
    fill(folder)
    await expect(put(store, 0, 1_000)).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    expect((await store.stats()).events).toBe(0)
  })

  test('a store on a read-only disk is refused in a sentence', async () => {
    const folder = smallDisk(16)
    const path = join(folder, 'relay.db')
    const store = await openSqliteStore(path, receivedAt)
    await put(store, 0, 10)
    await store.close()
    execFileSync('mount', ['-o', 'remount,ro', folder])
    await expect(openSqliteStore(path, later)).rejects.toThrow(/cannot be made or opened \(.*\)\. Set RELAY_STORE/)
  })
})
