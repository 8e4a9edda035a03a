import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RelayConfig } from '../../../src/config/relay-config.ts'
import { startMockDestinations } from '../../../src/demo/mock-destinations.ts'
import { createLogger } from '../../../src/observability/logger.ts'
import { createRelay } from '../../../src/relay.ts'
import type { Words } from './seed-history.ts'
import { seedHistory } from './seed-history.ts'

/** A relay with a history, and mocks as its destinations. */
export interface SeededRelay {
  readonly url: string
  close(): Promise<void>
}

/** The tokens of every seeded relay. */
export const tokens = { adminToken: 'operator-of-the-tests', viewerToken: 'viewer-of-the-tests' } as const

/** What a webhook of a seeded relay is signed with. */
export const signingSecret = 'signing-secret-of-the-tests'

/** Of more the deliveries to one destination are enough to look at. */
const manyEvents = 50_000

/** Starts a relay on a free port whose store holds so many events of the last week. */
export async function startSeededRelay(count: number, config: Partial<RelayConfig> = {}, words?: Words): Promise<SeededRelay> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-browser-'))
  const path = join(folder, 'relay.db')
  const mocks = await startMockDestinations(() => undefined)
  const names = Object.keys(mocks)
  await seedHistory({
    path,
    count,
    destinations: count > manyEvents ? names.slice(0, 1) : names,
    now: Date.now(),
    ...(words === undefined ? {} : { words }),
  })
  const relay = await createRelay(
    {
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      store: `sqlite:${path}`,
      bodyLimitBytes: 1_048_576,
      signingSecrets: [signingSecret],
      signatureToleranceMs: 86_400_000,
      destinations: Object.fromEntries(Object.entries(mocks).map(([name, { connector }]) => [name, connector])),
      ...tokens,
      ...config,
    },
    { logger: createLogger('silent') },
  )
  return {
    url: relay.url,
    async close() {
      await relay.stop()
      await Promise.all(Object.values(mocks).map((mock) => mock.close()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
