import { expect, test } from 'vitest'
import { createLogger, logEvents } from './logger.ts'
import { createRelayEvents } from './relay-events.ts'

const error = 50
const debug = 20

test('a store that fails is told with what to do, once a minute for each code and lane', () => {
  let now = 0
  const log: Record<string, unknown>[] = []
  const events = createRelayEvents()
  logEvents(events, createLogger('trace', { write: (line) => void log.push(JSON.parse(line)) }), () => now)
  const failure = { code: '53100', remedy: 'Make room on it.' }

  function fail(): readonly unknown[] {
    log.length = 0
    events.emit('commit:failed', { size: 2, ...failure })
    for (const destination of ['braze', 'klaviyo']) events.emit('lane:failed', { destination, ...failure })
    events.emit('settle:failed', { destination: 'braze', ...failure })
    return log.map(({ level }) => level)
  }

  expect(fail()).toEqual([error, error, error, error])
  expect(log).toMatchObject([
    { msg: 'events could not be stored', size: 2, ...failure },
    { msg: 'lane could not read the store', destinationId: 'braze', ...failure },
    { msg: 'lane could not read the store', destinationId: 'klaviyo', ...failure },
    { msg: 'could not settle', destinationId: 'braze', ...failure },
  ])
  now += 59_999
  expect(fail()).toEqual([debug, debug, debug, debug])
  now += 1
  expect(fail()).toEqual([error, error, error, error])
})
