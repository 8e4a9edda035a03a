import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeInputs } from './inputs.ts'
import type { Measurement } from './measure.ts'
import { measure, startServer } from './measure.ts'
import { batchSizes, scenarios } from './scenarios.ts'
import { toTable } from './table.ts'

/**
 * Our connectors beside the vendors' SDKs and Segment's destinations. See README.md.
 * `node --conditions=@subtotal-connectors/source bench/peers/run.ts [--events 10000] [--rounds 5] [--single] [--only klaviyo]`
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    /** One event in a request instead of batches. */
    single: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const events = Number(values.events)
const rounds = Number(values.rounds)
const destinations = Object.keys(batchSizes).filter((destination) => [undefined, destination].includes(values.only))
const chosen = scenarios.filter(({ destination }) => destinations.includes(destination))

if (!existsSync(join(import.meta.dirname, 'node_modules', '.package-lock.json'))) {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: import.meta.dirname, stdio: 'inherit' })
}

const inputs = writeInputs(events)
const server = await startServer()
const rows = chosen.map((scenario) => ({ scenario, measurements: [] as Measurement[] }))
try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const { scenario, measurements } of rows) {
      process.stderr.write(`round ${round} of ${rounds}: ${scenario.destination}, ${scenario.label}\n`)
      const { destination } = scenario
      const setup = { destination, baseUrl: server.url, inputs, batchSize: values.single ? 1 : batchSizes[destination] }
      measurements.push(await measure(server, scenario, setup, events))
    }
  }
} finally {
  server.stop()
  rmSync(inputs, { recursive: true })
}

const busiest = Math.max(...rows.flatMap(({ measurements }) => measurements.map(({ serverLoad }) => serverLoad)))
const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`
process.stdout.write(
  `${events} purchases, medians of ${rounds}, ${machine}; the server was busy at most ${Math.round(busiest * 100)} %\n`,
)
for (const destination of destinations) {
  const own = rows.filter(({ scenario }) => scenario.destination === destination)
  const size = values.single ? 'one event in a request' : `batches of ${batchSizes[own[0]?.scenario.destination ?? 'braze']}`
  process.stdout.write(`\n${destination}, ${size}:\n\n${toTable(own, events)}\n`)
}
