import { expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import type { StoreNews, StoreSharing } from '../store/store-sharing.ts'
import { createStoreWatch } from './store-watch.ts'

test('a lane that is told of while it looks looks once more', async () => {
  const clock = createVirtualClock(0)
  const looks: (() => void)[] = []
  let tell: (news: StoreNews) => void = () => undefined
  const sharing: Pick<StoreSharing, 'listen' | 'isHearing'> = {
    listen(listener) {
      tell = listener
      return () => undefined
    },
    isHearing: () => true,
  }
  const lane = { destination: 'one', look: () => new Promise<void>((resolve) => looks.push(resolve)) }
  const watch = createStoreWatch({ sharing, lanes: [lane], clock, wake: () => undefined, onFailure: () => undefined })
  watch.start()
  tell({ kind: 'due', destination: 'one' })
  tell({ kind: 'due', destination: 'one' })
  expect(looks).toHaveLength(1)
  looks[0]?.()
  await clock.advance(0)
  expect(looks).toHaveLength(2)
  looks[1]?.()
  await clock.advance(0)
  expect(looks).toHaveLength(2)
  watch.stop()
})
