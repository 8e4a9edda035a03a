import http from 'node:http'
import https from 'node:https'
import { getDestinationByIdOrKey, type Destination as SegmentDestination } from '@segment/action-destinations'
import { readInput } from '../inputs.ts'
import type { Destination, PeerSender, PeerSetup } from '../peer-sender.ts'
import { assertAccepted, inBatches } from '../peer-sender.ts'
import { segmentMapping } from './segment-mapping.ts'
import { toSegmentEvent } from './to-segment-event.ts'

const settings: Readonly<Record<Destination, Readonly<Record<string, string>>>> = {
  klaviyo: { api_key: 'key-of-the-bench' },
  braze: { api_key: 'key-of-the-bench', endpoint: 'https://rest.iad-01.braze.com' },
  customerio: { siteId: 'site-of-the-bench', apiKey: 'key-of-the-bench' },
}

type SegmentEvents = Parameters<SegmentDestination['onBatch']>[0]
type SegmentSettings = Parameters<SegmentDestination['onBatch']>[1]

/** Segment's destinations with the preset mapping, see `segmentMapping`. */
export function openSegment(setup: PeerSetup): Promise<PeerSender> {
  return open(setup, false)
}

/** Segment's destinations with a mapping that names each property, see `segmentMapping`. */
export function openSegmentByField(setup: PeerSetup): Promise<PeerSender> {
  return open(setup, true)
}

/**
 * Segment's destinations as Segment runs them: `onBatch` once for each batch, `onEvent` for one event, with a subscription to the
 * action `trackEvent`. They validate, map, and answer event by event.
 */
async function open({ destination, baseUrl, inputs, batchSize }: PeerSetup, byField: boolean): Promise<PeerSender> {
  sendHttpsTo(new URL(baseUrl))
  const target = await getDestinationByIdOrKey(destination)
  const preset = target?.definition.presets?.find(({ partnerAction }) => partnerAction === 'trackEvent')
  if (target === null || preset === undefined) throw new Error(`Segment has no preset "trackEvent" for ${destination}.`)
  const events = readInput(inputs, destination).map(toSegmentEvent)
  const mapping = segmentMapping(destination, { ...preset.mapping }, byField ? events[0]?.properties : undefined)
  // JSON, as both come from Segment's queue and configuration.
  const subscription = { partnerAction: 'trackEvent', name: 'Track Event', subscribe: 'type = "track"', mapping }
  const options: SegmentSettings = JSON.parse(JSON.stringify({ ...settings[destination], subscription }))
  const segmentEvents: SegmentEvents = JSON.parse(JSON.stringify(events))
  const batches = inBatches(segmentEvents, batchSize).map((batch) => () => send(target, batch, options))
  return { batches, close: async () => {} }
}

async function send(target: SegmentDestination, events: SegmentEvents, options: SegmentSettings): Promise<void> {
  const [event] = events
  const isSingle = events.length === 1 && event !== undefined
  const results = isSingle ? await target.onEvent(event, options) : await target.onBatch(events, options)
  const accepted = isSingle
    ? results.filter((result) => result.output === 'Action Executed')
    : results.flatMap((result) => (result.multistatus ?? []).filter(({ status }) => status < 300))
  assertAccepted(accepted.length, events.length)
  // The destination keeps every answer until its owner takes it away.
  target.responses.length = 0
}

/** The vendors' addresses are fixed in Segment's code. Its client, node-fetch, ends in `https.request`: from there on it is plain HTTP. */
function sendHttpsTo({ hostname, port }: URL): void {
  https.request = (options: unknown, ...rest: unknown[]) => {
    const [callback] = rest
    const given = typeof options === 'object' && options !== null ? options : {}
    const request = http.request({ ...given, protocol: 'http:', host: hostname, hostname, port })
    if (typeof callback === 'function') request.once('response', (response) => callback(response))
    return request
  }
}
