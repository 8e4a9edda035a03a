import { describe, expect, test } from 'vitest'
import type { EncryptionKeys } from '../../src/encryption/encryption-keys.ts'
import { noEncryptionKeys } from '../../src/encryption/encryption-keys.ts'
import { testKeys } from '../support/encryption-keys.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { event, later, purchase } from './suite-harness.ts'

/** What a store with a key must do. The suite's store is opened with the key `one`. */
export function encryptionCases(suite: SuiteHarness): void {
  const reopen = (encryption: EncryptionKeys) => suite.reopen(later, { encryption })

  async function rotate(): Promise<void> {
    for (let steps = 0; (await suite.store.advanceRotation({ now: later })) !== undefined; steps += 1) {
      if (steps > 1_000) throw new Error('The rotation does not end.')
    }
  }

  describe('a store with a key', () => {
    test('gives back what it was given, and knows it when it comes again', async () => {
      await suite.ingest(event('a'), purchase('b', 'p1'))
      const [claimed] = await suite.claim({ limit: 1 })
      expect(claimed?.event).toEqual(event('a'))
      expect(await suite.ingest(purchase('c', 'p1'), purchase('d', 'p1', '9.99'))).toMatchObject([
        { result: 'duplicate', isNewVersion: false },
        { result: 'duplicate', isNewVersion: true },
      ])
    })

    test('cannot be opened without it', async () => {
      await suite.ingest(event('a'))
      await expect(reopen(noEncryptionKeys)).rejects.toThrow('RELAY_ENCRYPTION_KEY')
      await reopen(testKeys('one'))
      expect(await suite.store.findEvent('a')).toMatchObject({ event: event('a') })
    })

    test('needs only its new key after a rotation, which is on record', async () => {
      await suite.ingest(event('a'), purchase('b', 'p1'))
      await reopen(testKeys('two', 'one'))
      await suite.ingest(event('c'))
      const added = await suite.store.addRotation({ at: later, actor: 'operator' })
      expect(added).toMatchObject({ isNew: true, rotation: { id: '1', actor: 'operator', finishedAt: null } })
      expect(await suite.store.addRotation({ at: later, actor: 'operator' })).toMatchObject({
        isNew: false,
        rotation: { id: '1' },
      })
      await rotate()
      expect(await suite.store.findRotation('1')).toMatchObject({ unreadable: 0, rewrittenAt: later, finishedAt: later })
      expect(await suite.store.findRotation('2')).toBeUndefined()
      expect((await suite.store.listRotations({ limit: 10 })).items).toMatchObject([{ id: '1' }])
      expect((await suite.store.listAudit({ limit: 10 })).items).toMatchObject([{ action: 'rotate' }, { action: 'rotate' }])
      await reopen(testKeys('two'))
      for (const id of ['a', 'b', 'c']) expect(await suite.store.findEvent(id)).toMatchObject({ isReadable: true })
    })

    test('needs none after a rotation to none', async () => {
      await suite.ingest(event('a'))
      await reopen(testKeys('plain', 'one'))
      await suite.store.addRotation({ at: later, actor: 'operator' })
      await rotate()
      await reopen(noEncryptionKeys)
      expect(await suite.store.findEvent('a')).toMatchObject({ event: event('a'), isReadable: true })
      expect(await suite.store.addRotation({ at: later, actor: 'operator' })).toBeUndefined()
    })

    test('has nothing to do before a rotation is asked for', async () => {
      await suite.ingest(event('a'))
      expect(await suite.store.advanceRotation({ now: later })).toBeUndefined()
    })
  })
}
