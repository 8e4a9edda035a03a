import type { Connector, SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'

/** Where a connector sends to, by what it would do with an event that everybody knows how to send; none when it would send nothing. */
export function originOf(connector: Connector): string | undefined {
  const event: SubtotalEvent = makeConnectionEvent('account.connected', {
    customer: { id: 'doctor', email: 'doctor@shoppers.example', mobile: '+15555550100' },
  })
  const [request] = connector.plan([event]).requests
  return request === undefined ? undefined : new URL(request.url).origin
}
