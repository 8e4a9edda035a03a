import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { barePurchase, itemlessPurchase, namelessPurchase, someone, startEnricher } from '../../test/support/enricher-harness.ts'
import { apiError, connectionAtSubtotal, purchaseAtSubtotal } from '../../test/support/scripted-subtotal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

describe('what is completed', () => {
  test('a purchase with identifiers alone is fetched once and then due', async () => {
    const { clock, api, put, due, finished } = await startEnricher()
    await put(barePurchase('a'))
    await clock.advance(second)
    expect(api.calls).toEqual(['purchase p-a'])
    const { items, total, itemCount } = purchaseAtSubtotal('p-a')
    expect(await due()).toMatchObject([{ id: 'a', customer: someone, purchase: { id: 'p-a', items, total, itemCount } }])
    expect(finished).toMatchObject([{ eventId: 'a', outcome: 'completed', code: null, destinations: ['one'] }])
    await clock.advance(hour)
    expect(api.calls).toHaveLength(1)
  })

  test('one without items keeps the amounts that it came with', async () => {
    const { clock, put, due } = await startEnricher()
    await put(itemlessPurchase('a'))
    await clock.advance(second)
    expect(await due()).toMatchObject([{ purchase: { total: '14.07', items: purchaseAtSubtotal('').items } }])
  })

  test('a connection is asked for once, however many events lack what it has', async () => {
    const { clock, api, put, due } = await startEnricher()
    await put(...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => namelessPurchase(id, 'c1')))
    await clock.advance(second)
    await put(namelessPurchase('g', 'c1'))
    expect(api.calls).toEqual(['connection c1'])
    const { email, mobile, customerId } = connectionAtSubtotal('c1')
    const events = await due()
    expect(events).toHaveLength(7)
    for (const { customer, connection } of events) {
      expect(customer).toEqual({ id: customerId, email, mobile })
      expect(connection.retailer).toBe('target')
    }
  })

  test('what is no id at Subtotal either is not known', async () => {
    const connection = 'c'.repeat(512)
    const { clock, put, due } = await startEnricher()
    await put(namelessPurchase('a', connection))
    await clock.advance(second)
    expect(await due()).toMatchObject([{ customer: { id: null, email: connectionAtSubtotal(connection).email } }])
  })

  test('what lacks both gets both', async () => {
    const { clock, api, put, due } = await startEnricher()
    await put(barePurchase('a', { id: null, email: null, mobile: null }))
    await clock.advance(second)
    expect(api.calls).toEqual(['purchase p-a', 'connection of-a'])
    expect(await due()).toMatchObject([{ purchase: { total: '20.14' }, customer: { email: 'of-a@shoppers.example' } }])
  })

  test('only what is switched on is fetched', async () => {
    const { clock, api, put, due } = await startEnricher({ settings: { purchases: false, contacts: true } })
    await put(itemlessPurchase('a'), namelessPurchase('b'))
    await clock.advance(second)
    expect(api.calls).toEqual(['connection of-b'])
    expect(await due()).toHaveLength(2)
  })

  test('what is switched off between two starts no longer waits', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const storeSettings = { purchases: true, contacts: true }
    const { clock, api, put, due } = await startEnricher({ path, storeSettings, settings: { purchases: true, contacts: false } })
    await put(namelessPurchase('a'))
    await clock.advance(second)
    expect(api.calls).toEqual([])
    expect(await due()).toMatchObject([{ id: 'a', customer: { email: null } }])
  })
})

