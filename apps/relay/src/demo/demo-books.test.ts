import { describe, expect, test } from 'vitest'
import type { ExpectedWebhook } from './arrival-keys.ts'
import { destinationNames, expectedKeys } from './arrival-keys.ts'
import { createDemoBooks } from './demo-books.ts'

const webhook = (number: number): ExpectedWebhook => ({
  id: `event-${number}`,
  eventType: 'purchase.created',
  connectionId: 'connection-1',
  purchaseId: `purchase-${number}`,
  occurredAt: '2026-10-14T10:00:00.000Z',
})

function sentBooks(count: number) {
  const books = createDemoBooks(() => 1000)
  for (let number = 1; number <= count; number += 1) {
    books.expect(webhook(number))
    books.answered('stored')
  }
  return books
}

function arriveEverywhere(books: ReturnType<typeof createDemoBooks>, number: number): void {
  for (const name of destinationNames) books.arrive(name, expectedKeys(webhook(number))[name])
}

describe('the books of a demo', () => {
  test('are complete when every destination recorded every event once', () => {
    const books = sentBooks(2)
    arriveEverywhere(books, 1)
    expect(books.hasEverything()).toBe(false)
    arriveEverywhere(books, 2)
    expect(books.hasEverything()).toBe(true)
    expect(books.outcome(2).isComplete).toBe(true)
  })

  test('are not complete when the relay says delivered and a destination has nothing', () => {
    const books = sentBooks(1)
    for (const name of destinationNames) books.attempted(name, 'delivered', 'event-1')
    books.arrive('braze', expectedKeys(webhook(1)).braze)
    books.arrive('klaviyo', expectedKeys(webhook(1)).klaviyo)
    expect(books.hasEverything()).toBe(false)
    const { isComplete, verdicts } = books.outcome(1)
    expect(isComplete).toBe(false)
    expect(verdicts.find(({ name }) => name === 'customerio')).toMatchObject({
      missing: 1,
      examples: ['purchase.created:purchase-1'],
    })
  })

  test('are complete without a profile that a newer one went before', () => {
    const books = createDemoBooks(() => 1000)
    const profile = { ...webhook(1), eventType: 'profile.updated', purchaseId: null } as const
    books.expect(profile)
    for (const name of ['braze', 'klaviyo'] as const) books.arrive(name, expectedKeys(profile)[name])
    expect(books.hasEverything()).toBe(false)
    books.attempted('customerio', 'skipped', profile.id)
    expect(books.hasEverything()).toBe(true)
    expect(books.outcome(1)).toMatchObject({ isComplete: true, verdicts: [{}, {}, { name: 'customerio', superseded: 1 }] })
  })

  test('are not complete when something arrived twice', () => {
    const books = sentBooks(1)
    arriveEverywhere(books, 1)
    books.arrive('braze', expectedKeys(webhook(1)).braze)
    expect(books.outcome(1)).toMatchObject({ isComplete: false, verdicts: [{ name: 'braze', extra: 1 }, {}, {}] })
  })

  test('are not complete when fewer webhooks were sent than wanted', () => {
    const books = sentBooks(1)
    arriveEverywhere(books, 1)
    expect(books.outcome(2).isComplete).toBe(false)
  })

  test('do not wait for what cannot come: refused, quarantined or dead', () => {
    const books = createDemoBooks(() => 0)
    books.expect(webhook(1))
    books.answered(undefined)
    books.expect(webhook(2))
    books.answered('quarantined')
    books.expect(webhook(3))
    books.answered('stored')
    expect(books.hasEverything()).toBe(false)
    for (const name of destinationNames) books.attempted(name, 'dead', 'event-1')
    expect(books.hasEverything()).toBe(true)
    expect(books.outcome(3).isComplete).toBe(false)
    expect(books.snapshot()).toMatchObject({ sent: 3, received: 2, quarantined: 1 })
  })

  test('count retries and dead letters by destination', () => {
    const books = sentBooks(1)
    books.attempted('braze', 'retry', 'event-1')
    books.attempted('braze', 'held', 'event-1')
    books.attempted('klaviyo', 'dead', 'event-1')
    books.attempted('somewhere else', 'dead', 'event-1')
    expect(books.snapshot().destinations).toEqual([
      { name: 'braze', delivered: 0, waiting: 1, retried: 2, dead: 0 },
      { name: 'klaviyo', delivered: 0, waiting: 1, retried: 0, dead: 1 },
      { name: 'customerio', delivered: 0, waiting: 1, retried: 0, dead: 0 },
    ])
  })
})
