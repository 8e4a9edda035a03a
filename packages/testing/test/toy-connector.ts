import type {
  Connector,
  ConnectorOptions,
  Destination,
  DestinationResponse,
  Mapped,
  MessageResult,
  Properties,
  SubtotalEvent,
} from '@subtotal-connectors/core'
import { brandsOf, ConnectorError, defineConnector, upcsOf } from '@subtotal-connectors/core'
import { toyLimits } from './toy-mock.ts'

/** One message of the toy destination. */
export interface ToyMessage {
  readonly person: string
  readonly name: string
  readonly at: string
  readonly properties: Properties
}

/** The parts of the toy connector that a test may put a fault into. */
export type ToyChanges = Partial<Omit<Destination<ToyMessage>, 'origin' | 'credentials'>>

/** The factory of a small connector that does all that a connector must, but for the changes. */
export function toyConnector(changes: ToyChanges = {}): (options: ConnectorOptions) => Connector {
  return defineConnector<ConnectorOptions, ToyMessage>({
    name: 'toy',
    optionsShape: {},
    configure: ({ apiKey, baseUrl = 'https://toy.example' }) => ({
      title: 'Toy',
      origin: baseUrl,
      credentials: { authorization: `Token ${apiKey}` },
      headers: {},
      limits: { ...toyLimits, requestRates: [{ requests: 10, perMs: 1_000 }], deduplicates: 'no' },
      eventNames: {
        'purchase.created': 'Purchased',
        'account.connected': 'Connected',
        'connection.reauthenticated': 'Reauthenticated',
        'account.disconnected': 'Disconnected',
        'connection.unauthenticated': 'Unauthenticated',
        'profile.created': 'Profiled',
        'profile.updated': 'Reprofiled',
      },
      toMessages: (event, { eventName, identifier, properties }) =>
        trim({ person: identifier.value, name: eventName, at: event.occurredAt, properties: properties(propertiesOf(event)) }),
      toRequest: (messages) => ({ path: '/messages', body: { messages } }),
      mapResponse,
      check: async (request) => {
        const { status, json } = await request({ method: 'GET', path: '/me' })
        const isKnown = status === 200 && typeof json === 'object'
        return isKnown
          ? { ok: true, proved: ['The key is known.'], problems: [], notes: [] }
          : { ok: false, proved: [], problems: [`The toy answered ${status}.`], notes: [] }
      },
      ...changes,
    }),
  })
}

/** The properties of an event at the toy destination. */
export function propertiesOf(event: SubtotalEvent): Properties {
  if ('purchase' in event) return { id: event.purchase.id, upcs: upcsOf(event.purchase), brands: brandsOf(event.purchase) }
  return 'profile' in event ? { ...event.profile } : { id: event.connection.id }
}

/** Cuts the lists of a message that is too large, with a warning. */
function trim(message: ToyMessage): Mapped<ToyMessage> {
  const isTooLarge = () => Buffer.byteLength(JSON.stringify(fitted)) > toyLimits.maxBytesPerMessage
  let fitted = message
  const { upcs, brands } = message.properties
  if (!isTooLarge() || !Array.isArray(upcs) || !Array.isArray(brands)) return { messages: [message] }
  for (let kept = 128; kept > 0 && isTooLarge(); kept -= 8) {
    fitted = { ...message, properties: { ...message.properties, upcs: upcs.slice(0, kept), brands: brands.slice(0, kept) } }
  }
  return { messages: [fitted], warnings: ['upcs and brands were cut'] }
}

function mapResponse({ status, json, text }: DestinationResponse): readonly MessageResult[] | undefined {
  if (status !== 200 || typeof json !== 'object' || json === null || !('results' in json)) return undefined
  if (!Array.isArray(json.results)) return undefined
  const error = new ConnectorError('ERR_REJECTED', 'The toy refused the event.', { status, body: text })
  return json.results.map((result) => (result === 'ok' ? { status: 'delivered' } : { status: 'rejected', error }))
}
