import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { numberOf } from '../support/chaos-store.ts'
import { startRelayUnderTest } from '../support/relay-under-test.ts'
import { pause } from '../support/wait.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const waiting = 200
const connections = 8
const sideBySideMs = { quick: 3_000, full: 30_000 }
const columnQuery = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'of_the_next_version'"

async function upgrade(context: ChaosContext): Promise<ChaosResult> {
  const world = await startWorld(context, { seed: 380, isTireless: true })
  const { fleet, store, destinations } = world
  await destinations.proxies.klaviyo.setMode({ kind: 'refuse' })
  await world.producer.postMany(waiting)
  world.producer.keepPosting(connections)
  const next = { hook: { isNextVersion: true } }
  const [first, ...later] = fleet.relays.map((_, place) => place)
  await fleet.relays[first ?? 0]?.stop()
  await fleet.replace(first ?? 0, next)
  const hasColumn = (await numberOf(store, columnQuery)) > 0
  const before = world.producer.statuses.get(202) ?? 0
  await pause(context.isQuick ? sideBySideMs.quick : sideBySideMs.full)
  const taken = (world.producer.statuses.get(202) ?? 0) - before
  const older = startRelayUnderTest({ entry: context.entry, store, urls: destinations.urls })
  const hasStarted = await older.url.then(
    () => true,
    () => false,
  )
  if (hasStarted) older.kill()
  const { code } = await older.ended
  const olderGoOn = later.every((place) => fleet.relays[place]?.stderr() === '')
  await destinations.proxies.klaviyo.setMode({ kind: 'pass' })
  for (const place of later) {
    await fleet.relays[place]?.stop()
    await fleet.replace(place, next)
  }
  await world.producer.stop()
  const refused = [...world.producer.statuses].filter(([status]) => status !== 202)
  const end = await endWorld(world)
  return resultOf(
    'one relay after the other is upgraded to a version with another schema',
    end,
    [`${taken} taken by two versions`],
    {
      'the schema was not changed, so nothing is proved': hasColumn,
      'nothing was taken while there were two versions': taken > 0,
      'something was refused': refused.length === 0,
      'the older version started on the newer schema': !hasStarted && code === 1,
      'it does not say why': /written by a newer version/.test(older.stderr()),
      'one of the older version complained': olderGoOn,
      'I3: the upgrade made duplicates': end.counts.duplicates === 0,
    },
  )
}

/** Row 38: two versions on one database. */
export const sideBySide: ChaosRow = {
  id: '38',
  name: 'two versions side by side',
  stores: ['postgres'],
  run: async (context) => [await upgrade(context)],
}
