import type { DestinationStream, Logger } from 'pino'
import pino from 'pino'
import type { RelayEvents } from './relay-events.ts'

/** A logger that writes one JSON object per line, to the standard output unless told otherwise. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return destination === undefined ? pino({ level }) : pino({ level }, destination)
}

/** What each request can cause is told once in so long for each code: nobody fills a disk with the log, least of all a full one. */
const repeatEveryMs = 60_000

/**
 * Writes what happens to the log. Ids and codes alone, and names of fields: nothing of an event's content, and none of the
 * destination's words.
 */
export function logEvents(events: RelayEvents, logger: Logger, now: () => number): void {
  events.on('store:migrating', ({ isDone, from, to, events: count }) => {
    logger.info({ from, to, events: count }, isDone ? 'store_migrated' : 'store_migrating')
  })
  events.on('store:key-missing', ({ keyId }) => {
    logger.error(
      { keyId },
      'other relays seal with a key that this one does not have; add it to RELAY_ENCRYPTION_KEY and start it again',
    )
  })
  events.on('relay:listening', ({ url }) => logger.info({ url }, 'listening'))
  events.on('relay:stopping', () => logger.info('stopping'))
  events.on('relay:stopped', () => logger.info('stopped'))
  events.on('webhook:answered', (webhook) => logger.debug(webhook, 'webhook answered'))
  const refusals = quietly(now)
  events.on('webhook:refused', ({ code }) => logger[refusals(code) ? 'debug' : 'warn']({ code }, 'webhook refused'))
  events.on('webhook:changed', ({ eventId }) => logger.info({ eventId }, 'known event came again with other content'))
  events.on('webhook:quarantined', ({ id, reason, fields, isFirstOfReason }) => {
    const entry = { quarantineId: id, code: reason, fields }
    if (isFirstOfReason) logger.warn(entry, 'webhook not understood: kept in quarantine, the first with this code')
    else logger.debug(entry, 'webhook not understood: kept in quarantine')
  })
  const unstored = quietly(now)
  events.on('commit:failed', (failure) => {
    logger[unstored(failure.code) ? 'debug' : 'error'](failure, 'events could not be stored')
  })
  events.on('delivery:attempted', (attempt) => {
    const { destination, deliveryId, eventId, eventType, outcome, code, status } = attempt
    const entry = { destinationId: destination, deliveryId, eventId, eventType, attempt: attempt.attempt, outcome, status, code }
    if (status === 'dead') logger.warn(entry, 'dead letter')
    else if (status === 'retry') logger.info(entry, 'delivery will be retried')
    else logger.debug(entry, 'delivery attempted')
  })
  events.on('settle:stale', ({ destination, count }) =>
    logger.warn({ destinationId: destination, count }, 'lease lost before settling'),
  )
  const unsettled = quietly(now)
  events.on('settle:failed', ({ destination, ...failure }) => {
    const isQuiet = unsettled(`${destination} ${failure.code}`)
    logger[isQuiet ? 'debug' : 'error']({ destinationId: destination, ...failure }, 'could not settle')
  })
  events.on('lane:changed', ({ destination, state, code, until }) => {
    const entry = { destinationId: destination, state, code, until: until === null ? null : new Date(until).toISOString() }
    if (state === 'running') logger.info(entry, 'lane runs')
    else logger.warn(entry, 'lane does not run')
  })
  const unclaimed = quietly(now)
  events.on('lane:failed', ({ destination, ...failure }) => {
    const isQuiet = unclaimed(`${destination} ${failure.code}`)
    logger[isQuiet ? 'debug' : 'error']({ destinationId: destination, ...failure }, 'lane could not read the store')
  })
  events.on('connector:threw', ({ destination, errorName }) => {
    logger.error({ destinationId: destination, code: 'ERR_UNACCOUNTED', errorName }, 'connector threw: a bug in it')
  })
  events.on('replay:started', ({ replayId, actor, planned }) => logger.info({ replayId, actor, planned }, 'replay started'))
  events.on('replay:finished', ({ replayId }) => logger.info({ replayId }, 'replay finished'))
  events.on('replay:failed', ({ destination, code }) => {
    logger.error({ destinationId: destination, code }, 'replay could not go on; tried again')
  })
  events.on('import:started', ({ importId, actor }) => logger.info({ importId, actor }, 'import started'))
  events.on('import:advanced', (page) => logger.debug(page, 'import read a page'))
  events.on('import:finished', ({ importId }) => logger.info({ importId }, 'import finished'))
  events.on('import:held', ({ code }) => logger.warn({ code }, 'imports wait until Subtotal can be read'))
  events.on('import:resumed', () => logger.info('imports go on'))
  const unread = quietly(now)
  events.on('import:failed', ({ importId, code }) => {
    logger[unread(code) ? 'debug' : 'warn']({ importId, code }, 'import could not go on; tried again')
  })
  events.on('enrichment:finished', (entry) => {
    const { outcome, destinations, waitedMs, ...event } = entry
    if (outcome === 'dead') logger.warn({ ...event, destinations }, 'dead letter: the event cannot be completed')
    else logger.debug({ ...event, outcome, waitedMs }, 'event completed')
  })
  events.on('enrichment:failed', (entry) => logger.info(entry, 'event cannot be completed yet; tried again'))
  events.on('enrichment:changed', ({ state, code, until }) => {
    const entry = { state, code, until: until === null ? null : new Date(until).toISOString() }
    if (state === 'running') logger.info(entry, 'events are completed from Subtotal')
    else logger.warn(entry, 'events wait: Subtotal cannot be asked')
  })
  const stuck = quietly(now)
  events.on('enrichment:stuck', ({ code }) => {
    logger[stuck(code) ? 'debug' : 'error']({ code }, 'events that wait could not be read or stored; tried again')
  })
  events.on('erasure:started', ({ erasureId, actor }) => logger.info({ erasureId, actor }, 'erasure started'))
  events.on('erasure:finished', ({ erasureId }) => logger.info({ erasureId }, 'erasure finished'))
  events.on('rotation:started', (rotation) => logger.info(rotation, 'rotation of the encryption key started'))
  events.on('rotation:finished', ({ rotationId }) => logger.info({ rotationId }, 'rotation of the encryption key finished'))
  events.on('retention:removed', (removed) => logger.debug(removed, 'retention removed what was kept long enough'))
  const unremoved = quietly(now)
  for (const name of ['erasure:failed', 'rotation:failed', 'retention:failed', 'activity:failed', 'identity:failed'] as const) {
    events.on(name, ({ code }) => {
      logger[unremoved(`${name} ${code}`) ? 'debug' : 'error']({ code }, `${name.split(':')[0]} could not go on; tried again`)
    })
  }
  events.on('alert:sent', (alert) => logger.info(alert, 'alert sent'))
  events.on('alert:failed', (alert) => logger.warn(alert, 'alert could not be sent; tried again'))
  const failures = quietly(now)
  events.on('request:failed', ({ path, code }) => {
    logger[failures(`${path} ${code}`) ? 'debug' : 'error']({ path, code }, 'request failed')
  })
}

/** Says of a code whether it was told lately. */
function quietly(now: () => number): (code: string) => boolean {
  const told = new Map<string, number>()
  return (code) => {
    const last = told.get(code)
    const isQuiet = last !== undefined && Math.abs(now() - last) < repeatEveryMs
    if (!isQuiet) told.set(code, now())
    return isQuiet
  }
}
