/** A part of the console, in the navigation. */
export interface Section {
  readonly path: string
  readonly label: string
}

/** The parts of the console, in the order in which the navigation shows them. */
export const sections: readonly Section[] = [
  { path: '/console', label: 'Overview' },
  { path: '/console/events', label: 'Events' },
  { path: '/console/dead-letters', label: 'Dead letters' },
  { path: '/console/destinations', label: 'Destinations' },
  { path: '/console/quarantine', label: 'Quarantine' },
  { path: '/console/audit', label: 'Audit' },
  { path: '/console/erase', label: 'Erase' },
  { path: '/console/try', label: 'Try it' },
]

/** The section that a page belongs to. */
export function sectionOf(path: string): Section | undefined {
  return sections.findLast((section) => path === section.path || path.startsWith(`${section.path}/`))
}
