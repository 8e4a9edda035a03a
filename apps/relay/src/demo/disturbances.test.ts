import { expect, test } from 'vitest'
import { disturbanceAt } from './disturbances.ts'

const destinationsWithin = (count: number, rate: number) =>
  Array.from({ length: count }, (_, index) => disturbanceAt(index + 1, rate)).flatMap((found) =>
    found === undefined ? [] : [found.destination],
  )

test('200 webhooks at the default rate let each destination fail once', () => {
  expect(destinationsWithin(200, 20)).toEqual(['klaviyo', 'braze', 'customerio'])
})

test('a handful of webhooks is not disturbed, a few are', () => {
  expect(destinationsWithin(9, 20)).toEqual([])
  expect(destinationsWithin(10, 20)).toEqual(['klaviyo'])
})

test('bad moments are no more frequent than one in four seconds at a high rate', () => {
  expect(destinationsWithin(8000, 1000)).toHaveLength(2)
})

test('every answer is one that the relay tries again, with a status of 429 or 5xx', () => {
  for (let sent = 10; sent < 400; sent += 40) {
    const failure = disturbanceAt(sent, 1)?.failure
    expect(failure?.kind === 'answer' && (failure.status === 429 || failure.status >= 500)).toBe(true)
  }
})