describe('without an API key', () => {
  const off = { settings: { purchases: false, contacts: false }, hasApi: false }

  test('what can be delivered is, and what cannot is a dead letter that says how to switch it on', async () => {
    const { clock, put, due, delivery, enricher, finished } = await startEnricher(off)
    await put(barePurchase('a'), itemlessPurchase('b'), namelessPurchase('c'))
    await clock.advance(second)
    expect((await due()).map((event) => event.id)).toEqual(['b', 'c'])
    expect(await delivery('a')).toMatchObject({ status: 'dead', error: { code: 'ERR_ENRICHMENT_OFF' } })
    expect((await delivery('a'))?.error?.message).toContain('Set SUBTOTAL_API_KEY')
    expect(enricher.status()).toMatchObject({ state: 'off' })
    expect(finished).toMatchObject([{ eventId: 'a', outcome: 'dead', code: 'ERR_ENRICHMENT_OFF', destinations: ['one'] }])
  })

  test('with a key and without purchases it says so', async () => {
    const { clock, put, delivery } = await startEnricher({ settings: { purchases: false, contacts: true } })
    await put(barePurchase('a'))
    await clock.advance(second)
    expect((await delivery('a'))?.error?.message).toContain('Add purchases to RELAY_ENRICH')
  })
})

describe('failures of one event', () => {
  test('a purchase that Subtotal does not know is asked for three times, then it is a dead letter', async () => {
    const { clock, api, put, due, delivery, finished } = await startEnricher()
    api.answer((call) => {
      if (call === 'purchase p-a') throw apiError('ERR_SUBTOTAL_NOT_FOUND')
    })
    await put(barePurchase('a'), barePurchase('b'))
    await clock.advance(900)
    expect((await due()).map((event) => event.id)).toEqual(['b'])
    expect(await delivery('a')).toMatchObject({ status: 'pending' })
    await clock.advance(20 * second)
    expect(api.calls.filter((call) => call === 'purchase p-a')).toHaveLength(3)
    expect(await delivery('a')).toMatchObject({
      status: 'dead',
      attempts: 0,
      error: { code: 'ERR_SUBTOTAL_NOT_FOUND', message: 'Subtotal says ERR_SUBTOTAL_NOT_FOUND.' },
    })
    expect(finished.map((one) => one.outcome)).toEqual(['completed', 'dead'])
  })

  test('one that can be read a moment after its webhook is completed', async () => {
    const { clock, api, put, due } = await startEnricher()
    api.answer((_call, number) => {
      if (number < 3) throw apiError('ERR_SUBTOTAL_NOT_FOUND')
    })
    await put(barePurchase('a'))
    await clock.advance(20 * second)
    expect(await due()).toHaveLength(1)
  })

  test('an event whose connection Subtotal does not know goes out as it is', async () => {
    const { clock, api, put, due } = await startEnricher()
    api.answer(() => {
      throw apiError('ERR_SUBTOTAL_NOT_FOUND')
    })
    await put(namelessPurchase('a', 'c1'))
    await clock.advance(second)
    await put(namelessPurchase('b', 'c1'))
    expect((await due()).map((event) => event.id)).toEqual(['a', 'b'])
    expect(api.calls).toEqual(['connection c1'])
  })

  test('a call that fails is tried again later, and nothing else waits for it', async () => {
    const { clock, api, put, due, states } = await startEnricher()
    api.answer((call, number) => {
      if (call === 'purchase p-a' && number < 6) throw apiError('ERR_SUBTOTAL_UNAVAILABLE')
    })
    await put(barePurchase('a'), barePurchase('b'), barePurchase('c'))
    await clock.advance(second)
    expect((await due()).map((event) => event.id)).toEqual(['b', 'c'])
    await clock.advance(2 * minute)
    expect((await due()).map((event) => event.id)).toEqual(['a'])
    expect(states).toEqual([])
  })

  test('one whose answer alone can never be read goes out after an hour, and is not asked for without end', async () => {
    const { clock, api, put, due, delivery, states } = await startEnricher()
    api.answer((call) => {
      if (call.endsWith('-a') || call.endsWith('-b')) throw apiError('ERR_SUBTOTAL_UNREADABLE')
    })
    await put(itemlessPurchase('a'), barePurchase('b'))
    for (let times = 0; times < 31; times += 1) {
      await put(barePurchase(`other-${times}`))
      await clock.advance(2 * minute)
    }
    const ids = (await due()).map((event) => event.id)
    expect(ids).toHaveLength(32)
    expect(ids).toContain('a')
    expect(await delivery('b')).toMatchObject({ status: 'pending' })
    expect(api.calls.filter((call) => call === 'purchase p-a').length).toBeLessThan(25)
    clock.jump(71 * hour)
    await clock.advance(20 * minute)
    expect(states).toEqual([])
    expect(await delivery('b')).toMatchObject({ status: 'dead', error: { code: 'ERR_ENRICHMENT_EXPIRED' } })
  })

  test('calls that hang are ended after a minute, and what came after them goes on', async () => {
    const { clock, api, put, due, delivery } = await startEnricher()
    api.hold()
    await put(...['a', 'b', 'c', 'd'].map((id) => barePurchase(id)))
    await clock.advance(second)
    await put(barePurchase('e'), { ...namelessPurchase('f'), customer: someone })
    expect((await due()).map((event) => event.id)).toEqual(['f'])
    await clock.advance(58 * second)
    api.release()
    api.answer((call) => (call.endsWith('-e') ? undefined : new Promise(() => undefined)))
    await clock.advance(5 * second)
    expect((await due()).map((event) => event.id)).toContain('e')
    expect(await delivery('a')).toMatchObject({ status: 'pending', attempts: 0 })
  })

  test('what Subtotal refuses is a dead letter only if there is nothing to deliver', async () => {
    const { clock, api, put, due, delivery } = await startEnricher()
    api.answer(() => {
      throw apiError('ERR_SUBTOTAL_REFUSED')
    })
    await put(barePurchase('a'), itemlessPurchase('b'))
    await clock.advance(second)
    expect((await due()).map((event) => event.id)).toEqual(['b'])
    expect(await delivery('a')).toMatchObject({ status: 'dead', error: { code: 'ERR_SUBTOTAL_REFUSED' } })
  })

  test('a client that throws something else tells nothing of it', async () => {
    const { clock, api, put, events } = await startEnricher()
    const codes: string[] = []
    events.on('enrichment:failed', ({ code }) => codes.push(code))
    api.answer(() => {
      throw new TypeError('robin@shoppers.example')
    })
    await put(barePurchase('a'))
    await clock.advance(second)
    expect(codes).toEqual(['ERR_INTERNAL'])
  })
})

