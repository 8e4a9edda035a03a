/** A page that every check of the suite looks at. */
export interface ConsolePage {
  readonly path: string
  readonly heading: string
}

/** The pages of the console. Add yours. */
export const pages: readonly ConsolePage[] = [
  { path: '/console', heading: 'Overview' },
  { path: '/console?range=7d', heading: 'Overview' },
  { path: '/console/events', heading: 'Events' },
  { path: '/console/events?status=dead&retailer=walmart', heading: 'Events' },
  { path: '/console/events?customer=nobody', heading: 'Events' },
  { path: '/console/dead-letters', heading: 'Dead letters' },
  { path: '/console/dead-letters/replays', heading: 'Replays' },
  { path: '/console/destinations', heading: 'Destinations' },
  { path: '/console/quarantine', heading: 'Quarantine' },
  { path: '/console/audit', heading: 'Audit' },
  { path: '/console/erase', heading: 'Erase' },
  { path: '/console/try', heading: 'Try it' },
]
