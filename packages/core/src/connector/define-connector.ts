import { ConnectorError } from '../errors/connector-error.ts'
import type { SubtotalEvent } from '../event/subtotal-event.ts'
import { checkOptions } from './check-options.ts'
import type { CallOptions, CheckResult, Connector, Plan } from './connector.ts'
import type { ConnectorDefinition, Destination } from './connector-definition.ts'
import { type ConnectorOptions, connectorOptionsShape } from './connector-options.ts'
import type { DeliveryResult, Rejected, Skipped } from './delivery-result.ts'
import { prepareEvent } from './prepare-event.ts'
import { createSender, type Outgoing, type Sender } from './sender.ts'

/**
 * Makes a destination's factory from its definition: the factory checks the options at once and returns a {@link Connector}.
 *
 * @throws {OptionsError} by the factory, naming every option that is wrong
 */
export function defineConnector<Options extends ConnectorOptions, Message>(
  definition: ConnectorDefinition<Options, Message>,
): (options: Options) => Connector {
  const shape = { ...connectorOptionsShape, ...definition.optionsShape }
  return (options) => {
    const valid = checkOptions(`The ${definition.name} connector`, shape, options)
    return createConnector(definition.name, definition.configure(valid), valid)
  }
}

function createConnector<Message>(name: string, destination: Destination<Message>, options: ConnectorOptions): Connector {
  const sender = createSender(destination, options.concurrency === undefined ? {} : { concurrency: options.concurrency })
  const prepare = (events: readonly SubtotalEvent[]) => events.map((event) => prepareEvent(destination, options, event))
  return {
    specificationVersion: 'v1',
    name,
    limits: destination.limits,
    plan: (events) => plan(events, prepare(events), sender),
    async deliver(events, callOptions) {
      const prepared = prepare(events)
      const results = await sender.send(
        prepared.flatMap((item) => ('outgoing' in item ? [item.outgoing] : [])),
        callOptions,
      )
      const sent = results.values()
      return prepared.map((item) => ('outgoing' in item ? next(sent) : item.result))
    },
    check: (callOptions) => check(destination, sender, callOptions),
    close: () => sender.close(),
  }
}

type Prepared<Message> = { readonly outgoing: Outgoing<Message> } | { readonly result: Skipped | Rejected }

function plan<Message>(events: readonly SubtotalEvent[], prepared: readonly Prepared<Message>[], sender: Sender<Message>): Plan {
  const sent = events.flatMap((event, index) => {
    const item = prepared[index]
    return item !== undefined && 'outgoing' in item ? [{ event, outgoing: item.outgoing }] : []
  })
  const { requests, results } = sender.plan(sent.map(({ outgoing }) => outgoing))
  const early = events.flatMap((event, index) => {
    const item = prepared[index]
    return item !== undefined && 'result' in item ? [{ eventId: event.id, result: item.result }] : []
  })
  const late = sent.flatMap(({ event }, position) => {
    const result = results[position]
    return result?.status === 'rejected' ? [{ eventId: event.id, result }] : []
  })
  return {
    requests: requests.map(({ positions, ...request }) => ({
      ...request,
      eventIds: positions.flatMap((position) => sent[position]?.event.id ?? []),
    })),
    notSent: [...early, ...late],
    warnings: sent.flatMap(({ event, outgoing }) => (outgoing.warnings ?? []).map((warning) => ({ eventId: event.id, warning }))),
  }
}

async function check<Message>(
  destination: Destination<Message>,
  sender: Sender<Message>,
  options: CallOptions | undefined,
): Promise<CheckResult> {
  try {
    return await destination.check((request) => sender.request(request, options))
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    return { ok: false, proved: [], problems: [error.message], notes: [] }
  }
}

function next(results: Iterator<DeliveryResult>): DeliveryResult {
  const { value, done } = results.next()
  if (done === true) throw new TypeError('the sender returned fewer results than it was given')
  return value
}
