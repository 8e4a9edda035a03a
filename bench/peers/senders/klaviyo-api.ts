import { ApiKeySession, type EventCreateQueryV2, EventsApi, type EventsBulkCreateJob } from 'klaviyo-api'
import type { KlaviyoMessage } from '../inputs.ts'
import { readInput } from '../inputs.ts'
import type { PeerSender, PeerSetup } from '../peer-sender.ts'
import { inBatches } from '../peer-sender.ts'

type BulkEvent = EventsBulkCreateJob['data']['attributes']['eventsBulkCreate']['data'][number]

/** Klaviyo's SDK: events already mapped to its models, `bulkCreateEvents` once for each batch, `createEvent` for one event. */
export function openKlaviyoApi({ baseUrl, inputs, batchSize }: PeerSetup): PeerSender {
  const api = new EventsApi(new ApiKeySession('pk_of_the_bench'))
  api.basePath = baseUrl
  const batches = inBatches(readInput(inputs, 'klaviyo'), batchSize).map((messages) => {
    const [message] = messages
    if (batchSize === 1 && message !== undefined) {
      const query = toSingle(message)
      return async () => {
        await api.createEvent(query)
      }
    }
    const job: EventsBulkCreateJob = {
      data: { type: 'event-bulk-create-job', attributes: { eventsBulkCreate: { data: messages.map(toBulk) } } },
    }
    return async () => {
      await api.bulkCreateEvents(job)
    }
  })
  return { batches, close: async () => {} }
}

function toBulk({ attributes }: KlaviyoMessage): BulkEvent {
  const { profile } = attributes
  return {
    type: 'event-bulk-create',
    attributes: {
      profile: { data: { type: 'profile', attributes: { email: profile.data.attributes.email } } },
      events: { data: [{ type: 'event', attributes: toAttributes(attributes) }] },
    },
  }
}

function toSingle({ attributes }: KlaviyoMessage): EventCreateQueryV2 {
  const profile = { data: { type: 'profile' as const, attributes: { email: attributes.profile.data.attributes.email } } }
  return { data: { type: 'event', attributes: { ...toAttributes(attributes), profile } } }
}

function toAttributes({ events }: KlaviyoMessage['attributes']) {
  const { metric, properties, time, unique_id: uniqueId, backfill } = events.data[0].attributes
  return { metric, properties, time: new Date(time), uniqueId, ...(backfill === undefined ? {} : { backfill }) }
}