describe('while Subtotal takes no calls', () => {
  test('a refused key holds everything, is tried every five minutes, and the rest follows when it is accepted', async () => {
    const { clock, api, put, due, states, enricher } = await startEnricher()
    let isRefused = true
    api.answer(() => {
      if (isRefused) throw apiError('ERR_SUBTOTAL_CREDENTIALS')
    })
    await put(...Array.from({ length: 30 }, (_none, index) => barePurchase(`e${index}`)))
    await clock.advance(second)
    const before = api.calls.length
    expect(before).toBeLessThanOrEqual(4)
    expect(enricher.status()).toMatchObject({ state: 'blocked', code: 'ERR_SUBTOTAL_CREDENTIALS' })
    await clock.advance(15 * minute)
    expect(api.calls.length - before).toBe(3)
    isRefused = false
    await clock.advance(6 * minute)
    expect(await due()).toHaveLength(30)
    expect(states).toEqual(['blocked', 'running'])
  })

  test('it is left alone for as long as it asks', async () => {
    const { clock, api, put, due, states } = await startEnricher()
    api.answer((_call, number) => {
      if (number === 1) throw apiError('ERR_SUBTOTAL_RATE_LIMITED', 30 * second)
    })
    await put(barePurchase('a'))
    await clock.advance(second)
    await put(barePurchase('b'))
    await clock.advance(28 * second)
    expect(api.calls).toHaveLength(1)
    await clock.advance(2 * second)
    expect(await due()).toHaveLength(2)
    expect(states).toEqual(['backing_off', 'running'])
  })

  test('while it is down one call at a time finds out whether it is up, and nothing is lost', async () => {
    const { clock, api, put, due, states } = await startEnricher()
    let isDown = true
    api.answer(() => {
      if (isDown) throw apiError('ERR_SUBTOTAL_UNAVAILABLE')
    })
    await put(...Array.from({ length: 200 }, (_none, index) => barePurchase(`e${index}`)))
    await clock.advance(3 * hour)
    expect(api.calls.length).toBeLessThan(50)
    expect(await due()).toEqual([])
    isDown = false
    await clock.advance(15 * minute)
    expect(await due()).toHaveLength(200)
    expect(states).toEqual(['backing_off', 'running'])
  })

  test.each(['ERR_SUBTOTAL_UNAVAILABLE', 'ERR_SUBTOTAL_CREDENTIALS', 'ERR_SUBTOTAL_RATE_LIMITED'] as const)(
    'after an hour of %s what can be delivered is, and after 72 hours the rest are dead letters',
    async (code) => {
      const { clock, api, put, due, delivery } = await startEnricher()
      api.answer(() => {
        throw apiError(code)
      })
      await put(barePurchase('a'), itemlessPurchase('b'), namelessPurchase('c'))
      await clock.advance(59 * minute)
      expect(await due()).toEqual([])
      await clock.advance(2 * minute)
      expect((await due()).map((event) => event.id).toSorted()).toEqual(['b', 'c'])
      clock.jump(70 * hour)
      await clock.advance(2 * minute)
      expect(await delivery('a')).toMatchObject({ status: 'pending' })
      clock.jump(hour)
      await clock.advance(6 * minute)
      expect(await delivery('a')).toMatchObject({ status: 'dead', error: { code: 'ERR_ENRICHMENT_EXPIRED' } })
      expect((await delivery('a'))?.error?.message).toContain(`Subtotal says ${code}.`)
    },
  )

  test('a purchase that was fetched goes out after an hour when only the contact cannot be had', async () => {
    const { clock, api, put, due } = await startEnricher()
    api.answer((call) => {
      if (call.startsWith('connection')) throw apiError('ERR_SUBTOTAL_UNAVAILABLE')
    })
    await put(barePurchase('a', { id: 'robin', email: null, mobile: null }))
    await clock.advance(hour + minute)
    expect(await due()).toMatchObject([{ id: 'a', purchase: { total: '20.14' }, customer: { email: null } }])
    expect(api.calls.filter((call) => call.startsWith('purchase'))).toHaveLength(1)
  })
})

