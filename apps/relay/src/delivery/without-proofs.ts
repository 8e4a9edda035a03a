import type { Connector, DeliveryResult, SubtotalEvent } from '@subtotal-connectors/core'

/**
 * What the customer ids of the simulated connections begin with that `connect` makes. No real customer has such an id: it is made by this
 * program alone.
 */
const proofPrefix = 'subtotal-relay-connect-'
const delivered = 'deliver-'

/** The customer id of a simulated connection that proves the way of its events; `isDelivered`: as far as the destinations' accounts. */
export function proofCustomerId(unique: string, isDelivered: boolean): string {
  return `${proofPrefix}${isDelivered ? delivered : ''}${unique}`
}

const skipped: DeliveryResult = {
  status: 'skipped',
  reason: 'An event of the command connect, which proves the way and is sent to nobody without --deliver.',
}

/** The connector, which is not given what only proves the way to it. */
export function withoutProofs(connector: Connector): Connector {
  // A connector may be an instance of a class: its methods are called on it.
  return {
    specificationVersion: connector.specificationVersion,
    name: connector.name,
    limits: connector.limits,
    plan: (events) => connector.plan(events),
    check: (options) => connector.check(options),
    close: () => connector.close(),
    async deliver(events, options) {
      if (!events.some(isProof)) return connector.deliver(events, options)
      const others = events.filter((event) => !isProof(event))
      const results = others.length === 0 ? [] : await connector.deliver(others, options)
      let next = 0
      return events.map((event) => (isProof(event) ? skipped : (results[next++] ?? unaccounted())))
    },
  }
}

function isProof({ customer: { id } }: SubtotalEvent): boolean {
  return id?.startsWith(proofPrefix) === true && !id.startsWith(proofPrefix + delivered)
}

function unaccounted(): never {
  throw new Error('The connector answered with fewer results than it was given events.')
}
