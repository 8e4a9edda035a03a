import type { DemoSnapshot } from './demo-snapshot.ts'

const columns = ['delivered', 'waiting', 'retried', 'dead'] as const

/** The snapshot as a block of lines that is drawn over and over. */
export function formatSnapshot(snapshot: DemoSnapshot): string {
  const nameWidth = Math.max(...snapshot.destinations.map(({ name }) => name.length), 'destination'.length)
  const header = ['destination'.padEnd(nameWidth), ...columns.map((column) => column.padStart(10))].join('')
  const rows = snapshot.destinations.map((destination) =>
    [destination.name.padEnd(nameWidth), ...columns.map((column) => String(destination[column]).padStart(10))].join(''),
  )
  const { linked, bought, lostLogin, loggedInAgain, unlinked } = snapshot.happenings
  return [
    `customers   linked ${linked}   bought ${bought}   lost their login ${lostLogin}   logged in again ${loggedInAgain}   unlinked ${unlinked}`,
    `${seconds(snapshot)}   sent ${snapshot.sent}   received ${snapshot.received}   quarantined ${snapshot.quarantined}`,
    '',
    header,
    ...rows,
  ].join('\n')
}

/** The snapshot as one line, for an output that nobody watches. */
export function formatSnapshotLine(snapshot: DemoSnapshot): string {
  const delivered = snapshot.destinations.map(({ name, delivered: count }) => `${name} ${count}`).join(', ')
  const sum = (column: 'retried' | 'dead') => snapshot.destinations.reduce((total, destination) => total + destination[column], 0)
  return `${seconds(snapshot)}  sent ${snapshot.sent}, received ${snapshot.received}; delivered ${delivered}; retried ${sum('retried')}, dead ${sum('dead')}, quarantined ${snapshot.quarantined}`
}

function seconds({ elapsedMs }: DemoSnapshot): string {
  return `${Math.floor(elapsedMs / 1000)} s`
}