describe('durability', () => {
  test('a kill between the answer and its recording repeats a call, and nothing else', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const first = await startEnricher({
      path,
      wrap: (store) => ({ ...store, settleEnrichments: () => Promise.reject(new Error('killed')) }),
    })
    await first.put(barePurchase('a'))
    await first.clock.advance(second)
    expect(first.api.calls).toEqual(['purchase p-a'])
    expect(await first.due()).toEqual([])
    await first.enricher.stop(AbortSignal.abort())
    await first.store.close()

    const { clock, api, due } = await startEnricher({ path })
    await clock.advance(second)
    expect(api.calls).toEqual(['purchase p-a'])
    expect(await due()).toHaveLength(1)
    expect(await due()).toEqual([])
  })

  test('what the store does not take is recorded when it does, without another call', async () => {
    let refusals = 3
    const { clock, api, put, due } = await startEnricher({
      wrap: (store) => ({
        ...store,
        settleEnrichments(request) {
          refusals -= 1
          return refusals >= 0 ? Promise.reject(new Error('SQLITE_FULL')) : store.settleEnrichments(request)
        },
      }),
    })
    await put(barePurchase('a'))
    await clock.advance(10 * second)
    expect(api.calls).toHaveLength(1)
    expect(await due()).toHaveLength(1)
  })

  test('a stop ends the calls, costs no attempt, and the next start goes on', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const first = await startEnricher({ path })
    first.api.hold()
    await first.put(barePurchase('a'))
    await first.clock.advance(second)
    await first.enricher.stop(AbortSignal.timeout(5_000))
    const [waiting] = await first.store.claimEnrichments({
      now: first.clock.now(),
      limit: 1,
      leaseUntil: 0,
      leaseToken: 'mine',
      onlyExpired: false,
    })
    expect(waiting).toMatchObject({ attempts: 0 })
    await first.store.close()

    const { clock, due } = await startEnricher({ path })
    await clock.advance(second)
    expect(await due()).toHaveLength(1)
  })
})
