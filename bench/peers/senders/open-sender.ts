import type { PeerSender, PeerSetup } from '../peer-sender.ts'

/** By name; imported only when asked for, so that each process holds one library. */
const senders: Readonly<Record<string, (setup: PeerSetup) => Promise<PeerSender>>> = {
  ours: async (setup) => (await import('./ours.ts')).openOurs(setup),
  segment: async (setup) => (await import('./segment.ts')).openSegment(setup),
  'segment-by-field': async (setup) => (await import('./segment.ts')).openSegmentByField(setup),
  'klaviyo-api': async (setup) => (await import('./klaviyo-api.ts')).openKlaviyoApi(setup),
  'cdp-analytics-node': async (setup) => (await import('./cdp-analytics-node.ts')).openCdpAnalyticsNode(setup),
  'customerio-node': async (setup) => (await import('./customerio-node.ts')).openCustomerioNode(setup),
}

/** Loads the library of that name and prepares all it will send. */
export async function openSender(name: string, setup: PeerSetup): Promise<PeerSender> {
  const open = senders[name]
  if (open === undefined) throw new Error(`There is no sender ${name}.`)
  return open(setup)
}
