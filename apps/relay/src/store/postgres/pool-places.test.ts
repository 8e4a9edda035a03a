import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import type { PoolPlaces } from './pool-places.ts'
import { poolPlaces } from './pool-places.ts'

/** Who got a place, or was told why not, in order. */
function users(places: PoolPlaces) {
  const told: string[] = []
  const come = (name: string): Promise<void> =>
    places.take().then(
      () => void told.push(name),
      (error: unknown) => void told.push(`${name}: ${error instanceof Error ? error.message : ''}`),
    )
  return { told, come }
}

test('places are given in the order in which they are asked for', async () => {
  const places = poolPlaces(1, createVirtualClock())
  const { told, come } = users(places)
  const first = come('first')
  const second = come('second')
  const third = come('third')
  await first
  expect(told).toEqual(['first'])
  places.giveBack()
  await second
  places.giveBack()
  await third
  expect(told).toEqual(['first', 'second', 'third'])
  places.giveBack()
  await come('fourth')
  expect(told).toHaveLength(4)
})

test('who waits too long is told, and takes no place from those who come after', async () => {
  const clock = createVirtualClock()
  const places = poolPlaces(1, clock)
  const { told, come } = users(places)
  await come('first')
  const second = come('second')
  await clock.advance(5_000)
  await second
  expect(told).toEqual(['first', 'second: All connections to the database are in use.'])
  places.giveBack()
  await come('third')
  expect(told.at(-1)).toBe('third')
  expect(clock.timers).toBe(0)
})

test('who waits in vain is told why; who comes later waits again', async () => {
  const places = poolPlaces(1, createVirtualClock())
  const { told, come } = users(places)
  await come('first')
  const waiting = [come('second'), come('third')]
  places.refuse(new Error('It is away.'))
  await Promise.all(waiting)
  expect(told).toEqual(['first', 'second: It is away.', 'third: It is away.'])
  const fourth = come('fourth')
  places.giveBack()
  await fourth
  expect(told.at(-1)).toBe('fourth')
})
